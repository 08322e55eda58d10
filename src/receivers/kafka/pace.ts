/**
 * Which partitions are read next, and how far, so that a backlog comes in as it was written: none runs ahead of the
 * slowest one that still has records. What belongs together lies in several partitions and waits for its partners only
 * so long.
 */
import type { Partition } from './partition.ts';

/** A partition may be so far ahead of the slowest. */
export const AHEAD_MS = 1000;
/** Records that are so old are a backlog. */
const BEHIND_MS = 2000;

/** How far reading may go just now. */
export interface Step {
  /** The slowest partition stands here; Infinity: none has records. −Infinity: of one it is not known yet. */
  readonly slowestMs: number;
  /** Later records wait. */
  readonly limitMs: number;
}

/** @param all which can be read just now. */
export function stepOf(all: Iterable<Partition>): Step {
  let slowestMs = Number.POSITIVE_INFINITY;
  for (const one of all) {
    if (!hasMore(one)) continue;
    if (isUntold(one)) slowestMs = Number.NEGATIVE_INFINITY;
    else if (one.timeMs > 0) slowestMs = Math.min(slowestMs, one.timeMs);
  }
  return { slowestMs, limitMs: slowestMs + AHEAD_MS };
}

/** Those of `open` that are not ahead. */
export function inStep(open: readonly Partition[], { limitMs }: Step, nowMs: number): readonly Partition[] {
  if (limitMs === Number.POSITIVE_INFINITY) return open;
  return open.filter(one => {
    // What comes into one that is read up to its end is new: it stands at the present.
    if (!hasMore(one)) return nowMs <= limitMs;
    return isUntold(one) || one.timeMs <= limitMs;
  });
}

/** What all partitions have reached of a backlog, ms; 0: there is none. */
export function reachedOf({ slowestMs }: Step, nowMs: number): number {
  return slowestMs > 0 && slowestMs < nowMs - BEHIND_MS ? slowestMs : 0;
}

export function hasMore({ next, logEnd }: Partition): boolean {
  return next < logEnd;
}

/** Nothing of it was fetched yet. */
function isUntold({ timeMs, rest }: Partition): boolean {
  return timeMs === 0 && rest === undefined;
}
