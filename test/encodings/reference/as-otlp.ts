/** What the slow translations of other formats into OTLP JSON share, and how their spans are compared with the fast ones. */
import { decodeTracesJson } from '../../../src/encodings/otlp/traces-json.ts';
import { type Decoder, type Outcome, outcomeOf, type SpanRecord } from '../../fuzz/span-record.ts';

export interface Attribute {
  readonly key: string;
  readonly value: object;
}

/** A plain value as OTLP JSON has it; undefined for none. */
export function attributesOf(name: string, value: unknown): Attribute[] {
  if (value === null || value === undefined) return [];
  if (typeof value === 'string') return [{ key: name, value: { stringValue: value } }];
  if (typeof value === 'boolean') return [{ key: name, value: { boolValue: value } }];
  if (typeof value === 'object') return [{ key: name, value: { kvlistValue: { values: [] } } }];
  const whole = Number.isSafeInteger(value);
  return [{ key: name, value: whole ? { intValue: String(value) } : { doubleValue: value } }];
}

/** Microseconds → nanoseconds as text. */
export function nanos(micros: number): string {
  return `${micros}000`;
}

/** What the status tags say: 0 unset, 1 ok, 2 error. */
export function statusCode(code: unknown, error: unknown): number {
  if (code === 'OK') return 1;
  if (code === 'ERROR') return 2;
  if (error === undefined || error === null) return 0;
  return String(error) === 'false' && (typeof error === 'boolean' || typeof error === 'string') ? 0 : 2;
}

const encoder = new TextEncoder();

/** Spans in an order that does not depend on how a decoder goes through a document. */
export function spansBy(decode: Decoder, document: unknown): readonly SpanRecord[] | { readonly malformed: string } {
  const outcome: Outcome = outcomeOf(decode, encoder.encode(JSON.stringify(document)));
  if ('malformed' in outcome) return outcome;
  const spans = outcome.spans.map(span => ({ ...span, resourceIndex: 0 }));
  return spans.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

export function spansOfOtlp(resourceSpans: readonly object[]): ReturnType<typeof spansBy> {
  return spansBy(decodeTracesJson, { resourceSpans });
}
