/**
 * Entries of a ring by the time they were made, so that they are forgotten by slices of time: 300 make up the horizon.
 */
const SLICES = 300;

interface Slice {
  readonly ms: number;
  count: number;
}

/** Slices in an image: their times and counts. */
export interface SavedSlices {
  readonly times: readonly number[];
  readonly counts: readonly number[];
}

export class TimeSlices {
  /** The one that entries are counted in now. */
  newest: Slice = { ms: 0, count: 0 };
  /** Oldest first. */
  private slices: Slice[] = [];

  /** Time of the oldest, ms; 0 when there is none. */
  get since(): number {
    return this.slices[0]?.ms ?? 0;
  }

  /** Begins a slice at this time, and forgets those older than the horizon: so many entries. */
  advance(nowMs: number, windowMs: number): number {
    const { slices } = this;
    let forgotten = 0;
    while (slices.length > 1 && nowMs - slices[1]!.ms > windowMs) forgotten += slices.shift()!.count;
    if (slices.length > 0 && nowMs - this.newest.ms < windowMs / SLICES) return forgotten;
    this.newest = { ms: nowMs, count: 0 };
    slices.push(this.newest);
    return forgotten;
  }

  /** The oldest entry is given up. */
  dropOldest(): void {
    const { slices } = this;
    while (slices.length > 1 && slices[0]!.count === 0) slices.shift();
    slices[0]!.count--;
  }

  save(): SavedSlices {
    return { times: this.slices.map(({ ms }) => ms), counts: this.slices.map(({ count }) => count) };
  }

  load({ times, counts }: SavedSlices): void {
    this.slices = times.map((ms, i) => ({ ms, count: counts[i]! }));
    this.newest = this.slices.at(-1) ?? this.newest;
  }
}
