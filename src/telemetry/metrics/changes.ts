/** Changes of the graph, stored and told. */
import { define, type MetricDefinition } from './define.ts';

export const CHANGES_PUBLISHED = define(
  'counter',
  'tacit_changes_total',
  'Changes of the graph that were stored and told, by type.',
  ['type'],
);
export const CHANGES_WAITING = define(
  'gauge',
  'tacit_changes_waiting',
  'Changes that are not stored yet, and not told.',
  [],
);
export const CHANGES_DROPPED = define(
  'counter',
  'tacit_changes_dropped_total',
  'Changes that were never told, since 100,000 waited for the disk.',
  [],
);
export const CHANGES_BYTES = define('gauge', 'tacit_changes_bytes', 'Bytes of the changes that can be read.', []);

export const CHANGES_AGE = define(
  'gauge',
  'tacit_changes_age_seconds',
  'How long ago the oldest change that can be read was, and the newest.',
  ['change'],
);

export const CHANGES_METRICS: readonly MetricDefinition[] = [
  CHANGES_PUBLISHED,
  CHANGES_WAITING,
  CHANGES_DROPPED,
  CHANGES_BYTES,
  CHANGES_AGE,
];
