/** What a parsed JSON document is: an OTLP export of some signal, or one of the known formats of others. */
import type { Json, JsonObject } from './json.ts';

/** `requests`: a list of exports. `empty`: an export without content. */
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
  if (Array.isArray(value)) return detectList(value);
  if (typeof value !== 'object' || value === null) return 'unknown';
  const has = (...names: readonly string[]) => names.some(name => Object.hasOwn(value, name));
  if (has('resourceSpans', 'resource_spans')) return 'traces';
  if (has('resourceLogs', 'resource_logs')) return 'logs';
  if (has('resourceMetrics', 'resource_metrics')) return 'metrics';
  if (has('batches')) return 'tempo';
  if (isJaeger(value)) return 'jaeger';
  if (isZipkinSpan(value)) return 'zipkin';
  if (isObject(value.trace) && ['traces', 'tempo'].includes(detectDocument(value.trace))) return 'tempo';
  return Object.keys(value).length === 0 ? 'empty' : 'unknown';
}

function detectList(items: readonly Json[]): DocumentKind {
  const [first] = items;
  if (first === undefined) return 'empty';
  if (Array.isArray(first)) return detectList(first) === 'zipkin' ? 'zipkin' : 'unknown';
  const kind = detectDocument(first);
  return kind === 'traces' || kind === 'logs' || kind === 'metrics' ? 'requests' : kind;
}

/** The answer of its query API, one trace of it, or one stored span. */
function isJaeger(value: JsonObject): boolean {
  if (Array.isArray(value.data)) return value.data.length === 0 || value.data.some(isJaegerTrace);
  return isJaegerTrace(value);
}

function isJaegerTrace(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  const [trace, span] = [value.traceID ?? value.TraceID, value.spanID ?? value.SpanID ?? value.spans];
  return trace !== undefined && span !== undefined;
}

function isZipkinSpan(value: JsonObject): boolean {
  return typeof value.traceId === 'string' && typeof value.id === 'string';
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
