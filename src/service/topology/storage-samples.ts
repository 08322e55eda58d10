/** The numbers of a topology's storage as metrics; none where nothing is kept. */
import type { MetricSample } from '../../contract/component.ts';
import { STORAGE_STATES } from '../../contract/storage.ts';
import {
  CHECKPOINT_AGE,
  CHECKPOINT_BYTES,
  CHECKPOINT_DURATION,
  CHECKPOINT_FAILURES,
  JOURNAL_BYTES,
  JOURNAL_SYNC_DURATION,
  JOURNAL_WAITING,
  JOURNAL_WRITTEN,
  RECOVERY_DURATION,
  RECOVERY_PROBLEMS,
  STORAGE_FREE,
  STORAGE_STATE,
} from '../../telemetry/metrics/storage.ts';
import type { Topology } from './topology.ts';

export function storageSamples(topology: Topology): readonly MetricSample[] {
  const status = topology.storage();
  if (status === undefined) return [];
  const { journal, recovery, checkpoint } = status;
  const syncTimes = topology.journal.counters?.syncTimes;
  return [
    STORAGE_STATE.samples(STORAGE_STATES.map(state => ({ labels: { state }, value: state === status.state ? 1 : 0 }))),
    STORAGE_FREE.sample(status.freeBytes),
    JOURNAL_BYTES.sample(journal.bytes),
    JOURNAL_WRITTEN.sample(journal.writtenBytes),
    JOURNAL_WAITING.sample(journal.waitingBytes),
    ...(syncTimes === undefined ? [] : [JOURNAL_SYNC_DURATION.samples(syncTimes.values({}))]),
    CHECKPOINT_BYTES.sample(status.checkpointBytes),
    CHECKPOINT_FAILURES.sample(status.failedCheckpoints),
    CHECKPOINT_AGE.sample(checkpoint?.ageSeconds ?? process.uptime()),
    CHECKPOINT_DURATION.sample(checkpoint?.seconds ?? 0),
    RECOVERY_DURATION.sample(recovery.seconds),
    RECOVERY_PROBLEMS.sample(recovery.problems.length),
  ];
}
