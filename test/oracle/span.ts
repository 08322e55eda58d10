/**
 * The oracle's input: one span as plain data, named as in OTLP.
 * Times are whole microseconds since the epoch; ids are hexadecimal text as a sender writes it.
 */
export const UNSPECIFIED = 0;
export const INTERNAL = 1;
export const SERVER = 2;
export const CLIENT = 3;
export const PRODUCER = 4;
export const CONSUMER = 5;

export const STATUS_UNSET = 0;
export const STATUS_ERROR = 2;

export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface Link {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

export interface Span {
  readonly resource: Readonly<Record<string, string>>;
  readonly scope: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty or all zero for a root. */
  readonly parentSpanId: string;
  readonly kind: number;
  readonly name: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly attributes: Attributes;
  readonly links: readonly Link[];
  readonly droppedLinks: number;
  readonly traceState: string;
  readonly status: number;
}

const HEX = /^[0-9a-f]+$/i;
const ZEROS = /^0*$/;

export function isTraceId(id: string): boolean {
  return (id.length === 32 || id.length === 16) && HEX.test(id) && !ZEROS.test(id);
}

export function isSpanId(id: string): boolean {
  return id.length === 16 && HEX.test(id) && !ZEROS.test(id);
}

/** A parent id that is empty or all zero says that the span is a root. */
export function namesNoParent(parentSpanId: string): boolean {
  return ZEROS.test(parentSpanId);
}

/** 32 lower-case digits; a 64-bit trace id is zero-extended. */
export function wholeTraceId(id: string): string {
  return id.toLowerCase().padStart(32, '0');
}

/** Equal when the low 64 bits are and the high 64 bits are equal or zero on one side. */
export function sameTrace(a: string, b: string): boolean {
  const [left, right] = [wholeTraceId(a), wholeTraceId(b)];
  const [leftHigh, rightHigh] = [left.slice(0, 16), right.slice(0, 16)];
  return (
    left.slice(16) === right.slice(16) && (leftHigh === rightHigh || ZEROS.test(leftHigh) || ZEROS.test(rightHigh))
  );
}
