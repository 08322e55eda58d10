/**
 * The metrics the program keeps about itself: name, type, labels and meaning of each are declared in this folder and
 * nowhere else. Names begin with `tacit_` and end in the base unit; counters end in `_total`.
 */
import { processMetricRows } from '../process-metrics.ts';
import { API_METRICS } from './api.ts';
import { CHANGES_METRICS } from './changes.ts';
import type { MetricDefinition } from './define.ts';
import { EXPORTER_METRICS } from './exporters.ts';
import { FILE_METRICS } from './file.ts';
import { HISTORY_METRICS } from './history.ts';
import { HTTP_EVENTS_METRICS } from './http-events.ts';
import { KAFKA_METRICS } from './kafka.ts';
import { LIFE_CYCLE_METRICS } from './life-cycle.ts';
import { LISTENER_METRICS } from './listeners.ts';
import { OTLP_METRICS } from './otlp.ts';
import { PROCESSOR_METRICS } from './processors.ts';
import { SERVICE_METRICS } from './service.ts';
import { STORAGE_METRICS } from './storage.ts';
import { TOPOLOGY_METRICS } from './topology.ts';

export const METRICS: readonly MetricDefinition[] = [
  ...TOPOLOGY_METRICS,
  ...STORAGE_METRICS,
  ...CHANGES_METRICS,
  ...LIFE_CYCLE_METRICS,
  ...HISTORY_METRICS,
  ...SERVICE_METRICS,
  ...PROCESSOR_METRICS,
  ...OTLP_METRICS,
  ...KAFKA_METRICS,
  ...HTTP_EVENTS_METRICS,
  ...FILE_METRICS,
  ...API_METRICS,
  ...LISTENER_METRICS,
  ...EXPORTER_METRICS,
];

/** Markdown for the docs. */
export function metricTable(): string {
  const lines = [...METRICS, ...processMetricRows()].map(
    ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.map(l => `\`${l}\``).join(', ')} | ${help} |`,
  );
  return ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}
