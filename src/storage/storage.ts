/**
 * A data directory as a whole, for one process at a time: the checkpoint that was found in it, the journal behind it
 * (`journal/`), and the checkpoints to come. Nothing in it is changed before the directory is this process's own.
 */
import { type Clock, systemClock } from '../contract/clock.ts';
import type { Logger } from '../contract/logger.ts';
import { SLABS, type SlabStore } from '../contract/slab-store.ts';
import type { StorageOptions as StorageSettings } from '../contract/storage.ts';
import { EVENT_LOOP, type Turns } from '../lib/turns.ts';
import { type Checkpoint, familyOf } from './checkpoint/checkpoint.ts';
import {
  type CheckpointReport,
  type CheckpointSource,
  Checkpoints,
  type OnProgress,
} from './checkpoint/checkpoints.ts';
import { ImageInput } from './checkpoint/image-input.ts';
import { keeperInThread, type LinkKeeper } from './checkpoint/keeper-link.ts';
import type { Opened } from './checkpoint/messages.ts';
import { unusable } from './checkpoint/refusals.ts';
import { StoredSlabs } from './checkpoint/stored-slabs.ts';
import type { Disk } from './disk.ts';
import { FileSystemDisk } from './file-system-disk.ts';
import { historyInThread, type LinkHistory } from './history/link.ts';

export const JOURNAL = 'journal';
const FREE_HOLDS_MS = 1000;

/** Where it is, and what is done when no checkpoint can be used: go on with what the journal has, or refuse. */
export type StorageOptions = Pick<StorageSettings, 'path' | 'onCorruption'>;

/** What a storage stands on. */
export interface StorageParts {
  readonly disk: Disk;
  readonly keeper: LinkKeeper;
  readonly turns: Turns;
  readonly clock: Clock;
  /** Runs something after so many milliseconds. */
  readonly after?: (ms: number, run: () => void) => void;
  /** Of the journal; a segment that has as much is followed by the next one. */
  readonly segmentBytes?: number;
  /** Of one of the buffers that a checkpoint is copied to. */
  readonly bufferBytes?: number;
}

/** With the history beside it. */
export interface DurableParts extends StorageParts {
  readonly history: LinkHistory;
}

export interface FoundCheckpoint extends Checkpoint {
  readonly image: ImageInput;
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

const after = (ms: number, run: () => void) => void setTimeout(run, ms);

/** Those of a directory of the machine. */
export function machineParts(path: string, clock: Clock = systemClock): DurableParts {
  return {
    disk: new FileSystemDisk(path),
    keeper: keeperInThread(path),
    history: historyInThread(path),
    turns: EVENT_LOOP,
    clock,
    after,
  };
}

/** Throws a `StorageError` when the directory cannot be had, or what is in it not be used. */
export async function openStorage(
  { path, onCorruption }: StorageOptions,
  logger: Logger,
  onProgress?: OnProgress,
  parts: StorageParts = machineParts(path),
): Promise<Storage> {
  try {
    parts.disk.makeDirectory('.');
  } catch (error) {
    throw unusable(path, (error as Error).message);
  }
  const slabs = new StoredSlabs(parts.disk, (pack, reason) =>
    logger.error({ path, reason }, `${pack} cannot be read: the messages in it join no more`),
  );
  const checkpoints = new Checkpoints(parts.keeper, parts.turns, slabs, parts.bufferBytes);
  const opened = await checkpoints.open(onCorruption, onProgress);
  for (const problem of opened.problems) logger.error({ path }, problem);
  try {
    parts.disk.makeDirectory(JOURNAL);
    parts.disk.syncDirectory('.');
  } catch (error) {
    await checkpoints.close();
    throw unusable(path, (error as Error).message);
  }
  slabs.adopt(opened.found?.sections.filter(({ name }) => familyOf(name) === SLABS) ?? []);
  return new Storage(parts, checkpoints, slabs, opened, logger);
}

export class Storage {
  readonly disk: Disk;
  /** The newest checkpoint that is intact. */
  readonly found: FoundCheckpoint | undefined;
  /** What was wrong with what was kept, and what became of it. */
  readonly problems: readonly string[];
  private readonly checkpoints: Checkpoints;
  private readonly storedSlabs: StoredSlabs;
  private readonly clock: Clock;
  private readonly turns: Turns;
  private readonly logger: Logger;
  private last: CheckpointReport | undefined;
  private failures = 0;
  private failure = '';
  private freeBytes = -1;
  private freeAskedMs = Number.NEGATIVE_INFINITY;

  constructor(
    { disk, clock, turns }: StorageParts,
    checkpoints: Checkpoints,
    slabs: StoredSlabs,
    { found, problems }: Opened,
    logger: Logger,
  ) {
    this.disk = disk;
    this.clock = clock;
    this.turns = turns;
    this.checkpoints = checkpoints;
    this.storedSlabs = slabs;
    this.problems = problems;
    this.logger = logger;
    if (found === undefined) return;
    this.found = { ...found.checkpoint, image: new ImageInput(disk, found.sections) };
    this.last = { ...found.checkpoint, neededFrom: 0, pausedMs: 0, pausedBytes: 0, keptUp: true, totalMs: 0 };
  }

  /** Rejects with a `CheckpointError` when there is none: those before stand. One at a time. */
  async checkpoint(source: CheckpointSource): Promise<CheckpointReport> {
    try {
      this.last = await this.checkpoints.save(source);
      this.failure = '';
      const { keptUp, pausedMs, pausedBytes } = this.last;
      if (!keptUp)
        this.logger.warn(
          { pausedMs, pausedBytes },
          'the disk is slower than what changes: frames waited for a checkpoint',
        );
      return this.last;
    } catch (error) {
      this.failures++;
      this.failure = (error as Error).message;
      this.logger.error({ reason: this.failure }, 'a checkpoint failed; those before it stand');
      throw error;
    }
  }

  status(): CheckpointsStatus {
    const { last, failures, failure } = this;
    const ageMs = last === undefined ? 0 : Math.max(0, this.clock.now() - last.createdMs);
    return { last, ageMs, diskBytes: this.checkpoints.diskBytes, failures, failure, freeBytes: this.free() };
  }

  /** For memory that is to be on the disk. */
  get slabs(): SlabStore {
    return this.storedSlabs;
  }

  /** Lets go of the directory. */
  async close(): Promise<void> {
    await this.checkpoints.close();
    this.storedSlabs.close();
  }

  /** As it was a second ago at most: whoever asks how the service does may ask often. */
  private free(): number {
    const now = this.turns.monotonic();
    if (now - this.freeAskedMs < FREE_HOLDS_MS) return this.freeBytes;
    this.freeAskedMs = now;
    try {
      this.freeBytes = this.disk.free();
    } catch {
      this.freeBytes = -1;
    }
    return this.freeBytes;
  }
}
