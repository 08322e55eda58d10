/**
 * Frames → segments on disk, one frame at a time. Each is synced, so
 * when a segment is begun, all that was written before it is on the disk.
 */
import { DurationHistogram } from '../../telemetry/histogram.ts';
import type { Disk, Done, GrowingFile } from '../disk.ts';
import { passes } from './disk-problem.ts';
import { firstFrameOf, newSalt, SEGMENT_HEADER, segmentName, segmentsBefore, writeSegmentHeader } from './format.ts';

/** A write that failed is tried with as much as it had, within these. */
const MIN_PROBE_BYTES = 1 << 12;
const MAX_PROBE_BYTES = 1 << 20;

/** Frames are not known to be on the disk, and never will be: the writing of them must end. */
export class LostWriteError extends Error {
  override readonly name = 'LostWriteError';
}

interface Segment {
  readonly file: GrowingFile;
  readonly name: string;
  readonly salt: number;
  /** Bytes of whole frames, and the header before them. */
  end: number;
}

export class SegmentWriter {
  written = 0;
  readonly syncTimes = new DurationHistogram();
  private readonly disk: Disk;
  private readonly directory: string;
  private readonly segmentBytes: number;
  private readonly monotonic: () => number;
  /** Bytes by name, in order; of the open one, those of whole frames. */
  private readonly sizes = new Map<string, number>();
  private open: Segment | undefined;
  private failedBytes = 0;

  constructor(disk: Disk, directory: string, segmentBytes: number, monotonic: () => number) {
    this.disk = disk;
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    this.monotonic = monotonic;
    for (const name of disk.list(directory)) {
      if (firstFrameOf(name) >= 0) this.sizes.set(name, disk.size(`${directory}/${name}`));
    }
  }

  get segments(): number {
    return this.sizes.size;
  }

  get bytesOnDisk(): number {
    return [...this.sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /**
   * Makes sure of a segment to write to. Answers with its salt, and the room to be left before the frame.
   * @param firstFrame number of the first one not written yet.
   */
  prepare(firstFrame: number): { readonly salt: number; readonly room: number } {
    const segment = this.open ?? this.begin(firstFrame);
    return { salt: segment.salt, room: segment.end === 0 ? SEGMENT_HEADER : 0 };
  }

  /** @param bytes the room asked for, then the frame; not to be touched until `done` is called. */
  write(bytes: Uint8Array, done: Done): void {
    const segment = this.open!;
    if (segment.end === 0) writeSegmentHeader(bytes, segment.salt);
    const began = this.monotonic();
    segment.file.write(bytes, segment.end, error => {
      this.failedBytes = bytes.length;
      if (error !== null) return done(error);
      this.written += bytes.length;
      segment.end += bytes.length;
      this.sizes.set(segment.name, segment.end);
      this.sync(segment, began, done);
    });
  }

  /**
   * After a write that failed: cuts what it left, and tries whether there is room for as much again. The cut comes first,
   * or what is tried could make a whole frame of what was left.
   */
  probe(firstFrame: number, done: Done): void {
    try {
      const segment = this.open ?? this.begin(firstFrame);
      this.cut(segment);
      const bytes = new Uint8Array(Math.min(Math.max(this.failedBytes, MIN_PROBE_BYTES), MAX_PROBE_BYTES));
      segment.file.write(bytes, segment.end, error => done(error ?? errorOf(() => this.cut(segment))));
    } catch (error) {
      done(error as NodeJS.ErrnoException);
    }
  }

  /** Removes segments of nothing but frames before this one. */
  trim(beforeFrame: number): void {
    for (const name of segmentsBefore([...this.sizes.keys()], beforeFrame)) {
      this.disk.remove(`${this.directory}/${name}`);
      this.sizes.delete(name);
    }
  }

  close(): void {
    this.open?.file.close();
    this.open = undefined;
  }

  private begin(firstFrame: number): Segment {
    const name = segmentName(firstFrame);
    this.open = { file: this.disk.grow(`${this.directory}/${name}`), name, salt: newSalt(), end: 0 };
    this.sizes.set(name, 0);
    return this.open;
  }

  private sync(segment: Segment, began: number, done: Done): void {
    segment.file.sync(error => {
      this.syncTimes.add(this.monotonic() - began);
      if (error !== null) return done(lost(error));
      if (segment.end >= this.segmentBytes) this.close();
      done(null);
    });
  }

  private cut({ name, end }: Segment): void {
    this.disk.truncate(`${this.directory}/${name}`, end);
  }
}

function errorOf(run: () => void): NodeJS.ErrnoException | null {
  try {
    run();
    return null;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

/** Whatever the reason was: what a sync that failed has left on the disk, no second one tells. */
function lost(error: NodeJS.ErrnoException): Error {
  return passes(error) ? new LostWriteError(error.message, { cause: error }) : error;
}
