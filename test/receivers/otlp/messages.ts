/** Requests to send and answers to read, through the reference codec. */
import { decode, encodeLogs, encodeTraces, LogsResponse, RpcStatus, TracesResponse } from '../../kits/otlp.ts';

const SPAN = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', startTimeUnixNano: '1', endTimeUnixNano: '2', kind: 2 };

/** An export request in OTLP/JSON with spans of these names. */
export function tracesOf(...names: string[]): object {
  const spans = names.map((name, i) => ({ ...SPAN, spanId: (i + 1).toString(16).padStart(16, '0'), name }));
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }] };
  return { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] };
}

export function tracesBytes(...names: string[]): Buffer {
  return Buffer.from(encodeTraces(tracesOf(...names)));
}

/** A valid request of at least this many bytes. */
export function largeTraces(bytes: number): Buffer {
  return tracesBytes('s'.repeat(bytes));
}

export function logsOf(count: number): object {
  const logRecords = Array.from({ length: count }, (_, i) => ({ body: { stringValue: `line ${i}` } }));
  return { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
}

export function logsBytes(count: number): Buffer {
  return Buffer.from(encodeLogs(logsOf(count)));
}

export function readStatus(body: Uint8Array, encoding: 'protobuf' | 'json') {
  return encoding === 'json' ? JSON.parse(Buffer.from(body).toString()) : decode(RpcStatus, body);
}

export function readTracesResponse(body: Uint8Array) {
  return decode(TracesResponse, body);
}

export function readLogsResponse(body: Uint8Array) {
  return decode(LogsResponse, body);
}
