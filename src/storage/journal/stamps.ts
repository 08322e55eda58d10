/**
 * Stamps of arrival. They never go back: a wall clock that is behind the last stamp is not believed, and time goes on by
 * the monotonic clock until it is no longer behind. A jump ahead is followed.
 */
import type { Clock } from '../../contract/clock.ts';

export class Stamps {
  private readonly clock: Clock;
  private readonly monotonic: () => number;
  private now: number;
  private before: number;

  /** @param last the stamp from which time goes on. */
  constructor(clock: Clock, monotonic: () => number, last = 0) {
    this.clock = clock;
    this.monotonic = monotonic;
    this.now = last;
    this.before = monotonic();
  }

  /** Whole milliseconds. */
  next(): number {
    const elapsed = this.monotonic();
    const wall = this.clock.now();
    this.now = wall >= this.now ? wall : this.now + Math.max(0, elapsed - this.before);
    this.before = elapsed;
    return Math.floor(this.now);
  }
}
