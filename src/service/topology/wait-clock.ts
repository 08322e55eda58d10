/**
 * Frames → the clock by which everything waits. It goes on with the stamps of frames, but not while the service was down,
 * and while a receiver reads a backlog only as far as that reading gets: what lay together in time is read together in
 * time, however fast or slow. It has no meaning but the time that passes on it; what is pushed meanwhile waits for its
 * partners no shorter than ever.
 */
import type { Frame } from '../../contract/frame.ts';
import type { ObservationBatch } from '../../contract/observation.ts';
import type { Progress } from '../../contract/record.ts';

/** A receiver that took nothing in for so long keeps nobody waiting. */
const IDLE_MS = 10_000;

interface Backlog {
  /** Time of its source that the receiver has reached. */
  readonly reachedMs: number;
  /** Stamp of the frame that said so. */
  readonly saidMs: number;
}

/** Plain data, as it is kept. */
export interface WaitClockState {
  readonly nowMs: number;
  readonly stampMs: number;
  readonly reachedMs: number;
  readonly pushedMs: number;
  readonly backlogs: Map<string, Backlog>;
}

export class WaitClock {
  /** Of the last frame. */
  nowMs = 0;
  private stampMs = 0;
  /** What the slowest backlog had reached at the last frame; 0: there was none. */
  private reachedMs = 0;
  /** Stamp of the last frame with what was pushed and not read. */
  private pushedMs = 0;
  private readonly backlogs = new Map<string, Backlog>();
  /** Receivers whose backlog ended in the frame being taken: what they read of it by then still counts. */
  private readonly ended = new Set<string>();

  /** @param waitMs what is pushed holds the clock down to the pace of the stamps for so long. */
  take({ arrivalMs, batch, settings }: Frame, waitMs: number): number {
    const passedMs = this.stampMs === 0 ? arrivalMs : arrivalMs - this.stampMs;
    this.stampMs = arrivalMs;
    if (settings === undefined || this.nowMs === 0) {
      if (batch !== undefined) this.look(batch, arrivalMs);
      this.nowMs += this.step(passedMs, arrivalMs - this.pushedMs < waitMs);
      for (const receiver of this.ended) this.backlogs.delete(receiver);
      this.ended.clear();
    } else {
      // They come with each start: the time since the frame before was a downtime, and who reads now is not known yet.
      this.backlogs.clear();
      this.reachedMs = 0;
    }
    return this.nowMs;
  }

  save(): WaitClockState {
    const { nowMs, stampMs, reachedMs, pushedMs, backlogs } = this;
    return { nowMs, stampMs, reachedMs, pushedMs, backlogs };
  }

  load({ backlogs, ...rest }: WaitClockState): void {
    Object.assign(this, rest);
    this.backlogs.clear();
    for (const [receiver, backlog] of backlogs) this.backlogs.set(receiver, backlog);
  }

  private look({ recordRows: { progress, isPushed } }: ObservationBatch, arrivalMs: number): void {
    if (isPushed || progress.length === 0) this.pushedMs = arrivalMs;
    for (const one of progress) this.hear(one, arrivalMs);
  }

  private hear({ receiver, reachedMs = 0 }: Progress, saidMs: number): void {
    if (reachedMs === 0) this.ended.add(receiver);
    else {
      this.ended.delete(receiver);
      this.backlogs.set(receiver, { reachedMs, saidMs });
    }
  }

  /** What passes with a frame. */
  private step(passedMs: number, isPushed: boolean): number {
    const slowestMs = this.backlogs.size === 0 ? 0 : this.slowest();
    if (slowestMs === 0) {
      this.reachedMs = 0;
      return passedMs;
    }
    const readMs = this.reachedMs === 0 ? 0 : Math.max(0, slowestMs - this.reachedMs);
    this.reachedMs = Math.max(this.reachedMs, slowestMs);
    return isPushed ? Math.min(readMs, passedMs) : readMs;
  }

  private slowest(): number {
    let slowestMs = 0;
    for (const [receiver, { reachedMs, saidMs }] of this.backlogs) {
      if (this.stampMs - saidMs >= IDLE_MS) this.backlogs.delete(receiver);
      else if (slowestMs === 0 || reachedMs < slowestMs) slowestMs = reachedMs;
    }
    return slowestMs;
  }
}
