/** Metrics of the changes that are told. */
import { CHANGE_TYPES } from '../../contract/change.ts';
import type { MetricSample } from '../../contract/component.ts';
import { CHANGES_BYTES, CHANGES_DROPPED, CHANGES_PUBLISHED, CHANGES_WAITING } from '../../telemetry/metrics/changes.ts';
import type { Topology } from './topology.ts';

export function changeSamples({ time: { changes } }: Topology): readonly MetricSample[] {
  return [
    ...CHANGE_TYPES.map(type => CHANGES_PUBLISHED.sample(changes.published.get(type) ?? 0, { type })),
    CHANGES_WAITING.sample(changes.waitingChanges),
    CHANGES_DROPPED.sample(changes.dropped),
    CHANGES_BYTES.sample(changes.bytes),
  ];
}
