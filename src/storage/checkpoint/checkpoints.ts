/**
 * Checkpoints, as whoever takes them sees it: parts of the program → a checkpoint on the disk, in small steps between
 * which other work has its turn. The keeper does the writing.
 */
import type { Kept } from '../../contract/image.ts';
import type { Turns } from '../../lib/turns.ts';
import { StorageError } from '../storage-error.ts';
import type { Checkpoint, CheckpointMoment } from './checkpoint.ts';
import { ImageOutput, type SharedPool } from './image-output.ts';
import type { KeeperLink, LinkKeeper } from './keeper-link.ts';
import type { Committed, FromKeeper, Opened } from './messages.ts';
import { StandingSections } from './standing-sections.ts';
import type { StoredSlabs } from './stored-slabs.ts';

/** What is copied and not written yet stands in so many buffers of so many bytes. */
const BUFFERS = 16;
const BUFFER_BYTES = 1 << 20;
/** After so much work other work has a turn; while the state does not change it is to be over soon. */
const SLICE_MS = 2;
const STILL_SLICE_MS = 8;
/** Of a buffer, what a round brings when little changes any more. */
const FEW = 0.5;
/** Free buffers that what is left finds room in, without the disk; when there are fewer, so many are waited for. */
const LEAST_FREE = 4;
const ENOUGH_FREE = 12;
/**
 * On a disk that does not keep up with what changes there would be no end to it: when so many times as much as in the first
 * round was handed over, and more than all buffers, or after so many rounds, frames wait for the rest.
 */
const MOST_TIMES = 3;
const MOST_ROUNDS = 20;

export interface CheckpointReport extends Checkpoint {
  /** Frames before this one are in every checkpoint that there is: the journal can do without. 0: it needs all. */
  readonly neededFrom: number;
  /** For how long the state did not change, and bytes that were handed over in that time. */
  readonly pausedMs: number;
  readonly pausedBytes: number;
  /** False: the disk was slower than what changed, so there were that many bytes. */
  readonly keptUp: boolean;
  readonly totalMs: number;
}

/** State as a checkpoint is taken of it. */
export interface CheckpointSource {
  readonly parts: readonly Kept[];
  /** Nobody else needs the disk meanwhile: it is to be over soon. */
  readonly isAlone?: boolean;
  /** From here on the state does not change. */
  readonly pause: () => Promise<CheckpointMoment>;
  /**
   * It may change again: called once when it did not, whatever happens. The checkpoint counts when what is returned has
   * resolved.
   */
  readonly copied: () => unknown;
}

interface Still {
  readonly moment: CheckpointMoment;
  readonly pausedMs: number;
  readonly pausedBytes: number;
  readonly besides: unknown;
}

export type OnProgress = (bytes: number, totalBytes: number) => void;

/** The checkpoint was not made. Those before stand, and the next is tried as if this one had not been. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

export class Checkpoints {
  /** On the disk, with all that is still needed of earlier ones; -1 unknown. */
  diskBytes = -1;
  private readonly connect: LinkKeeper;
  private readonly turns: Turns;
  private readonly buffers: readonly SharedArrayBuffer[];
  private onCorruption: 'skip' | 'refuse' = 'refuse';
  private sections = new StandingSections();
  private readonly slabs: StoredSlabs;
  private link: KeeperLink | undefined;
  private free: number[] = [];
  /** Sections of shared memory that the keeper has not written yet. */
  private untaken = 0;
  private onProgress: OnProgress = () => {};
  private opening: PromiseWithResolvers<Opened> | undefined;
  private committing: PromiseWithResolvers<Committed> | undefined;
  private closing: PromiseWithResolvers<void> | undefined;
  /** By the keeper there is. */
  private isOpened = false;
  private isSaving = false;
  private attempts = 0;
  private failure: Error | undefined;
  /** Woken by a buffer that is free again, and by a failure. */
  private wake: () => void = () => {};

  constructor(connect: LinkKeeper, turns: Turns, slabs: StoredSlabs, bufferBytes = BUFFER_BYTES) {
    this.connect = connect;
    this.slabs = slabs;
    this.turns = turns;
    this.buffers = Array.from({ length: BUFFERS }, () => new SharedArrayBuffer(bufferBytes));
  }

  /** Throws a `StorageError` when the directory cannot be had. */
  async open(onCorruption: 'skip' | 'refuse', onProgress: OnProgress = () => {}): Promise<Opened> {
    this.onCorruption = onCorruption;
    this.onProgress = onProgress;
    try {
      const opened = await this.start();
      this.diskBytes = opened.diskBytes;
      return opened;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** See `Storage.checkpoint`. */
  async save(source: CheckpointSource): Promise<CheckpointReport> {
    this.isSaving = true;
    try {
      return await this.saveNow(source);
    } finally {
      this.isSaving = false;
      if (this.link === undefined && this.closing === undefined) this.takeAgain().catch(() => {});
    }
  }

  private async saveNow(source: CheckpointSource): Promise<CheckpointReport> {
    const began = this.turns.monotonic();
    try {
      const output = await this.begin(source.isAlone === true);
      const keptUp = await this.copyAhead(source.parts, output);
      const { moment, besides, ...paused } = await this.copyStill(source, output);
      await besides;
      const { checkpoint, neededFrom, diskBytes } = await this.commit(moment, output);
      this.diskBytes = diskBytes;
      return { ...checkpoint, ...paused, keptUp, neededFrom, totalMs: this.turns.monotonic() - began };
    } catch (error) {
      this.link?.send({ type: 'abort' });
      throw checkpointError(error);
    }
  }

  /** A checkpoint under way fails. */
  async close(): Promise<void> {
    if (this.link === undefined) return;
    this.closing = Promise.withResolvers();
    this.link.send({ type: 'close' });
    await this.closing.promise;
  }

  private start(): Promise<Opened> {
    const opening = Promise.withResolvers<Opened>();
    this.opening = opening;
    this.free = this.buffers.map((_, i) => i);
    this.untaken = 0;
    this.sections = new StandingSections();
    const listener = {
      take: (message: FromKeeper) => this.take(message),
      ended: (reason: Error | undefined) => this.ended(reason),
    };
    this.link = this.connect(listener);
    const { link, slabs, onCorruption, buffers: pool } = this;
    link.send({ type: 'open', onCorruption, pool, held: slabs.held });
    slabs.link(message => link.send(message));
    return opening.promise;
  }

  private async begin(isAlone: boolean): Promise<ImageOutput> {
    if (this.closing !== undefined) throw new Error('the storage was closed');
    if (this.link === undefined) await this.takeAgain();
    else await this.opening!.promise;
    const link = this.link!;
    this.failure = undefined;
    this.sections.begin();
    link.send({ type: 'begin', attempt: ++this.attempts, isAlone });
    return new ImageOutput(this.poolOf(link), this.sections);
  }

  /**
   * Everything that takes long, and what changed meanwhile, until little changes in the time of a round and what is left
   * has room; false when there is no end to it. The disk is waited for only where it must be: what changes in the time is
   * to be handed over again.
   */
  private async copyAhead(parts: Iterable<Kept>, output: ImageOutput): Promise<boolean> {
    const bufferBytes = this.buffers[0]!.byteLength;
    let most = 0;
    for (let round = 0, before = 0; round < MOST_ROUNDS && before <= most; round++) {
      await this.copy(output, SLICE_MS, aheadOf(parts, output, round));
      const { writtenBytes } = output;
      if (round === 0) most = Math.max(writtenBytes * MOST_TIMES, bufferBytes * BUFFERS);
      const isLittle = round > 0 && writtenBytes - before < bufferBytes * FEW;
      before = writtenBytes;
      if (this.untaken > 0 || this.free.length < LEAST_FREE) await this.room();
      else if (isLittle) return true;
    }
    return false;
  }

  /** What is left, while nothing changes. */
  private async copyStill({ parts, pause, copied }: CheckpointSource, output: ImageOutput): Promise<Still> {
    const moment = await pause();
    const began = this.turns.monotonic();
    const before = output.writtenBytes;
    let pausedMs: number;
    let besides: unknown;
    try {
      output.isAhead = false;
      await this.copy(output, STILL_SLICE_MS, saveOf(parts, output));
    } finally {
      pausedMs = this.turns.monotonic() - began;
      besides = copied();
    }
    return { moment, pausedMs, pausedBytes: output.writtenBytes - before, besides };
  }

  private async copy(output: ImageOutput, sliceMs: number, steps: Iterable<void>): Promise<void> {
    try {
      let until = this.turns.monotonic() + sliceMs;
      for (const _ of steps) {
        if (!output.flush() || this.free.length === 0) await this.freed();
        else if (this.turns.monotonic() < until) continue;
        else await this.turn();
        if (this.failure !== undefined) throw this.failure;
        until = this.turns.monotonic() + sliceMs;
      }
      while (!output.flush()) await this.freed();
    } finally {
      output.end();
    }
  }

  private async commit(moment: CheckpointMoment, output: ImageOutput): Promise<Committed> {
    try {
      if (this.failure !== undefined) throw this.failure;
      this.committing = Promise.withResolvers();
      this.link!.send({ type: 'commit', moment, standing: output.standing });
      const committed = await this.committing.promise;
      this.sections.committed();
      return committed;
    } finally {
      this.committing = undefined;
    }
  }

  private poolOf(link: KeeperLink): SharedPool {
    return {
      take: () => this.free.pop(),
      bytesOf: buffer => new Uint8Array(this.buffers[buffer]!),
      send: (buffer, pieces) => link.send({ type: 'pieces', buffer, pieces }),
      sendShared: (section, memory) => {
        this.untaken++;
        link.send({ type: 'shared', section, memory });
      },
    };
  }

  private turn(): Promise<void> {
    return new Promise(resolve => this.turns.later(resolve));
  }

  private async freed(): Promise<void> {
    if (this.free.length === 0 && this.failure === undefined) {
      await new Promise<void>(resolve => {
        this.wake = resolve;
      });
    } else await this.turn();
    if (this.failure !== undefined) throw this.failure;
  }

  /** The keeper has all shared memory that was handed over, and buffers are free. */
  private async room(): Promise<void> {
    while ((this.untaken > 0 || this.free.length < ENOUGH_FREE) && this.failure === undefined) {
      await new Promise<void>(resolve => {
        this.wake = resolve;
      });
    }
    if (this.failure !== undefined) throw this.failure;
  }

  private take(message: FromKeeper): void {
    switch (message.type) {
      case 'progress':
        return this.onProgress(message.bytes, message.totalBytes);
      case 'opened':
        this.isOpened = true;
        return this.opening?.resolve(message.opened);
      case 'refused':
        return this.opening?.reject(new StorageError(message.message, message.hint));
      case 'free':
        this.free.push(message.buffer);
        return this.wake();
      case 'taken':
        this.untaken--;
        return this.wake();
      case 'committed':
        return this.committing?.resolve(message.committed);
      case 'stored':
        return this.slabs.stored(message.name, message.place);
      case 'failed':
        if (message.attempt === this.attempts) this.fail(new Error(message.message));
    }
  }

  private ended(reason: Error | undefined): void {
    const wasOpened = this.isOpened;
    this.link = undefined;
    this.isOpened = false;
    this.slabs.link(undefined);
    const what =
      reason === undefined ? 'the storage was closed' : `the thread of the checkpoints ended: ${reason.message}`;
    this.fail(new Error(what));
    this.opening?.reject(new StorageError(what, 'start again; the data is as it was'));
    this.closing?.resolve();
    // The directory is open to others until another keeper has it. One that does not come to it is not tried at once.
    if (reason !== undefined && wasOpened && !this.isSaving) this.takeAgain().catch(() => {});
  }

  /** A keeper that ended by itself has let go of the directory: another one takes it again. */
  private async takeAgain(): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      this.link?.send({ type: 'close' });
      throw error;
    }
  }

  private fail(error: Error): void {
    this.failure = error;
    this.committing?.reject(error);
    this.wake();
  }
}

function checkpointError(error: unknown): CheckpointError {
  return new CheckpointError((error as Error).message, { cause: error });
}

function* aheadOf(parts: Iterable<Kept>, output: ImageOutput, round: number): Iterable<void> {
  for (const part of parts) yield* part.ahead?.(output, round) ?? [];
}

function* saveOf(parts: Iterable<Kept>, output: ImageOutput): Iterable<void> {
  for (const part of parts) yield* part.save(output);
}
