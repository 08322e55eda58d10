/**
 * Records, changes and progress of a batch, behind everything else in a payload of format 3.
 *
 *     section    counts (records, changes, progress), 1 when something was pushed, else 0, then these
 *     record     flags (two bytes), shape, then what the flags say: context, time, topic, offset, id, producer, origin,
 *                once, transaction and its context
 *     change     flags, operation, rows, records since the owner of the change before, then context, time, table, once,
 *                transaction
 *     progress   texts (receiver, cluster, topic, incarnation), partition, next, time reached
 *
 * Of a context the trace id and span id; a time by its difference from the one before, in whole µs, or as it is; hashes as they are.
 */
import type { Progress } from '../../contract/record.ts';
import {
  CHANGE_ONCE,
  CHANGE_OPERATION,
  CHANGE_OWNER,
  CHANGE_ROWS,
  CHANGE_TABLE,
  CHANGE_TIME,
  CHANGE_TRANSACTION,
  CHANGE_WORDS,
  CONTEXT,
  RECORD_ID,
  RECORD_OFFSET,
  RECORD_ONCE,
  RECORD_ORIGIN,
  RECORD_PRODUCER,
  RECORD_SHAPE,
  RECORD_TIME,
  RECORD_TOPIC,
  RECORD_TRANSACTION,
  RECORD_WORDS,
  type RecordRows,
  TRANSACTION_CONTEXT,
} from '../../contract/record-rows.ts';
import type { ByteWriter } from './byte-writer.ts';
import {
  CONTEXT_TOLD,
  CONTEXT_WORDS,
  LATEST_START,
  ONCE_TOLD,
  RECORD_ID_TOLD,
  RECORD_OFFSET_TOLD,
  RECORD_ORIGIN_TOLD,
  RECORD_PRODUCER_TOLD,
  TABLE_TOLD,
  TIME_RAW,
  TIME_TOLD,
  TOPIC_TOLD,
  TRANSACTION_TOLD,
} from './format.ts';
import type { NameWriter } from './name-writer.ts';

/** More than a record takes beside its names, or a change, or progress. */
const ROOM = 160;

export class RecordWriter {
  private readonly out: ByteWriter;
  private readonly names: NameWriter;
  private time = 0;

  constructor(out: ByteWriter, names: NameWriter) {
    this.out = out;
    this.names = names;
  }

  write(rows: RecordRows): void {
    const { out } = this;
    this.time = 0;
    out.ensure(ROOM);
    out.number(rows.records);
    out.number(rows.changes);
    out.number(rows.progress.length);
    out.number(rows.isPushed ? 1 : 0);
    for (let at = 0, end = rows.records * RECORD_WORDS; at < end; at += RECORD_WORDS) this.writeRecord(rows, at);
    let owner = 0;
    for (let at = 0, end = rows.changes * CHANGE_WORDS; at < end; at += CHANGE_WORDS) {
      this.writeChange(rows, at, owner);
      owner = rows.changeWords[at + CHANGE_OWNER]!;
    }
    for (const one of rows.progress) this.writeProgress(one);
  }

  private writeRecord({ words, floats }: RecordRows, at: number): void {
    const { out } = this;
    out.ensure(ROOM);
    const flagsAt = out.at;
    out.at += 2;
    out.number(words[at + RECORD_SHAPE]!);
    let flags = this.context(words, at + CONTEXT);
    flags |= this.writeTime(floats[(at + RECORD_TIME) >> 1]!);
    flags |= this.identity(words[at + RECORD_TOPIC]!, TOPIC_TOLD);
    flags |= this.hash(words, at + RECORD_OFFSET, RECORD_OFFSET_TOLD);
    flags |= this.hash(words, at + RECORD_ID, RECORD_ID_TOLD);
    flags |= this.identity(words[at + RECORD_PRODUCER]!, RECORD_PRODUCER_TOLD);
    flags |= this.identity(words[at + RECORD_ORIGIN]!, RECORD_ORIGIN_TOLD);
    flags |= this.hash(words, at + RECORD_ONCE, ONCE_TOLD);
    flags |= this.hash(words, at + RECORD_TRANSACTION, TRANSACTION_TOLD);
    if ((flags & TRANSACTION_TOLD) !== 0) this.words(words, at + TRANSACTION_CONTEXT, CONTEXT_WORDS);
    out.bytes[flagsAt] = flags & 255;
    out.bytes[flagsAt + 1] = flags >> 8;
  }

  private writeChange({ changeWords: words, changeFloats }: RecordRows, at: number, ownerBefore: number): void {
    const { out } = this;
    out.ensure(ROOM);
    const flagsAt = out.at++;
    out.number(words[at + CHANGE_OPERATION]!);
    out.number(words[at + CHANGE_ROWS]!);
    out.number((words[at + CHANGE_OWNER]! - ownerBefore) / RECORD_WORDS);
    let flags = this.context(words, at + CONTEXT);
    flags |= this.writeTime(changeFloats[(at + CHANGE_TIME) >> 1]!);
    flags |= this.identity(words[at + CHANGE_TABLE]!, TABLE_TOLD);
    flags |= this.hash(words, at + CHANGE_ONCE, ONCE_TOLD);
    flags |= this.hash(words, at + CHANGE_TRANSACTION, TRANSACTION_TOLD);
    out.bytes[flagsAt] = flags;
  }

  private writeProgress({ receiver, cluster, topic, incarnation, partition, next, reachedMs = 0 }: Progress): void {
    const { out, names } = this;
    for (const text of [receiver, cluster, topic, incarnation]) names.text(text);
    out.ensure(ROOM);
    out.number(partition);
    out.large(next);
    out.large(reachedMs);
  }

  private context(words: Int32Array, at: number): number {
    if ((words[at + 4]! | words[at + 5]!) === 0) return 0;
    this.words(words, at, CONTEXT_WORDS);
    return CONTEXT_TOLD;
  }

  private writeTime(time: number): number {
    if (time === 0) return 0;
    if (!(time > 0 && time <= LATEST_START && Math.floor(time) === time)) {
      this.words(new Int32Array(Float64Array.of(time).buffer), 0, 2);
      return TIME_TOLD | TIME_RAW;
    }
    const difference = time - this.time;
    this.out.large(difference < 0 ? -2 * difference - 1 : 2 * difference);
    this.time = time;
    return TIME_TOLD;
  }

  private identity(identity: number, flag: number): number {
    if (identity === 0) return 0;
    this.names.identity(identity);
    this.out.ensure(ROOM);
    return flag;
  }

  private hash(words: Int32Array, at: number, flag: number): number {
    if ((words[at]! | words[at + 1]!) === 0) return 0;
    this.words(words, at, 2);
    return flag;
  }

  private words(words: Int32Array, at: number, count: number): void {
    for (let i = 0; i < count; i++) this.out.word(words[at + i]!);
  }
}
