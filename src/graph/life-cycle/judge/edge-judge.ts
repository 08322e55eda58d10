/** What an edge did in each minute → whether that is a change against its own past. */
import type { Kept } from '../../../contract/image.ts';

/** One minute of an edge that is over. */
export interface MinuteOfEdge {
  /** Since the epoch. */
  readonly minute: number;
  readonly count: number;
  /** NaN where they cannot be told. */
  readonly errors: number;
  /** How many latencies; 0 where they cannot be told. And the sums of the numbers of their buckets in the histogram and of the squares of those. */
  readonly latencies: number;
  readonly latencySum: number;
  readonly latencySquares: number;
}

export interface Finding {
  readonly metric: 'rate' | 'error_ratio' | 'latency';
  readonly expected: number;
  readonly observed: number;
  readonly ratio: number;
  readonly score: number;
  /** For how long it has been so. */
  readonly minutes: number;
}

export interface EdgeJudge extends Kept {
  /** Minutes of a subject come in order. */
  take(subject: number, minute: MinuteOfEdge): Finding | undefined;
  forget(subject: number): void;
  /** Edges whose past is kept, and those for which there was no room. */
  readonly profiles: number;
  readonly refused: number;
}

/** Finds nothing. */
export const NO_JUDGE: EdgeJudge = {
  take: () => undefined,
  forget: () => {},
  profiles: 0,
  refused: 0,
  *save() {},
  *load() {},
};
