/**
 * A batch of observations → the payload of a frame. About as much memory as the largest batch so far stays with it.
 */
import {
  ADJUSTED,
  DURATION,
  GROUP,
  hasPlan,
  INSTANCE,
  LINK_OWNER,
  LINK_TOPIC,
  LINK_WORDS,
  MESSAGES,
  type ObservationBatch,
  PARENT,
  PEER,
  POSITION_ID,
  POSITION_LINK,
  POSITION_OFFSET,
  POSITION_OWNER,
  POSITION_WORDS,
  ROW_WORDS,
  SERVICE,
  SHAPE,
  SPAN,
  START,
  TARGET,
  TRACE,
} from '../../contract/observation.ts';
import { ByteWriter } from './byte-writer.ts';
import {
  ADJUSTED_TOLD,
  DATABASE_PEERS,
  FORMAT,
  FORMAT_WITH_RECORDS,
  GROUP_TOLD,
  LATEST_START,
  LINK_TOPIC_TOLD,
  MESSAGES_TOLD,
  type NamesOfNumbers,
  ONE,
  PARENT_BEFORE,
  PARENT_NEW,
  PARENT_NONE,
  PARENT_SHIFT,
  PEER_TOLD,
  POSITION_ID_TOLD,
  POSITION_LINK_TOLD,
  POSITION_OFFSET_TOLD,
  SOURCE_BEFORE,
  START_RAW,
  TARGET_TOLD,
  TRACE_BEFORE,
  TRACE_KNOWN,
  TRACE_NEW,
  TRACE_SHORT,
  TUPLE_BEFORE,
  TUPLE_WORDS,
} from './format.ts';
import { NameWriter } from './name-writer.ts';
import { RecordWriter } from './record-writer.ts';
import { FoundAgain } from './word-list.ts';

/** More than a row takes beside its names, or a link, or a position. */
const ROOM = 128;

export class FrameEncoder {
  private readonly out = new ByteWriter();
  private readonly names: NameWriter;
  private readonly records: RecordWriter;
  private readonly traces = new FoundAgain(4);
  private readonly tuples = new FoundAgain(TUPLE_WORDS);
  private readonly sources = new FoundAgain(2);
  private readonly shapes = new FoundAgain(1);
  private readonly source = new Int32Array(2);
  /** The last start by number of the trace. */
  private starts = new Float64Array(256);
  private start = 0;
  /** Numbers of the row or link before. */
  private trace = -1;
  private tuple = -1;
  /** Of the tuple defined last. */
  private sourceBefore = -1;

  constructor(names: NamesOfNumbers) {
    this.names = new NameWriter(this.out, names);
    this.records = new RecordWriter(this.out, this.names);
  }

  /** The payload behind `room` bytes that the caller may fill; all of it is valid until the next call. */
  encode(batch: ObservationBatch, room = 0): Uint8Array {
    this.begin(batch, room);
    for (let row = 0, end = batch.rows * ROW_WORDS; row < end; row += ROW_WORDS) this.writeRow(batch, row);
    this.writeLinks(batch);
    this.writePositions(batch);
    this.writeRefusals(batch);
    if (!batch.recordRows.isEmpty) this.records.write(batch.recordRows);
    return this.out.bytes.subarray(0, this.out.at);
  }

  private begin({ rows, links, positions, refused, logs, recordRows }: ObservationBatch, room: number): void {
    const { out } = this;
    this.names.begin();
    this.traces.empty(rows);
    this.tuples.empty(rows);
    this.sources.empty(rows);
    this.shapes.empty(0);
    this.start = 0;
    this.trace = this.tuple = this.sourceBefore = -1;
    out.at = 0;
    out.ensure(room + ROOM);
    out.at = room;
    out.byte(recordRows.isEmpty ? FORMAT : FORMAT_WITH_RECORDS);
    out.number(rows);
    out.number(links);
    out.number(positions);
    out.number(refused.size);
    out.large(logs);
  }

  private writeRow(batch: ObservationBatch, row: number): void {
    const { out } = this;
    const { words } = batch;
    out.ensure(ROOM);
    const flagsAt = out.at++;
    let flags = this.writeTrace(words, row + TRACE);
    this.writeTwo(words, row + SPAN);
    flags |= this.writeParent(words, row) << PARENT_SHIFT;
    flags |= this.writeStart(batch, row);
    out.number(words[row + DURATION]!);
    // Names may move the bytes.
    flags |= this.writeTuple(words, row + SERVICE);
    out.bytes[flagsAt] = flags;
  }

  private writeTrace(words: Int32Array, at: number): number {
    const { out, traces } = this;
    const known = traces.find(words, at);
    if (known < 0) return this.defineTrace(words, at);
    if (known === this.trace) return TRACE_BEFORE;
    this.trace = known;
    out.number(traces.count - known);
    return TRACE_KNOWN;
  }

  private defineTrace(words: Int32Array, at: number): number {
    this.trace = this.traces.count - 1;
    if (this.trace === this.starts.length) {
      const starts = new Float64Array(2 * this.trace);
      starts.set(this.starts);
      this.starts = starts;
    }
    this.starts[this.trace] = this.start;
    const isShort = (words[at]! | words[at + 1]!) === 0;
    if (!isShort) this.writeTwo(words, at);
    this.writeTwo(words, at + 2);
    return isShort ? TRACE_SHORT : TRACE_NEW;
  }

  /** To look for ids told before costs more than the eight bytes of each that it would save. */
  private writeParent(words: Int32Array, row: number): number {
    const parent = row + PARENT;
    if ((words[parent]! | words[parent + 1]!) === 0) return PARENT_NONE;
    const before = row + SPAN - ROW_WORDS;
    if (row > 0 && words[parent] === words[before] && words[parent + 1] === words[before + 1]) return PARENT_BEFORE;
    this.writeTwo(words, parent);
    return PARENT_NEW;
  }

  private writeStart({ floats, words }: ObservationBatch, row: number): number {
    const start = floats[(row + START) >> 1]!;
    if (!(start >= 0 && start <= LATEST_START && Math.floor(start) === start) || Object.is(start, -0)) {
      this.writeTwo(words, row + START);
      return START_RAW;
    }
    const difference = start - this.starts[this.trace]!;
    this.out.large(difference < 0 ? -2 * difference - 1 : 2 * difference);
    this.starts[this.trace] = this.start = start;
    return 0;
  }

  private writeTuple(words: Int32Array, at: number): number {
    const known = this.tuples.find(words, at);
    if (known >= 0 && known === this.tuple) return TUPLE_BEFORE;
    this.tuple = known < 0 ? this.tuples.count - 1 : known;
    this.out.number(this.tuple);
    if (known < 0) this.defineTuple(words, at - SERVICE);
    return 0;
  }

  private defineTuple(words: Int32Array, row: number): void {
    const { out, names } = this;
    const shape = words[row + SHAPE]!;
    const target = words[row + TARGET]!;
    const peer = words[row + PEER]!;
    const group = words[row + GROUP]!;
    const messages = words[row + MESSAGES]!;
    const adjusted = words[row + ADJUSTED]!;
    const isOfDatabase = hasPlan(shape);
    const flagsAt = out.at++;
    const flags =
      (target !== 0 ? TARGET_TOLD : 0) |
      (peer !== 0 ? PEER_TOLD : 0) |
      (group !== 0 ? GROUP_TOLD : 0) |
      (messages !== 1 ? MESSAGES_TOLD : 0) |
      (adjusted !== ONE ? ADJUSTED_TOLD : 0);
    const source = this.writeSource(words[row + SERVICE]!, words[row + INSTANCE]!);
    out.bytes[flagsAt] = flags | source;
    this.writeShape(words, row + SHAPE);
    if (messages !== 1) out.number(messages);
    if (adjusted !== ONE) out.word(adjusted);
    if (target !== 0) isOfDatabase ? names.plan(target) : names.identity(target);
    if (peer !== 0) names.identity(peer, isOfDatabase ? DATABASE_PEERS : 0);
    if (group !== 0) names.group(group);
  }

  private writeSource(service: number, instance: number): number {
    const { out, source, sources } = this;
    source[0] = service;
    source[1] = instance;
    const known = sources.find(source, 0);
    if (known >= 0 && known === this.sourceBefore) return SOURCE_BEFORE;
    this.sourceBefore = known < 0 ? sources.count - 1 : known;
    out.number(this.sourceBefore);
    if (known >= 0) return 0;
    this.names.identity(service);
    out.ensure(ROOM);
    out.number(instance);
    return 0;
  }

  private writeShape(words: Int32Array, at: number): void {
    const { out, shapes } = this;
    const known = shapes.find(words, at);
    out.number(known < 0 ? shapes.count - 1 : known);
    if (known < 0) out.number(words[at]!);
  }

  private writeLinks({ linkWords, links }: ObservationBatch): void {
    const { out } = this;
    let owner = 0;
    for (let at = 0; at < links * LINK_WORDS; at += LINK_WORDS) {
      out.ensure(ROOM);
      const flagsAt = out.at++;
      out.number((linkWords[at + LINK_OWNER]! - owner) / ROW_WORDS);
      owner = linkWords[at + LINK_OWNER]!;
      const flags = this.writeTrace(linkWords, at);
      this.writeTwo(linkWords, at + SPAN);
      const topic = linkWords[at + LINK_TOPIC]!;
      if (topic !== 0) this.names.identity(topic);
      out.bytes[flagsAt] = topic === 0 ? flags : flags | LINK_TOPIC_TOLD;
    }
  }

  private writePositions({ positionWords, positions }: ObservationBatch): void {
    const { out } = this;
    let owner = 0;
    let linkBefore = 0;
    for (let at = 0; at < positions * POSITION_WORDS; at += POSITION_WORDS) {
      out.ensure(ROOM);
      const flagsAt = out.at++;
      out.number((positionWords[at + POSITION_OWNER]! - owner) / ROW_WORDS);
      owner = positionWords[at + POSITION_OWNER]!;
      const link = positionWords[at + POSITION_LINK]!;
      if (link !== 0) {
        out.number(link - linkBefore);
        linkBefore = link;
      }
      const offset = this.writeUnlessZero(positionWords, at + POSITION_OFFSET) ? POSITION_OFFSET_TOLD : 0;
      const id = this.writeUnlessZero(positionWords, at + POSITION_ID) ? POSITION_ID_TOLD : 0;
      out.bytes[flagsAt] = (link === 0 ? 0 : POSITION_LINK_TOLD) | offset | id;
    }
  }

  private writeUnlessZero(words: Int32Array, at: number): boolean {
    if ((words[at]! | words[at + 1]!) === 0) return false;
    this.writeTwo(words, at);
    return true;
  }

  private writeRefusals({ refused }: ObservationBatch): void {
    const { out, names } = this;
    for (const [service, reasons] of refused) {
      names.identity(service);
      out.ensure(ROOM);
      out.number(reasons.size);
      for (const [reason, count] of reasons) {
        names.text(reason);
        out.large(count);
      }
    }
  }

  private writeTwo(words: Int32Array, at: number): void {
    this.out.word(words[at]!);
    this.out.word(words[at + 1]!);
  }
}
