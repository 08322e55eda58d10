/** The program as a whole. */
import { define, type MetricDefinition } from './define.ts';

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

export const SERVICE_METRICS: readonly MetricDefinition[] = [
  BUILD_INFO,
  READY,
  START_TIME,
  RELOADS,
  RELOAD_SUCCESSFUL,
  RELOAD_SUCCESS_TIME,
  LOG_LINES,
  LOG_LINES_DROPPED,
  SELF_SPANS,
];
