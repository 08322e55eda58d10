/** What is kept on the disk. */
import { define, type MetricDefinition } from './define.ts';

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

export const STORAGE_METRICS: readonly MetricDefinition[] = [
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
];
