/**
 * What was fetched of a partition and is not taken in yet, with the time by which each record stands. Times of records
 * are their producers' and may lie: one that is ahead of what follows it counts with that, none goes back.
 */
import { EARLIEST_TIME } from '../../contract/observation.ts';
import type { ClientRecord, FetchedPartition } from './client.ts';

export interface Rest {
  readonly records: readonly ClientRecord[];
  /** Of each record, never less than that of the one before; 0: none that can be believed. */
  readonly times: Float64Array;
  /** Where the partition is read on after all of them. */
  readonly next: number;
  /** The first that is not taken. */
  from: number;
  /** Nobody looks at the records any more. */
  release(): void;
}

/** @param sinceMs time of what was read before. */
export function restOf({ records, next, release }: FetchedPartition, sinceMs: number, nowMs: number): Rest {
  const times = new Float64Array(records.length);
  let least = Number.POSITIVE_INFINITY;
  for (let i = records.length - 1; i >= 0; i--) {
    const { timestampMs } = records[i]!;
    if (timestampMs >= EARLIEST_TIME / 1000) least = Math.min(least, timestampMs, nowMs);
    times[i] = least === Number.POSITIVE_INFINITY ? 0 : least;
  }
  let before = sinceMs;
  for (let i = 0; i < times.length; i++) before = times[i] = Math.max(times[i]!, before);
  return { records, times, next, from: 0, release };
}

/** The first record from `from` on that is later; the length when none is. */
export function firstAfter({ times, from }: Rest, limitMs: number): number {
  let at = from;
  while (at < times.length && times[at]! <= limitMs) at++;
  return at;
}
