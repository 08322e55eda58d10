/**
 * A segment of the change log: a header, then records of changes whose numbers follow each other. What is read is as it
 * was written: the first record that is not ends it.
 */
import { crc32 } from 'node:zlib';
import type { Disk } from '../disk.ts';
import { StorageError } from '../storage-error.ts';
import type { StoredChange } from './change-log.ts';

/** `tacitchg`, the format (u32), 0 (u32). */
export const SEGMENT_HEADER = 16;
const MAGIC = Buffer.from('tacitchg');
const FORMAT = 1;
/** Checksum of all that follows (u32), bytes of the text (u32), number (f64), time in ms (f64). */
const RECORD_HEADER = 24;
const NAME = /^\d{16}\.log$/;

/** Where the records of a segment are: those of `first`, `first` + 1 and so on. */
export interface SegmentIndex {
  readonly first: number;
  readonly offsets: number[];
  /** Behind the last record. */
  end: number;
  lastTimeMs: number;
}

export function segmentName(first: number): string {
  return `${String(first).padStart(16, '0')}.log`;
}

/** −1 for a file that is no segment. */
export function firstOf(name: string): number {
  return NAME.test(name) ? Number(name.slice(0, 16)) : -1;
}

export function emptyIndex(first: number): SegmentIndex {
  return { first, offsets: [], end: 0, lastTimeMs: 0 };
}

/** Records for the end of a segment, and the header where it is empty; puts them into the index only by `add`. */
export function encode(changes: readonly StoredChange[], { end }: SegmentIndex): Encoded {
  const texts = changes.map(({ text }) => Buffer.from(text));
  const room = end === 0 ? SEGMENT_HEADER : 0;
  const bytes = Buffer.alloc(texts.reduce((sum, { length }) => sum + RECORD_HEADER + length, room));
  if (room > 0) bytes.writeUInt32LE(FORMAT, MAGIC.copy(bytes));
  const offsets: number[] = [];
  let at = room;
  for (const [i, text] of texts.entries()) {
    offsets.push(end + at);
    bytes.writeUInt32LE(text.length, at + 4);
    bytes.writeDoubleLE(changes[i]!.seq, at + 8);
    bytes.writeDoubleLE(changes[i]!.timeMs, at + 16);
    text.copy(bytes, at + RECORD_HEADER);
    const recordEnd = at + RECORD_HEADER + text.length;
    bytes.writeUInt32LE(crc32(bytes.subarray(at + 4, recordEnd)), at);
    at = recordEnd;
  }
  return { bytes, offsets };
}

export interface Encoded {
  readonly bytes: Buffer;
  readonly offsets: readonly number[];
}

/** The records are in the file. */
export function add(index: SegmentIndex, { bytes, offsets }: Encoded, changes: readonly StoredChange[]): void {
  for (const offset of offsets) index.offsets.push(offset);
  index.end += bytes.length;
  index.lastTimeMs = changes.at(-1)!.timeMs;
}

/** Reads and checks all of a segment. Throws a `StorageError` for one that another version wrote. */
export function indexSegment(disk: Disk, file: string, first: number): SegmentIndex {
  const index = emptyIndex(first);
  const bytes = Buffer.alloc(Math.max(0, disk.size(file)));
  disk.read(file, 0, bytes);
  if (bytes.length < SEGMENT_HEADER || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return index;
  const format = bytes.readUInt32LE(MAGIC.length);
  // The header was written in part.
  if (format === 0) return index;
  if (format !== FORMAT) throw unknownFormat(file, format);
  index.end = SEGMENT_HEADER;
  for (let seq = first; ; seq++) {
    const end = recordEnd(bytes, index.end, seq);
    if (end < 0) return index;
    index.lastTimeMs = bytes.readDoubleLE(index.end + 16);
    index.offsets.push(index.end);
    index.end = end;
  }
}

/** What a report says of a segment that holds a number or more. */
export interface SegmentLook {
  /** Whole records, from the first on. */
  readonly records: number;
  /** Behind the last of them. */
  readonly end: number;
  readonly bytes: number;
  /** Time of the first record, ms; 0 when there is none. */
  readonly firstMs: number;
  /** Bytes that were written behind them. */
  readonly rest: number;
  /** Number of a whole record in that rest, which is damaged then, and not just not written whole; -1: none. */
  readonly behind: number;
}

/** Throws as `indexSegment`. */
export function lookAtSegment(disk: Disk, file: string, first: number): SegmentLook {
  const { offsets, end } = indexSegment(disk, file, first);
  const bytes = Buffer.alloc(Math.max(0, disk.size(file)));
  disk.read(file, 0, bytes);
  const rest = bytes.subarray(end).findLastIndex(byte => byte !== 0) + 1;
  const behind = rest > 0 ? wholeRecord(bytes, end, first + offsets.length) : -1;
  const firstMs = offsets.length === 0 ? 0 : bytes.readDoubleLE(SEGMENT_HEADER + 16);
  return { records: offsets.length, end, bytes: bytes.length, firstMs, rest, behind };
}

/** Number of the first whole record from a place on, of this number or a later one; −1 when there is none. */
function wholeRecord(bytes: Buffer, from: number, least: number): number {
  const most = least + bytes.length / RECORD_HEADER;
  for (let at = from; at + RECORD_HEADER <= bytes.length; at++) {
    const seq = bytes.readDoubleLE(at + 8);
    if (seq >= least && seq <= most && recordEnd(bytes, at, seq) >= 0) return seq;
  }
  return -1;
}

/** Of the first record of a segment; −1 when there is none. */
export function firstTimeMs(disk: Disk, file: string): number {
  const bytes = Buffer.alloc(SEGMENT_HEADER + RECORD_HEADER);
  return disk.read(file, 0, bytes) < bytes.length ? -1 : bytes.readDoubleLE(SEGMENT_HEADER + 16);
}

/** Texts of the records from one of the index on, as many as their bytes and number allow, one at least. */
export function readTexts(disk: Disk, file: string, index: SegmentIndex, from: number, limit: number, most: number) {
  const { offsets, end } = index;
  const endOf = (record: number) => offsets[record + 1] ?? end;
  const start = offsets[from]!;
  let to = from + 1;
  while (to < offsets.length && to - from < limit && endOf(to) - start <= most) to++;
  const bytes = Buffer.alloc(endOf(to - 1) - start);
  disk.read(file, start, bytes);
  const texts: string[] = [];
  for (let record = from; record < to; record++) {
    texts.push(bytes.toString('utf8', offsets[record]! - start + RECORD_HEADER, endOf(record) - start));
  }
  return texts;
}

/** Place behind the record; −1 when it is not there, or not as it was written. */
function recordEnd(bytes: Buffer, at: number, seq: number): number {
  if (at + RECORD_HEADER > bytes.length) return -1;
  const end = at + RECORD_HEADER + bytes.readUInt32LE(at + 4);
  if (end > bytes.length || bytes.readDoubleLE(at + 8) !== seq) return -1;
  return crc32(bytes.subarray(at + 4, end)) === bytes.readUInt32LE(at) ? end : -1;
}

function unknownFormat(file: string, format: number): StorageError {
  return new StorageError(
    `${file} is a change log of format ${format}; this program reads format ${FORMAT}`,
    'Start the version of the program that wrote it, or one that is newer.',
  );
}
