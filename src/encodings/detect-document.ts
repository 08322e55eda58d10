/**
 * What a parsed JSON document is: an OTLP export of some signal, or spans of another format. Told by the names of its
 * fields, without looking far into it.
 */
import type { Json, JsonObject } from './json.ts';

/** `requests`: a list of exports. `empty`: an export, or a list, without content. */
export type DocumentKind =
  | 'traces'
  | 'logs'
  | 'metrics'
  | 'requests'
  | 'empty'
  | 'jaeger'
  | 'zipkin'
  | 'tempo'
  | 'unknown';

export function detectDocument(value: Json): DocumentKind {
  return Array.isArray(value) ? detectList(value) : detectObject(value);
}

function detectObject(value: Json): DocumentKind {
  if (!isObject(value)) return 'unknown';
  if (has(value, 'resourceSpans', 'resource_spans')) return 'traces';
  if (has(value, 'resourceLogs', 'resource_logs')) return 'logs';
  if (has(value, 'resourceMetrics', 'resource_metrics')) return 'metrics';
  if ([value, value.trace, value.result].some(isTempo)) return 'tempo';
  if (isJaeger(value)) return 'jaeger';
  if (isZipkinSpan(value)) return 'zipkin';
  return Object.keys(value).length === 0 ? 'empty' : 'unknown';
}

/** A list is what its first item is; of Zipkin there are lists of lists. */
function detectList(items: readonly Json[]): DocumentKind {
  const first = items.find(item => !Array.isArray(item) || item.length > 0);
  if (first === undefined) return 'empty';
  if (Array.isArray(first)) return isZipkinSpan(first[0]) ? 'zipkin' : 'unknown';
  const kind = detectObject(first);
  return kind === 'jaeger' || kind === 'zipkin' || kind === 'unknown' ? kind : 'requests';
}

function isTempo(value: Json | undefined): boolean {
  return isObject(value) && has(value, 'batches', 'resourceSpans', 'resource_spans');
}

/** The answer of its query API, one trace of it, or one span. */
function isJaeger(value: JsonObject): boolean {
  if (Array.isArray(value.data)) return value.data.length === 0 || value.data.some(isJaegerTrace);
  return isJaegerTrace(value);
}

function isJaegerTrace(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  if (has(value, 'traceID', 'TraceID')) return has(value, 'spanID', 'SpanID', 'spans');
  return has(value, 'traceId') && has(value, 'spanId') && has(value, 'process', 'operationName');
}

function isZipkinSpan(value: Json | undefined): boolean {
  return isObject(value) && has(value, 'traceId') && has(value, 'id');
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function has(value: JsonObject, ...names: readonly string[]): boolean {
  return names.some(name => Object.hasOwn(value, name));
}
