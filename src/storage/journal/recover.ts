/**
 * A journal on disk → the frames after a checkpoint, applied in order, with the stamps they had; the journal is then
 * one that can be gone on with: what was never acknowledged is cut off, and what was read is on the disk for certain.
 */
import type { Frame } from '../../contract/frame.ts';
import { ObservationBatch } from '../../contract/observation.ts';
import { Slices } from '../../lib/slices.ts';
import type { Turns } from '../../lib/turns.ts';
import type { Disk } from '../disk.ts';
import { damageHint, StorageError } from '../storage-error.ts';
import { SEGMENT_HEADER } from './format.ts';
import { framesOf } from './frame-reader.ts';
import { SegmentReader } from './segment-reader.ts';
import { type Damage, type Findings, judge, type Run, type Survey, surveyJournal } from './survey.ts';

const SLICE_MS = 4;

export interface RecoveryOptions extends Turns {
  /** The data directory, for what is said. */
  readonly path: string;
  readonly disk: Disk;
  readonly directory: string;
  /** Fills the batch with what a payload says; throws where it says nothing. */
  readonly decoder: { decode(payload: Uint8Array, into: ObservationBatch): void };
  /** Frame of the checkpoint, and its stamp; 0 without one. */
  readonly after: number;
  readonly stamp: number;
  /** Frames up to here are known to have been on the disk. */
  readonly durable: number;
  readonly onCorruption: 'skip' | 'refuse';
  readonly apply: (frame: Frame) => void;
  readonly onProgress?: (progress: RecoveryProgress) => void;
  /** Gives up between two frames. */
  readonly signal?: AbortSignal;
}

export interface RecoveryProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly frames: number;
}

export interface Recovered extends RecoveryProgress {
  /** The journal goes on after this frame, and not before this stamp. */
  readonly frame: number;
  readonly stamp: number;
  /** Bytes that were cut off. */
  readonly tornBytes: number;
  readonly damage: readonly Damage[];
  /** Frames that could be read, and not be applied: there as far as they were. */
  readonly setAside: readonly SetAside[];
  /** Segments without the header they must have had. */
  readonly headless: readonly string[];
}

export interface SetAside {
  readonly number: number;
  readonly reason: string;
}

/**
 * Throws a `StorageError` for damage that is to be refused; nothing is changed then. Given up, it throws the signal's
 * reason.
 */
export async function recoverJournal(options: RecoveryOptions): Promise<Recovered> {
  const { disk, directory, after, durable, onCorruption, signal } = options;
  const slices = new Slices(options, SLICE_MS);
  disk.makeDirectory(directory);
  const steps = surveyJournal(disk, directory, after, durable);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) if (await slices.turn()) signal?.throwIfAborted();
  const survey = step.value;
  const found = judge(survey, after);
  if (onCorruption === 'refuse' && found.damage.length > 0) throw refusal(options.path, found.damage[0]!);
  secureOrRefuse(options, survey, found);
  const replay = new Replay(options, slices, found);
  await replay.run();
  return {
    ...replay.progress,
    frame: found.last,
    stamp: Math.max(options.stamp, found.stamp),
    tornBytes: found.cut?.bytes ?? 0,
    damage: [...found.damage, ...replay.unreadable],
    setAside: replay.setAside,
    headless: survey.segments.filter(one => !one.hasHeader && one.runs.length > 0).map(one => one.file),
  };
}

/** Throws a `StorageError` when the disk does not take it. */
function secureOrRefuse({ disk, directory }: RecoveryOptions, survey: Survey, found: Findings): void {
  try {
    secure(disk, directory, survey, found);
  } catch (error) {
    throw new StorageError(
      `the journal in ${directory} cannot be written: ${(error as Error).message}`,
      'Make room on the disk, or let the program write to the directory, and start it again.',
    );
  }
}

/**
 * What was read is on the disk, and what was not will not be. All frames but the last were synced before the next was
 * written. The last is written again: after a sync that failed, the system may have it in memory, and never write it.
 */
function secure(disk: Disk, directory: string, { segments }: Survey, { cut }: Findings): void {
  const end = cut?.file ?? segments.at(-1)?.file;
  for (const { file } of segments) if (cut !== undefined && file > cut.file) disk.remove(file);
  if (cut !== undefined && cut.at <= SEGMENT_HEADER) disk.remove(cut.file);
  else if (cut !== undefined) disk.truncate(cut.file, cut.at);
  const last = segments.find(({ file }) => file === end)?.runs.findLast(run => run.end <= (cut?.at ?? run.end));
  if (last !== undefined) writeAgain(disk, last);
  disk.syncDirectory(directory);
  disk.syncDirectory('.');
}

function writeAgain(disk: Disk, { file, lastAt, end }: Run): void {
  const from = lastAt <= SEGMENT_HEADER ? 0 : lastAt;
  const bytes = new Uint8Array(end - from);
  disk.read(file, from, bytes);
  disk.overwrite(file, from, bytes);
}

class Replay {
  readonly unreadable: Damage[] = [];
  readonly setAside: SetAside[] = [];
  private readonly options: RecoveryOptions;
  private readonly slices: Slices;
  private readonly runs: readonly Run[];
  private readonly batch = new ObservationBatch();
  private readonly totalBytes: number;
  private bytes = 0;
  private frames = 0;

  constructor(options: RecoveryOptions, slices: Slices, { runs }: Findings) {
    this.options = options;
    this.slices = slices;
    this.runs = runs;
    this.totalBytes = runs.reduce((sum, run) => sum + run.end - run.at, 0);
  }

  get progress(): RecoveryProgress {
    const { bytes, totalBytes, frames } = this;
    return { bytes, totalBytes, frames };
  }

  async run(): Promise<void> {
    for (const run of this.runs) {
      const reader = new SegmentReader(this.options.disk, run.file);
      // What is before is not even read: reading it would make names known before their time.
      reader.seek(run.neededAt);
      this.bytes += run.neededAt - run.at;
      while (reader.end < run.end && reader.next(run.first - 1)) {
        this.apply(reader, run);
        if (!(await this.slices.turn())) continue;
        this.options.signal?.throwIfAborted();
        this.options.onProgress?.(this.progress);
      }
    }
    this.options.onProgress?.(this.progress);
  }

  private apply(reader: SegmentReader, { file }: Run): void {
    const { after } = this.options;
    const { header, at, end } = reader;
    this.bytes += end - at;
    const frames = framesOf(reader, this.options.decoder, this.batch);
    const next = () => this.unlessUnreadable(() => frames.next(), { file, at, bytes: end - at }, header.number);
    for (let step = next(); step?.done === false; step = next()) {
      if (step.value.number <= after) continue;
      this.applyFrame(step.value);
      this.frames++;
    }
  }

  private applyFrame(frame: Frame): void {
    const { apply, onCorruption } = this.options;
    try {
      apply(frame);
    } catch (error) {
      const { message: reason } = error as Error;
      if (onCorruption === 'refuse') throw unapplied(frame.number, reason, error);
      this.setAside.push({ number: frame.number, reason });
    }
  }

  private unlessUnreadable<T>(
    read: () => T,
    where: Pick<Damage, 'file' | 'at' | 'bytes'>,
    number: number,
  ): T | undefined {
    try {
      return read();
    } catch (error) {
      const damage = { ...where, first: number, last: number };
      if (this.options.onCorruption === 'refuse') throw refusal(this.options.path, damage, error);
      this.unreadable.push(damage);
      return undefined;
    }
  }
}

function unapplied(number: number, reason: string, cause: unknown): StorageError {
  return new StorageError(
    `frame ${number} of the journal cannot be applied (${reason})`,
    'This is a fault of the program: please report it. Start with `on_corruption: skip` to go on without the frame.',
    { cause },
  );
}

function refusal(path: string, { file, at, bytes, first, last }: Damage, cause?: unknown): StorageError {
  const frames = first === last ? `frame ${first}` : `frames ${first} to ${last}`;
  const what =
    bytes === 0
      ? `${frames} of the journal, which had been acknowledged, are missing (before byte ${at} of ${file || 'any segment'})`
      : `${file} is damaged: ${bytes} bytes at ${at} are not ${frames}, which had been acknowledged`;
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return new StorageError(what + why, damageHint(path));
}
