/**
 * What all edges together may hold beyond the little that each has for itself: cells of histograms, buckets of time,
 * names of verbs and consumer groups. What is taken is not given back, but for time: a name or cell that found no place
 * finds none later either, so that what was counted elsewhere can be taken back from there.
 */
import { SharedNumbers } from '../lib/shared-numbers.ts';

export interface RoomLimits {
  readonly cells: number;
  readonly times: number;
  readonly names: number;
}

const CELLS_PER_EDGE = 40;
const TIMES_PER_EDGE = 20;
const NAMES_PER_EDGE = 4;

export function roomForEdges(maxEdges: number): RoomLimits {
  return { cells: maxEdges * CELLS_PER_EDGE, times: maxEdges * TIMES_PER_EDGE, names: maxEdges * NAMES_PER_EDGE };
}

/** Numbers of a buffer of `Room`: those of some sixty edges. */
const SHARED = 2048;

export class Room {
  /** Where edges have their numbers, of which each has few. */
  readonly numbers: SharedNumbers<Float64Array>;
  readonly words: SharedNumbers<Int32Array>;
  /** What is taken, by what for. */
  readonly taken = { cells: 0, times: 0, names: 0 };
  /** How often there was none. */
  readonly refused = { cells: 0, times: 0, names: 0 };
  private limits: RoomLimits;

  /** @param shared numbers of a buffer; 0: none is shared, so that an edge that is soon gone holds up no others. */
  constructor(limits: RoomLimits, shared = SHARED) {
    this.limits = limits;
    this.numbers = new SharedNumbers(length => new Float64Array(length), shared);
    this.words = new SharedNumbers(length => new Int32Array(length), shared);
  }

  /** What is taken stays so, also beyond a lower limit. */
  setLimits(limits: RoomLimits): void {
    this.limits = limits;
  }

  /** False, and counted, when there is none. */
  take(what: keyof RoomLimits, count: number): boolean {
    if (this.limits[what] - this.taken[what] < count) {
      this.refused[what]++;
      return false;
    }
    this.taken[what] += count;
    return true;
  }

  giveTimes(count: number): void {
    this.taken.times -= count;
  }
}

/** For edges that hold only what others had room for. */
export const ROOM_FOR_ALL = new Room(
  { cells: Number.POSITIVE_INFINITY, times: Number.POSITIVE_INFINITY, names: Number.POSITIVE_INFINITY },
  0,
);
