/** Metrics of the changes that are told. */
import { CHANGE_TYPES } from '../../contract/change.ts';
import type { MetricSample } from '../../contract/component.ts';
import {
  CHANGES_AGE,
  CHANGES_BYTES,
  CHANGES_DROPPED,
  CHANGES_PUBLISHED,
  CHANGES_WAITING,
} from '../../telemetry/metrics/changes.ts';
import type { Topology } from './topology.ts';

export function changeSamples({ time: { changes } }: Topology, nowMs: number): readonly MetricSample[] {
  const { waiting, dropped, bytes, oldest, newest } = changes.status();
  const ageSeconds = (at: string) => Math.max(0, nowMs - Date.parse(at)) / 1000;
  return [
    ...CHANGE_TYPES.map(type => CHANGES_PUBLISHED.sample(changes.published.get(type) ?? 0, { type })),
    CHANGES_WAITING.sample(waiting),
    CHANGES_DROPPED.sample(dropped),
    CHANGES_BYTES.sample(bytes),
    ...(oldest === null || newest === null
      ? []
      : [
          CHANGES_AGE.sample(ageSeconds(oldest.at), { change: 'oldest' }),
          CHANGES_AGE.sample(ageSeconds(newest.at), { change: 'newest' }),
        ]),
  ];
}
