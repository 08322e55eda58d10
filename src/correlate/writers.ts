/**
 * Changes whose trace is known → who wrote them. When the wait of a change is over, a database span of its trace that
 * wrote the table is its writer; when none did, the service of the span that the trace names is, and the change counts as
 * the interaction. A database span that comes late takes that back. An event of an outbox comes from the one table of
 * that name which its trace wrote.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { ADD, BY_CDC, CAPTURES, Interaction, type InteractionSink, REVERSE, WRITES } from '../contract/interaction.ts';
import { CDC_SPAN, CLASS_MASK, INTERNAL, PARENT, SERVICE, SHAPE, SPAN, TRACE } from '../contract/observation.ts';
import { NO_PATH, type PathSink } from '../contract/path-sink.ts';
import { CHANGE_OPERATIONS } from '../contract/record.ts';
import type { Identities } from '../lib/identities.ts';
import { outboxTables } from '../lib/outbox-tables.ts';
import { ACCESS_WRITE, type Plans } from '../lib/plans.ts';
import type { Chains } from './chains.ts';
import { ENTRY, KeyedRing } from './keyed-ring.ts';
import type { CorrelationOptions } from './options.ts';
import type { PathPlaces } from './path-places.ts';
import type { Rows } from './rows.ts';
import { sameTrace } from './same-trace.ts';
import { speakerOf } from './speakers.ts';
import { OWN_PLAN } from './state.ts';
import { TraceWrites, traceHash } from './trace-writes.ts';

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
/** An event of an outbox: the table is asked for. */
const OUTBOX = 2;
/** The row of the service has left. */
const LEFT = 4;
const DECIDED = 8;

const RECORDS_PER_CHANGE = 10;
const VERBS = CHANGE_OPERATIONS.map(operation => [operation]);
const INSERT = CHANGE_OPERATIONS.indexOf('insert');
/** Spans of a connector above each other. */
const MAX_CLIMB = 8;

/** One change that is to find its writer. */
export interface SoughtWriter {
  /** 0: the table of an outbox. */
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
  readonly sink: InteractionSink;
  readonly tree: PathSink;
  readonly identities: Identities;
  readonly note: (name: WriterNote) => void;
}

export class Writers implements Kept {
  readonly ring: KeyedRing;
  readonly writes: TraceWrites;
  private readonly parts: Parts;
  private readonly rows: Rows;
  private readonly out = new Interaction();
  /** Sequence number of the first change that is not decided. */
  private next = 0;
  /** Some change had a trace: from then on writes are noted. */
  isUsed = false;
  private isOutbox: (table: string) => boolean;

  constructor(parts: Parts, { maxRecords, waitMs, lateMs, outboxTables: names }: CorrelationOptions) {
    this.isOutbox = outboxTables(names);
    const limit = Math.ceil(maxRecords / RECORDS_PER_CHANGE);
    this.parts = parts;
    this.rows = parts.rows;
    this.ring = new KeyedRing('change-writers', WORDS, limit, waitMs + lateMs);
    this.writes = new TraceWrites(parts.rows, parts.plans, parts.places, limit, waitMs + lateMs);
  }

  set windowMs(ms: number) {
    this.ring.windowMs = this.writes.ring.windowMs = ms;
  }

  setOutboxTables(names: readonly string[] | undefined): void {
    this.isOutbox = outboxTables(names);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { next, isUsed } = this;
    out.value('correlate/writers', { next, isUsed });
    yield* this.ring.save(out);
    yield* this.writes.save(out);
  }

  *load(from: ImageReader): Iterable<void> {
    // Of a program that did not have it there is none.
    if (from.size('correlate/writers') < 0) return;
    Object.assign(this, from.value('correlate/writers'));
    yield* this.ring.load(from);
    yield* this.writes.load(from);
  }

  /** A change, or an event of an outbox, of the trace whose context stands at `at`. */
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
    words[entry + FLAGS] = table === 0 ? OUTBOX : 0;
    floats[(entry + ARRIVAL) >> 1] = nowMs;
    floats[(entry + TIME) >> 1] = time;
    this.climb(entry);
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

  /** Decides the changes that came so long ago, after the rows that came before them have left. */
  decideBefore(ms: number): void {
    const { ring } = this;
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
    if ((words[entry + FLAGS]! & OUTBOX) !== 0) return this.decideOutbox(entry);
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
  private writerOf(entry: number): Found | undefined {
    const { words } = this.ring;
    const { identities } = this.parts;
    let best: Found | undefined;
    this.writes.forEach(words, entry + KEY, (service, { node }, at) => {
      if (!identities.areSameTable(node, words[entry + TABLE]!)) return;
      if (best === undefined || this.isBefore({ service, node, at }, best)) best = { service, node, at };
    });
    return best;
  }

  private isBefore(a: Found, b: Found): boolean {
    const { identities } = this.parts;
    const idOf = (identity: number) => identities.get(identity).id;
    if (a.service !== b.service) return idOf(a.service) < idOf(b.service);
    if (a.node !== b.node) return idOf(a.node) < idOf(b.node);
    return this.writes.isEarlier(a.at, b.at);
  }

  private confirm(entry: number, { service, node, at }: Found): void {
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
    const out = this.describe(entry, WRITES, words[entry + OF_SERVICE]!, words[entry + TABLE]!, sign);
    out.verbs = VERBS[words[entry + OPERATION]!]!;
    out.times = Math.max(words[entry + ROWS]!, 1);
    this.parts.sink.apply(out);
  }

  private describe(entry: number, kind: number, source: number, target: number, sign: number): Interaction {
    const { out } = this;
    const { words, floats } = this.ring;
    out.begin(kind, source, target, floats[(entry + TIME) >> 1]!, BY_CDC);
    out.sign = sign;
    out.adjusted = 1;
    out.traces = words;
    out.traceAt = entry + KEY + TRACE;
    out.span0 = words[entry + KEY + SPAN]!;
    out.span1 = words[entry + KEY + SPAN + 1]!;
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

  private decideOutbox(entry: number): void {
    const { words } = this.ring;
    const { identities, sink, note } = this.parts;
    const tables: { readonly node: number; readonly at: number }[] = [];
    this.writes.forEach(words, entry + KEY, (_, { node }, at) => {
      if (!this.isOutbox(identities.tableName(node))) return;
      if (!tables.some(one => identities.areSameTable(one.node, node))) tables.push({ node, at });
    });
    const [found] = tables;
    if (found === undefined || tables.length > 1) return note('outbox_unknown');
    const out = this.describe(entry, CAPTURES, found.node, words[entry + TOPIC]!, ADD);
    out.rows = 1;
    out.verbs = VERBS[INSERT]!;
    sink.apply(out);
    sink.settle(out.kind, out.source, out.target, out.time, out.traces, out.traceAt, out.span0, out.span1);
    this.visitTopic(entry, this.parts.tree.extend(this.writes.placeOf(found.at), found.node));
  }
}

interface Found {
  readonly service: number;
  readonly node: number;
  /** Its entry among the writes. */
  readonly at: number;
}
