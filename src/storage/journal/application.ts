/**
 * Frames that are in the journal → their application, in their order and each once. It may be paused: frames wait, and
 * are applied in slices of a few milliseconds afterwards, with turns for the ingest in between.
 */
import type { Frame } from '../../contract/frame.ts';
import { Queue } from '../../lib/queue.ts';
import type { Turns } from '../../lib/turns.ts';

const SLICE_MS = 4;

export interface ApplicationParts extends Turns {
  readonly apply: (frame: Frame) => void;
  /** The frame was applied: its batch is free. */
  readonly applied: (frame: Frame) => void;
}

export class Application {
  /** Number of the last frame applied. */
  frames: number;
  private readonly parts: ApplicationParts;
  private readonly waiting = new Queue<Frame>();
  private isPaused = false;
  /** What waited during a pause is being applied. */
  private isCatchingUp = false;

  constructor(parts: ApplicationParts, frames: number) {
    this.parts = parts;
    this.frames = frames;
  }

  get waitingFrames(): number {
    return this.waiting.length;
  }

  /** Nothing is left that may be applied now. */
  get isIdle(): boolean {
    return this.isPaused || this.waiting.length === 0;
  }

  push(frame: Frame): void {
    this.waiting.push(frame);
  }

  /** Applies all that waits, unless it has to wait on. */
  run(): void {
    if (this.isPaused || this.isCatchingUp) return;
    while (this.waiting.length > 0) this.applyNext();
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    if (this.isCatchingUp) return;
    this.isCatchingUp = true;
    this.catchUp();
  }

  private catchUp(): void {
    const end = this.parts.monotonic() + SLICE_MS;
    while (!this.isPaused && this.waiting.length > 0) {
      this.applyNext();
      if (this.parts.monotonic() >= end) break;
    }
    this.isCatchingUp = !this.isPaused && this.waiting.length > 0;
    if (this.isCatchingUp) this.parts.later(() => this.catchUp());
  }

  private applyNext(): void {
    const frame = this.waiting.at(0)!;
    this.waiting.shift();
    this.frames = frame.number;
    // A queue keeps what was taken from it for a while, which is too long for batches.
    if (this.waiting.length === 0) this.waiting.clear();
    try {
      this.parts.apply(frame);
    } finally {
      this.parts.applied(frame);
    }
  }
}
