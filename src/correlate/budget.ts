/**
 * Bounds what one trace may cost. Deciding again what depends on a new row takes a few steps; a trace made by accident
 * or malice (chains built from the bottom, thousands of rows under one id) could make it millions for every row. So
 * each row brings its trace so many steps, which may be saved; a trace that has none left is decided when its rows leave.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';

const SLOTS = 4096;
const STEPS_PER_ROW = 2000;
const MOST_SAVED = 400_000;

interface Saved {
  readonly left: Int32Array;
  readonly until: Int32Array;
  readonly deferred: boolean;
}

export class Budget implements Kept {
  private readonly left = new Int32Array(SLOTS).fill(MOST_SAVED);
  /** Rows before this sequence number wait for their end to be decided, by slot; valid while `deferred`. */
  private readonly until = new Int32Array(SLOTS);
  private deferred = false;

  *save(out: ImageWriter): Iterable<void> {
    const { left, until, deferred } = this;
    out.value('correlate/budget', { left, until, deferred } satisfies Saved);
    yield;
  }

  *load(from: ImageReader): Iterable<void> {
    const saved = from.value('correlate/budget') as Saved;
    this.left.set(saved.left);
    this.until.set(saved.until);
    this.deferred = saved.deferred;
    yield;
  }

  /** Steps left to the trace of a row with this hash, which brings its own. */
  earn(traceHash: number): number {
    const slot = traceHash & (SLOTS - 1);
    const left = Math.min(this.left[slot]! + STEPS_PER_ROW, MOST_SAVED);
    this.left[slot] = left;
    return left;
  }

  spend(traceHash: number, steps: number): void {
    this.left[traceHash & (SLOTS - 1)]! -= Math.min(steps, MOST_SAVED);
  }

  /** Rows of the trace up to this sequence number are to be decided when they leave. */
  defer(traceHash: number, sequence: number): void {
    this.until[traceHash & (SLOTS - 1)] = sequence;
    this.deferred = true;
  }

  isDeferred(traceHash: number, sequence: number): boolean {
    return this.deferred && ((this.until[traceHash & (SLOTS - 1)]! - sequence) | 0) > 0;
  }
}
