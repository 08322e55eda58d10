/**
 * Log records that say what a messaging or database span says. One whose span is known counts nothing: the span does.
 * One that has no span counts at once, and for as long as its span may still come it is kept, so that it can be taken
 * back exactly. A span says the same as a log record when it has its trace and span id, and its class: what a server
 * span's log tells of a statement, nobody else tells.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { ADD, type InteractionSink, REVERSE, SETTLE } from '../contract/interaction.ts';
import {
  CLASS_MASK,
  CONSUMER,
  DATABASE,
  LOG,
  NAMELESS,
  ObservationBatch,
  PRODUCER,
  ROW_WORDS,
  SERVICE,
  SHAPE,
  SPAN,
  START,
  TARGET,
} from '../contract/observation.ts';
import type { Plans } from '../lib/plans.ts';
import { Queue } from '../lib/queue.ts';
import { hash, hashDuplicate, hashKey, ownHash } from './hash.ts';
import type { LateEntries } from './late.ts';
import { LogEmitter } from './log-emitter.ts';
import type { CorrelationOptions } from './options.ts';
import { loadRecords, saveRecords } from './pieces.ts';
import { Rows } from './rows.ts';
import { Seen } from './seen.ts';
import { COUNTED_OWN, isOutbound, STATE } from './state.ts';
import { isBelievable, SKEW_AHEAD } from './times.ts';

/** Log records kept, at most: about 150 bytes each. */
const MAX_KEPT = 1 << 18;
/** Offline, records whose time is not believed wait for the newest good time. */
const MAX_HELD = 100_000;
/** Words of a saved row that mean something elsewhere, and the ms of its arrival. */
const SAVED_WORDS = 20;

interface Parts {
  readonly rows: Rows;
  readonly late: LateEntries;
  readonly seen: Seen;
  readonly plans: Plans;
  readonly sink: InteractionSink;
}

interface Saved {
  readonly observed: number;
  readonly besideSpans: number;
  readonly duplicates: number;
  readonly badTimes: number;
  readonly evicted: number;
}

export class LogRows implements Kept {
  /** Records that count, and those that do not; and those whose time is not, or not wholly, believed. */
  readonly counts = { observed: 0, besideSpans: 0, duplicates: 0, badTimes: 0 };
  evicted = 0;
  lateMs: number;
  /** Offline: newest good time, µs. */
  newest = 0;
  /** By which waits go. */
  private nowMs = 0;
  readonly limit: number;
  private readonly parts: Parts;
  private readonly offline: boolean;
  private readonly emitter: LogEmitter;
  /** Those whose span may still come. Made when the first does. */
  private kept: Rows | undefined;
  /** (first sequence, ms) of rows that arrived from then on, oldest first. */
  private readonly arrivals = new Queue<{ readonly first: number; readonly ms: number }>();
  /** Spans that have left and are no late entries. */
  private readonly left: Seen;
  private readonly held = new ObservationBatch();

  constructor(parts: Parts, { lateMs, maxLate, maxPending, offline }: CorrelationOptions) {
    this.parts = parts;
    this.lateMs = lateMs;
    this.offline = offline;
    this.limit = Math.min(MAX_KEPT, maxPending);
    this.emitter = new LogEmitter(parts.plans, parts.sink);
    this.left = new Seen(maxLate, lateMs, 'log-spans');
  }

  get count(): number {
    return this.kept?.count ?? 0;
  }

  /** Arrival of the oldest that is kept, ms; 0 when there is none. */
  get since(): number {
    return this.count === 0 ? 0 : (this.arrivals.at(0)?.ms ?? 0);
  }

  setWindow(lateMs: number): void {
    this.lateMs = lateMs;
    this.left.windowMs = lateMs;
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.left.ahead(out, round);
  }

  *save(out: ImageWriter): Iterable<void> {
    out.value('correlate/logs', { ...this.counts, evicted: this.evicted } satisfies Saved);
    yield* saveRecords(out, 'correlate/log-rows', SAVED_WORDS + 1, this.entries());
    yield* this.left.save(out);
  }

  *load(from: ImageReader): Iterable<void> {
    // Of a program that did not read logs there is none.
    if (from.size('correlate/logs') < 0) return;
    const { evicted, ...counts } = from.value('correlate/logs') as Saved;
    Object.assign(this.counts, counts);
    this.evicted = evicted;
    const words = new Int32Array(ROW_WORDS);
    const floats = new Float64Array(words.buffer);
    yield* loadRecords(from, 'correlate/log-rows', SAVED_WORDS + 1, (numbers, at) => {
      for (let i = 0; i < SAVED_WORDS; i++) words[i] = numbers[at + i]!;
      const row = this.keep(words, 0, floats[START >> 1]!, numbers[at + SAVED_WORDS]!);
      this.kept!.words[row + STATE] = words[STATE]!;
    });
    yield* this.left.load(from);
  }

  /** Rows with the ms of their arrival, oldest first. */
  private *entries(): Iterable<readonly number[]> {
    const { kept, arrivals } = this;
    if (kept === undefined) return;
    for (let i = 0; i < arrivals.length; i++) {
      const { first, ms } = arrivals.at(i)!;
      const end = arrivals.at(i + 1)?.first ?? kept.next;
      for (let sequence = first; sequence !== end; sequence = (sequence + 1) | 0) {
        const row = kept.base(sequence);
        if (kept.alive(sequence)) yield [...kept.words.subarray(row, row + SAVED_WORDS), ms];
      }
    }
  }

  /** Time goes on: spans of what arrived longer ago come no more. */
  advance(nowMs: number): void {
    this.nowMs = nowMs;
    this.left.advance(nowMs);
    const { arrivals, kept } = this;
    if (kept === undefined || this.offline) return;
    while (arrivals.length > 0 && nowMs - arrivals.at(0)!.ms >= this.lateMs) {
      const end = arrivals.at(1)?.first ?? kept.next;
      while (kept.count > 0 && kept.oldest !== end) this.settleOldest(kept);
      arrivals.shift();
    }
  }

  /** Takes in the log records among the rows of a frame. */
  apply(batch: ObservationBatch, arrivalUs: number): void {
    for (let at = 0, end = batch.rows * ROW_WORDS; at < end; at += ROW_WORDS) {
      const shape = batch.words[at + SHAPE]!;
      if ((shape & LOG) === 0 || batch.words[at + TARGET] === 0) continue;
      if (this.isDuplicate(batch.words, at)) this.counts.duplicates++;
      else if (!this.offline || !this.holds(batch, at, arrivalUs)) this.take(batch, at, arrivalUs);
    }
  }

  /** Takes in what was held, as of the newest good time; then nothing more comes. */
  finish(newestUs: number): void {
    const { held, kept } = this;
    const time = Math.max(newestUs, this.newest);
    for (let i = 0; i < held.rows; i++) this.take(held, i * ROW_WORDS, time);
    held.reset();
    while (kept !== undefined && kept.count > 0) this.settleOldest(kept);
    this.arrivals.clear();
  }

  /** A span has come. Log records that say what it says are taken back. */
  meet(row: number): void {
    const { kept } = this;
    if (kept === undefined || kept.count === 0) return;
    const { words: w } = this.parts.rows;
    const cls = w[row + SHAPE]! & CLASS_MASK;
    if (!tells(w[row + SHAPE]!)) return;
    const [s0, s1] = [w[row + SPAN]!, w[row + SPAN + 1]!];
    for (let log = kept.firstRow(w, row, s0, s1); log >= 0; log = kept.nextRow(log, w, row, s0, s1)) {
      if ((kept.words[log + SHAPE]! & CLASS_MASK) !== (cls | LOG)) continue;
      if ((kept.words[log + STATE]! & COUNTED_OWN) === 0) continue;
      kept.words[log + STATE] = 0;
      this.emit(kept, log, REVERSE);
      this.counts.observed--;
      this.counts.besideSpans++;
    }
  }

  /** A span leaves, and is kept nowhere else: log records may still come that say what it said. */
  leave(row: number): void {
    const { words: w } = this.parts.rows;
    const cls = w[row + SHAPE]! & CLASS_MASK;
    if (!tells(w[row + SHAPE]!) || isOutbound(w[row + SHAPE]!)) return;
    hashKey(w, row, w[row + SPAN]!, w[row + SPAN + 1]!);
    this.left.test(hash.a ^ Math.imul(cls, 0x9e3779b1), hash.b);
  }

  /** The same record again. One that was made in no span cannot be told from others. */
  private isDuplicate(words: Int32Array, at: number): boolean {
    if (!hasContext(words, at)) return false;
    hashDuplicate(words, at, ownHash(words, at));
    const what = Math.imul(words[at + TARGET]! ^ Math.imul(words[at + SHAPE]!, 0x85ebca6b), 0x9e3779b1);
    return this.parts.seen.test(hash.a ^ what, hash.b);
  }

  private holds(batch: ObservationBatch, at: number, arrivalUs: number): boolean {
    const time = batch.floats[(at + START) >> 1]!;
    if (isBelievable(time, arrivalUs)) {
      this.newest = Math.max(this.newest, time);
      return false;
    }
    const { held } = this;
    if (held.rows >= MAX_HELD) return false;
    held.words.set(batch.words.subarray(at, at + ROW_WORDS), held.pushRow());
    return true;
  }

  private take(batch: ObservationBatch, at: number, nowUs: number): void {
    const { words, floats } = batch;
    const time = this.timeOf(floats[(at + START) >> 1]!, nowUs);
    this.parts.sink.seen(words[at + SERVICE]!, time);
    const hasSpan = hasContext(words, at);
    if (hasSpan && this.isSpanKnown(words, at)) {
      this.counts.besideSpans++;
      return;
    }
    this.counts.observed++;
    this.emitter.count(words, at, time, ADD);
    if (hasSpan) this.keep(words, at, time, this.offline ? nowUs / 1000 : this.nowMs);
    else this.emitter.count(words, at, time, SETTLE);
  }

  /** A time that is not told is no bad one. */
  private timeOf(time: number, nowUs: number): number {
    const latest = this.offline ? Number.POSITIVE_INFINITY : nowUs + SKEW_AHEAD;
    if (isBelievable(time, nowUs) && time <= latest) return time;
    if (time !== 0) this.counts.badTimes++;
    return isBelievable(time, nowUs) ? latest : nowUs;
  }

  private isSpanKnown(words: Int32Array, at: number): boolean {
    const { rows, late } = this.parts;
    const cls = words[at + SHAPE]! & CLASS_MASK & ~LOG;
    const [s0, s1] = [words[at + SPAN]!, words[at + SPAN + 1]!];
    for (let row = rows.firstRow(words, at, s0, s1); row >= 0; row = rows.nextRow(row, words, at, s0, s1)) {
      if ((rows.words[row + SHAPE]! & (CLASS_MASK | NAMELESS)) === cls) return true;
    }
    hashKey(words, at, s0, s1);
    for (let entry = late.first(hash, false); entry >= 0; entry = late.nextEntry(entry, hash, false)) {
      if ((late.classOf(entry) & CLASS_MASK) === cls) return true;
    }
    return this.left.has(hash.a ^ Math.imul(cls, 0x9e3779b1), hash.b);
  }

  /** Keeps a row that counts, at this time (µs), and returns its base. */
  private keep(words: Int32Array, at: number, time: number, arrivalMs: number): number {
    this.kept ??= new Rows(this.limit);
    const { kept, arrivals } = this;
    if (kept.count >= kept.limit) {
      this.evicted++;
      this.settleOldest(kept);
      while (arrivals.length > 1 && ((kept.oldest - arrivals.at(1)!.first) | 0) >= 0) arrivals.shift();
    }
    if (arrivals.last?.ms !== arrivalMs) arrivals.push({ first: kept.next, ms: arrivalMs });
    const row = kept.push(words, at, ownHash(words, at), 0);
    kept.words[row + STATE] = COUNTED_OWN;
    kept.floats[(row + START) >> 1] = time;
    return row;
  }

  private settleOldest(kept: Rows): void {
    const row = kept.base(kept.oldest);
    if ((kept.words[row + STATE]! & COUNTED_OWN) !== 0) this.emit(kept, row, SETTLE);
    kept.shift();
  }

  private emit(kept: Rows, row: number, sign: number): void {
    this.emitter.count(kept.words, row, kept.floats[(row + START) >> 1]!, sign);
  }
}

/** A span that says what log records may say, too. One without a service says nothing; one that was dropped, that it is not to count. */
function tells(shape: number): boolean {
  const cls = shape & (CLASS_MASK | NAMELESS);
  return cls === PRODUCER || cls === CONSUMER || cls === DATABASE;
}

const hasContext = (words: Int32Array, at: number): boolean => (words[at + SPAN]! | words[at + SPAN + 1]!) !== 0;
