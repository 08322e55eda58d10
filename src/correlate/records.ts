/**
 * Records and row changes → interactions. A record proves its topic; a change of a table's rows that the table is
 * captured into the topic. Nothing of that is taken back, so it is final at once.
 */
import type { Stats } from '../contract/graph-document.ts';
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import {
  BY_CDC,
  BY_RECORD_HEADER,
  CAPTURES,
  Interaction,
  type InteractionSink,
  PUBLISHES,
  ROUTES,
} from '../contract/interaction.ts';
import { SPAN } from '../contract/observation.ts';
import { CHANGE_OPERATIONS } from '../contract/record.ts';
import {
  BY_SPAN,
  CHANGE_ONCE,
  CHANGE_OPERATION,
  CHANGE_OWNER,
  CHANGE_ROWS,
  CHANGE_TABLE,
  CHANGE_TIME,
  CHANGE_WORDS,
  CONTEXT,
  markerOf,
  OUTBOX,
  operationOf,
  RECORD_ONCE,
  RECORD_ORIGIN,
  RECORD_PRODUCER,
  RECORD_SHAPE,
  RECORD_TIME,
  RECORD_TOPIC,
  RECORD_WORDS,
  RecordRows,
} from '../contract/record-rows.ts';
import { finalize } from '../lib/bytes.ts';
import type { ChangeLeads } from './change-leads.ts';
import { setContext, settle } from './facts.ts';
import type { CorrelationOptions } from './options.ts';
import type { RecordJoins } from './record-joins.ts';
import { Seen } from './seen.ts';
import { isBelievable, SKEW_AHEAD } from './times.ts';
import type { WriterNote } from './writers.ts';

const SEND = ['send'];
const OPERATIONS = CHANGE_OPERATIONS.map(operation => [operation]);
/** Offline, records whose time is not believed wait for the newest good time. */
const MAX_HELD = 100_000;

/** What is noted of records and changes. */
export type RecordNote = 'bad_time' | 'clock_skew' | WriterNote;

interface Parts {
  readonly sink: InteractionSink;
  readonly joins: RecordJoins;
  readonly leads: ChangeLeads;
  readonly note: (name: RecordNote) => void;
}

interface Saved {
  readonly records: ReadonlyMap<string, number>;
  readonly changes: ReadonlyMap<string, number>;
}

export class Records implements Kept {
  /** What became of records, and of changes, by name. */
  readonly counts = { records: new Map<string, number>(), changes: new Map<string, number>() };
  private readonly sink: InteractionSink;
  private readonly parts: Parts;
  /** Records and changes that were taken in, so that none counts twice. */
  readonly once: Seen;
  private readonly offline: boolean;
  private readonly out = new Interaction();
  /** Tables of the record being taken in that were counted. */
  private readonly tables = new Set<number>();
  /** How often it told a change, by what tells one from another. */
  private readonly told = new Map<number, number>();
  /** Times that are not believed are this one; µs. */
  private nowUs = 0;
  /** By which waits go. */
  private nowMs = 0;
  /** Offline: newest good time, µs. */
  private newest = 0;
  private readonly held = new RecordRows();

  constructor(parts: Parts, options: CorrelationOptions) {
    this.parts = parts;
    this.sink = parts.sink;
    this.offline = options.offline;
    this.once = new Seen(options.maxRecords, options.messageWaitMs, 'records');
  }

  /** The horizon. */
  set waitMs(ms: number) {
    this.once.windowMs = this.parts.joins.ring.windowMs = ms;
  }

  advance(nowMs: number): void {
    this.nowMs = nowMs;
    this.once.advance(nowMs);
    this.parts.joins.ring.advance(nowMs);
    this.parts.leads.advance(nowMs);
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.once.ahead(out, round);
  }

  *save(out: ImageWriter): Iterable<void> {
    out.value('correlate/records', this.counts satisfies Saved);
    yield* this.once.save(out);
  }

  *load(from: ImageReader): Iterable<void> {
    // Of a program that knew no records there is none.
    if (from.size('correlate/records') < 0) return;
    const saved = from.value('correlate/records') as Saved;
    for (const kind of ['records', 'changes'] as const) {
      for (const [name, count] of saved[kind]) this.counts[kind].set(name, count);
    }
    yield* this.once.load(from);
  }

  /** @param others counts to stand beside those of records. */
  stats(others: Readonly<Record<string, number>>): Pick<Stats, 'records' | 'changes'> {
    const { records, changes } = this.counts;
    return { records: { ...others, ...sorted(records) }, changes: sorted(changes) };
  }

  get received(): number {
    return this.counts.records.get('received') ?? 0;
  }

  apply(rows: RecordRows, arrivalUs: number): void {
    this.nowUs = arrivalUs;
    let change = 0;
    for (let at = 0, end = rows.records * RECORD_WORDS; at < end; at += RECORD_WORDS) {
      const first = change;
      while (change < rows.changes && rows.changeWords[change * CHANGE_WORDS + CHANGE_OWNER] === at) change++;
      if (this.offline && this.holds(rows, at, first, change)) continue;
      this.take(rows, at, first, change);
    }
  }

  /** Takes in what was held, as of the newest good time. */
  finish(newestUs: number): void {
    const { held } = this;
    this.nowUs = Math.max(newestUs, this.newest) || this.nowUs;
    let change = 0;
    for (let at = 0, end = held.records * RECORD_WORDS; at < end; at += RECORD_WORDS) {
      const first = change;
      while (change < held.changes && held.changeWords[change * CHANGE_WORDS + CHANGE_OWNER] === at) change++;
      this.take(held, at, first, change);
    }
    held.reset();
  }

  private holds(rows: RecordRows, at: number, first: number, end: number): boolean {
    const times = [rows.floats[(at + RECORD_TIME) >> 1]!];
    for (let i = first; i < end; i++) times.push(rows.changeFloats[(i * CHANGE_WORDS + CHANGE_TIME) >> 1]!);
    if (times.every(time => isBelievable(time, this.nowUs))) {
      this.newest = Math.max(this.newest, ...times);
      return false;
    }
    const { held } = this;
    if (held.records >= MAX_HELD) return false;
    const copy = held.pushRecord();
    held.words.set(rows.words.subarray(at, at + RECORD_WORDS), copy);
    for (let i = first; i < end; i++) {
      const change = held.pushChange();
      held.changeWords.set(rows.changeWords.subarray(i * CHANGE_WORDS, (i + 1) * CHANGE_WORDS), change);
      held.changeWords[change + CHANGE_OWNER] = copy;
    }
    return true;
  }

  private take(rows: RecordRows, at: number, first: number, end: number): void {
    const { words } = rows;
    const shape = words[at + RECORD_SHAPE]!;
    if ((shape & BY_SPAN) !== 0) return this.parts.leads.transaction(words, at, this.nowMs);
    this.count('records', 'received', 1);
    if (this.wasTaken(words, at + RECORD_ONCE, 0)) return this.count('records', 'duplicates', 1);
    const marker = markerOf(shape);
    if (marker !== '') this.count('records', marker, 1);
    const topic = words[at + RECORD_TOPIC]!;
    const time = this.timeOf(rows.floats[(at + RECORD_TIME) >> 1]!);
    if (topic !== 0) this.header(rows, at, topic, time);
    const hasContext = (words[at + CONTEXT + SPAN]! | words[at + CONTEXT + SPAN + 1]!) !== 0;
    if (topic !== 0 && hasContext)
      this.parts.joins.take(words, at, topic, time, first === end && (shape & OUTBOX) === 0);
    this.parts.leads.transaction(words, at, this.nowMs);
    if ((shape & OUTBOX) !== 0) this.parts.leads.outbox(words, at, topic, time, this.nowMs);
    this.tables.clear();
    this.told.clear();
    for (let i = first; i < end; i++) this.change(rows, i * CHANGE_WORDS, topic, at);
  }

  /** Something of this hash was taken in before; without a hash nobody knows. */
  private wasTaken(words: Int32Array, at: number, salt: number): boolean {
    if ((words[at]! | words[at + 1]!) === 0) return false;
    return this.once.test(finalize(words[at]! ^ salt) | 0, finalize(words[at + 1]! ^ Math.imul(salt, 0x9e3779b1)) | 0);
  }

  private header({ words }: RecordRows, at: number, topic: number, time: number): void {
    this.sink.seen(topic, time);
    const producer = words[at + RECORD_PRODUCER]!;
    const origin = words[at + RECORD_ORIGIN]!;
    if (producer !== 0) {
      const out = this.begin(PUBLISHES, producer, topic, time, BY_RECORD_HEADER, words, at);
      out.messages = 1;
      out.verbs = SEND;
      this.give();
    }
    if (origin !== 0 && origin !== topic) {
      this.begin(ROUTES, origin, topic, time, BY_RECORD_HEADER, words, at);
      this.give();
    }
  }

  /** @param record the first word of its record. */
  private change(rows: RecordRows, at: number, topic: number, record: number): void {
    const { changeWords: words, changeFloats } = rows;
    const operation = words[at + CHANGE_OPERATION]!;
    const times = Math.max(words[at + CHANGE_ROWS]!, 1);
    if (this.wasTaken(words, at + CHANGE_ONCE, this.timesTold(words, at)))
      return this.count('changes', 'duplicates', times);
    this.count('changes', operationOf(operation), times);
    const table = words[at + CHANGE_TABLE]!;
    if (table === 0) return;
    const time = this.timeOf(changeFloats[(at + CHANGE_TIME) >> 1]!);
    const sought = { table, operation, rows: words[at + CHANGE_ROWS]!, topic, time };
    this.parts.leads.change(words, at, rows.words, record, sought, this.nowMs);
    if (topic === 0) return this.sink.seen(table, time);
    const out = this.begin(CAPTURES, table, topic, time, BY_CDC, words, at);
    const isMore = this.tables.has(table);
    if (isMore) out.count = out.evidence = 0;
    else this.tables.add(table);
    out.rows = words[at + CHANGE_ROWS]!;
    out.verbs = OPERATIONS[operation]!;
    out.times = times;
    this.give();
  }

  /** One record may tell of several changes that nothing tells apart; they are different ones. */
  private timesTold(words: Int32Array, at: number): number {
    const key = words[at + CHANGE_ONCE]! * 2 ** 32 + (words[at + CHANGE_ONCE + 1]! >>> 0);
    const times = 1 + (this.told.get(key) ?? 0);
    this.told.set(key, times);
    return times;
  }

  private timeOf(time: number): number {
    if (!isBelievable(time, this.nowUs)) {
      if (time !== 0) this.parts.note('bad_time');
      return this.nowUs;
    }
    if (this.offline || time <= this.nowUs + SKEW_AHEAD) return time;
    this.parts.note('clock_skew');
    return this.nowUs + SKEW_AHEAD;
  }

  private count(of: 'records' | 'changes', name: string, by: number): void {
    const counts = this.counts[of];
    counts.set(name, (counts.get(name) ?? 0) + by);
  }

  /** Its example is the context that stands at a record or change. */
  private begin(
    kind: number,
    source: number,
    target: number,
    time: number,
    evidence: number,
    words: Int32Array,
    at: number,
  ): Interaction {
    const { out } = this;
    out.begin(kind, source, target, time, evidence);
    out.adjusted = 1;
    setContext(out, words, at + CONTEXT);
    return out;
  }

  private give(): void {
    const { out, sink } = this;
    sink.apply(out);
    if (out.count > 0) settle(sink, out);
  }
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
