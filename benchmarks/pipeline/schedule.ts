/**
 * Which request is sent next, and when: replay after replay, each with a stamp of its own, plus what earlier replays
 * left for later. Ends on a whole number of replays, so that the truth times the replays is exact.
 */
import { DueQueue } from './due-queue.ts';
import type { Mesh, PlannedRequest } from './mesh.ts';
import { createStamp, type Stamp } from './stamp.ts';

export interface Job {
  readonly request: PlannedRequest;
  readonly stamp: Stamp;
  /** When it should be sent, on the clock of the schedule. */
  readonly dueMs: number;
  /** False for what was left for later. */
  readonly inTurn: boolean;
}

export interface ScheduleOptions {
  /** Tells this run's ids from those of other runs. */
  readonly run: number;
  /** Spans per second; 0: as fast as it is asked. */
  readonly rate: number;
  readonly durationMs: number;
  readonly startMs: number;
}

export class Schedule {
  replays = 0;
  private readonly mesh: Mesh;
  private readonly options: ScheduleOptions;
  private readonly inTurn: readonly PlannedRequest[];
  private readonly later = new DueQueue<Job>();
  private stamp: Stamp | undefined;
  private replayStartMs = 0;
  private position = 0;

  constructor(mesh: Mesh, options: ScheduleOptions) {
    this.mesh = mesh;
    this.options = options;
    this.inTurn = mesh.requests.filter(request => request.dueMs === undefined);
  }

  /** The next job, milliseconds to wait before asking again, or undefined when everything was given out. */
  next(nowMs: number): Job | number | undefined {
    const waiting = this.later.peek();
    if (waiting !== undefined && waiting.dueMs <= nowMs) return this.later.pop();
    const dueMs = this.nextInTurnMs(nowMs);
    if (dueMs === undefined) return waiting === undefined ? undefined : waiting.dueMs - nowMs;
    if (dueMs > nowMs) return Math.min(dueMs, waiting?.dueMs ?? dueMs) - nowMs;
    return this.takeInTurn(dueMs);
  }

  /** Gives a job back, to be asked for again after `delayMs`. */
  postpone(job: Job, nowMs: number, delayMs: number): void {
    this.later.push({ ...job, dueMs: nowMs + delayMs });
  }

  private nextInTurnMs(nowMs: number): number | undefined {
    if (this.stamp === undefined || this.position === this.inTurn.length) {
      const startMs = this.nextReplayMs(nowMs);
      if (startMs >= this.options.startMs + this.options.durationMs) return undefined;
      if (startMs > nowMs) return startMs;
      this.beginReplay(startMs);
    }
    if (this.options.rate === 0) return nowMs;
    return this.replayStartMs + (this.position / this.inTurn.length) * this.replayMs();
  }

  private nextReplayMs(nowMs: number): number {
    return this.options.rate === 0 ? nowMs : this.options.startMs + this.replays * this.replayMs();
  }

  private replayMs(): number {
    return (this.mesh.truth.spans / this.options.rate) * 1_000;
  }

  private beginReplay(startMs: number): void {
    this.stamp = createStamp(this.options.run, this.replays++, startMs - this.mesh.leadMs);
    this.replayStartMs = startMs;
    this.position = 0;
    for (const request of this.mesh.requests) {
      if (request.dueMs !== undefined) this.plan(request, this.stamp, startMs - this.mesh.leadMs + request.dueMs);
    }
  }

  private takeInTurn(dueMs: number): Job {
    const request = this.inTurn[this.position++]!;
    const stamp = this.stamp!;
    if (request.resendMs !== undefined) this.leave(request, stamp, dueMs + request.resendMs);
    return { request, stamp, dueMs, inTurn: true };
  }

  private plan(request: PlannedRequest, stamp: Stamp, dueMs: number): void {
    this.leave(request, stamp, dueMs);
    if (request.resendMs !== undefined) this.leave(request, stamp, dueMs + request.resendMs);
  }

  private leave(request: PlannedRequest, stamp: Stamp, dueMs: number): void {
    this.later.push({ request, stamp, dueMs, inTurn: false });
  }
}
