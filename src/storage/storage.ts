/**
 * A data directory as a whole, for one process at a time: the checkpoint that was found in it, the journal behind it
 * (`journal/`), and the checkpoints to come. Nothing in it is changed before the directory is this process's own.
 */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { type Clock, systemClock } from '../contract/clock.ts';
import type { ImageReader, Kept } from '../contract/image.ts';
import type { Logger } from '../contract/logger.ts';
import type { StorageOptions as StorageSettings } from '../contract/storage.ts';
import type { Checkpoint, CheckpointMoment } from './checkpoint/checkpoint.ts';
import { type CheckpointReport, Checkpoints, type OnProgress, type Turns } from './checkpoint/checkpoints.ts';
import { ImageInput } from './checkpoint/image-input.ts';
import { keeperInThread, type LinkKeeper } from './checkpoint/keeper-link.ts';
import type { Opened } from './checkpoint/messages.ts';
import { unusable } from './checkpoint/refusals.ts';
import type { Disk } from './disk.ts';
import { DIRECTORY_MODE, FileSystemDisk } from './file-system-disk.ts';

export const JOURNAL = 'journal';

/** Where it is, and what is done when no checkpoint can be used: go on with what the journal has, or refuse. */
export type StorageOptions = Pick<StorageSettings, 'path' | 'onCorruption'>;

/** What a storage stands on. */
export interface StorageParts {
  readonly disk: Disk;
  readonly keeper: LinkKeeper;
  readonly turns: Turns;
  readonly clock: Clock;
}

export interface FoundCheckpoint extends Checkpoint {
  readonly image: ImageReader;
}

export interface CheckpointsStatus {
  /** The newest; undefined before the first. Of one from before the start no durations are known: 0. */
  readonly last: CheckpointReport | undefined;
  readonly ageMs: number;
  /** Of all that is kept of checkpoints; -1 unknown. */
  readonly diskBytes: number;
  readonly failures: number;
  /** Why the last one was not made; empty when it was. */
  readonly failure: string;
  /** On the disk; -1 unknown. */
  readonly freeBytes: number;
}

/** Throws a `StorageError` when the directory cannot be had, or what is in it not be used. */
export async function openStorage(options: StorageOptions, logger: Logger, onProgress?: OnProgress): Promise<Storage> {
  const { path } = options;
  makeRoot(path);
  const turns: Turns = { monotonic: () => performance.now(), later: run => void setImmediate(run) };
  const parts = { disk: new FileSystemDisk(path), keeper: keeperInThread(path), turns, clock: systemClock };
  return openStorageOn(parts, options, logger, onProgress);
}

export async function openStorageOn(
  parts: StorageParts,
  { path, onCorruption }: StorageOptions,
  logger: Logger,
  onProgress?: OnProgress,
): Promise<Storage> {
  const checkpoints = new Checkpoints(parts.keeper, parts.turns);
  const opened = await checkpoints.open(onCorruption, onProgress);
  for (const problem of opened.problems) logger.error({ path }, problem);
  try {
    parts.disk.makeDirectory(JOURNAL);
    parts.disk.syncDirectory('.');
  } catch (error) {
    await checkpoints.close();
    throw unusable(path, (error as Error).message);
  }
  return new Storage(parts, checkpoints, opened, logger);
}

export class Storage {
  readonly disk: Disk;
  /** The newest checkpoint that is intact. */
  readonly found: FoundCheckpoint | undefined;
  /** What was wrong with what was kept, and what became of it. */
  readonly problems: readonly string[];
  private readonly checkpoints: Checkpoints;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private last: CheckpointReport | undefined;
  private failures = 0;
  private failure = '';

  constructor({ disk, clock }: StorageParts, checkpoints: Checkpoints, { found, problems }: Opened, logger: Logger) {
    this.disk = disk;
    this.clock = clock;
    this.checkpoints = checkpoints;
    this.problems = problems;
    this.logger = logger;
    if (found === undefined) return;
    this.found = { ...found.checkpoint, image: new ImageInput(disk, found.sections) };
    this.last = { ...found.checkpoint, neededFrom: 0, pausedMs: 0, totalMs: 0 };
  }

  /**
   * Takes a checkpoint of state that does not change until `copied` is called, which it is once, whatever happens.
   * Rejects with a `CheckpointError` when there is none: those before stand. One at a time.
   */
  async checkpoint(at: CheckpointMoment, parts: Iterable<Kept>, copied: () => void): Promise<CheckpointReport> {
    try {
      this.last = await this.checkpoints.save(at, parts, copied);
      this.failure = '';
      return this.last;
    } catch (error) {
      this.failures++;
      this.failure = (error as Error).message;
      this.logger.error({ frame: at.frame, reason: this.failure }, 'a checkpoint failed; those before it stand');
      throw error;
    }
  }

  status(): CheckpointsStatus {
    const { last, failures, failure } = this;
    const ageMs = last === undefined ? 0 : Math.max(0, this.clock.now() - last.createdMs);
    return { last, ageMs, diskBytes: this.checkpoints.diskBytes, failures, failure, freeBytes: this.freeBytes() };
  }

  /** Lets go of the directory. */
  close(): Promise<void> {
    return this.checkpoints.close();
  }

  private freeBytes(): number {
    try {
      return this.disk.free();
    } catch {
      return -1;
    }
  }
}

function makeRoot(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(path, (error as Error).message);
  }
}
