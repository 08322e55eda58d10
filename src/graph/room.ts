/**
 * What all edges together may hold beyond the little that each has for itself: cells of histograms, buckets of time,
 * names of verbs and consumer groups. What is taken is not given back, but for time: a name or cell that found no place
 * finds none later either, so that what was counted elsewhere can be taken back from there.
 */
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

export class Room {
  /** What is taken, by what for. */
  readonly taken = { cells: 0, times: 0, names: 0 };
  /** How often there was none. */
  readonly refused = { cells: 0, times: 0, names: 0 };
  private limits: RoomLimits;

  constructor(limits: RoomLimits) {
    this.limits = limits;
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
export const ROOM_FOR_ALL = new Room({
  cells: Number.POSITIVE_INFINITY,
  times: Number.POSITIVE_INFINITY,
  names: Number.POSITIVE_INFINITY,
});
