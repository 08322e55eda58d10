/** What a `RecordWriter` wrote → records, changes and progress of a batch. */
import { CHANGE_OPERATIONS, RECORD_MARKERS } from '../../contract/record.ts';
import {
  CHANGE_ONCE,
  CHANGE_OPERATION,
  CHANGE_OWNER,
  CHANGE_ROWS,
  CHANGE_TABLE,
  CHANGE_TIME,
  CHANGE_TRANSACTION,
  CONTEXT,
  MARKER_MASK,
  RECORD_ID,
  RECORD_OFFSET,
  RECORD_ONCE,
  RECORD_ORIGIN,
  RECORD_PRODUCER,
  RECORD_SHAPE,
  RECORD_SHAPES,
  RECORD_TIME,
  RECORD_TOPIC,
  RECORD_TRANSACTION,
  RECORD_WORDS,
  type RecordRows,
  TRANSACTION_CONTEXT,
} from '../../contract/record-rows.ts';
import type { ByteReader } from './byte-reader.ts';
import {
  CHANGE_FLAGS,
  CONTEXT_TOLD,
  CONTEXT_WORDS,
  FrameError,
  LATEST_START,
  ONCE_TOLD,
  RECORD_FLAGS,
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
import type { NameReader } from './name-reader.ts';

export class RecordReader {
  private readonly from: ByteReader;
  private readonly names: NameReader;
  private time = 0;

  constructor(from: ByteReader, names: NameReader) {
    this.from = from;
    this.names = names;
  }

  /** @param hasBacklogs as written today. */
  read(into: RecordRows, hasBacklogs: boolean): void {
    const { from } = this;
    this.time = 0;
    const [records, changes, progress] = [from.count(), from.count(), from.count()];
    into.isPushed = hasBacklogs && from.number() === 1;
    for (let i = 0; i < records; i++) this.readRecord(into);
    let owner = 0;
    for (let i = 0; i < changes; i++) owner = this.readChange(into, owner);
    for (let i = 0; i < progress; i++) this.readProgress(into, hasBacklogs);
  }

  private readRecord(into: RecordRows): void {
    const { from } = this;
    const at = into.pushRecord();
    const { words } = into;
    const flags = from.byte() | (from.byte() << 8);
    if ((flags | RECORD_FLAGS) !== RECORD_FLAGS) throw new FrameError('there are no such flags');
    const shape = from.number();
    if ((shape | RECORD_SHAPES) !== RECORD_SHAPES || (shape & MARKER_MASK) > RECORD_MARKERS.length)
      throw new FrameError('there is no such kind of record');
    words[at + RECORD_SHAPE] = shape;
    this.words(flags & CONTEXT_TOLD, words, at + CONTEXT, CONTEXT_WORDS);
    this.readTime(flags, into.floats, (at + RECORD_TIME) >> 1);
    words[at + RECORD_TOPIC] = this.identity(flags & TOPIC_TOLD);
    this.words(flags & RECORD_OFFSET_TOLD, words, at + RECORD_OFFSET, 2);
    this.words(flags & RECORD_ID_TOLD, words, at + RECORD_ID, 2);
    words[at + RECORD_PRODUCER] = this.identity(flags & RECORD_PRODUCER_TOLD);
    words[at + RECORD_ORIGIN] = this.identity(flags & RECORD_ORIGIN_TOLD);
    this.words(flags & ONCE_TOLD, words, at + RECORD_ONCE, 2);
    this.words(flags & TRANSACTION_TOLD, words, at + RECORD_TRANSACTION, 2);
    this.words(flags & TRANSACTION_TOLD, words, at + TRANSACTION_CONTEXT, CONTEXT_WORDS);
  }

  /** Returns the first word of its record. */
  private readChange(into: RecordRows, ownerBefore: number): number {
    const { from } = this;
    const at = into.pushChange();
    const words = into.changeWords;
    const flags = from.byte();
    if ((flags | CHANGE_FLAGS) !== CHANGE_FLAGS) throw new FrameError('there are no such flags');
    const operation = from.number();
    if (operation < 0 || operation >= CHANGE_OPERATIONS.length) throw new FrameError('there is no such change');
    words[at + CHANGE_OPERATION] = operation;
    words[at + CHANGE_ROWS] = from.number();
    if (words[at + CHANGE_ROWS]! < 0) throw new FrameError('a change is of fewer rows than none');
    const owner = ownerBefore / RECORD_WORDS + from.number();
    if (owner * RECORD_WORDS < ownerBefore || owner >= into.records) throw new FrameError('a change is of no record');
    words[at + CHANGE_OWNER] = owner * RECORD_WORDS;
    this.words(flags & CONTEXT_TOLD, words, at + CONTEXT, CONTEXT_WORDS);
    this.readTime(flags, into.changeFloats, (at + CHANGE_TIME) >> 1);
    words[at + CHANGE_TABLE] = this.identity(flags & TABLE_TOLD);
    this.words(flags & ONCE_TOLD, words, at + CHANGE_ONCE, 2);
    this.words(flags & TRANSACTION_TOLD, words, at + CHANGE_TRANSACTION, 2);
    return owner * RECORD_WORDS;
  }

  private readProgress({ progress }: RecordRows, hasBacklogs: boolean): void {
    const { from, names } = this;
    const [receiver, cluster, topic, incarnation] = [names.text(), names.text(), names.text(), names.text()];
    const at = { receiver, cluster, topic, incarnation, partition: from.number(), next: from.large() };
    const reachedMs = hasBacklogs ? from.large() : 0;
    progress.push(reachedMs === 0 ? at : { ...at, reachedMs });
  }

  private readTime(flags: number, floats: Float64Array, at: number): void {
    const { from } = this;
    if ((flags & TIME_TOLD) === 0) return;
    if ((flags & TIME_RAW) !== 0) {
      const raw = Int32Array.of(from.word(), from.word());
      floats[at] = new Float64Array(raw.buffer)[0]!;
      return;
    }
    const told = from.large();
    const time = this.time + (told % 2 === 0 ? told / 2 : -(told + 1) / 2);
    if (time < 0 || time > LATEST_START) throw new FrameError('a time is out of range');
    floats[at] = this.time = time;
  }

  private identity(told: number): number {
    return told === 0 ? 0 : this.names.identity();
  }

  private words(told: number, words: Int32Array, at: number, count: number): void {
    if (told === 0) return;
    for (let i = 0; i < count; i++) words[at + i] = this.from.word();
  }
}
