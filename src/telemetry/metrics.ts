/**
 * The metrics the program keeps about itself: name, type, labels and meaning of each are declared here and nowhere
 * else. Names begin with `tacit_` and end in the base unit; counters end in `_total`.
 */
import type { MetricSample } from '../contract/component.ts';
import { processMetricRows } from './process-metrics.ts';

export interface MetricDefinition {
  readonly name: string;
  readonly type: MetricSample['type'];
  readonly help: string;
  readonly labels: readonly string[];
  /** One value; samples of the same name are put together when they are collected. */
  sample(value: number, labels?: Readonly<Record<string, string>>): MetricSample;
  /** All values of a metric whose labels are many, or none yet. */
  samples(values: MetricSample['values']): MetricSample;
}

function define(
  type: MetricDefinition['type'],
  name: string,
  help: string,
  labels: readonly string[],
): MetricDefinition {
  return {
    name,
    type,
    help,
    labels,
    sample: (value, given = {}) => ({ name, type, help, values: [{ labels: given, value }] }),
    samples: values => ({ name, type, help, values }),
  };
}

export const BUILD_INFO = define('gauge', 'tacit_build_info', 'Always 1; the version is a label.', ['version']);
export const READY = define('gauge', 'tacit_ready', '1 while the service takes data, else 0.', []);
export const START_TIME = define('gauge', 'tacit_start_time_seconds', 'When the service started, since the epoch.', []);
export const RELOADS = define('counter', 'tacit_config_reloads_total', 'Reloads by what they came to.', ['result']);
export const RELOAD_SUCCESSFUL = define(
  'gauge',
  'tacit_config_last_reload_successful',
  '1 while the configuration in force is what was read last, 0 after a reload that was refused or failed.',
  [],
);
export const RELOAD_SUCCESS_TIME = define(
  'gauge',
  'tacit_config_last_reload_success_timestamp_seconds',
  'When a configuration was last read and found in force, since the epoch.',
  [],
);
export const LOG_LINES = define('counter', 'tacit_log_lines_total', 'Lines of the log, by level.', ['level']);
export const LOG_LINES_DROPPED = define(
  'counter',
  'tacit_log_lines_dropped_total',
  'Lines of the log that were dropped because nobody read them.',
  [],
);
export const SELF_SPANS = define(
  'counter',
  'tacit_self_trace_spans_total',
  'Spans of the program about itself, by what became of them: `sent`, dropped because too many waited (`queue_full`), or not taken by the receiver (`failed`).',
  ['outcome'],
);
export const SPANS_DROPPED = define(
  'counter',
  'tacit_processor_dropped_spans_total',
  'Spans that met a rule of a drop processor.',
  ['processor'],
);
export const MEMORY_LIMIT = define(
  'gauge',
  'tacit_memory_limiter_limit_bytes',
  'Resident memory above which requests are refused.',
  ['processor'],
);
export const RESIDENT_MEMORY = define(
  'gauge',
  'tacit_memory_limiter_resident_bytes',
  'Resident memory of the process when it was last looked at.',
  ['processor'],
);
export const FORCED_COLLECTIONS = define(
  'counter',
  'tacit_memory_limiter_collections_total',
  'Garbage collections forced because memory was short.',
  ['processor'],
);
export const REQUESTS_REFUSED_FOR_MEMORY = define(
  'counter',
  'tacit_memory_limiter_refused_requests_total',
  'Requests refused because memory was short.',
  ['processor'],
);

export const SPANS_RECEIVED = define(
  'counter',
  'tacit_spans_received_total',
  'Spans taken in, whatever became of them.',
  [],
);
export const SPANS = define(
  'gauge',
  'tacit_spans',
  'Spans by what became of them so far; they add up to those received.',
  ['fate'],
);
export const LOG_RECORDS = define('counter', 'tacit_log_records_total', 'Log records taken in.', []);
export const NODES = define('gauge', 'tacit_graph_nodes', 'Nodes held.', []);
export const EDGES = define('gauge', 'tacit_graph_edges', 'Edges held.', []);
export const NODES_LIMIT = define('gauge', 'tacit_graph_limit_nodes', 'Nodes that may be held.', []);
export const EDGES_LIMIT = define('gauge', 'tacit_graph_limit_edges', 'Edges that may be held.', []);
export const OVERFLOWED = define(
  'counter',
  'tacit_graph_overflowed_total',
  'What found no place of its own in a full table and was counted under `(other)`, or (`durations`, `times`) more coarsely.',
  ['table'],
);
export const TABLE_ENTRIES = define('gauge', 'tacit_graph_table_entries', 'Entries of a table of names.', ['table']);
export const TABLE_BYTES = define('gauge', 'tacit_graph_table_bytes', 'What a table of names takes, about.', ['table']);
export const TIER_ENTRIES = define('gauge', 'tacit_correlation_entries', 'Entries of a memory of the correlation.', [
  'tier',
]);
export const TIER_LIMIT = define(
  'gauge',
  'tacit_correlation_limit_entries',
  'Entries a memory of the correlation may hold.',
  ['tier'],
);
export const TIER_EVICTED = define(
  'counter',
  'tacit_correlation_evicted_total',
  'Entries given up before their time because the memory was full.',
  ['tier'],
);
export const TIER_HORIZON = define(
  'gauge',
  'tacit_correlation_horizon_seconds',
  'How far back a memory of the correlation really reaches.',
  ['tier'],
);

export const STORAGE_STATE = define(
  'gauge',
  'tacit_storage_state',
  '1 for the state the storage is in: recovering, ok, unavailable (nothing can be written now) or failed.',
  ['state'],
);
export const STORAGE_FREE = define('gauge', 'tacit_storage_free_bytes', 'Free on the disk of the data directory.', []);
export const JOURNAL_BYTES = define('gauge', 'tacit_journal_bytes', 'Bytes of the journal on the disk.', []);
export const JOURNAL_WRITTEN = define(
  'counter',
  'tacit_journal_written_bytes_total',
  'Bytes written to the journal since the start.',
  [],
);
export const JOURNAL_WAITING = define(
  'gauge',
  'tacit_journal_waiting_bytes',
  'Bytes of observations that are not applied yet.',
  [],
);
export const JOURNAL_SYNC_DURATION = define(
  'histogram',
  'tacit_journal_sync_duration_seconds',
  'How long the disk took to have a group of frames for certain.',
  [],
);
export const CHECKPOINT_BYTES = define('gauge', 'tacit_checkpoint_bytes', 'Bytes of the checkpoints on the disk.', []);
export const CHECKPOINT_AGE = define(
  'gauge',
  'tacit_checkpoint_age_seconds',
  'Since the newest checkpoint, or the start.',
  [],
);
export const CHECKPOINT_DURATION = define(
  'gauge',
  'tacit_checkpoint_duration_seconds',
  'How long the newest checkpoint took.',
  [],
);
export const CHECKPOINT_FAILURES = define('counter', 'tacit_checkpoint_failures_total', 'Checkpoints not made.', []);
export const RECOVERY_DURATION = define(
  'gauge',
  'tacit_recovery_duration_seconds',
  'How long the last start took to bring back what was kept.',
  [],
);
export const RECOVERY_PROBLEMS = define(
  'gauge',
  'tacit_recovery_problems',
  'What the last start found damaged or missing; `/v1/status` names it.',
  [],
);

const OTLP_REQUEST_LABELS = ['receiver', 'protocol', 'signal', 'encoding', 'outcome'];
export const OTLP_REQUESTS = define(
  'counter',
  'tacit_otlp_requests_total',
  'OTLP requests by what they came to.',
  OTLP_REQUEST_LABELS,
);
export const OTLP_WAIT = define(
  'gauge',
  'tacit_otlp_wait_seconds',
  'How long requests wait for their turn just now; above `max_wait` they are refused.',
  ['receiver'],
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

export const API_RESTARTS = define(
  'counter',
  'tacit_http_api_restarts_total',
  'How often the thread that answers questions ended by itself and was started again.',
  [],
);
export const API_REQUESTS = define(
  'counter',
  'tacit_http_api_requests_total',
  'Answers of the HTTP API by route and status.',
  ['route', 'code'],
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

export const METRICS: readonly MetricDefinition[] = [
  SPANS_RECEIVED,
  SPANS,
  LOG_RECORDS,
  NODES,
  NODES_LIMIT,
  EDGES,
  EDGES_LIMIT,
  OVERFLOWED,
  TABLE_ENTRIES,
  TABLE_BYTES,
  TIER_ENTRIES,
  TIER_LIMIT,
  TIER_EVICTED,
  TIER_HORIZON,
  STORAGE_STATE,
  STORAGE_FREE,
  JOURNAL_BYTES,
  JOURNAL_WRITTEN,
  JOURNAL_WAITING,
  JOURNAL_SYNC_DURATION,
  CHECKPOINT_BYTES,
  CHECKPOINT_AGE,
  CHECKPOINT_DURATION,
  CHECKPOINT_FAILURES,
  RECOVERY_DURATION,
  RECOVERY_PROBLEMS,
  BUILD_INFO,
  READY,
  START_TIME,
  RELOADS,
  RELOAD_SUCCESSFUL,
  RELOAD_SUCCESS_TIME,
  LOG_LINES,
  LOG_LINES_DROPPED,
  SELF_SPANS,
  SPANS_DROPPED,
  MEMORY_LIMIT,
  RESIDENT_MEMORY,
  FORCED_COLLECTIONS,
  REQUESTS_REFUSED_FOR_MEMORY,
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
  API_REQUESTS,
  API_RESTARTS,
  API_DURATION,
  API_CONNECTIONS,
  API_CLOSED_CONNECTIONS,
  AUTH_REQUESTS,
  TLS_HANDSHAKE_FAILURES,
  TLS_CERTIFICATE_EXPIRY,
  TLS_RELOADS,
];

/** Samples of one name become one sample with all their values, in the order in which names first come. */
export function mergeSamples(samples: readonly MetricSample[]): readonly MetricSample[] {
  const byName = new Map<string, MetricSample>();
  for (const sample of samples) {
    const earlier = byName.get(sample.name);
    byName.set(
      sample.name,
      earlier === undefined ? sample : { ...earlier, values: [...earlier.values, ...sample.values] },
    );
  }
  return [...byName.values()];
}

/** As `mergeSamples`, with one value for the same labels: what is counted adds up, of gauges the first holds. */
export function addSamples(samples: readonly MetricSample[]): readonly MetricSample[] {
  return mergeSamples(samples).map(sample => {
    const byLabels = new Map<string, MetricSample['values'][number]>();
    for (const one of sample.values) {
      const key = JSON.stringify([one.suffix, one.labels]);
      const earlier = byLabels.get(key);
      if (earlier === undefined) byLabels.set(key, one);
      else if (sample.type !== 'gauge') byLabels.set(key, { ...one, value: earlier.value + one.value });
    }
    return { ...sample, values: [...byLabels.values()] };
  });
}

/** Markdown for the docs. */
export function metricTable(): string {
  const lines = [...METRICS, ...processMetricRows()].map(
    ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.map(l => `\`${l}\``).join(', ')} | ${help} |`,
  );
  return ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}
