/** The payload of a frame → the batch of observations it was, with the numbers of this process. */
import {
  ADJUSTED,
  addRefusals,
  DURATION,
  GROUP,
  hasPlan,
  INSTANCE,
  isKnownClass,
  LINK,
  LINK_OWNER,
  LINK_TOPIC,
  MESSAGES,
  type ObservationBatch,
  PARENT,
  PEER,
  POSITION_ID,
  POSITION_LINK,
  POSITION_OFFSET,
  POSITION_OWNER,
  ROW_WORDS,
  SERVICE,
  SHAPE,
  SPAN,
  START,
  TARGET,
  TRACE,
} from '../../contract/observation.ts';
import { ByteReader } from './byte-reader.ts';
import {
  ADJUSTED_TOLD,
  DATABASE_PEERS,
  FORMAT,
  FORMAT_WITH_RECORDS,
  FORMAT_WITHOUT_BACKLOGS,
  FrameError,
  GROUP_TOLD,
  LATEST_START,
  LINK_FLAGS,
  LINK_TOPIC_TOLD,
  MESSAGES_TOLD,
  type NumbersOfNames,
  ONE,
  PARENT_BEFORE,
  PARENT_MASK,
  PARENT_NEW,
  PARENT_NONE,
  PARENT_SHIFT,
  PEER_TOLD,
  POSITION_FLAGS,
  POSITION_ID_TOLD,
  POSITION_LINK_TOLD,
  POSITION_OFFSET_TOLD,
  ROW_FLAGS,
  SOURCE_BEFORE,
  SPAN_KNOWN,
  START_RAW,
  TARGET_TOLD,
  TRACE_BEFORE,
  TRACE_KNOWN,
  TRACE_MASK,
  TRACE_NEW,
  TUPLE_BEFORE,
  TUPLE_FLAGS,
  TUPLE_WORDS,
} from './format.ts';
import { NameReader } from './name-reader.ts';
import { RecordReader } from './record-reader.ts';
import { WordList } from './word-list.ts';

const NOTHING_BEFORE = 'the first refers to one before it';

export class FrameDecoder {
  private readonly from = new ByteReader();
  private readonly names: NameReader;
  private readonly records: RecordReader;
  private readonly traces = new WordList(4);
  private readonly spans = new WordList(2);
  private readonly tuples = new WordList(TUPLE_WORDS);
  private readonly sources = new WordList(2);
  private readonly shapes = new WordList(1);
  private starts = new Float64Array(256);
  private start = 0;
  private trace = -1;
  private span = -1;
  private tuple = -1;
  private sourceBefore = -1;

  constructor(names: NumbersOfNames) {
    this.names = new NameReader(this.from, names);
    this.records = new RecordReader(this.from, this.names);
  }

  /** Fills the batch with nothing else. Throws a `FrameError` for bytes that are no payload; the batch is empty then. */
  decode(bytes: Uint8Array, into: ObservationBatch): void {
    into.reset();
    try {
      this.read(bytes, into);
    } catch (error) {
      into.reset();
      throw error;
    }
  }

  private read(bytes: Uint8Array, into: ObservationBatch): void {
    const { from } = this;
    this.begin(bytes);
    const format = from.byte();
    if (format !== FORMAT && format !== FORMAT_WITH_RECORDS && format !== FORMAT_WITHOUT_BACKLOGS)
      throw new FrameError(
        `format ${format} of frames is not known; this program reads ${FORMAT} to ${FORMAT_WITH_RECORDS}`,
      );
    const [rows, links, positions, refusing] = [from.count(), from.count(), from.count(), from.count()];
    into.logs = from.large();
    for (let i = 0; i < rows; i++) this.readRow(into);
    this.readLinks(links, into);
    this.readPositions(positions, into);
    for (let i = 0; i < refusing; i++) this.readRefusals(into);
    if (format !== FORMAT) this.records.read(into.recordRows, format === FORMAT_WITH_RECORDS);
    if (from.left > 0) throw new FrameError('bytes follow the payload');
  }

  private begin(bytes: Uint8Array): void {
    this.from.readFrom(bytes);
    this.names.begin();
    this.traces.count = this.spans.count = this.tuples.count = this.sources.count = this.shapes.count = 0;
    this.start = 0;
    this.trace = this.span = this.tuple = this.sourceBefore = -1;
  }

  private readRow(into: ObservationBatch): void {
    const { from } = this;
    const row = into.pushRow();
    const { words } = into;
    const flags = this.flags(ROW_FLAGS);
    const spanBefore = this.span;
    this.readTrace(flags & TRACE_MASK, words, row + TRACE);
    this.readSpan(flags, words, row + SPAN);
    this.readParent((flags >> PARENT_SHIFT) & PARENT_MASK, words, row + PARENT, spanBefore);
    if ((flags & START_RAW) === 0) into.floats[(row + START) >> 1] = this.readStart();
    else this.readTwo(words, row + START);
    words[row + DURATION] = from.number();
    if ((flags & TUPLE_BEFORE) === 0) this.readTuple();
    else if (this.tuple < 0) throw new FrameError(NOTHING_BEFORE);
    const tuple = this.tuple * TUPLE_WORDS;
    for (let i = 0; i < TUPLE_WORDS; i++) words[row + SERVICE + i] = this.tuples.words[tuple + i]!;
    words[row + LINK] = 0;
  }

  private readTrace(how: number, words: Int32Array, at: number): void {
    const { traces } = this;
    if (how === TRACE_KNOWN) this.trace = this.told(traces);
    else if (how !== TRACE_BEFORE) this.defineTrace(how === TRACE_NEW);
    else if (this.trace < 0) throw new FrameError(NOTHING_BEFORE);
    const known = this.trace * 4;
    words[at] = traces.words[known]!;
    words[at + 1] = traces.words[known + 1]!;
    words[at + 2] = traces.words[known + 2]!;
    words[at + 3] = traces.words[known + 3]!;
  }

  private defineTrace(isLong: boolean): void {
    const { traces } = this;
    this.trace = traces.count;
    const at = traces.add();
    if (isLong) this.readTwo(traces.words, at);
    else traces.words[at] = traces.words[at + 1] = 0;
    this.readTwo(traces.words, at + 2);
    if (this.trace === this.starts.length) {
      const starts = new Float64Array(2 * this.trace);
      starts.set(this.starts);
      this.starts = starts;
    }
    this.starts[this.trace] = this.start;
  }

  private readSpan(flags: number, words: Int32Array, at: number): void {
    this.span = (flags & SPAN_KNOWN) === 0 ? this.defineSpan() : this.told(this.spans);
    this.copySpan(this.span, words, at);
  }

  private readParent(how: number, words: Int32Array, at: number, spanBefore: number): void {
    if (how === PARENT_NONE) {
      words[at] = words[at + 1] = 0;
      return;
    }
    const parent = how === PARENT_BEFORE ? spanBefore : how === PARENT_NEW ? this.defineSpan() : this.told(this.spans);
    if (parent < 0) throw new FrameError(NOTHING_BEFORE);
    this.copySpan(parent, words, at);
  }

  private copySpan(span: number, words: Int32Array, at: number): void {
    words[at] = this.spans.words[span * 2]!;
    words[at + 1] = this.spans.words[span * 2 + 1]!;
  }

  private defineSpan(): number {
    const { spans } = this;
    const number = spans.count;
    const at = spans.add();
    this.readTwo(spans.words, at);
    return number;
  }

  /** Number of one that was told before, by how many were told since. */
  private told({ count }: WordList): number {
    const back = this.from.number();
    if (back < 1 || back > count) throw new FrameError('an id is used that was not told');
    return count - back;
  }

  private readStart(): number {
    const told = this.from.large();
    const start = this.starts[this.trace]! + (told % 2 === 0 ? told / 2 : -(told + 1) / 2);
    if (start < 0 || start > LATEST_START) throw new FrameError('a time is out of range');
    this.starts[this.trace] = this.start = start;
    return start;
  }

  private readTuple(): void {
    this.tuple = this.used(this.tuples);
    if (this.tuple === this.tuples.count) this.defineTuple();
  }

  private defineTuple(): void {
    const { from, names, sources, tuples } = this;
    const row = tuples.add() - SERVICE;
    const { words } = tuples;
    const flags = this.flags(TUPLE_FLAGS);
    if ((flags & SOURCE_BEFORE) === 0) this.sourceBefore = this.readSource();
    else if (this.sourceBefore < 0) throw new FrameError(NOTHING_BEFORE);
    words[row + SERVICE] = sources.words[this.sourceBefore * 2]!;
    words[row + INSTANCE] = sources.words[this.sourceBefore * 2 + 1]!;
    const shape = this.readShape();
    const isOfDatabase = hasPlan(shape);
    words[row + SHAPE] = shape;
    words[row + MESSAGES] = (flags & MESSAGES_TOLD) === 0 ? 1 : from.number();
    words[row + ADJUSTED] = (flags & ADJUSTED_TOLD) === 0 ? ONE : from.word();
    words[row + TARGET] = (flags & TARGET_TOLD) === 0 ? 0 : isOfDatabase ? names.plan() : names.identity();
    words[row + PEER] = (flags & PEER_TOLD) === 0 ? 0 : names.identity(isOfDatabase ? DATABASE_PEERS : 0);
    words[row + GROUP] = (flags & GROUP_TOLD) === 0 ? 0 : names.group();
  }

  private readSource(): number {
    const { sources } = this;
    const source = this.used(sources);
    if (source < sources.count) return source;
    const at = sources.add();
    sources.words[at] = this.names.identity();
    sources.words[at + 1] = this.from.number();
    return source;
  }

  private readShape(): number {
    const { shapes } = this;
    const number = this.used(shapes);
    if (number < shapes.count) return shapes.words[number]!;
    const shape = this.from.number();
    if (shape < 0 || !isKnownClass(shape)) throw new FrameError('there is no such class of span');
    shapes.words[shapes.add()] = shape;
    return shape;
  }

  /** Number of something; the count so far: a definition follows. */
  private used({ count }: WordList): number {
    const use = this.from.number();
    if (use < 0 || use > count) throw new FrameError('something is used that was not defined');
    return use;
  }

  private readLinks(links: number, into: ObservationBatch): void {
    let owner = 0;
    for (let i = 0; i < links; i++) {
      const at = into.pushLink();
      const { linkWords, words } = into;
      const flags = this.flags(LINK_FLAGS);
      owner = this.readOwner(owner, into.rows);
      const row = owner * ROW_WORDS;
      this.readTrace(flags & TRACE_MASK, linkWords, at);
      this.readSpan(flags, linkWords, at + SPAN);
      linkWords[at + LINK_TOPIC] = (flags & LINK_TOPIC_TOLD) === 0 ? 0 : this.names.identity();
      linkWords[at + LINK_OWNER] = row;
      if (words[row + LINK] === 0) words[row + LINK] = into.links;
    }
  }

  private readPositions(positions: number, into: ObservationBatch): void {
    let owner = 0;
    let link = 0;
    for (let i = 0; i < positions; i++) {
      const at = into.pushPosition();
      const { positionWords } = into;
      const flags = this.flags(POSITION_FLAGS);
      owner = this.readOwner(owner, into.rows);
      const isOfLink = (flags & POSITION_LINK_TOLD) !== 0;
      if (isOfLink) link += this.from.number();
      if (isOfLink && (link < 1 || link > into.links)) throw new FrameError('a position is of no link');
      positionWords[at + POSITION_OWNER] = owner * ROW_WORDS;
      positionWords[at + POSITION_LINK] = isOfLink ? link : 0;
      this.readIfTold(flags & POSITION_OFFSET_TOLD, positionWords, at + POSITION_OFFSET);
      this.readIfTold(flags & POSITION_ID_TOLD, positionWords, at + POSITION_ID);
    }
  }

  private readOwner(before: number, rows: number): number {
    const owner = before + this.from.number();
    if (owner < before || owner >= rows) throw new FrameError('a link or position is of no row');
    return owner;
  }

  private readIfTold(told: number, words: Int32Array, at: number): void {
    if (told === 0) words[at] = words[at + 1] = 0;
    else this.readTwo(words, at);
  }

  /** Of one service. */
  private readRefusals({ refused }: ObservationBatch): void {
    const service = this.names.identity();
    for (let left = this.from.count(); left > 0; left--) {
      addRefusals(refused, service, this.names.text(), this.from.large());
    }
  }

  private flags(allowed: number): number {
    const flags = this.from.byte();
    if ((flags | allowed) !== allowed) throw new FrameError('there are no such flags');
    return flags;
  }

  private readTwo(words: Int32Array, at: number): void {
    words[at] = this.from.word();
    words[at + 1] = this.from.word();
  }
}
