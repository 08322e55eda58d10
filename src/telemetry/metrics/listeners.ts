/** What stands before a listener: tokens and TLS. */
import { define, type MetricDefinition } from './define.ts';

const LISTENER_LABELS = ['component', 'protocol'];
export const AUTH_REQUESTS = define(
  'counter',
  'tacit_auth_requests_total',
  'Requests to listeners with `auth`, by the name of the token and what came of it: `accepted`, `forbidden`, `unknown` or `missing`.',
  [...LISTENER_LABELS, 'token', 'result'],
);
export const TLS_HANDSHAKE_FAILURES = define(
  'counter',
  'tacit_tls_handshake_failures_total',
  'Connections to listeners with `tls` that did not become TLS.',
  [...LISTENER_LABELS, 'reason'],
);
export const TLS_CERTIFICATE_EXPIRY = define(
  'gauge',
  'tacit_tls_certificate_expiry_timestamp_seconds',
  'When the first of the certificates in use expires, since the epoch.',
  LISTENER_LABELS,
);
export const TLS_RELOADS = define(
  'counter',
  'tacit_tls_certificate_reloads_total',
  'Changed certificates taken into use after the start.',
  LISTENER_LABELS,
);

export const LISTENER_METRICS: readonly MetricDefinition[] = [
  AUTH_REQUESTS,
  TLS_HANDSHAKE_FAILURES,
  TLS_CERTIFICATE_EXPIRY,
  TLS_RELOADS,
];
