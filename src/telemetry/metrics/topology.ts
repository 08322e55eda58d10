/** The graph and what becomes of spans. */
import { define, type MetricDefinition } from './define.ts';

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
export const NODES_LIMIT = define('gauge', 'tacit_graph_limit_nodes', 'Nodes that may be held.', []);
export const EDGES = define('gauge', 'tacit_graph_edges', 'Edges held.', []);
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
export const LEDGER_STORED = define(
  'gauge',
  'tacit_ledger_stored_entries',
  'Positions and ids of messages that are on the disk but for what every search needs.',
  [],
);
export const LEDGER_BYTES = define('gauge', 'tacit_ledger_bytes', 'What positions and ids of messages take.', [
  'where',
]);
export const LEDGER_READS = define(
  'counter',
  'tacit_ledger_reads_total',
  'Blocks of positions and ids of messages read from the disk, mostly from its cache.',
  [],
);
export const LEDGER_FAILURES = define(
  'counter',
  'tacit_ledger_failures_total',
  'Blocks that could not be read as they were written (`read`): their messages join no more; and slabs that could not be written (`store`), which is tried again.',
  ['what'],
);

export const TOPOLOGY_METRICS: readonly MetricDefinition[] = [
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
  LEDGER_STORED,
  LEDGER_BYTES,
  LEDGER_READS,
  LEDGER_FAILURES,
];
