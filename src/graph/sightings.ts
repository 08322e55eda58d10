/**
 * When something was seen, and up to four example spans, one per trace: those with the smallest hash of the trace id, so
 * that order has no say.
 */
import type { Exemplar } from '../contract/graph-document.ts';
import type { Interaction } from '../contract/interaction.ts';
import { finalize } from '../lib/bytes.ts';
import type { NumberSink, NumberSource } from '../lib/number-records.ts';
import { ROOM_FOR_ALL, type Room } from './room.ts';

const MAX = 4;
/** Of an example: trace id (4), span id (2). */
const WORDS = 6;
/** Numbers that are written at most. */
export const SIGHTINGS_ROOM = 3 + MAX * WORDS;

const FIRST = 0;
const LAST = 1;
const TIMES = 2;

/** One example, to be written as text. */
const bytes = Buffer.alloc(WORDS * 4);

/** While there is room for more examples. */
const NO_CEILING = 0x7fffffff;

/** Most have no examples most of the time. */
const NO_WORDS = new Int32Array(0);

export class Sightings {
  /** Examples. */
  size = 0;
  /** The largest hash of an example that may still come in. */
  private ceiling = NO_CEILING;
  private words: Int32Array = NO_WORDS;
  private begin = 0;
  private readonly times: Float64Array;
  private readonly at: number;
  private readonly room: Room;

  constructor(room = ROOM_FOR_ALL) {
    this.room = room;
    this.at = room.numbers.take(TIMES);
    this.times = room.numbers.array;
    this.clear();
  }

  /** µs; infinite while nothing was seen. */
  get first(): number {
    return this.times[this.at + FIRST]!;
  }

  /** µs; −∞ while nothing was seen. */
  get last(): number {
    return this.times[this.at + LAST]!;
  }

  get isEmpty(): boolean {
    return this.last === Number.NEGATIVE_INFINITY;
  }

  clear(): void {
    this.setTimes(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    this.size = 0;
    this.ceiling = NO_CEILING;
  }

  setTimes(first: number, last: number): void {
    this.times[this.at + FIRST] = first;
    this.times[this.at + LAST] = last;
  }

  /** Seen at this time by a span: a trace id in the words of `traces` at `at`, and a span id. */
  add(time: number, traces: Int32Array, at: number, span0: number, span1: number): void {
    if (time < this.first) this.times[this.at + FIRST] = time;
    if (time > this.last) this.times[this.at + LAST] = time;
    // Not everything is seen by a span.
    if ((span0 | span1) === 0) return;
    this.offer(traces, at, span0, span1);
  }

  private offer(traces: Int32Array, from: number, span0: number, span1: number): void {
    const hash = hashOf(traces, from);
    if (hash > this.ceiling) return;
    let at = 0;
    for (; at < this.size; at++) {
      const order = hash - this.hashAt(at) || this.compareTrace(traces, from, at);
      if (order === 0) {
        if (this.isSmallerSpan(span0, span1, at)) this.put(at, traces, from, span0, span1);
        return;
      }
      if (order < 0) break;
    }
    if (at === MAX) return;
    this.makePlaces();
    if (this.size < MAX) this.size++;
    const place = this.placeOf(at);
    this.words.copyWithin(place + WORDS, place, this.placeOf(this.size - 1));
    this.put(at, traces, from, span0, span1);
    this.setCeiling();
  }

  private put(at: number, traces: Int32Array, from: number, span0: number, span1: number): void {
    const { words } = this;
    const place = this.placeOf(at);
    for (let i = 0; i < 4; i++) words[place + i] = traces[from + i]!;
    words[place + 4] = span0;
    words[place + 5] = span1;
  }

  /**
   * Takes the example of a span out again, when its interaction is taken back; false when it is not there. `word`: of the
   * trace id, from which on it must be equal; the words before it may have got lost.
   */
  remove({ traces, traceAt, span0, span1 }: Interaction, word: number): boolean {
    for (let at = 0; at < this.size; at++) {
      const w = this.placeOf(at);
      if (this.words[w + 4] !== span0 || this.words[w + 5] !== span1) continue;
      let i = word;
      while (i < 4 && this.words[w + i] === traces[traceAt + i]) i++;
      if (i < 4) continue;
      this.words.copyWithin(w, w + WORDS, this.placeOf(this.size));
      this.size--;
      this.setCeiling();
      return true;
    }
    return false;
  }

  /** Adds what was seen elsewhere. */
  merge(other: Sightings): void {
    this.setTimes(Math.min(this.first, other.first), Math.max(this.last, other.last));
    for (let at = 0; at < other.size; at++) {
      const w = other.placeOf(at);
      this.offer(other.words, w, other.words[w + 4]!, other.words[w + 5]!);
    }
  }

  write(out: NumberSink): void {
    const { words, begin } = this;
    const end = this.placeOf(this.size);
    out.put(this.first);
    out.put(this.last);
    out.put(this.size);
    for (let i = begin; i < end; i++) out.put(words[i]!);
  }

  /** Becomes what was written. */
  read(from: NumberSource): void {
    const first = from.take();
    this.setTimes(first, from.take());
    this.size = from.take();
    if (this.size > 0) this.makePlaces();
    const end = this.placeOf(this.size);
    for (let i = this.begin; i < end; i++) this.words[i] = from.take();
    this.setCeiling();
  }

  examples(): Exemplar[] {
    return Array.from({ length: this.size }, (_, at) => {
      for (let i = 0; i < WORDS; i++) bytes.writeInt32BE(this.words[this.placeOf(at) + i]!, i * 4);
      const hex = bytes.toString('hex');
      return { traceId: hex.slice(0, 32), spanId: hex.slice(32) };
    });
  }

  private makePlaces(): void {
    if (this.words !== NO_WORDS) return;
    this.begin = this.room.words.take(MAX * WORDS);
    this.words = this.room.words.array;
  }

  private placeOf(at: number): number {
    return this.begin + at * WORDS;
  }

  private hashAt(at: number): number {
    return hashOf(this.words, this.placeOf(at));
  }

  private setCeiling(): void {
    this.ceiling = this.size === MAX ? this.hashAt(MAX - 1) : NO_CEILING;
  }

  private compareTrace(traces: Int32Array, from: number, at: number): number {
    for (let i = 0; i < 4; i++) {
      const order = (traces[from + i]! >>> 0) - (this.words[this.placeOf(at) + i]! >>> 0);
      if (order !== 0) return order;
    }
    return 0;
  }

  private isSmallerSpan(span0: number, span1: number, at: number): boolean {
    const place = this.placeOf(at);
    const order = (span0 >>> 0) - (this.words[place + 4]! >>> 0);
    return order !== 0 ? order < 0 : span1 >>> 0 < this.words[place + 5]! >>> 0;
  }
}

function hashOf(traces: Int32Array, at: number): number {
  // 31 bits, which V8 keeps in fields as they are.
  return finalize(traces[at + 2]! ^ traces[at + 3]!) >>> 1;
}
