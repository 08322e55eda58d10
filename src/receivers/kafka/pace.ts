/**
 * Which partitions are read next, so that a backlog comes in as it was written: none runs ahead of the slowest one that
 * still has records. What belongs together lies in several partitions and waits for its partners only so long.
 */
import type { Partition } from './partition.ts';

/** A partition may be so far ahead of the slowest. */
const AHEAD_MS = 1000;

/** Those of `open` that are not ahead of the slowest of `all`, which are all that can be read just now. */
export function inStep(open: readonly Partition[], all: Iterable<Partition>, nowMs: number): readonly Partition[] {
  const slowestMs = slowest(all);
  if (slowestMs === Number.POSITIVE_INFINITY) return open;
  // What comes into one that is read up to its end is new: it stands at the present.
  const timeOf = (one: Partition) => (hasMore(one) ? one.timeMs : nowMs);
  return open.filter(one => timeOf(one) <= slowestMs + AHEAD_MS);
}

/** Infinity: none has records and a known time. */
function slowest(all: Iterable<Partition>): number {
  let slowestMs = Number.POSITIVE_INFINITY;
  for (const one of all) {
    if (one.timeMs > 0 && hasMore(one)) slowestMs = Math.min(slowestMs, one.timeMs);
  }
  return slowestMs;
}

function hasMore({ next, logEnd }: Partition): boolean {
  return next < logEnd;
}
