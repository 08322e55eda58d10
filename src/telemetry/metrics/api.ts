/** The HTTP API. */
import { define, type MetricDefinition } from './define.ts';

export const API_REQUESTS = define(
  'counter',
  'tacit_http_api_requests_total',
  'Answers of the HTTP API by route and status.',
  ['route', 'code'],
);
export const API_RESTARTS = define(
  'counter',
  'tacit_http_api_restarts_total',
  'How often the thread that answers questions ended by itself and was started again.',
  [],
);
export const API_DURATION = define(
  'histogram',
  'tacit_http_api_request_duration_seconds',
  'How long answers of the HTTP API took, by route.',
  ['route'],
);
export const API_CONNECTIONS = define('gauge', 'tacit_http_api_connections', 'Open connections of the HTTP API.', []);
export const API_CLOSED_CONNECTIONS = define(
  'counter',
  'tacit_http_api_closed_connections_total',
  'Connections the HTTP API did not take because all places were being answered (`limit`), or ended: for a new one (`silent`), for an answer that was not read (`unread`), for more than 16 requests at once (`pipelined`).',
  ['reason'],
);

export const API_STREAMS = define('gauge', 'tacit_http_api_streams', 'Open streams of changes.', []);
export const API_STREAM_GAPS = define(
  'counter',
  'tacit_http_api_stream_gaps_total',
  'How often a stream of changes could not tell some, since they are not kept any more (`missed`), or its reader fell behind (`behind`).',
  ['kind'],
);

export const API_METRICS: readonly MetricDefinition[] = [
  API_REQUESTS,
  API_RESTARTS,
  API_DURATION,
  API_CONNECTIONS,
  API_CLOSED_CONNECTIONS,
  API_STREAMS,
  API_STREAM_GAPS,
];
