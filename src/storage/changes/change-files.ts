/**
 * The change log in files that only grow (`segment.ts`). At a start the newest segment is checked, and what was not
 * written whole is cut; an older one is checked when it is read: where it is damaged the log begins behind it, and its
 * numbers never come again.
 */
import type { ChangePage } from '../../contract/change-feed.ts';
import type { Logger } from '../../contract/logger.ts';
import type { Disk, GrowingFile } from '../disk.ts';
import { type ChangeLog, type ChangeLogOptions, KEEP_CHANGES, PAGE_BYTES, type StoredChange } from './change-log.ts';
import {
  add,
  type Encoded,
  emptyIndex,
  encode,
  firstOf,
  firstTimeMs,
  indexSegment,
  readTexts,
  type SegmentIndex,
  segmentName,
} from './segment.ts';

export const CHANGES = 'changes';
/** Section of a checkpoint: number of the newest change that was stored by then. */
export const PUBLISHED = 'outbox/published';
const SEGMENT_BYTES = 4 << 20;
/** Older segments whose records are known where. */
const INDEXES = 4;

interface Segment {
  readonly name: string;
  readonly first: number;
  bytes: number;
  /** Time of its first change, once somebody asked. */
  firstMs?: number;
}

interface OpenSegment {
  readonly segment: Segment;
  readonly file: GrowingFile;
  readonly index: SegmentIndex;
}

export class ChangeFiles implements ChangeLog {
  oldest: number;
  newest: number;
  private readonly disk: Disk;
  private readonly logger: Logger;
  private readonly segmentBytes: number;
  private options: ChangeLogOptions;
  /** In order; the last may be open. */
  private segments: Segment[] = [];
  private open: OpenSegment | undefined;
  /** Those used last are at the end. */
  private readonly indexes = new Map<number, SegmentIndex>();
  private lastTimeMs = 0;

  /** Throws a `StorageError` for files of another version, and the error of a disk that cannot be used. */
  constructor(disk: Disk, logger: Logger, options = KEEP_CHANGES, segmentBytes = SEGMENT_BYTES) {
    this.disk = disk;
    this.options = options;
    this.logger = logger;
    this.segmentBytes = segmentBytes;
    disk.makeDirectory(CHANGES);
    for (const name of disk.list(CHANGES)) {
      const first = firstOf(name);
      if (first >= 0) this.segments.push({ name, first, bytes: disk.size(pathOf(name)) });
    }
    this.newest = this.mendLast();
    this.oldest = this.segments[0]?.first ?? this.newest + 1;
    disk.syncDirectory('.');
    disk.syncDirectory(CHANGES);
  }

  get bytes(): number {
    return this.segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get oldestMs(): number {
    if (this.oldest > this.newest) return 0;
    const segment = this.segments.find(({ first }) => first === this.oldest);
    if (segment === undefined) return 0;
    segment.firstMs ??= Math.max(0, firstTimeMs(this.disk, pathOf(segment.name)));
    return segment.firstMs;
  }

  get newestMs(): number {
    return this.lastTimeMs;
  }

  async append(changes: readonly StoredChange[]): Promise<void> {
    const first = changes[0]!.seq;
    // Numbers of one segment follow each other.
    if (this.open !== undefined && first !== this.newest + 1) this.seal();
    const open = this.open ?? this.begin(first);
    const encoded = encode(changes, open.index);
    try {
      await write(open.file, encoded.bytes, open.index.end);
    } catch (error) {
      // What became of the file is not known any more: what is tried again goes to another one.
      this.seal();
      throw error;
    }
    this.stored(open, encoded, changes);
  }

  read(after: number, limit: number): ChangePage {
    const changes: string[] = [];
    let next = Math.min(Math.max(after, this.oldest - 1), this.newest);
    for (let room = PAGE_BYTES; changes.length < limit && next < this.newest; ) {
      const texts = this.textsFrom(next + 1, limit - changes.length, room);
      // Damage moves the beginning: nothing of before it is told then.
      if (texts === undefined) return this.read(after, limit);
      for (const text of texts) {
        changes.push(text);
        room -= text.length;
      }
      next += texts.length;
      if (room <= 0 || !this.segments.some(({ first }) => first === next + 1)) break;
    }
    return { changes, next, oldest: this.oldest, newest: this.newest };
  }

  /** Segments as a whole, the oldest first. */
  prune(nowMs: number): void {
    const { keepMs, maxBytes } = this.options;
    const isOld = (timeMs: number) => timeMs < nowMs - keepMs;
    if (this.newest > 0 && this.lastTimeMs > 0 && isOld(this.lastTimeMs)) this.beginEmpty();
    while (this.segments.length > 1) {
      if (!isOld(this.firstEndedMs()) && this.bytes <= maxBytes) return;
      this.removeFirst();
    }
  }

  setOptions(options: ChangeLogOptions): void {
    this.options = options;
  }

  close(): void {
    this.open?.file.close();
    this.open = undefined;
  }

  /** Number of the newest change; the last segment holds nothing else afterwards but whole records, on the disk. */
  private mendLast(): number {
    const last = this.segments.at(-1);
    if (last === undefined) return 0;
    const path = pathOf(last.name);
    const index = indexSegment(this.disk, path, last.first);
    this.disk.truncate(path, index.end);
    // After a sync that failed, the system has what the disk does not, and believes it written.
    const bytes = new Uint8Array(index.end);
    this.disk.read(path, 0, bytes);
    this.disk.overwrite(path, 0, bytes);
    last.bytes = index.end;
    this.lastTimeMs = index.lastTimeMs;
    return last.first + index.offsets.length - 1;
  }

  private begin(first: number): OpenSegment {
    const name = segmentName(first);
    const file = this.disk.grow(pathOf(name));
    const last = this.segments.at(-1);
    const segment = last?.first === first ? last : { name, first, bytes: 0 };
    if (segment !== last) this.segments.push(segment);
    this.open = { segment, file, index: emptyIndex(first) };
    this.indexes.delete(first);
    return this.open;
  }

  private stored(open: OpenSegment, encoded: Encoded, changes: readonly StoredChange[]): void {
    const { segment, index } = open;
    add(index, encoded, changes);
    segment.bytes = index.end;
    if (changes[0]!.seq !== this.newest + 1) {
      if (this.newest > 0) this.logger.warn({}, `changes ${this.newest + 1} to ${changes[0]!.seq - 1} are not there`);
      this.oldest = changes[0]!.seq;
      this.removeUnreadable();
    }
    this.newest = changes.at(-1)!.seq;
    this.lastTimeMs = index.lastTimeMs;
    if (index.end >= this.segmentBytes) this.seal();
  }

  /** The log begins behind a gap: what stood before it would look like damage. */
  private removeUnreadable(): void {
    try {
      while (this.segments.length > 1 && this.segments[1]!.first <= this.oldest) this.removeFirst();
    } catch (error) {
      this.logger.warn({ error }, 'changes that cannot be read any more could not be removed');
    }
  }

  /** Nothing more is written to it. */
  private seal(): void {
    const { open } = this;
    this.close();
    if (open !== undefined && open.index.offsets.length > 0) this.remember(open.index);
  }

  /** So that the segment of the newest changes can go, too: its name keeps their number. */
  private beginEmpty(): void {
    this.seal();
    const name = segmentName(this.newest + 1);
    if (this.segments.at(-1)?.name === name) return;
    const file = this.disk.create(pathOf(name));
    file.sync();
    file.close();
    this.disk.syncDirectory(CHANGES);
    this.segments.push({ name, first: this.newest + 1, bytes: 0 });
  }

  /** Time of the first change behind the oldest segment. */
  private firstEndedMs(): number {
    for (const { name, first } of this.segments.slice(1)) {
      const timeMs = first > this.newest ? -1 : firstTimeMs(this.disk, pathOf(name));
      if (timeMs >= 0) return timeMs;
    }
    return this.lastTimeMs;
  }

  private removeFirst(): void {
    const { name, first } = this.segments.shift()!;
    this.disk.remove(pathOf(name));
    this.indexes.delete(first);
    this.oldest = Math.max(this.oldest, this.segments[0]!.first);
  }

  /** Undefined where the segment is damaged: the log begins behind it. */
  private textsFrom(seq: number, limit: number, most: number): readonly string[] | undefined {
    const place = this.segments.findLastIndex(({ first }) => first <= seq);
    const segment = this.segments[place];
    const end = Math.min(this.segments[place + 1]?.first ?? this.newest + 1, this.newest + 1);
    if (segment === undefined) return this.skipTo(end, 'changes');
    const index = this.indexOf(segment);
    if (segment.first + index.offsets.length < end) return this.skipTo(end, pathOf(segment.name));
    try {
      return readTexts(this.disk, pathOf(segment.name), index, seq - segment.first, Math.min(limit, end - seq), most);
    } catch (error) {
      return this.skipTo(end, `${pathOf(segment.name)} (${(error as Error).message})`);
    }
  }

  private skipTo(first: number, where: string): undefined {
    const lost = `changes ${this.oldest} to ${first - 1} cannot be read any more`;
    this.logger.error({}, `${where} is damaged or missing: ${lost}`);
    this.oldest = first;
  }

  private indexOf({ name, first }: Segment): SegmentIndex {
    if (this.open?.index.first === first) return this.open.index;
    const index = this.indexes.get(first) ?? indexSegment(this.disk, pathOf(name), first);
    this.remember(index);
    return index;
  }

  private remember(index: SegmentIndex): void {
    this.indexes.delete(index.first);
    this.indexes.set(index.first, index);
    if (this.indexes.size > INDEXES) this.indexes.delete(this.indexes.keys().next().value!);
  }
}

/** Paths of what is kept of changes. */
export function changeFiles(disk: Disk): readonly string[] {
  return disk
    .list(CHANGES)
    .filter(name => firstOf(name) >= 0)
    .map(pathOf);
}

function pathOf(name: string): string {
  return `${CHANGES}/${name}`;
}

function write(file: GrowingFile, bytes: Uint8Array, at: number): Promise<void> {
  return new Promise((resolve, reject) => {
    file.write(bytes, at, noWrite => {
      if (noWrite !== null) return reject(noWrite);
      file.sync(noSync => (noSync === null ? resolve() : reject(noSync)));
    });
  });
}
