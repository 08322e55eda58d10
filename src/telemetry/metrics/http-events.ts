/** The receiver of records over HTTP. */
import { define, type MetricDefinition } from './define.ts';

const REQUEST_LABELS = ['receiver', 'path', 'outcome'];
export const EVENTS_REQUESTS = define(
  'counter',
  'tacit_http_events_requests_total',
  'Requests of records over HTTP by what they came to.',
  REQUEST_LABELS,
);
export const EVENTS_REQUEST_BYTES = define(
  'counter',
  'tacit_http_events_request_bytes_total',
  'Bytes of requests of records, decompressed, or as far as they were read.',
  REQUEST_LABELS,
);
export const EVENTS_REQUEST_DURATION = define(
  'histogram',
  'tacit_http_events_request_duration_seconds',
  'From the head of a request of records to its answer.',
  ['receiver', 'path'],
);
export const EVENTS_RECORDS = define(
  'counter',
  'tacit_http_events_records_total',
  'Records over HTTP: `accepted`, or `rejected` because they could not be read.',
  ['receiver', 'result'],
);
export const EVENTS_MALFORMED = define(
  'counter',
  'tacit_http_events_malformed_total',
  'Records, or whole bodies, that could not be read, by reason.',
  ['receiver', 'reason'],
);
export const EVENTS_WAIT = define(
  'gauge',
  'tacit_http_events_wait_seconds',
  'How long requests of records wait for their turn just now; above `max_wait` they are refused.',
  ['receiver'],
);
export const EVENTS_CONNECTIONS = define(
  'gauge',
  'tacit_http_events_connections',
  'Open connections of a listener for records.',
  ['receiver'],
);
export const EVENTS_CONNECTION_LIMIT = define(
  'gauge',
  'tacit_http_events_connections_limit',
  'Connections a listener for records may have open.',
  ['receiver'],
);
export const EVENTS_CLOSED_CONNECTIONS = define(
  'counter',
  'tacit_http_events_closed_connections_total',
  'Connections a listener for records did not take (`limit`) or ended; the reasons are those of OTLP listeners.',
  ['receiver', 'reason'],
);

export const HTTP_EVENTS_METRICS: readonly MetricDefinition[] = [
  EVENTS_REQUESTS,
  EVENTS_REQUEST_BYTES,
  EVENTS_REQUEST_DURATION,
  EVENTS_RECORDS,
  EVENTS_MALFORMED,
  EVENTS_WAIT,
  EVENTS_CONNECTIONS,
  EVENTS_CONNECTION_LIMIT,
  EVENTS_CLOSED_CONNECTIONS,
];
