/** Calls from one service to another as OTLP JSON requests. */

/** 2026-03-01T12:00:00Z, in milliseconds. */
export const NOON = Date.UTC(2026, 2, 1, 12);

/** One call from `web` to `shop`: an export whose ids are made of `n`, which is from 1. */
export function callOf(n: number, startMs = NOON + n * 1000): { readonly resourceSpans: readonly object[] } {
  const traceId = n.toString(16).padStart(32, '0');
  const spanId = (offset: number) => (n * 16 + offset).toString(16).padStart(16, '0');
  const time = { startTimeUnixNano: `${startMs}000000`, endTimeUnixNano: `${startMs + 5}000000` };
  const client = { traceId, spanId: spanId(1), name: 'GET', kind: 3, ...time };
  const server = { traceId, spanId: spanId(2), parentSpanId: spanId(1), name: 'GET /', kind: 2, ...time };
  return { resourceSpans: [resourceSpans('web', client), resourceSpans('shop', server)] };
}

export function resourceSpans(service: string, ...spans: readonly object[]): object {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] };
  return { resource, scopeSpans: [{ scope: { name: 'test' }, spans }] };
}
