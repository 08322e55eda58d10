/** Durations counted on the one scale of all, so that any two histograms add up. */
import { bucketOf, MAX_BUCKET, middleOf } from '../lib/duration-scale.ts';
import type { NumberSink, NumberSource } from '../lib/number-records.ts';
import { ROOM_FOR_ALL, type Room } from './room.ts';

/** Cells a histogram has for itself, and by how many it grows. */
const GROW = 8;

/** What stands before the cells: how many durations, their sum (µs), and the bucket of the first cell. */
const COUNT = 0;
const SUM = 1;
const FIRST = 2;
const CELLS = 3;
const EMPTY = new Float64Array(CELLS);

export class Histogram {
  /** All in one place, and as it is written; the cells grow to both sides as needed. Never written to while it is `EMPTY`. */
  private numbers: Float64Array = EMPTY;
  private readonly shared: Room;

  constructor(shared = ROOM_FOR_ALL) {
    this.shared = shared;
  }

  get count(): number {
    return this.numbers[COUNT]!;
  }

  /** Sum of the durations, µs. */
  get sum(): number {
    return this.numbers[SUM]!;
  }

  add(micros: number, sign: number): void {
    const at = this.placeOf(bucketOf(micros));
    const { numbers } = this;
    numbers[COUNT]! += sign;
    numbers[SUM]! += sign * micros;
    numbers[at]! += sign;
  }

  /** Where the cell of a bucket stands, which is made if there is room. */
  private placeOf(bucket: number): number {
    const { numbers } = this;
    const at = bucket - numbers[FIRST]! + CELLS;
    if (at >= CELLS && at < numbers.length) return at;
    this.cover(bucket);
    return Math.min(Math.max(bucket - this.numbers[FIRST]!, 0) + CELLS, this.numbers.length - 1);
  }

  merge(other: Histogram): void {
    const { numbers } = other;
    if (numbers === EMPTY) return;
    for (let i = CELLS; i < numbers.length; i++) {
      if (numbers[i] === 0) continue;
      const at = this.placeOf(numbers[FIRST]! + i - CELLS);
      this.numbers[at]! += numbers[i]!;
    }
    if (this.numbers === EMPTY) this.cover(numbers[FIRST]!);
    this.numbers[COUNT]! += numbers[COUNT]!;
    this.numbers[SUM]! += numbers[SUM]!;
  }

  /** Numbers that `write` takes. */
  get room(): number {
    return 1 + this.numbers.length;
  }

  /** Writes, as `write` does, what this has beyond an earlier state of it, and nothing but −1 if there is no difference. */
  writeSince(earlier: Histogram | undefined, out: NumberSink): void {
    const { numbers } = this;
    const before = earlier?.numbers ?? EMPTY;
    const shift = numbers[FIRST]! - before[FIRST]!;
    const since = (i: number) => numbers[i]! - (i + shift >= CELLS ? (before[i + shift] ?? 0) : 0);
    let from = CELLS;
    let to = numbers.length;
    while (from < to && since(from) === 0) from++;
    while (to > from && since(to - 1) === 0) to--;
    const count = numbers[COUNT]! - before[COUNT]!;
    const sum = numbers[SUM]! - before[SUM]!;
    if (from === to && count === 0 && sum === 0) {
      out.put(-1);
      return;
    }
    out.put(to - from);
    out.put(count);
    out.put(sum);
    out.put(numbers[FIRST]! + from - CELLS);
    for (let i = from; i < to; i++) out.put(since(i));
  }

  /** Becomes what another one is now. */
  copy({ numbers }: Histogram): void {
    if (this.numbers !== EMPTY && this.numbers.length === numbers.length) this.numbers.set(numbers);
    else this.numbers = numbers === EMPTY ? EMPTY : numbers.slice();
  }

  write(out: NumberSink): void {
    const { numbers } = this;
    out.put(numbers.length - CELLS);
    for (let i = 0; i < numbers.length; i++) out.put(numbers[i]!);
  }

  /** What was written, after its length. There was room for it. */
  read(from: NumberSource, length: number): void {
    this.numbers = from.takeMany(CELLS + length);
  }

  /** Makes the cells reach to a bucket; where there is no room its nearest cell will count for it. */
  private cover(bucket: number): void {
    const { numbers } = this;
    const cells = numbers.length - CELLS;
    const [first, end] = [numbers[FIRST]!, numbers[FIRST]! + cells];
    const from = Math.max(0, cells === 0 ? bucket - GROW / 2 : Math.min(first, bucket - GROW / 4));
    const to = Math.min(MAX_BUCKET + 1, cells === 0 ? bucket + GROW / 2 : Math.max(end, bucket + GROW / 4));
    if (cells > 0 && !this.shared.take('cells', to - from - cells)) return;
    const covering = new Float64Array(CELLS + to - from);
    covering.set(numbers.subarray(CELLS), cells === 0 ? CELLS : CELLS + first - from);
    covering[COUNT] = numbers[COUNT]!;
    covering[SUM] = numbers[SUM]!;
    covering[FIRST] = from;
    this.numbers = covering;
  }

  /** How many, and the sums of the numbers of their buckets and of the squares of those. */
  moments(): readonly [count: number, sum: number, squares: number] {
    const { numbers } = this;
    let [sum, squares] = [0, 0];
    for (let i = CELLS; i < numbers.length; i++) {
      const bucket = numbers[FIRST]! + i - CELLS;
      sum += bucket * numbers[i]!;
      squares += bucket * bucket * numbers[i]!;
    }
    return [numbers[COUNT]!, sum, squares];
  }

  /** Seconds below which the share q of the durations lies: the middle of the bucket where the count reaches it. */
  quantile(q: number): number {
    const { numbers } = this;
    let seen = 0;
    for (let i = CELLS; i < numbers.length; i++) {
      seen += numbers[i]!;
      if (seen > 0 && seen >= q * numbers[COUNT]!) return middleOf(numbers[FIRST]! + i - CELLS);
    }
    return 0;
  }
}
