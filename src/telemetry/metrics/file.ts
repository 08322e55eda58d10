/** The receiver of files. */
import { define, type MetricDefinition } from './define.ts';

export const FILE_LINES = define(
  'counter',
  'tacit_file_lines_total',
  'Lines read of followed files: `taken`, `malformed`, or `skipped` because no pipeline of the receiver takes what they hold.',
  ['receiver', 'result'],
);
export const FILE_BYTES = define('counter', 'tacit_file_read_bytes_total', 'Bytes read of followed files.', [
  'receiver',
]);
export const FILE_MALFORMED = define(
  'counter',
  'tacit_file_malformed_total',
  'Lines that could not be read, by reason.',
  ['receiver', 'reason'],
);
export const FILE_EVENTS = define(
  'counter',
  'tacit_file_events_total',
  'What happened to followed files: `found`, `resumed` where an earlier run stopped, `renamed`, `replaced` by another of the same name, `truncated`, `removed`, `unreadable`.',
  ['receiver', 'event'],
);
export const FILES = define('gauge', 'tacit_file_files', 'Files followed, and those that wait because too many are.', [
  'receiver',
  'state',
]);
export const FILE_LAG = define(
  'gauge',
  'tacit_file_lag_bytes',
  'Bytes of followed files that are not read yet, as of the last look.',
  ['receiver'],
);

export const FILE_METRICS: readonly MetricDefinition[] = [
  FILE_LINES,
  FILE_BYTES,
  FILE_MALFORMED,
  FILE_EVENTS,
  FILES,
  FILE_LAG,
];
