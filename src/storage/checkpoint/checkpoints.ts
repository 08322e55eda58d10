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
/** After so much work other work has a turn. */
const SLICE_MS = 2;

export interface CheckpointReport extends Checkpoint {
  /** Frames before this one are in every checkpoint that there is: the journal can do without. 0: it needs all. */
  readonly neededFrom: number;
  /** From the beginning until everything was copied. */
  readonly pausedMs: number;
  readonly totalMs: number;
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

  /** @param copied called once, also after a failure: the state may change again. */
  async save(moment: CheckpointMoment, parts: Iterable<Kept>, copied: () => void): Promise<CheckpointReport> {
    this.isSaving = true;
    try {
      return await this.saveNow(moment, parts, copied);
    } finally {
      this.isSaving = false;
      if (this.link === undefined && this.closing === undefined) this.takeAgain().catch(() => {});
    }
  }

  private async saveNow(
    moment: CheckpointMoment,
    parts: Iterable<Kept>,
    copied: () => void,
  ): Promise<CheckpointReport> {
    const began = this.turns.monotonic();
    let output: ImageOutput;
    let pausedMs: number;
    try {
      output = await this.copy(parts);
    } catch (error) {
      this.link?.send({ type: 'abort' });
      throw checkpointError(error);
    } finally {
      pausedMs = this.turns.monotonic() - began;
      copied();
    }
    const { checkpoint, neededFrom, diskBytes } = await this.commit(moment, output);
    this.diskBytes = diskBytes;
    return { ...checkpoint, neededFrom, pausedMs, totalMs: this.turns.monotonic() - began };
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

  private async copy(parts: Iterable<Kept>): Promise<ImageOutput> {
    if (this.closing !== undefined) throw new Error('the storage was closed');
    if (this.link === undefined) await this.takeAgain();
    else await this.opening!.promise;
    const link = this.link!;
    this.failure = undefined;
    this.sections.begin();
    link.send({ type: 'begin', attempt: ++this.attempts });
    const output = new ImageOutput(this.poolOf(link), this.sections);
    try {
      await this.copyParts(parts, output);
    } finally {
      output.end();
    }
    await this.taken();
    return output;
  }

  private async copyParts(parts: Iterable<Kept>, output: ImageOutput): Promise<void> {
    let until = this.turns.monotonic() + SLICE_MS;
    for (const part of parts) {
      for (const _ of part.save(output)) {
        if (!output.flush() || this.free.length === 0) await this.freed();
        else if (this.turns.monotonic() < until) continue;
        else await this.turn();
        if (this.failure !== undefined) throw this.failure;
        until = this.turns.monotonic() + SLICE_MS;
      }
    }
    while (!output.flush()) await this.freed();
  }

  private async commit(moment: CheckpointMoment, output: ImageOutput): Promise<Committed> {
    try {
      if (this.failure !== undefined) throw this.failure;
      this.committing = Promise.withResolvers();
      this.link!.send({ type: 'commit', moment, standing: output.standing });
      const committed = await this.committing.promise;
      this.sections.committed();
      return committed;
    } catch (error) {
      throw checkpointError(error);
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

  /** The keeper has all memory that was handed over: it may change. */
  private async taken(): Promise<void> {
    while (this.untaken > 0 && this.failure === undefined) {
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
