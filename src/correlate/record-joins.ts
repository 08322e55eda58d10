/**
 * Records with a context ⇄ the span that it names, whichever comes first. A producer is tied to where the record stands
 * and what its message is called, so that consumers that know no more than that meet it in the ledger. Any other span
 * makes its service the publisher: counted at once, and anew when a span comes that says better who it was.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import {
  ADD,
  BY_RECORD_HEADER,
  Interaction,
  type InteractionSink,
  PUBLISHES,
  REVERSE,
} from '../contract/interaction.ts';
import {
  CLASS_MASK,
  CREATE,
  PRODUCER,
  SERVICE,
  SHAPE,
  SPAN,
  TARGET,
  TRACE,
  unpackDuration,
} from '../contract/observation.ts';
import { CONTEXT, RECORD_ID, RECORD_OFFSET } from '../contract/record-rows.ts';
import { Rendezvous } from '../contract/rendezvous.ts';
import type { Chains } from './chains.ts';
import { setContext } from './facts.ts';
import { hash, hashKey, keyHash } from './hash.ts';
import { ENTRY, KeyedRing } from './keyed-ring.ts';
import type { LateEntries } from './late.ts';
import type { Meetings } from './meetings.ts';
import type { CorrelationOptions } from './options.ts';
import { describeLeft } from './row-side.ts';
import type { Rows } from './rows.ts';
import { sameTrace } from './same-trace.ts';
import { speakerOf } from './speakers.ts';
import { isMessage, isSender, isTransparent } from './state.ts';

/** Words of an entry: context (6), topic, offset (2), id (2), publisher, its row, flags, and the time. */
const KEY = ENTRY;
const TOPIC = KEY + 6;
const OFFSET = TOPIC + 1;
const ID = OFFSET + 2;
/** Service that is counted as its publisher, 0 none. */
const PUBLISHER = ID + 2;
/** Sequence number of the publisher's row. */
const ROW = PUBLISHER + 1;
const FLAGS = ROW + 1;
/** A double. */
const TIME = FLAGS + 1;
const WORDS = TIME + 2;

/** Only who sent it is asked for, not who published. */
const NO_PUBLISHER = 1;
/** The publisher does not change any more. */
const FINAL = 2;

/** One in so many records is remembered with its context. */
const RECORDS_PER_TIE = 10;

const SEND = ['send'];

interface Parts {
  readonly rows: Rows;
  readonly chains: Chains;
  readonly late: LateEntries;
  readonly meetings: Meetings;
  readonly sink: InteractionSink;
}

export class RecordJoins implements Kept {
  readonly ring: KeyedRing;
  private readonly parts: Parts;
  private readonly rows: Rows;
  private readonly out = new Interaction();
  private readonly side = new Rendezvous();

  constructor(parts: Parts, { maxRecords, messageWaitMs }: CorrelationOptions) {
    this.parts = parts;
    this.rows = parts.rows;
    this.ring = new KeyedRing('record-contexts', WORDS, Math.ceil(maxRecords / RECORDS_PER_TIE), messageWaitMs);
  }

  *save(out: ImageWriter): Iterable<void> {
    yield* this.ring.save(out);
  }

  *load(from: ImageReader): Iterable<void> {
    yield* this.ring.load(from);
  }

  /** A record with a context. @param publishes whoever sent it published it: it is no change of a database. */
  take(from: Int32Array, at: number, topic: number, time: number, publishes: boolean): void {
    const { ring, parts } = this;
    const [s0, s1] = [from[at + CONTEXT + SPAN]!, from[at + CONTEXT + SPAN + 1]!];
    const sequence = ring.add(keyHash(from, at + CONTEXT, s0, s1));
    if (sequence === 0) return;
    const entry = ring.at(sequence);
    const { words } = ring;
    for (let i = 0; i < 6; i++) words[entry + KEY + i] = from[at + CONTEXT + i]!;
    words[entry + TOPIC] = topic;
    for (let i = 0; i < 2; i++) {
      words[entry + OFFSET + i] = from[at + RECORD_OFFSET + i]!;
      words[entry + ID + i] = from[at + RECORD_ID + i]!;
    }
    words[entry + FLAGS] = publishes ? 0 : NO_PUBLISHER;
    ring.floats[(entry + TIME) >> 1] = time;
    const { rows } = this;
    for (
      let row = rows.firstRow(from, at + CONTEXT, s0, s1);
      row >= 0;
      row = rows.nextRow(row, from, at + CONTEXT, s0, s1)
    ) {
      this.tie(entry, row);
    }
    this.choosePublisher(entry);
    if (parts.late.count > 0) this.takeLate(entry);
  }

  /** A row that was just taken in. @param own hash of its key. */
  arrive(row: number, own: number): void {
    const { ring, rows } = this;
    const w = rows.words;
    if (isTransparent(w[row + SHAPE]!)) return;
    for (let sequence = ring.first(own); sequence !== 0; sequence = ring.next(sequence)) {
      const entry = ring.at(sequence);
      if (!this.isOf(entry, row)) continue;
      this.tie(entry, row);
      this.choosePublisher(entry);
    }
  }

  /** The row leaves: what it publishes is final. */
  leave(row: number): void {
    const { ring, rows } = this;
    const w = rows.words;
    const sequenceOfRow = rows.sequenceAt(row);
    const [s0, s1] = [w[row + SPAN]!, w[row + SPAN + 1]!];
    for (let sequence = ring.first(keyHash(w, row, s0, s1)); sequence !== 0; sequence = ring.next(sequence)) {
      const entry = ring.at(sequence);
      if (ring.words[entry + PUBLISHER] === 0 || ring.words[entry + ROW] !== sequenceOfRow) continue;
      if (this.isOf(entry, row)) this.settle(entry);
    }
  }

  private isOf(entry: number, row: number): boolean {
    const { words } = this.ring;
    const w = this.rows.words;
    if (words[entry + KEY + SPAN] !== w[row + SPAN] || words[entry + KEY + SPAN + 1] !== w[row + SPAN + 1])
      return false;
    return sameTrace(w, row, words, entry + KEY);
  }

  private tie(entry: number, row: number): void {
    const { words } = this.ring;
    if (isSender(this.rows.words[row + SHAPE]!))
      this.parts.meetings.tie(row, words[entry + TOPIC]!, words, entry + OFFSET, entry + ID);
  }

  /** Holds who is counted as publisher against the rows that are there. */
  private choosePublisher(entry: number): void {
    const { words } = this.ring;
    if ((words[entry + FLAGS]! & (NO_PUBLISHER | FINAL)) !== 0) return;
    const row = this.publisher(entry);
    if (row < 0 && words[entry + PUBLISHER] === 0) return;
    const sequence = row < 0 ? 0 : this.rows.sequenceAt(row);
    if (words[entry + PUBLISHER] !== 0 && words[entry + ROW] === sequence) return;
    if (words[entry + PUBLISHER] !== 0) this.publish(entry, REVERSE);
    words[entry + PUBLISHER] = row < 0 ? 0 : this.rows.words[row + SERVICE]!;
    words[entry + ROW] = sequence;
    if (row >= 0) this.publish(entry, ADD);
  }

  /** The row that says best whose service sent the record; -1 when none does, or a producer tells it. */
  private publisher(entry: number): number {
    const { rows, parts } = this;
    const row = speakerOf(rows, parts.chains, this.ring.words, entry + KEY);
    if (row < 0) return -1;
    const cls = rows.words[row + SHAPE]! & CLASS_MASK;
    return cls === CREATE || (cls === PRODUCER && rows.words[row + TARGET] !== 0) ? -1 : row;
  }

  /** The span may have left before the record came. */
  private takeLate(entry: number): void {
    const { late, meetings } = this.parts;
    const { words } = this.ring;
    if (words[entry + PUBLISHER] !== 0) return;
    hashKey(words, entry + KEY, words[entry + KEY + SPAN]!, words[entry + KEY + SPAN + 1]!);
    for (let found = late.first(hash, false); found >= 0; found = late.nextEntry(found, hash, false)) {
      const cls = late.classOf(found) & CLASS_MASK;
      if (isMessage(cls)) {
        const { side } = this;
        side.service = late.service(found);
        side.topic = late.target(found) || words[entry + TOPIC]!;
        describeLeft(side, words, entry + KEY, late.start(found) + unpackDuration(late.duration(found)));
        meetings.tieLeft(this.side, late.path(found), words[entry + TOPIC]!, words, entry + OFFSET, entry + ID);
      }
      if (cls === CREATE || (cls === PRODUCER && late.target(found) !== 0)) return;
      if ((words[entry + FLAGS]! & NO_PUBLISHER) !== 0 || late.service(found) === 0) continue;
      words[entry + PUBLISHER] = late.service(found);
      this.publish(entry, ADD);
      this.settle(entry);
      return;
    }
  }

  private settle(entry: number): void {
    const { words, floats } = this.ring;
    const [s0, s1] = [words[entry + KEY + SPAN]!, words[entry + KEY + SPAN + 1]!];
    words[entry + FLAGS]! |= FINAL;
    const time = floats[(entry + TIME) >> 1]!;
    this.parts.sink.settle(
      PUBLISHES,
      words[entry + PUBLISHER]!,
      words[entry + TOPIC]!,
      time,
      words,
      entry + KEY + TRACE,
      s0,
      s1,
    );
  }

  private publish(entry: number, sign: number): void {
    const { out } = this;
    const { words, floats } = this.ring;
    out.begin(
      PUBLISHES,
      words[entry + PUBLISHER]!,
      words[entry + TOPIC]!,
      floats[(entry + TIME) >> 1]!,
      BY_RECORD_HEADER,
    );
    out.sign = sign;
    out.adjusted = 1;
    out.messages = 1;
    out.verbs = SEND;
    setContext(out, words, entry + KEY);
    this.parts.sink.apply(out);
  }
}
