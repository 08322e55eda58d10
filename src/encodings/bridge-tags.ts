/**
 * Tags by which formats older than OTLP carry what OTLP has fields for. Source: opentelemetry.io/docs/specs/otel,
 * "Mapping to non-OTLP formats", and the translators of the Collector.
 */
import type { Json } from './json.ts';

export const SPAN_KIND = 'span.kind';
export const STATUS_CODE = 'otel.status_code';
export const ERROR = 'error';
export const TRACE_STATE = 'w3c.tracestate';
/** Names of the instrumentation scope, newest first. */
export const SCOPE_NAMES = ['otel.scope.name', 'otel.library.name'] as const;

const UNSET = 0;
const OK = 1;
const FAILED = 2;

/** A span's status: what its code says, else an error when it has the tag, whatever its value (but `false`). */
export function statusOf(code: Json | undefined, error: Json | undefined): number {
  if (code === 'OK') return OK;
  if (code === 'ERROR') return FAILED;
  const failed = error !== undefined && error !== null && error !== false && error !== 'false';
  return failed ? FAILED : UNSET;
}
