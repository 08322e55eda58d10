/**
 * The journal in memory: the one total order of everything that flows. It numbers frames and stamps their arrival;
 * whoever applies them reads no other clock. Stamps never go back, also when the clock does.
 */
import type { Clock } from '../contract/clock.ts';
import type { ObservationBatch } from '../contract/observation.ts';

/** Observations of one request, or, without a batch, a tick. Valid only during the call. */
export interface Frame {
  readonly number: number;
  readonly arrivalMs: number;
  readonly batch: ObservationBatch | undefined;
}

export class MemoryJournal {
  private readonly clock: Clock;
  private readonly apply: (frame: Frame) => void;
  private last = 0;
  private stamp = 0;

  constructor(clock: Clock, apply: (frame: Frame) => void) {
    this.clock = clock;
    this.apply = apply;
  }

  /** Frames so far. */
  get frames(): number {
    return this.last;
  }

  /** Takes the batch in; when this returns it may be acknowledged. */
  append(batch: ObservationBatch | undefined): void {
    this.stamp = Math.max(this.stamp, this.clock.now());
    this.apply({ number: ++this.last, arrivalMs: this.stamp, batch });
  }
}
