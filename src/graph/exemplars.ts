/** Up to four example spans, one per trace: those with the smallest hash of the trace id, so that order has no say. */

import type { Exemplar } from '../contract/graph-document.ts';
import type { Interaction } from '../contract/interaction.ts';
import { finalize } from '../lib/bytes.ts';
import { numbersOf } from '../lib/exact-arrays.ts';
import type { NumberSink, NumberSource } from '../lib/number-records.ts';

const MAX = 4;
const WORDS = 6;
/** Numbers a set takes in a record at most. */
export const EXEMPLARS_ROOM = 1 + MAX * WORDS;

/** One example, to be written as text. */
const bytes = Buffer.alloc(WORDS * 4);

/** Of a set that has room. */
const NO_CEILING = 0x7fffffff;

/** Most sets are empty most of the time. */
const NO_WORDS = new Int32Array(0);

/** Sets that are read, whose words stand in one buffer: a large graph would ask for hundreds of thousands of buffers. */
const SLAB = 64;
let slab = new Int32Array(0);
let used = 0;

export class Exemplars {
  private hashes: number[] = [];
  /** Trace id (4 words) and span id (2 words) of each, from `begin` on. */
  private words: Int32Array = NO_WORDS;
  private begin = 0;
  /** The largest hash that may still come in. */
  private ceiling = NO_CEILING;

  get size(): number {
    return this.hashes.length;
  }

  /** Offers an example: a trace id in the words of `traces` at `at`, and a span id. */
  offer(traces: Int32Array, at: number, span0: number, span1: number): void {
    // Not everything is seen by a span.
    if ((span0 | span1) === 0) return;
    const hash = hashOf(traces, at);
    if (hash > this.ceiling) return;
    this.offerWords(hash, [traces[at]!, traces[at + 1]!, traces[at + 2]!, traces[at + 3]!, span0, span1]);
  }

  private offerWords(hash: number, words: readonly number[]): void {
    const { hashes } = this;
    let at = 0;
    for (; at < hashes.length; at++) {
      const order = hash - hashes[at]! || this.compareTrace(at, words);
      if (order === 0) {
        if (this.isSmallerSpan(words, at)) this.words.set(words, this.placeOf(at));
        return;
      }
      if (order < 0) break;
    }
    if (at === MAX) return;
    if (this.words === NO_WORDS) this.words = new Int32Array(MAX * WORDS);
    if (hashes.length === MAX) hashes.pop();
    const place = this.placeOf(at);
    this.words.copyWithin(place + WORDS, place, this.placeOf(Math.min(hashes.length, MAX - 1)));
    this.words.set(words, place);
    hashes.splice(at, 0, hash);
    this.setCeiling();
  }

  /**
   * Takes a span out again, when its interaction is taken back; false when it is not there. `word`: of the trace id,
   * from which on it must be equal; the words before it may have got lost.
   */
  remove({ traces, traceAt, span0, span1 }: Interaction, word: number): boolean {
    for (let at = 0; at < this.hashes.length; at++) {
      const w = this.placeOf(at);
      if (this.words[w + 4] !== span0 || this.words[w + 5] !== span1) continue;
      let i = word;
      while (i < 4 && this.words[w + i] === traces[traceAt + i]) i++;
      if (i < 4) continue;
      this.words.copyWithin(w, w + WORDS, this.placeOf(this.hashes.length));
      this.hashes.splice(at, 1);
      this.setCeiling();
      return true;
    }
    return false;
  }

  /** Both together, as a set of its own or one of them. */
  static union(a: Exemplars, b: Exemplars): Exemplars {
    if (a.size === 0) return b;
    const both = new Exemplars();
    both.words = a.words.slice(a.begin, a.placeOf(MAX));
    both.hashes.push(...a.hashes);
    both.setCeiling();
    both.offerAll(b);
    return both;
  }

  offerAll(other: Exemplars): void {
    const { words } = other;
    for (let at = 0; at < other.size; at++) {
      const w = other.placeOf(at);
      this.offer(words, w, words[w + 4]!, words[w + 5]!);
    }
  }

  write(out: NumberSink): void {
    const { words, begin } = this;
    const end = this.placeOf(this.hashes.length);
    out.put(this.hashes.length);
    for (let i = begin; i < end; i++) out.put(words[i]!);
  }

  /** Replaces these by what was written. */
  read(from: NumberSource): void {
    const size = from.take();
    if (size > 0 && this.words === NO_WORDS) this.takeOfSlab();
    if (this.hashes.length < size) this.hashes = numbersOf(size);
    const { hashes, words } = this;
    hashes.length = size;
    for (let at = 0; at < size; at++) {
      const place = this.placeOf(at);
      for (let i = place; i < place + WORDS; i++) words[i] = from.take();
      hashes[at] = hashOf(words, place);
    }
    this.setCeiling();
  }

  private takeOfSlab(): void {
    if (used === slab.length) {
      slab = new Int32Array(SLAB * MAX * WORDS);
      used = 0;
    }
    this.words = slab;
    this.begin = used;
    used += MAX * WORDS;
  }

  private placeOf(at: number): number {
    return this.begin + at * WORDS;
  }

  private setCeiling(): void {
    const { hashes } = this;
    this.ceiling = hashes.length === MAX ? hashes[MAX - 1]! : NO_CEILING;
  }

  list(): Exemplar[] {
    return this.hashes.map((_, at) => {
      for (let i = 0; i < WORDS; i++) bytes.writeInt32BE(this.words[this.placeOf(at) + i]!, i * 4);
      const hex = bytes.toString('hex');
      return { traceId: hex.slice(0, 32), spanId: hex.slice(32) };
    });
  }

  private compareTrace(at: number, words: readonly number[]): number {
    for (let i = 0; i < 4; i++) {
      const order = (words[i]! >>> 0) - (this.words[this.placeOf(at) + i]! >>> 0);
      if (order !== 0) return order;
    }
    return 0;
  }

  private isSmallerSpan(words: readonly number[], at: number): boolean {
    const place = this.placeOf(at);
    const order = (words[4]! >>> 0) - (this.words[place + 4]! >>> 0);
    return order !== 0 ? order < 0 : words[5]! >>> 0 < this.words[place + 5]! >>> 0;
  }
}

function hashOf(traces: Int32Array, at: number): number {
  // 31 bits, which V8 keeps in fields and lists as they are.
  return finalize(traces[at + 2]! ^ traces[at + 3]!) >>> 1;
}
