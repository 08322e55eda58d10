/**
 * Histograms of the series of one chunk, added up, and as bytes. Bytes inflated are numbers: how many histograms, then of each its
 * number (place times 3, and client, server or lag) as a difference, count, sum, first bucket, how many buckets, counts.
 */
import { MAX_BUCKET } from '../../lib/duration-scale.ts';
import type { NumberSource } from '../../lib/number-records.ts';
import { PackedWriter } from '../../lib/packed-numbers.ts';
import { blobOf, readBlob } from './blob.ts';

export const HISTOGRAMS = 3;
const packed = new PackedWriter();

export class Durations {
  count = 0;
  sum = 0;
  /** Buckets that may hold anything: from, up to. */
  from = MAX_BUCKET + 1;
  to = 0;
  readonly counts = new Float64Array(MAX_BUCKET + 1);

  add(bucket: number, count: number): void {
    this.counts[bucket]! += count;
    if (bucket < this.from) this.from = bucket;
    if (bucket >= this.to) this.to = bucket + 1;
  }

  /** @param times 1, or −1 to take it away. */
  addAll({ count, sum, from, to, counts }: Durations, times: number): void {
    this.count += count * times;
    this.sum += sum * times;
    for (let bucket = from; bucket < to; bucket++) this.add(bucket, counts[bucket]! * times);
  }

  clear(): void {
    this.counts.fill(0, this.from, Math.max(this.from, this.to));
    this.count = this.sum = this.to = 0;
    this.from = MAX_BUCKET + 1;
  }

  /** Only buckets that hold something are from then on between `from` and `to`. */
  trim(): void {
    while (this.from < this.to && this.counts[this.from] === 0) this.from++;
    while (this.to > this.from && this.counts[this.to - 1] === 0) this.to--;
  }
}

export class DurationSums {
  /** By place times 3, and client, server or lag. */
  readonly all = new Map<number, Durations>();
  private readonly spare: Durations[] = [];

  clear(): void {
    for (const durations of this.all.values()) {
      durations.clear();
      this.spare.push(durations);
    }
    this.all.clear();
  }

  of(number: number): Durations {
    let known = this.all.get(number);
    if (known === undefined) {
      known = this.spare.pop() ?? new Durations();
      this.all.set(number, known);
    }
    return known;
  }

  /** One histogram as it writes itself, behind its length. */
  addWritten(number: number, from: NumberSource, length: number): void {
    const into = this.of(number);
    into.count += from.take();
    into.sum += from.take();
    const first = from.take();
    for (let i = 0; i < length; i++) into.add(first + i, from.take());
  }

  add(bytes: Uint8Array): void {
    const from = readBlob(bytes);
    let number = 0;
    for (let n = from.take(); n > 0; n--) {
      number += from.take();
      const into = this.of(number);
      into.count += from.take();
      into.sum += from.take();
      const first = from.take();
      const end = first + from.take();
      for (let bucket = first; bucket < end; bucket++) into.add(bucket, from.take());
    }
  }

  subtract(other: DurationSums): void {
    for (const [number, durations] of other.all) this.of(number).addAll(durations, -1);
  }

  /** Undefined when there is nothing. */
  encode(): Uint8Array | undefined {
    const held = this.held();
    if (held.length === 0) return undefined;
    packed.clear();
    packed.put(held.length);
    let before = 0;
    for (const [number, { count, sum, from, to, counts }] of held) {
      packed.put(number - before);
      packed.put(count);
      packed.put(sum);
      packed.put(from);
      packed.put(to - from);
      for (let bucket = from; bucket < to; bucket++) packed.put(counts[bucket]!);
      before = number;
    }
    return blobOf(packed);
  }

  /** Those that hold something, in order. */
  held(): readonly (readonly [number: number, durations: Durations])[] {
    for (const durations of this.all.values()) durations.trim();
    return [...this.all]
      .filter(([, { count, sum, from, to }]) => count !== 0 || sum !== 0 || from < to)
      .sort(([a], [b]) => a - b);
  }
}
