/**
 * Events of outboxes → the table that they come from, and the span that sent them. An event names no table: it comes from
 * the one outbox that its trace wrote, and the earliest span that wrote it sent the message, unless the context names a
 * producer. That is decided when the wait of the event is over; before that, where a consumer that knows its place or id
 * is placed or leaves, once the table is known.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { ADD, BY_CDC, CAPTURES, Interaction, type InteractionSink } from '../contract/interaction.ts';
import { CLASS_MASK, CONSUMER, SHAPE, SPAN } from '../contract/observation.ts';
import { MAX_PATH_DEPTH, NO_PATH, type PathSink } from '../contract/path-sink.ts';
import { CONTEXT, RECORD_ID, RECORD_OFFSET } from '../contract/record-rows.ts';
import { Rendezvous } from '../contract/rendezvous.ts';
import type { Identities } from '../lib/identities.ts';
import { outboxTables } from '../lib/outbox-tables.ts';
import { setContext, settle } from './facts.ts';
import { hash, hashKey } from './hash.ts';
import { ENTRY, KeyedRing } from './keyed-ring.ts';
import type { LateEntries } from './late.ts';
import type { Meetings } from './meetings.ts';
import type { CorrelationOptions } from './options.ts';
import { EXTRA, type Rows } from './rows.ts';
import { isMessage, isSender } from './state.ts';
import { isBefore, type TraceWrites, type Write } from './trace-writes.ts';

/** Words of an entry: context (6), keys of place and id (2 each, zeros where there is none), topic, flags, arrival, time. */
const KEY = ENTRY;
const KEYS = KEY + 6;
const ID_KEY = KEYS + 2;
const TOPIC = KEYS + 4;
const FLAGS = TOPIC + 1;
/** Doubles: ms and µs. */
const ARRIVAL = FLAGS + 1;
const TIME = ARRIVAL + 2;
const WORDS = TIME + 2;

const DECIDED = 1;
/** The event stands in the entry before, under the key of its place: this one is found under that of its id. */
const ALIAS = 2;

const INSERT = ['insert'];

interface Parts {
  readonly rows: Rows;
  readonly late: LateEntries;
  readonly meetings: Meetings;
  readonly sink: InteractionSink;
  readonly tree: PathSink;
  readonly identities: Identities;
  readonly note: (name: 'outbox_unknown') => void;
}

export class OutboxEvents implements Kept {
  readonly ring: KeyedRing;
  private readonly parts: Parts;
  private readonly writes: TraceWrites;
  private readonly out = new Interaction();
  private readonly side = new Rendezvous();
  /** Sequence number of the first event that may not be decided; 0 none. */
  private next = 0;
  /** Events being decided, each for the place of the one before. */
  private nested = 0;
  private isOutbox: (table: string) => boolean;

  constructor(
    parts: Parts,
    writes: TraceWrites,
    limit: number,
    { waitMs, lateMs, outboxTables: names }: CorrelationOptions,
  ) {
    this.parts = parts;
    this.writes = writes;
    this.isOutbox = outboxTables(names);
    this.ring = new KeyedRing('outbox-events', WORDS, limit, waitMs + lateMs);
  }

  setTables(names: readonly string[] | undefined): void {
    this.isOutbox = outboxTables(names);
  }

  *save(out: ImageWriter): Iterable<void> {
    out.value('correlate/outbox-events', this.next);
    yield* this.ring.save(out);
  }

  *load(from: ImageReader): Iterable<void> {
    // Of a program that did not have it there is none.
    if (from.size('correlate/outbox-events') < 0) return;
    this.next = from.value('correlate/outbox-events') as number;
    yield* this.ring.load(from);
  }

  /** Some event may not be decided. */
  get areOpen(): boolean {
    return this.next !== 0;
  }

  /** An event whose record, with a context, stands at `at`. */
  take(of: Int32Array, at: number, topic: number, time: number, nowMs: number): void {
    const { ring } = this;
    this.parts.meetings.setKeys(FOUND_KEYS, 0, topic, of, at + RECORD_OFFSET, at + RECORD_ID);
    const [a = 0, b = 0, c = 0, d = 0] = FOUND_KEYS;
    const sequence = ring.add(b !== 0 ? a : c);
    if (sequence === 0) return;
    if (b !== 0 && d !== 0) ring.words[ring.at(ring.add(c)) + FLAGS] = ALIAS;
    if (!ring.isThere(this.next)) this.next = sequence;
    const entry = ring.at(sequence);
    const { words, floats } = ring;
    for (let i = 0; i < 6; i++) words[entry + KEY + i] = of[at + CONTEXT + i]!;
    for (let i = 0; i < 4; i++) words[entry + KEYS + i] = FOUND_KEYS[i]!;
    words[entry + TOPIC] = topic;
    floats[(entry + ARRIVAL) >> 1] = nowMs;
    floats[(entry + TIME) >> 1] = time;
  }

  /** Decides the events that came so long ago, after the rows that came before them have left. */
  decideBefore(ms: number): void {
    const { ring } = this;
    if (this.next === 0) return;
    if (!ring.isThere(this.next)) this.next = ring.begin;
    for (; this.next !== 0; this.next = ring.after(this.next)) {
      const entry = ring.at(this.next);
      if ((ring.words[entry + FLAGS]! & (DECIDED | ALIAS)) !== 0) continue;
      if (ring.floats[(entry + ARRIVAL) >> 1]! > ms) return;
      if (this.decide(entry)) continue;
      ring.words[entry + FLAGS]! |= DECIDED;
      this.parts.note('outbox_unknown');
    }
  }

  /**
   * A consumer is placed, or leaves: what may have sent its messages is decided, as far as it is known. A producer leaves:
   * so is what consumers that seek its messages may have had otherwise, since it stays joined.
   */
  decideFor(row: number): void {
    if (this.next === 0 || this.parts.rows.words[row + EXTRA] === 0) return;
    const { rows, meetings } = this.parts;
    if ((rows.words[row + SHAPE]! & CLASS_MASK) === CONSUMER) meetings.forEachSought(row, this.decideUnder);
    else meetings.forEachSeeker(row, seeker => meetings.forEachSought(seeker, this.decideUnder));
  }

  private readonly decideUnder = (a: number, b: number): void => {
    const { ring } = this;
    for (let found = ring.first(a); found !== 0; found = ring.next(found)) {
      const isAlias = (ring.words[ring.at(found) + FLAGS]! & ALIAS) !== 0;
      const sequence = isAlias ? (found - 1) | 0 || -1 : found;
      if (!ring.isThere(sequence)) continue;
      const entry = ring.at(sequence);
      const { words } = ring;
      if ((words[entry + FLAGS]! & DECIDED) !== 0) continue;
      if (isKey(words, entry + KEYS, a, b) || isKey(words, entry + ID_KEY, a, b)) this.decide(entry);
    }
  };

  /** False when the table is not known. */
  private decide(entry: number): boolean {
    const write = this.writeOf(entry);
    if (write === undefined) return false;
    const { sink, tree } = this.parts;
    const { words } = this.ring;
    words[entry + FLAGS]! |= DECIDED;
    const out = this.describe(entry, write.node);
    sink.apply(out);
    settle(sink, out);
    const table = tree.extend(this.placeOf(write), write.node);
    if (table !== NO_PATH) tree.visit(tree.extend(table, words[entry + TOPIC]!));
    this.tie(entry, write, table);
    return true;
  }

  /** The earliest write of the only outbox that the trace wrote. */
  private writeOf(entry: number): Write | undefined {
    const { identities } = this.parts;
    const nodes: number[] = [];
    let areSame = true;
    let best: Write | undefined;
    this.writes.forEach(this.ring.words, entry + KEY, (service, { node }, at) => {
      if (!areSame || !this.isOutbox(identities.tableName(node))) return;
      areSame = nodes.every(other => identities.areSameTable(other, node));
      if (!nodes.includes(node)) nodes.push(node);
      const write = { service, node, at };
      if (best === undefined || isBefore(this.writes, identities, write, best)) best = write;
    });
    return areSame ? best : undefined;
  }

  private placeOf({ at }: Write): number {
    if (this.nested > MAX_PATH_DEPTH) return NO_PATH;
    this.nested++;
    const place = this.writes.placeOf(at);
    this.nested--;
    return place;
  }

  /** The write sent the message. Its span counts as a write alone: no join changes what became of it. */
  private tie(entry: number, write: Write, table: number): void {
    const { words } = this.ring;
    if (this.isByProducer(entry)) return;
    this.writes.describe(this.side, write.at);
    this.side.topic = words[entry + TOPIC]!;
    this.parts.meetings.postLeft(this.side, table, words, entry + KEYS, true);
  }

  /** The context names a producer, which is tied to the record itself. */
  private isByProducer(entry: number): boolean {
    const { rows, late } = this.parts;
    const { words } = this.ring;
    const [s0, s1] = [words[entry + KEY + SPAN]!, words[entry + KEY + SPAN + 1]!];
    const at = entry + KEY;
    for (let row = rows.firstRow(words, at, s0, s1); row >= 0; row = rows.nextRow(row, words, at, s0, s1)) {
      if (isSender(rows.words[row + SHAPE]!)) return true;
    }
    hashKey(words, at, s0, s1);
    for (let found = late.first(hash, false); found >= 0; found = late.nextEntry(found, hash, false)) {
      if (isMessage(late.classOf(found) & CLASS_MASK)) return true;
    }
    return false;
  }

  private describe(entry: number, table: number): Interaction {
    const { out } = this;
    const { words, floats } = this.ring;
    out.begin(CAPTURES, table, words[entry + TOPIC]!, floats[(entry + TIME) >> 1]!, BY_CDC);
    out.sign = ADD;
    out.adjusted = 1;
    out.rows = 1;
    out.verbs = INSERT;
    setContext(out, words, entry + KEY);
    return out;
  }
}

const FOUND_KEYS = new Int32Array(4);

function isKey(words: Int32Array, at: number, a: number, b: number): boolean {
  return b !== 0 && words[at] === a && words[at + 1] === b;
}
