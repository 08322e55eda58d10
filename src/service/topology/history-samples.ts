/** Metrics of the history. */
import type { MetricSample } from '../../contract/component.ts';
import {
  HISTORY_AGE,
  HISTORY_BYTES,
  HISTORY_BYTES_LIMIT,
  HISTORY_COARSENED,
  HISTORY_DAMAGED,
  HISTORY_FAILING,
  HISTORY_ROWS,
} from '../../telemetry/metrics/history.ts';
import type { Topology } from './topology.ts';

export function historySamples({ time: { history } }: Topology, nowMs: number): readonly MetricSample[] {
  const { begin, bytes, maxBytes, rows, coarsened, damagedRows, message } = history.status();
  return [
    HISTORY_BYTES.sample(bytes),
    HISTORY_BYTES_LIMIT.sample(maxBytes),
    ...Object.entries(rows).map(([level, count]) => HISTORY_ROWS.sample(count, { level })),
    HISTORY_COARSENED.sample(coarsened),
    HISTORY_DAMAGED.sample(damagedRows),
    ...(begin === null ? [] : [HISTORY_AGE.sample(Math.max(0, nowMs - Date.parse(begin)) / 1000)]),
    HISTORY_FAILING.sample(message === '' ? 0 : 1),
  ];
}
