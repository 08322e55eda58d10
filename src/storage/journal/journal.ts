/**
 * The journal: the one total order of everything that flows. Requests put their rows into the open batch; when the disk
 * has finished with the frame before, the batch is sealed as the next one, written, synced, and only then applied and
 * acknowledged. It numbers frames and stamps their arrival. Without a device all of this happens at once, in memory.
 */
import type { Clock } from '../../contract/clock.ts';
import { RetryableError } from '../../contract/errors.ts';
import type { Frame, FrameSettings } from '../../contract/frame.ts';
import type { ObservationBatch } from '../../contract/observation.ts';
import type { Turns } from '../../lib/turns.ts';
import { Application } from './application.ts';
import { BatchPool, bytesIn } from './batch-pool.ts';
import { passes } from './disk-problem.ts';
import { Flushes } from './flushes.ts';
import { FrameWriter, type JournalCounters, type JournalDevice, type Sealed } from './frame-writer.ts';
import { Gathering } from './gathering.ts';
import { Stamps } from './stamps.ts';

/** Stamps of ticks that nothing else is written with are written after this. */
const IDLE_WRITE_MS = 10_000;
const PROBE_MS = 1000;
/** Ticks that may wait for the disk; then time stands still, which is the lesser evil: a quarter of an hour at ten a second. */
const MAX_WAITING_TICKS = 10_000;

/** When to send again, seconds. */
const AFTER_OVERLOAD = 1;
const AFTER_UNAVAILABLE = 5;
const AFTER_FAILED = 30;

export interface JournalOptions extends Turns {
  /** The wall clock. */
  readonly clock: Clock;
  /** Bytes of observations that may wait for the disk, or for a paused application. */
  readonly maxWaitingBytes: number;
  /** A segment that has as much is followed by the next one. */
  readonly segmentBytes?: number | undefined;
  /** Runs something after so many milliseconds. Without it, a batch goes to the disk as soon as the disk is free. */
  readonly after?: ((ms: number, run: () => void) => void) | undefined;
}

export type JournalState = 'ok' | 'unavailable' | 'failed';

/** What the requests in a batch wait for. */
type Waiting = PromiseWithResolvers<void>;

export class Journal {
  /** The open batch. Read anew for every request: batches take turns. */
  batch: ObservationBatch;
  state: JournalState = 'ok';
  /** What is wrong; empty while nothing is. */
  message = '';
  private readonly options: JournalOptions;
  private readonly stamps: Stamps;
  private readonly pool = new BatchPool();
  private readonly application: Application;
  private readonly writer: FrameWriter | undefined;
  /** Number of the last frame given to the application. */
  private last: number;
  /** Of the requests in the open batch; undefined when there are none. */
  private committed: Waiting | undefined;
  private inFlight: { readonly sealed: Sealed; readonly committed: Waiting | undefined } | undefined;
  /** Stamps of ticks in the order of frames that are not written yet, the last of them numbered `last`. */
  private unwritten: number[] = [];
  /** Stamps of ticks behind the frame in flight. */
  private readonly queued: number[] = [];
  private newSettings: FrameSettings | undefined;
  /** Of batches in flight and waiting for the application. */
  private sealedBytes = 0;
  private isProbing = false;
  private lastWrite: number;
  private lastProbe = 0;
  private readonly flushes = new Flushes();
  private readonly gathering = new Gathering();
  /** A turn will come in which the open batch is looked after. */
  private isAwaited = false;
  private isClosed = false;

  constructor(options: JournalOptions, apply: (frame: Frame) => void, device?: JournalDevice) {
    const { clock, monotonic, later } = options;
    this.options = options;
    this.last = device?.after.frame ?? 0;
    this.stamps = new Stamps(clock, monotonic, device?.after.stamp);
    this.application = new Application({ apply, applied: frame => this.applied(frame), monotonic, later }, this.last);
    this.batch = this.pool.take();
    this.writer = device === undefined ? undefined : new FrameWriter(device, monotonic, options.segmentBytes);
    this.lastWrite = monotonic();
  }

  /** Number of the last frame applied. */
  get frames(): number {
    return this.application.frames;
  }

  /** Bytes of observations that are not applied yet. */
  get waitingBytes(): number {
    return this.sealedBytes + bytesIn(this.batch);
  }

  get waitingFrames(): number {
    return this.application.waitingFrames + (this.inFlight === undefined ? 0 : 1);
  }

  /** Undefined in memory. */
  get counters(): JournalCounters | undefined {
    return this.writer;
  }

  /** Throws a `RetryableError` when nothing can be taken in now. */
  admit(): void {
    if (this.state === 'failed') throw new RetryableError(this.message, AFTER_FAILED);
    if (this.state === 'unavailable') throw new RetryableError(this.message, AFTER_UNAVAILABLE);
    if (this.isClosed) throw new RetryableError('the service is stopping', AFTER_OVERLOAD);
    if (this.waitingBytes > this.options.maxWaitingBytes) {
      throw new RetryableError('too many observations wait to be stored', AFTER_OVERLOAD);
    }
  }

  /**
   * The request's observations are in the open batch. Without a device they are applied at once (or when the pause is
   * over), and nothing is returned. Else the promise resolves when they are durable, and applied unless application is
   * paused; it rejects with a `RetryableError` when they were not taken in.
   * @param sender the same object for requests that come behind each other.
   */
  commit(sender?: object): Promise<void> | undefined {
    if (this.batch.isEmpty) return undefined;
    if (this.writer === undefined) {
      const batch = this.rotate();
      this.push({ ...this.nextFrame(), batch });
      this.application.run();
      return undefined;
    }
    this.committed ??= Promise.withResolvers();
    const { promise } = this.committed;
    if (this.options.after !== undefined) this.gathering.add(sender, this.options.monotonic());
    // Between `admit` and here the disk may have failed.
    if (this.state !== 'ok' || this.isClosed) this.refuse();
    else this.writeNext();
    return promise;
  }

  /** Time goes on. To be called about ten times a second; what has to be done from time to time is done here, too. */
  tick(): void {
    if (this.isClosed) return;
    if (this.inFlight !== undefined) {
      if (this.queued.length < MAX_WAITING_TICKS) this.queued.push(this.stamps.next());
    } else {
      this.takeTick(this.stamps.next());
    }
    this.application.run();
    const now = this.options.monotonic();
    if (this.state === 'unavailable' && now - this.lastProbe >= PROBE_MS) this.probe(now);
    else if (now - this.lastWrite >= IDLE_WRITE_MS) this.writeTicks();
  }

  /** They hold from a frame on that is written like all others; settings that follow before take their place. */
  settings(settings: FrameSettings): void {
    if (this.writer === undefined) {
      this.push({ ...this.nextFrame(), settings });
      this.application.run();
    } else {
      this.newSettings = settings;
      this.writeNext();
    }
  }

  /**
   * Application stops after the frame whose number the promise resolves with; frames go on to the disk and are
   * acknowledged. Refused when what was applied may be nothing that the disk will ever hold.
   */
  async pause(): Promise<number> {
    if (this.state === 'failed') throw new RetryableError(this.message, AFTER_FAILED);
    this.application.pause();
    // Ticks that were applied, and belong to the state from here on, are in the journal, too.
    this.writeTicks();
    return this.frames;
  }

  /** What waited is applied, with turns for the ingest in between. */
  resume(): void {
    this.application.resume();
    this.settle();
  }

  /** Resolves when everything committed is durable, or was refused, and is applied, unless application is paused. */
  flush(): Promise<void> {
    const sealed = this.inFlight === undefined || isTick(this.inFlight.sealed.frame) ? 0 : 1;
    const open = (this.newSettings === undefined ? 0 : 1) + (this.committed === undefined ? 0 : 1);
    const flushed = this.flushes.add(this.last + sealed + this.queued.length + open);
    if (this.committed === undefined) this.writeTicks();
    else this.writeNext();
    this.settle();
    return flushed;
  }

  /** Removes what only frames before this one need. */
  trim(beforeFrame: number): void {
    this.writer?.trim(beforeFrame);
  }

  /** Takes in nothing more. Everything committed is durable afterwards, or was refused. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.flush();
    if (this.writer === undefined) return;
    // A last tick, which is not applied any more, says that all before it was durable.
    if (this.state === 'ok') {
      this.last++;
      this.unwritten.push(this.stamps.next());
      await this.flush();
    }
    this.writer.close();
  }

  /** Seals what is to be written next, when the disk is free. */
  private writeNext(): void {
    if (!this.isFree()) return;
    const { newSettings: settings } = this;
    if (settings !== undefined) {
      this.newSettings = undefined;
      this.write({ ...this.nextFrame(), settings }, undefined);
    } else if (this.committed !== undefined) {
      if (this.shouldWait()) return;
      const { committed } = this;
      this.committed = undefined;
      this.gathering.seal();
      this.write({ ...this.nextFrame(), batch: this.rotate() }, committed);
    } else if (!this.flushes.isEmpty) {
      this.writeTicks();
    }
  }

  /** Writes the ticks that are not written yet, when the disk is free. */
  private writeTicks(): void {
    if (!this.isFree() || this.unwritten.length === 0) return;
    this.write({ number: this.last, arrivalMs: this.unwritten.at(-1)! }, undefined);
  }

  /** Others are about to send: when they have, or do not, `writeNext` is called again. */
  private shouldWait(): boolean {
    const { after, monotonic } = this.options;
    if (after === undefined || !this.flushes.isEmpty) return false;
    const ms = this.gathering.waitMs(this.batch.rows, monotonic());
    if (ms > 0 && !this.isAwaited) {
      this.isAwaited = true;
      after(ms, () => {
        this.isAwaited = false;
        this.writeNext();
      });
    }
    return ms > 0;
  }

  private isFree(): boolean {
    return this.writer !== undefined && this.state === 'ok' && this.inFlight === undefined && !this.isProbing;
  }

  private nextFrame(): { readonly number: number; readonly arrivalMs: number } {
    return { number: this.last + 1, arrivalMs: this.stamps.next() };
  }

  private write(frame: Frame, committed: Waiting | undefined): void {
    const sealed = { frame, ticks: isTick(frame) ? this.unwritten.slice(0, -1) : this.unwritten };
    this.unwritten = [];
    this.lastWrite = this.options.monotonic();
    this.inFlight = { sealed, committed };
    this.writer!.write(sealed, error => this.written(error));
  }

  private written(error: Error | null): void {
    const { sealed, committed } = this.inFlight!;
    this.inFlight = undefined;
    if (committed !== undefined) this.gathering.end(this.options.monotonic());
    if (error !== null) this.notWritten(error, sealed, committed);
    else if (!isTick(sealed.frame)) this.push(sealed.frame);
    this.takeQueued();
    // The disk is busy with the next frame while this one is applied.
    this.writeNext();
    this.application.run();
    if (committed !== undefined) this.gathering.answer(this.options.monotonic());
    if (error === null) committed?.resolve();
    this.settle();
  }

  private notWritten(error: Error, { frame, ticks }: Sealed, committed: Waiting | undefined): void {
    this.fail(error);
    const { batch, settings } = frame;
    // After a failure nothing is written any more.
    if (this.state !== 'failed') this.unwritten = isTick(frame) ? [...ticks, frame.arrivalMs] : [...ticks];
    if (settings !== undefined) this.newSettings ??= settings;
    if (batch !== undefined) this.drop(batch);
    committed?.reject(this.refusal());
    this.refuse();
  }

  private fail(error: Error): void {
    const isPassing = passes(error);
    this.state = isPassing ? 'unavailable' : 'failed';
    this.message = isPassing
      ? `the journal cannot be written now (${error.message}); it is tried again every second`
      : `the journal could not be written (${error.message}); what the disk holds is known after a restart`;
    this.lastProbe = this.options.monotonic();
  }

  private refusal(): RetryableError {
    try {
      this.admit();
    } catch (error) {
      if (error instanceof RetryableError) return error;
    }
    return new RetryableError('not taken in', AFTER_OVERLOAD);
  }

  /** The requests in the open batch are not taken in. */
  private refuse(): void {
    const { committed } = this;
    this.committed = undefined;
    if (committed === undefined) return;
    this.batch.reset();
    this.gathering.seal();
    this.gathering.end(this.options.monotonic());
    committed.reject(this.refusal());
  }

  private probe(now: number): void {
    if (this.isProbing) return;
    this.lastProbe = now;
    this.isProbing = true;
    this.writer!.probe(error => {
      this.isProbing = false;
      if (error === null) {
        this.state = 'ok';
        this.message = '';
        this.writeNext();
      } else {
        this.fail(error);
      }
      this.settle();
    });
  }

  private takeQueued(): void {
    for (const stamp of this.queued) this.takeTick(stamp);
    this.queued.length = 0;
  }

  private takeTick(stamp: number): void {
    if (this.unwritten.length >= MAX_WAITING_TICKS) return;
    // After a failure nothing is written any more, but what waits in the graph still goes its way.
    if (this.writer !== undefined && this.state !== 'failed') this.unwritten.push(stamp);
    this.push({ number: this.last + 1, arrivalMs: stamp });
  }

  private push(frame: Frame): void {
    this.last = frame.number;
    this.application.push(frame);
  }

  /** The open batch is sealed; another one is open. */
  private rotate(): ObservationBatch {
    const sealed = this.batch;
    this.sealedBytes += bytesIn(sealed);
    this.batch = this.pool.take();
    return sealed;
  }

  private applied({ batch }: Frame): void {
    if (batch !== undefined) this.drop(batch);
    this.settle();
  }

  private drop(batch: ObservationBatch): void {
    this.sealedBytes -= bytesIn(batch);
    this.pool.give(batch);
  }

  private settle(): void {
    this.flushes.settle(upTo => this.isWritten(upTo) && (this.application.isIdle || this.frames >= upTo));
  }

  /** Or will never be. */
  private isWritten(upTo: number): boolean {
    if (this.writer === undefined || this.writer.durable >= upTo) return true;
    return this.inFlight === undefined && !this.isProbing && (this.state !== 'ok' || this.unwritten.length === 0);
  }
}

function isTick({ batch, settings }: Frame): boolean {
  return batch === undefined && settings === undefined;
}
