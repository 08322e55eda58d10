/**
 * The bytes of one partition in a fetch response → records, in one pass: batches of format 2, decompressed, without
 * marks of transactions and, where the response names aborted ones, without their records. A batch that cannot be read,
 * or is of an older format, is told, and passed over; the last one may be cut off.
 */
import type { BrokenRecords, ClientHeader, ClientRecord } from '../client.ts';
import { ProtocolReader } from './bytes.ts';
import { decompress } from './compression.ts';

/** Bytes before what `length` counts, of the whole head, and before the number of the format, of whichever format. */
const BEFORE_LENGTH = 12;
const HEAD = 61;
const BEFORE_FORMAT = 16;
const FORMAT = 2;
const CODEC = 7;
const APPEND_TIME = 1 << 3;
const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;
const ABORT = 0;

const NO_HEADERS: readonly ClientHeader[] = [];

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface ReadRecords {
  readonly records: ClientRecord[];
  readonly broken: BrokenRecords[];
  /** Where to go on. */
  next: number;
}

interface Batch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly attributes: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly producerId: number;
  readonly count: number;
  /** Whole, with its head. */
  readonly bytes: Buffer;
}

/** Records before `from` are left out: a batch may begin earlier. */
export function readRecords(bytes: Buffer, from: number, aborted: readonly AbortedTransaction[]): ReadRecords {
  const read: ReadRecords = { records: [], broken: [], next: from };
  const waiting = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const open = new Set<number>();
  for (let at = 0; at + BEFORE_FORMAT < bytes.length; ) {
    const length = BEFORE_LENGTH + bytes.readInt32BE(at + 8);
    // The last one is cut off.
    if (length <= BEFORE_FORMAT || at + length > bytes.length) break;
    const whole = bytes.subarray(at, at + length);
    at += length;
    const format = whole[BEFORE_FORMAT]!;
    if (format !== FORMAT) {
      passOver(whole, format, from, read);
      continue;
    }
    const batch = readHead(whole);
    while (waiting.length > 0 && waiting[0]!.firstOffset <= batch.lastOffset) open.add(waiting.shift()!.producerId);
    read.next = Math.max(read.next, batch.lastOffset + 1);
    if ((batch.attributes & CONTROL) !== 0) endTransaction(batch, open);
    else if ((batch.attributes & TRANSACTIONAL) === 0 || !open.has(batch.producerId)) take(batch, from, read);
  }
  return read;
}

/** A record of an old format, or the wrapper of several: then its offset is that of the last of them. */
function passOver(whole: Buffer, format: number, from: number, read: ReadRecords): void {
  const last = new ProtocolReader(whole).int64();
  if (last < from) return;
  const isWrapper = (whole[BEFORE_FORMAT + 1]! & CODEC) !== 0;
  const offset = isWrapper ? Math.min(last, read.next) : last;
  const message = `records of format ${format} are not read; Kafka 0.11 and newer write format ${FORMAT}`;
  read.broken.push({ offset, count: last + 1 - offset, message });
  read.next = last + 1;
}

function readHead(bytes: Buffer): Batch {
  const reader = new ProtocolReader(bytes);
  const firstOffset = reader.int64();
  reader.at = 21;
  const attributes = reader.int16();
  const lastOffset = firstOffset + reader.int32();
  const firstMs = reader.int64();
  const lastMs = reader.int64();
  const producerId = reader.int64();
  const count = bytes.readInt32BE(57);
  return { firstOffset, lastOffset, attributes, firstMs, lastMs, producerId, count, bytes };
}

function endTransaction({ producerId, bytes }: Batch, open: Set<number>): void {
  const reader = new ProtocolReader(bytes, HEAD);
  reader.varint();
  reader.int8();
  reader.varint();
  reader.varint();
  const key = reader.slice(reader.varint());
  if (key !== null && key.length >= 4 && key.readInt16BE(2) === ABORT) open.delete(producerId);
}

function take(batch: Batch, from: number, { records, broken }: ReadRecords): void {
  const before = records.length;
  try {
    const plain = decompress(batch.attributes & CODEC, batch.bytes.subarray(HEAD));
    const reader = new ProtocolReader(plain);
    for (let left = batch.count; left > 0; left--) {
      const record = readRecord(reader, batch);
      if (record.offset >= from) records.push(record);
    }
  } catch (error) {
    // What could be read of it is counted as broken with it: one batch is one piece.
    records.length = before;
    const offset = Math.max(from, batch.firstOffset);
    const message = `a batch of records cannot be read: ${(error as Error).message}`;
    broken.push({ offset, count: batch.lastOffset + 1 - offset, message });
  }
}

function readRecord(reader: ProtocolReader, { firstOffset, firstMs, lastMs, attributes }: Batch): ClientRecord {
  const end = reader.varint() + reader.at;
  reader.at++;
  const sinceFirst = reader.varint();
  const offset = firstOffset + reader.varint();
  const key = reader.slice(reader.varint());
  const value = reader.slice(reader.varint());
  const timestampMs = Math.max(0, (attributes & APPEND_TIME) === 0 ? firstMs + sinceFirst : lastMs);
  const headers = readHeaders(reader);
  reader.at = end;
  return { offset, timestampMs, key, value, headers };
}

function readHeaders(reader: ProtocolReader): readonly ClientHeader[] {
  let left = reader.varint();
  if (left <= 0) return NO_HEADERS;
  const headers: ClientHeader[] = [];
  for (; left > 0; left--) {
    const key = reader.slice(reader.varint())?.toString('utf8') ?? '';
    headers.push({ key, value: reader.slice(reader.varint()) });
  }
  return headers;
}
