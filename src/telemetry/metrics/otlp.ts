/** The OTLP receiver. */
import { define, type MetricDefinition } from './define.ts';

const OTLP_REQUEST_LABELS = ['receiver', 'protocol', 'signal', 'encoding', 'outcome'];
export const OTLP_REQUESTS = define(
  'counter',
  'tacit_otlp_requests_total',
  'OTLP requests by what they came to.',
  OTLP_REQUEST_LABELS,
);
export const OTLP_REQUEST_BYTES = define(
  'counter',
  'tacit_otlp_request_bytes_total',
  'Bytes of OTLP requests, decompressed, or as far as they were read.',
  OTLP_REQUEST_LABELS,
);
export const OTLP_REQUEST_DURATION = define(
  'histogram',
  'tacit_otlp_request_duration_seconds',
  'From the head of an OTLP request to its answer.',
  ['receiver', 'protocol', 'signal'],
);
export const OTLP_WAIT = define(
  'gauge',
  'tacit_otlp_wait_seconds',
  'How long requests wait for their turn just now; above `max_wait` they are refused.',
  ['receiver'],
);
export const OTLP_MALFORMED_REQUESTS = define(
  'counter',
  'tacit_otlp_malformed_requests_total',
  'OTLP requests that could not be decoded.',
  ['receiver', 'reason'],
);
export const OTLP_LOG_RECORDS = define('counter', 'tacit_otlp_log_records_total', 'OTLP log records accepted.', [
  'receiver',
]);
export const OTLP_CONNECTIONS = define('gauge', 'tacit_otlp_connections', 'Open connections of an OTLP listener.', [
  'receiver',
  'protocol',
]);
export const OTLP_CONNECTION_LIMIT = define(
  'gauge',
  'tacit_otlp_connections_limit',
  'Connections an OTLP listener may have open: `max_connections`, or what the limit of open files allows.',
  ['receiver', 'protocol'],
);
export const OTLP_REFUSED_CONNECTIONS = define(
  'counter',
  'tacit_otlp_refused_connections_total',
  'Connections an OTLP listener did not take because all places were being answered.',
  ['receiver', 'protocol'],
);
export const OTLP_CLOSED_CONNECTIONS = define(
  'counter',
  'tacit_otlp_closed_connections_total',
  'Connections an OTLP listener ended: for a new one (`silent`), for an answer that was not read (`unread`), for a head that was too large (`large_head`), too slow (`slow_head`) or none (`malformed`), for a body that was too slow (`slow_body`); over gRPC also for too many frames that bring nothing (`flood`) and for a ping without an answer (`dead`).',
  ['receiver', 'protocol', 'reason'],
);

export const OTLP_METRICS: readonly MetricDefinition[] = [
  OTLP_REQUESTS,
  OTLP_REQUEST_BYTES,
  OTLP_REQUEST_DURATION,
  OTLP_WAIT,
  OTLP_MALFORMED_REQUESTS,
  OTLP_LOG_RECORDS,
  OTLP_CONNECTIONS,
  OTLP_CONNECTION_LIMIT,
  OTLP_REFUSED_CONNECTIONS,
  OTLP_CLOSED_CONNECTIONS,
];
