/** Durations counted on the one scale of all, so that any two histograms add up. */
import { bucketOf, MAX_BUCKET, middleOf } from '../lib/duration-scale.ts';
import type { NumberSink, NumberSource } from '../lib/number-records.ts';
import { ROOM_FOR_ALL, type Room } from './room.ts';

/** Cells a histogram has for itself, and by how many it grows. */
const GROW = 8;
const NO_CELLS = new Float64Array(0);

export class Histogram {
  count = 0;
  /** Sum of the durations, µs. */
  sum = 0;
  /** Counts of the buckets from `first` on; grows to both sides as needed. */
  private counts: Float64Array = NO_CELLS;
  private first = 0;
  private readonly shared: Room;

  constructor(shared = ROOM_FOR_ALL) {
    this.shared = shared;
  }

  add(micros: number, sign: number): void {
    this.count += sign;
    this.sum += sign * micros;
    this.addAt(bucketOf(micros), sign);
  }

  private addAt(bucket: number, by: number): void {
    let at = bucket - this.first;
    if (at < 0 || at >= this.counts.length) {
      this.cover(bucket);
      at = Math.min(Math.max(bucket - this.first, 0), this.counts.length - 1);
    }
    this.counts[at]! += by;
  }

  merge(other: Histogram): void {
    this.count += other.count;
    this.sum += other.sum;
    other.counts.forEach((count, i) => {
      if (count !== 0) this.addAt(other.first + i, count);
    });
  }

  /** Numbers that `write` takes. */
  get room(): number {
    return 4 + this.counts.length;
  }

  /** Writes, as `write` does, what this has beyond an earlier state of it, and nothing but −1 if there is no difference. */
  writeSince(earlier: Histogram | undefined, out: NumberSink): void {
    const { counts, first } = this;
    const since = (i: number) => counts[i]! - (earlier?.counts[first + i - earlier.first] ?? 0);
    let from = 0;
    let to = counts.length;
    while (from < to && since(from) === 0) from++;
    while (to > from && since(to - 1) === 0) to--;
    const count = this.count - (earlier?.count ?? 0);
    const sum = this.sum - (earlier?.sum ?? 0);
    if (from === to && count === 0 && sum === 0) {
      out.put(-1);
      return;
    }
    out.put(to - from);
    out.put(count);
    out.put(sum);
    out.put(first + from);
    for (let i = from; i < to; i++) out.put(since(i));
  }

  /** Becomes what another one is now. */
  copy({ count, sum, first, counts }: Histogram): void {
    this.count = count;
    this.sum = sum;
    this.first = first;
    if (this.counts.length === counts.length) this.counts.set(counts);
    else this.counts = counts.slice();
  }

  write(out: NumberSink): void {
    const { counts } = this;
    out.put(counts.length);
    out.put(this.count);
    out.put(this.sum);
    out.put(this.first);
    for (let i = 0; i < counts.length; i++) out.put(counts[i]!);
  }

  /** What was written, after its length. There was room for it. */
  read(from: NumberSource, length: number): void {
    this.count = from.take();
    this.sum = from.take();
    this.first = from.take();
    this.counts = from.takeMany(length);
  }

  /** Makes the cells reach to a bucket; where there is no room its nearest cell will count for it. */
  private cover(bucket: number): void {
    const empty = this.counts.length === 0;
    const from = Math.max(0, empty ? bucket - GROW / 2 : Math.min(this.first, bucket - GROW / 4));
    const to = Math.min(
      MAX_BUCKET + 1,
      empty ? bucket + GROW / 2 : Math.max(this.first + this.counts.length, bucket + GROW / 4),
    );
    if (!empty && !this.shared.take('cells', to - from - this.counts.length)) return;
    const counts = new Float64Array(to - from);
    counts.set(this.counts, empty ? 0 : this.first - from);
    this.counts = counts;
    this.first = from;
  }

  /** How many, and the sums of the numbers of their buckets and of the squares of those. */
  moments(): readonly [count: number, sum: number, squares: number] {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < this.counts.length; i++) {
      const bucket = this.first + i;
      sum += bucket * this.counts[i]!;
      squares += bucket * bucket * this.counts[i]!;
    }
    return [this.count, sum, squares];
  }

  /** Seconds below which the share q of the durations lies: the middle of the bucket where the count reaches it. */
  quantile(q: number): number {
    let seen = 0;
    for (let i = 0; i < this.counts.length; i++) {
      seen += this.counts[i]!;
      if (seen > 0 && seen >= q * this.count) return middleOf(this.first + i);
    }
    return 0;
  }
}
