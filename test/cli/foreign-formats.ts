/** One call from `web` to `shop` in the formats of others: the call that `callOf` gives as OTLP. */
import { NOON } from './analyze-calls.ts';

const START_MICROS = NOON * 1000 + 1_000_000;
const TRACE = '1'.padStart(32, '0');
const CLIENT = '11'.padStart(16, '0');
const SERVER = '12'.padStart(16, '0');

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

function batchOf(service: string, span: object): object {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] };
  const times = { startTimeUnixNano: `${START_MICROS}000`, endTimeUnixNano: `${START_MICROS + 5000}000` };
  const ids = { traceId: base64(TRACE), ...times, ...span };
  return { resource, instrumentationLibrarySpans: [{ instrumentationLibrary: {}, spans: [ids] }] };
}

const batches = [
  batchOf('web', { spanId: base64(CLIENT), kind: 'SPAN_KIND_CLIENT', status: {} }),
  batchOf('shop', {
    spanId: base64(SERVER),
    parentSpanId: base64(CLIENT),
    kind: 'SPAN_KIND_SERVER',
    status: { code: 'STATUS_CODE_OK' },
  }),
];

export const tempo = { batches };
export const tempoV2 = { trace: { resourceSpans: batches }, metrics: {} };
export const jaegerV3 = { result: { resourceSpans: batches } };

function jaegerSpan(spanID: string, processID: string, kind: string, parent?: string): object {
  return {
    traceID: TRACE,
    spanID,
    operationName: 'GET /',
    references: parent === undefined ? [] : [{ refType: 'CHILD_OF', traceID: TRACE, spanID: parent }],
    startTime: START_MICROS,
    duration: 5000,
    tags: [{ key: 'span.kind', type: 'string', value: kind }],
    logs: [],
    processID,
    warnings: null,
  };
}

const processes = { p1: { serviceName: 'web', tags: [] }, p2: { serviceName: 'shop', tags: null } };
const jaegerSpans = [jaegerSpan(CLIENT, 'p1', 'client'), jaegerSpan(SERVER, 'p2', 'server', CLIENT)];

export const jaegerTrace = { traceID: TRACE, spans: jaegerSpans, processes, warnings: null };
export const jaeger = { data: [jaegerTrace], total: 0, limit: 0, offset: 0, errors: null };
export const jaegerDocuments = jaegerSpans.map((span, i) => {
  return { ...span, process: i === 0 ? processes.p1 : processes.p2 };
});

function zipkinSpan(id: string, service: string, kind: string, more: object): object {
  const span = { traceId: TRACE, id, kind, name: 'get', timestamp: START_MICROS, duration: 5000, ...more };
  return { ...span, localEndpoint: { serviceName: service, ipv4: '10.0.0.1' } };
}

export const zipkin = [
  zipkinSpan(CLIENT, 'web', 'CLIENT', {}),
  zipkinSpan(SERVER, 'shop', 'SERVER', { parentId: CLIENT }),
];
export const zipkinShared = [
  zipkinSpan(CLIENT, 'web', 'CLIENT', { remoteEndpoint: { serviceName: 'shop' } }),
  zipkinSpan(CLIENT, 'shop', 'SERVER', { shared: true }),
];
