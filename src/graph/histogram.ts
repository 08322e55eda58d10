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
  /**
   * All in one place, from `begin` on, and as it is written; the cells grow to both sides as needed. Never written to while
   * it is `EMPTY`.
   */
  private numbers: Float64Array = EMPTY;
  private begin = 0;
  private end = CELLS;
  private readonly shared: Room;

  constructor(shared = ROOM_FOR_ALL) {
    this.shared = shared;
  }

  get count(): number {
    return this.numbers[this.begin + COUNT]!;
  }

  /** Sum of the durations, µs. */
  get sum(): number {
    return this.numbers[this.begin + SUM]!;
  }

  /** Bucket of the first cell. */
  private get first(): number {
    return this.numbers[this.begin + FIRST]!;
  }

  /** Where the first cell stands. */
  private get cells(): number {
    return this.begin + CELLS;
  }

  add(micros: number, sign: number): void {
    const at = this.placeOf(bucketOf(micros));
    const { numbers } = this;
    numbers[this.begin + COUNT]! += sign;
    numbers[this.begin + SUM]! += sign * micros;
    numbers[at]! += sign;
  }

  /** Where the cell of a bucket stands, which is made if there is room. */
  private placeOf(bucket: number): number {
    const at = this.cells + bucket - this.first;
    if (at >= this.cells && at < this.end) return at;
    this.cover(bucket);
    return Math.min(this.cells + Math.max(bucket - this.first, 0), this.end - 1);
  }

  merge(other: Histogram): void {
    if (other.numbers === EMPTY) return;
    for (let i = other.cells; i < other.end; i++) {
      const more = other.numbers[i]!;
      if (more === 0) continue;
      const at = this.placeOf(other.first + i - other.cells);
      this.numbers[at]! += more;
    }
    if (this.numbers === EMPTY) this.cover(other.first);
    this.numbers[this.begin + COUNT]! += other.count;
    this.numbers[this.begin + SUM]! += other.sum;
  }

  /** Numbers that `write` takes. */
  get room(): number {
    return 1 + this.end - this.begin;
  }

  /** Writes, as `write` does, what this has beyond an earlier state of it, and nothing but −1 if there is no difference. */
  writeSince(earlier: Histogram | undefined, out: NumberSink): void {
    const before = earlier ?? NOTHING;
    const since = (i: number) => this.numbers[i]! - before.at(this.first + i - this.cells);
    let from = this.cells;
    let to = this.end;
    while (from < to && since(from) === 0) from++;
    while (to > from && since(to - 1) === 0) to--;
    const count = this.count - before.count;
    const sum = this.sum - before.sum;
    if (from === to && count === 0 && sum === 0) {
      out.put(-1);
      return;
    }
    out.put(to - from);
    out.put(count);
    out.put(sum);
    out.put(this.first + from - this.cells);
    for (let i = from; i < to; i++) out.put(since(i));
  }

  private at(bucket: number): number {
    const at = this.cells + bucket - this.first;
    return at >= this.cells && at < this.end ? this.numbers[at]! : 0;
  }

  /** Becomes what another one is now. */
  copy({ numbers, begin, end }: Histogram): void {
    if (numbers === EMPTY) this.stand(EMPTY, 0, CELLS);
    else if (this.numbers === EMPTY || this.end - this.begin !== end - begin)
      this.stand(numbers.slice(begin, end), 0, end - begin);
    else for (let i = begin; i < end; i++) this.numbers[this.begin + i - begin] = numbers[i]!;
  }

  private stand(numbers: Float64Array, begin: number, length: number): void {
    this.numbers = numbers;
    this.begin = begin;
    this.end = begin + length;
  }

  write(out: NumberSink): void {
    const { numbers, begin, end } = this;
    out.put(end - begin - CELLS);
    for (let i = begin; i < end; i++) out.put(numbers[i]!);
  }

  /** What was written, after its length. There was room for it. */
  read(from: NumberSource, length: number): void {
    const begin = from.takeMany(CELLS + length);
    this.stand(from.taken, begin, CELLS + length);
  }

  /** Makes the cells reach to a bucket; where there is no room its nearest cell will count for it. */
  private cover(bucket: number): void {
    const { first } = this;
    const cells = this.end - this.cells;
    const end = first + cells;
    const from = Math.max(0, cells === 0 ? bucket - GROW / 2 : Math.min(first, bucket - GROW / 4));
    const to = Math.min(MAX_BUCKET + 1, cells === 0 ? bucket + GROW / 2 : Math.max(end, bucket + GROW / 4));
    if (cells > 0 && !this.shared.take('cells', to - from - cells)) return;
    const covering = new Float64Array(CELLS + to - from);
    covering.set(this.numbers.subarray(this.cells, this.end), cells === 0 ? CELLS : CELLS + first - from);
    covering[COUNT] = this.count;
    covering[SUM] = this.sum;
    covering[FIRST] = from;
    this.stand(covering, 0, covering.length);
  }

  /** How many, and the sums of the numbers of their buckets and of the squares of those. */
  moments(): readonly [count: number, sum: number, squares: number] {
    let [sum, squares] = [0, 0];
    for (let i = this.cells; i < this.end; i++) {
      const bucket = this.first + i - this.cells;
      sum += bucket * this.numbers[i]!;
      squares += bucket * bucket * this.numbers[i]!;
    }
    return [this.count, sum, squares];
  }

  /** Seconds below which the share q of the durations lies: the middle of the bucket where the count reaches it. */
  quantile(q: number): number {
    let seen = 0;
    for (let i = this.cells; i < this.end; i++) {
      seen += this.numbers[i]!;
      if (seen > 0 && seen >= q * this.count) return middleOf(this.first + i - this.cells);
    }
    return 0;
  }
}

const NOTHING = new Histogram();
