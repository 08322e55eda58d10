/** Exporters of changes. */
import { define, type MetricDefinition } from './define.ts';

/** An exporter works for each pipeline that it stands in. */
const LABELS = ['exporter', 'pipeline'];

export const DELIVERED_CHANGES = define(
  'counter',
  'tacit_exporter_delivered_changes_total',
  'Changes that the other side took.',
  LABELS,
);
export const DELIVERED_BATCHES = define(
  'counter',
  'tacit_exporter_delivered_batches_total',
  'Requests with changes that the other side took.',
  LABELS,
);
export const FAILED_ATTEMPTS = define(
  'counter',
  'tacit_exporter_failed_attempts_total',
  'Attempts to send that failed and are made again.',
  LABELS,
);
export const DEAD_LETTERED_CHANGES = define(
  'counter',
  'tacit_exporter_dead_letters_total',
  'Changes that were refused for good or given up: they are among the dead letters.',
  LABELS,
);
export const FORGOTTEN_DEAD_LETTERS = define(
  'counter',
  'tacit_exporter_forgotten_dead_letters_total',
  'Dead letters that made room for newer ones.',
  LABELS,
);
export const LOST_CHANGES = define(
  'counter',
  'tacit_exporter_lost_changes_total',
  'Changes that were no longer kept when their turn came, at most.',
  LABELS,
);
export const CHANGES_BEHIND = define(
  'gauge',
  'tacit_exporter_changes_behind',
  'Published changes that are not sent yet, with those that will not be.',
  LABELS,
);

export const EXPORTER_METRICS: readonly MetricDefinition[] = [
  DELIVERED_CHANGES,
  DELIVERED_BATCHES,
  FAILED_ATTEMPTS,
  DEAD_LETTERED_CHANGES,
  FORGOTTEN_DEAD_LETTERS,
  LOST_CHANGES,
  CHANGES_BEHIND,
];
