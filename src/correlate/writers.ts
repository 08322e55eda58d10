/**
 * Changes whose trace is known → who wrote them. When the wait of a change is over, a database span of its trace that
 * wrote the table is its writer; when none did, the service of the span that the trace names is, and the change counts as
 * the interaction. A database span that comes late takes that back.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { ADD, BY_CDC, Interaction, type InteractionSink, REVERSE, WRITES } from '../contract/interaction.ts';
import { CDC_SPAN, CLASS_MASK, INTERNAL, PARENT, SERVICE, SHAPE, SPAN, TRACE } from '../contract/observation.ts';
import { NO_PATH, type PathSink } from '../contract/path-sink.ts';
import { CHANGE_OPERATIONS } from '../contract/record.ts';
import type { Identities } from '../lib/identities.ts';
import { ACCESS_WRITE, type Plans } from '../lib/plans.ts';
import type { Chains } from './chains.ts';
import { setContext } from './facts.ts';
import { ENTRY, KeyedRing } from './keyed-ring.ts';
import type { LateEntries } from './late.ts';
import type { Meetings } from './meetings.ts';
import type { CorrelationOptions } from './options.ts';
import { OutboxEvents } from './outbox-events.ts';
import type { PathPlaces } from './path-places.ts';
import type { Rows } from './rows.ts';
import { sameTrace } from './same-trace.ts';
import { speakerOf } from './speakers.ts';
import { OWN_PLAN } from './state.ts';
import { TraceWrites, traceHash, type Write } from './trace-writes.ts';

/** Words of an entry: context (6), table, operation, rows, topic, flags, service, its row, its place, arrival, time. */
const KEY = ENTRY;
const TABLE = KEY + 6;
const OPERATION = TABLE + 1;
const ROWS = OPERATION + 1;
const TOPIC = ROWS + 1;
const FLAGS = TOPIC + 1;
const OF_SERVICE = FLAGS + 1;
const ROW = OF_SERVICE + 1;
const PATH = ROW + 1;
/** Doubles: ms and µs. */
const ARRIVAL = PATH + 1;
const TIME = ARRIVAL + 2;
const WORDS = TIME + 2;

/** The change counts as an interaction of the service. */
const INFERRED = 1;
/** The row of the service has left. */
const LEFT = 4;
const DECIDED = 8;

const RECORDS_PER_CHANGE = 10;
const VERBS = CHANGE_OPERATIONS.map(operation => [operation]);
/** Spans of a connector above each other. */
const MAX_CLIMB = 8;

/** One change that is to find its writer. */
export interface SoughtWriter {
  readonly table: number;
  readonly operation: number;
  readonly rows: number;
  /** 0 none. */
  readonly topic: number;
  readonly time: number;
}

/** A change or event of an outbox leads to a trace in which nobody is found who may have written it. */
export type WriterNote = 'writer_unknown' | 'outbox_unknown';

interface Parts {
  readonly rows: Rows;
  readonly chains: Chains;
  readonly plans: Plans;
  readonly places: PathPlaces;
  readonly late: LateEntries;
  readonly meetings: Meetings;
  readonly sink: InteractionSink;
  readonly tree: PathSink;
  readonly identities: Identities;
  readonly note: (name: WriterNote) => void;
}

export class Writers implements Kept {
  readonly ring: KeyedRing;
  readonly writes: TraceWrites;
  readonly events: OutboxEvents;
  private readonly parts: Parts;
  private readonly rows: Rows;
  private readonly out = new Interaction();
  /** Sequence number of the first change that is not decided. */
  private next = 0;
  /** Some change had a trace: from then on writes are noted. */
  isUsed = false;

  constructor(parts: Parts, options: CorrelationOptions) {
    const { maxRecords, waitMs, lateMs } = options;
    const limit = Math.ceil(maxRecords / RECORDS_PER_CHANGE);
    this.parts = parts;
    this.rows = parts.rows;
    this.ring = new KeyedRing('change-writers', WORDS, limit, waitMs + lateMs);
    this.writes = new TraceWrites(parts.rows, parts.plans, parts.places, limit, waitMs + lateMs);
    this.events = new OutboxEvents(parts, this.writes, limit, options);
  }

  set windowMs(ms: number) {
    this.ring.windowMs = this.writes.ring.windowMs = this.events.ring.windowMs = ms;
  }

  *save(out: ImageWriter): Iterable<void> {
    const { next, isUsed } = this;
    out.value('correlate/writers', { next, isUsed });
    yield* this.ring.save(out);
    yield* this.writes.save(out);
    yield* this.events.save(out);
  }

  *load(from: ImageReader): Iterable<void> {
    // Of a program that did not have it there is none.
    if (from.size('correlate/writers') < 0) return;
    Object.assign(this, from.value('correlate/writers'));
    yield* this.ring.load(from);
    yield* this.writes.load(from);
    yield* this.events.load(from);
  }

  /** A change of the trace whose context stands at `at`. */
  take(of: Int32Array, at: number, { table, operation, rows, topic, time }: SoughtWriter, nowMs: number): void {
    const { ring } = this;
    this.begin();
    const sequence = ring.add(traceHash(of, at));
    if (sequence === 0) return;
    if (!ring.isThere(this.next)) this.next = sequence;
    const entry = ring.at(sequence);
    const { words, floats } = ring;
    for (let i = 0; i < 6; i++) words[entry + KEY + i] = of[at + i]!;
    words[entry + TABLE] = table;
    words[entry + OPERATION] = operation;
    words[entry + ROWS] = rows;
    words[entry + TOPIC] = topic;
    floats[(entry + ARRIVAL) >> 1] = nowMs;
    floats[(entry + TIME) >> 1] = time;
    this.climb(entry);
  }

  /** An event of an outbox whose record, with a context, stands at `at`. */
  takeEvent(of: Int32Array, at: number, topic: number, time: number, nowMs: number): void {
    this.begin();
    this.events.take(of, at, topic, time, nowMs);
  }

  private begin(): void {
    if (this.isUsed) return;
    this.isUsed = true;
    const { rows } = this;
    for (let sequence = rows.oldest; sequence !== rows.next; sequence = (sequence + 1) | 0) {
      this.writes.add(rows.base(sequence));
    }
  }

  /** A row that was just taken in. */
  arrive(row: number): void {
    if (!this.isUsed) return;
    const { ring, rows, writes } = this;
    const w = rows.words;
    writes.add(row);
    const isWrite = writes.mayWrite(row);
    for (let sequence = ring.first(traceHash(w, row)); sequence !== 0; sequence = ring.next(sequence)) {
      const entry = ring.at(sequence);
      if (!sameTrace(w, row, ring.words, entry + KEY)) continue;
      if (this.asksFor(entry, row) && (ring.words[entry + FLAGS]! & (LEFT | DECIDED)) === 0) this.climb(entry);
      if (isWrite && (ring.words[entry + FLAGS]! & INFERRED) !== 0) this.takeBack(entry, row);
    }
  }

  leave(row: number): void {
    if (!this.isUsed) return;
    const { ring, rows } = this;
    this.writes.leave(row);
    const own = rows.sequenceAt(row);
    for (let sequence = ring.first(traceHash(rows.words, row)); sequence !== 0; sequence = ring.next(sequence)) {
      const entry = ring.at(sequence);
      const { words } = ring;
      if (words[entry + OF_SERVICE] === 0 || words[entry + ROW] !== own || (words[entry + FLAGS]! & LEFT) !== 0)
        continue;
      if (!sameTrace(rows.words, row, words, entry + KEY)) continue;
      words[entry + FLAGS]! |= LEFT;
      words[entry + PATH] = this.parts.places.placeOf(row);
    }
  }

  /** Decides the changes and events that came so long ago, after the rows that came before them have left. */
  decideBefore(ms: number): void {
    const { ring } = this;
    this.events.decideBefore(ms);
    if (this.next === 0) return;
    if (!ring.isThere(this.next)) this.next = ring.begin;
    while (this.next !== 0 && ring.floats[(ring.at(this.next) + ARRIVAL) >> 1]! <= ms) {
      this.decide(ring.at(this.next));
      this.next = ring.after(this.next);
    }
  }

  advance(nowMs: number): void {
    this.ring.advance(nowMs);
    this.writes.ring.advance(nowMs);
    this.events.ring.advance(nowMs);
  }

  private asksFor(entry: number, row: number): boolean {
    const { words } = this.ring;
    const w = this.rows.words;
    return words[entry + KEY + SPAN] === w[row + SPAN] && words[entry + KEY + SPAN + 1] === w[row + SPAN + 1];
  }

  /** Looks for the span of the context; from one of a connector on to the span above it, which the entry asks for then. */
  private climb(entry: number): void {
    const { rows } = this;
    const { words } = this.ring;
    for (let hops = 0; hops < MAX_CLIMB; hops++) {
      const row = speakerOf(rows, this.parts.chains, words, entry + KEY);
      if (row < 0) return;
      const shape = rows.words[row + SHAPE]!;
      const isConnector = (shape & (CLASS_MASK | CDC_SPAN)) === (INTERNAL | CDC_SPAN);
      if (!isConnector) {
        words[entry + OF_SERVICE] = rows.words[row + SERVICE]!;
        words[entry + ROW] = rows.sequenceAt(row);
        return;
      }
      const [p0, p1] = [rows.words[row + PARENT]!, rows.words[row + PARENT + 1]!];
      if ((p0 | p1) === 0) return;
      words[entry + KEY + SPAN] = p0;
      words[entry + KEY + SPAN + 1] = p1;
    }
  }

  private decide(entry: number): void {
    const { words } = this.ring;
    words[entry + FLAGS]! |= DECIDED;
    // An event of an outbox, in an image of a program that kept those here.
    if (words[entry + TABLE] === 0) return this.parts.note('outbox_unknown');
    const found = this.writerOf(entry);
    if (found !== undefined) return this.confirm(entry, found);
    const service = words[entry + OF_SERVICE]!;
    if (service === 0) return this.parts.note('writer_unknown');
    words[entry + FLAGS]! |= INFERRED;
    this.infer(entry, ADD);
    const { sink, tree } = this.parts;
    const time = this.ring.floats[(entry + TIME) >> 1]!;
    const [s0, s1] = [words[entry + KEY + SPAN]!, words[entry + KEY + SPAN + 1]!];
    sink.settle(WRITES, service, words[entry + TABLE]!, time, words, entry + KEY + TRACE, s0, s1);
    const table = tree.extend(this.placeOf(entry), words[entry + TABLE]!);
    tree.visit(table);
    this.visitTopic(entry, table);
  }

  /** Of several the one whose service and node have the smallest ids, the earliest: order has no say. */
  private writerOf(entry: number): Write | undefined {
    const { words } = this.ring;
    const { identities } = this.parts;
    let best: Write | undefined;
    this.writes.forEach(words, entry + KEY, (service, { node }, at) => {
      if (!identities.areSameTable(node, words[entry + TABLE]!)) return;
      if (best === undefined || this.isBefore({ service, node, at }, best)) best = { service, node, at };
    });
    return best;
  }

  private isBefore(a: Write, b: Write): boolean {
    const { identities } = this.parts;
    const idOf = (identity: number) => identities.get(identity).id;
    if (a.service !== b.service) return idOf(a.service) < idOf(b.service);
    if (a.node !== b.node) return idOf(a.node) < idOf(b.node);
    return this.writes.isEarlier(a.at, b.at);
  }

  private confirm(entry: number, { service, node, at }: Write): void {
    this.addEvidence(entry, service, node);
    this.visitTopic(entry, this.parts.tree.extend(this.writes.placeOf(at), node));
  }

  private addEvidence(entry: number, service: number, node: number): void {
    const { out } = this;
    out.begin(WRITES, service, node, this.ring.floats[(entry + TIME) >> 1]!, BY_CDC);
    out.sign = ADD;
    out.count = 0;
    this.parts.sink.apply(out);
  }

  private visitTopic(entry: number, table: number): void {
    const { tree } = this.parts;
    const topic = this.ring.words[entry + TOPIC]!;
    if (topic !== 0 && table !== NO_PATH) tree.visit(tree.extend(table, topic));
  }

  private placeOf(entry: number): number {
    const { words } = this.ring;
    if ((words[entry + FLAGS]! & LEFT) !== 0) return words[entry + PATH]!;
    const row = words[entry + ROW]!;
    return this.rows.alive(row) ? this.parts.places.placeOf(this.rows.base(row)) : NO_PATH;
  }

  /** The change as an interaction of the service that the trace names. */
  private infer(entry: number, sign: number): void {
    const { words } = this.ring;
    const out = this.describe(entry, sign);
    out.verbs = VERBS[words[entry + OPERATION]!]!;
    out.times = Math.max(words[entry + ROWS]!, 1);
    this.parts.sink.apply(out);
  }

  private describe(entry: number, sign: number): Interaction {
    const { out } = this;
    const { words, floats } = this.ring;
    out.begin(WRITES, words[entry + OF_SERVICE]!, words[entry + TABLE]!, floats[(entry + TIME) >> 1]!, BY_CDC);
    out.sign = sign;
    out.adjusted = 1;
    setContext(out, words, entry + KEY);
    return out;
  }

  /** A database span that wrote the table comes after the change was taken for the interaction itself. */
  private takeBack(entry: number, row: number): void {
    const { words } = this.ring;
    const { identities, plans } = this.parts;
    const { effects } = plans.get(this.rows.words[row + OWN_PLAN]!);
    const found = effects.find(
      ({ node, access }) => access === ACCESS_WRITE && identities.areSameTable(node, words[entry + TABLE]!),
    );
    if (found === undefined) return;
    this.infer(entry, REVERSE);
    words[entry + FLAGS]! &= ~INFERRED;
    this.addEvidence(entry, this.rows.words[row + SERVICE]!, found.node);
  }
}
