/** The graph of earlier. */
import { define, type MetricDefinition } from './define.ts';

export const HISTORY_BYTES = define('gauge', 'tacit_history_bytes', 'Bytes of the history in use.', []);
export const HISTORY_BYTES_LIMIT = define('gauge', 'tacit_history_bytes_limit', 'Bytes of the history, at most.', []);
export const HISTORY_AGE = define('gauge', 'tacit_history_age_seconds', 'How far back the graph can be asked for.', []);
export const HISTORY_ROWS = define(
  'gauge',
  'tacit_history_rows',
  'Rows of the history, by what they hold: minutes, ten minutes, hours, or sums that spare a way.',
  ['level'],
);
export const HISTORY_COARSENED = define(
  'counter',
  'tacit_history_coarsened_total',
  'Times that detail was given up early, since history may not be larger.',
  [],
);
export const HISTORY_DAMAGED = define(
  'counter',
  'tacit_history_damaged_rows_total',
  'Rows of the history that could not be read and were given up.',
  [],
);
export const HISTORY_FAILING = define(
  'gauge',
  'tacit_history_failing',
  '1 while what is counted cannot be written to the history.',
  [],
);

export const HISTORY_METRICS: readonly MetricDefinition[] = [
  HISTORY_BYTES,
  HISTORY_BYTES_LIMIT,
  HISTORY_AGE,
  HISTORY_ROWS,
  HISTORY_COARSENED,
  HISTORY_DAMAGED,
  HISTORY_FAILING,
];
