/**
 * Histograms of the series of one chunk, added up, and as bytes. Bytes inflated are numbers: how many histograms; columns
 * of their numbers (place times 3, and client, server or lag) as differences, of sums, of first buckets and of how many
 * buckets follow; then the counts of all these. How many durations a histogram has is what its buckets have together.
 */
import { MAX_BUCKET } from '../../lib/duration-scale.ts';
import type { NumberSource } from '../../lib/number-records.ts';
import { PackedWriter } from '../../lib/packed-numbers.ts';
import { blobOf, readBlob } from './blob.ts';
import { CHUNK } from './count-sums.ts';

export const HISTOGRAMS = 3;
export const CELLS = MAX_BUCKET + 1;
const NUMBERS = CHUNK * HISTOGRAMS;
const packed = new PackedWriter();
const columns = [0, 1, 2, 3].map(() => new Float64Array(NUMBERS)) as [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
];

export class DurationSums {
  /** By number. */
  readonly sums = new Float64Array(NUMBERS);
  /** Buckets that may hold anything: from, up to. */
  readonly from = new Uint16Array(NUMBERS).fill(CELLS);
  readonly to = new Uint16Array(NUMBERS);
  /** Counts of the buckets of a number begin at it times `CELLS`. */
  readonly counts = new Float64Array(NUMBERS * CELLS);

  clear(): void {
    for (let number = 0; number < NUMBERS; number++) {
      const from = this.from[number]!;
      if (from === CELLS) continue;
      this.counts.fill(0, number * CELLS + from, number * CELLS + this.to[number]!);
      this.from[number] = CELLS;
      this.to[number] = 0;
    }
    this.sums.fill(0);
  }

  countOf(number: number): number {
    const { counts, to } = this;
    let count = 0;
    for (let bucket = this.from[number]!; bucket < to[number]!; bucket++) count += counts[number * CELLS + bucket]!;
    return count;
  }

  /** One histogram as it writes itself, behind its length. */
  addWritten(number: number, from: NumberSource, length: number): void {
    from.take();
    this.sums[number]! += from.take();
    const first = from.take();
    this.reach(number, first, length);
    const at = number * CELLS + first;
    for (let i = 0; i < length; i++) this.counts[at + i]! += from.take();
  }

  add(bytes: Uint8Array): void {
    const from = readBlob(bytes);
    const n = from.take();
    for (const column of columns) from.takeInto(column, n);
    const [differences, sums, firsts, lengths] = columns;
    let number = 0;
    for (let i = 0; i < n; i++) {
      number += differences[i]!;
      this.sums[number]! += sums[i]!;
      const [first, length] = [firsts[i]!, lengths[i]!];
      this.reach(number, first, length);
      from.addInto(this.counts, number * CELLS + first, length);
    }
  }

  subtract(other: DurationSums): void {
    for (let number = 0; number < NUMBERS; number++) {
      const [from, to] = [other.from[number]!, other.to[number]!];
      this.sums[number]! -= other.sums[number]!;
      if (from >= to) continue;
      this.reach(number, from, to - from);
      for (let at = number * CELLS + from; at < number * CELLS + to; at++) this.counts[at]! -= other.counts[at]!;
    }
  }

  /** Undefined when there is nothing. */
  encode(): Uint8Array | undefined {
    const held = this.held();
    if (held.length === 0) return undefined;
    const { sums, from, to, counts } = this;
    packed.clear();
    packed.put(held.length);
    held.forEach((number, i) => {
      packed.put(number - (held[i - 1] ?? 0));
    });
    for (const number of held) packed.put(sums[number]!);
    for (const number of held) packed.put(from[number]!);
    for (const number of held) packed.put(to[number]! - from[number]!);
    for (const number of held) {
      for (let bucket = from[number]!; bucket < to[number]!; bucket++) packed.put(counts[number * CELLS + bucket]!);
    }
    return blobOf(packed);
  }

  /** Numbers of those that hold something, in order; only buckets that do are between their `from` and `to` then. */
  held(): readonly number[] {
    const held: number[] = [];
    for (let number = 0; number < NUMBERS; number++) {
      this.trim(number);
      if (this.from[number]! < this.to[number]! || this.sums[number] !== 0) held.push(number);
    }
    return held;
  }

  private reach(number: number, first: number, length: number): void {
    if (first < this.from[number]!) this.from[number] = first;
    if (first + length > this.to[number]!) this.to[number] = first + length;
  }

  private trim(number: number): void {
    const { from, to, counts } = this;
    const at = number * CELLS;
    if (from[number] === CELLS) return;
    while (from[number]! < to[number]! && counts[at + from[number]!] === 0) from[number]!++;
    while (to[number]! > from[number]! && counts[at + to[number]! - 1] === 0) to[number]!--;
  }
}
