/** Spans of an attack as OTLP protobuf: written by hand, since an attacker must be faster than what is attacked. */
import { ReverseWriter } from '../pipeline/protobuf-writer.ts';

export const INTERNAL = 1;
export const SERVER = 2;
export const CLIENT = 3;
export const PRODUCER = 4;
export const CONSUMER = 5;

export interface AttackSpan {
  readonly resource: Readonly<Record<string, string>>;
  readonly scope?: string;
  readonly trace: number;
  readonly span: number;
  readonly parent?: number;
  readonly kind: number;
  readonly name?: string;
  readonly startMs: number;
  readonly durationUs?: number;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** Spans of the same trace that are linked. */
  readonly links?: readonly number[];
}

/** An ExportTraceServiceRequest. */
export function encodeSpans(spans: readonly AttackSpan[]): Buffer {
  const writer = new ReverseWriter();
  for (let i = spans.length - 1; i >= 0; i--) writeResourceSpans(writer, spans[i]!);
  return writer.take();
}

function writeResourceSpans(w: ReverseWriter, span: AttackSpan): void {
  const resourceSpans = w.length;
  const scopeSpans = w.length;
  const own = w.length;
  writeSpan(w, span);
  w.close(2, own);
  if (span.scope !== undefined) {
    const scope = w.length;
    w.string(1, span.scope);
    w.close(1, scope);
  }
  w.close(2, scopeSpans);
  const resource = w.length;
  writeAttributes(w, 1, span.resource);
  w.close(1, resource);
  w.close(1, resourceSpans);
}

function writeSpan(w: ReverseWriter, span: AttackSpan): void {
  for (const link of span.links ?? []) {
    const own = w.length;
    id(w, 2, 8, link);
    id(w, 1, 16, span.trace);
    w.close(13, own);
  }
  writeAttributes(w, 9, span.attributes ?? {});
  time(w, 8, span.startMs, span.durationUs ?? 1000);
  time(w, 7, span.startMs, 0);
  w.varintField(6, span.kind);
  w.string(5, span.name ?? 'work');
  if (span.parent !== undefined) id(w, 4, 8, span.parent);
  id(w, 2, 8, span.span);
  id(w, 1, 16, span.trace);
}

function writeAttributes(w: ReverseWriter, field: number, attributes: Readonly<Record<string, string | number>>): void {
  for (const [key, value] of Object.entries(attributes)) {
    const own = w.length;
    const any = w.length;
    if (typeof value === 'string') w.string(1, value);
    else w.varintField(3, value);
    w.close(2, any);
    w.string(1, key);
    w.close(field, own);
  }
}

const scratch = Buffer.alloc(16);

/** An id of 8 or 16 bytes that ends in the number. */
function id(w: ReverseWriter, field: number, size: number, number: number): void {
  const bytes = scratch.subarray(16 - size);
  bytes.fill(0);
  bytes[0] = 0xa7;
  bytes.writeUInt32BE(number, size - 4);
  w.bytesField(field, bytes);
}

function time(w: ReverseWriter, field: number, ms: number, us: number): void {
  const bytes = scratch.subarray(0, 8);
  bytes.writeBigUInt64LE(BigInt(ms) * 1_000_000n + BigInt(us) * 1000n);
  for (let i = 7; i >= 0; i--) w.byte(bytes[i]!);
  w.tag(field, 1);
}
