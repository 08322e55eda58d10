/**
 * Counts by event time: minutes for the newest two hours of what was counted, ten minutes before that, for a day.
 * Sparse and sorted; additive, also below zero.
 */
import { numbersOf } from '../lib/exact-arrays.ts';
import type { NumberSink, NumberSource } from '../lib/number-records.ts';
import { MINUTE_US } from '../lib/units.ts';
import { ROOM_FOR_ALL, type Room } from './room.ts';

const FINE_MINUTES = 120;
const COARSE = 10;
const KEPT_MINUTES = 24 * 60;
/** Entries before old ones are folded. */
const FOLD_AT = 160;
/** Buckets each has for itself. */
const OWN = 2;

export class TimeBuckets {
  /** First minute of each bucket, ascending, and what was counted there, by turns. */
  private numbers: number[] = [];
  private readonly shared: Room;

  constructor(shared = ROOM_FOR_ALL) {
    this.shared = shared;
  }

  add(timeUs: number, count: number): void {
    const minute = Math.floor(timeUs / MINUTE_US);
    const { numbers } = this;
    const last = numbers.length - 2;
    if (last >= 0 && numbers[last] === minute) numbers[last + 1]! += count;
    else this.insert(minute, count);
  }

  private insert(minute: number, count: number): void {
    const { numbers } = this;
    const newest = this.newest ?? minute;
    const start = newest - minute >= FINE_MINUTES ? minute - (minute % COARSE) : minute;
    let at = numbers.length;
    while (at > 0 && numbers[at - 2]! > start) at -= 2;
    if (at > 0 && numbers[at - 2] === start) numbers[at - 1]! += count;
    else if (this.size >= OWN && !this.shared.take('times', 1)) numbers[Math.max(at - 2, 0) + 1]! += count;
    else {
      numbers.splice(at, 0, start, count);
      if (this.size > FOLD_AT + KEPT_MINUTES / COARSE) this.fold();
    }
  }

  private get size(): number {
    return this.numbers.length / 2;
  }

  private get newest(): number | undefined {
    return this.numbers.at(-2);
  }

  /** Folds minutes that are no longer among the newest into ten, and forgets what is older than a day. */
  private fold(): void {
    const newest = this.newest!;
    const folded = new Map<number, number>();
    this.forEach((minute, count) => {
      if (newest - minute > KEPT_MINUTES) return;
      const start = newest - minute >= FINE_MINUTES ? minute - (minute % COARSE) : minute;
      folded.set(start, (folded.get(start) ?? 0) + count);
    });
    const before = this.size;
    this.replace(folded);
    this.shared.giveTimes(before - this.size);
  }

  /** Both together, whichever came first: what is no longer among the newest of both counts in tens. */
  merge(other: TimeBuckets): void {
    const newest = Math.max(this.newest ?? 0, other.newest ?? 0);
    const sums = new Map<number, number>();
    for (const buckets of [this, other]) {
      buckets.forEach((minute, count) => {
        const start = newest - minute >= FINE_MINUTES ? minute - (minute % COARSE) : minute;
        sums.set(start, (sums.get(start) ?? 0) + count);
      });
    }
    this.replace(sums);
  }

  private forEach(visit: (minute: number, count: number) => void): void {
    const { numbers } = this;
    for (let i = 0; i < numbers.length; i += 2) visit(numbers[i]!, numbers[i + 1]!);
  }

  /** By minutes, in any order. */
  private replace(counts: Map<number, number>): void {
    this.numbers.length = 0;
    for (const [minute, count] of [...counts].sort(([a], [b]) => a - b)) this.numbers.push(minute, count);
  }

  /** Numbers that `write` takes. */
  get room(): number {
    return 1 + this.numbers.length;
  }

  /** Minutes as differences, which are small. */
  write(out: NumberSink): void {
    out.put(this.size);
    let before = 0;
    this.forEach((minute, count) => {
      out.put(minute - before);
      out.put(count);
      before = minute;
    });
  }

  /** What was written, after its length. There was room for it. */
  read(from: NumberSource, length: number): void {
    if (this.size < length) this.numbers = numbersOf(2 * length);
    const { numbers } = this;
    numbers.length = 2 * length;
    let minute = 0;
    for (let i = 0; i < 2 * length; i += 2) {
      minute += from.take();
      numbers[i] = minute;
      numbers[i + 1] = from.take();
    }
  }

  /** Of a minute that is among the newest; 0 where nothing was counted. */
  countAt(minute: number): number {
    const { numbers } = this;
    let at = numbers.length - 2;
    while (at >= 0 && numbers[at]! > minute) at -= 2;
    return at >= 0 && numbers[at] === minute ? numbers[at + 1]! : 0;
  }

  /** True when nothing lies ahead of this time (ms), so that from then on the rate only decays. */
  isPast(nowMs: number): boolean {
    const { newest } = this;
    return newest === undefined || (newest + 0.5) * 60_000 <= nowMs;
  }

  /** Per second: Σ count · ln 2 / h · 2^(−(now − t)/h), t the bucket's middle, h the half-life. Times in ms. */
  rate(nowMs: number, halfLifeMs: number): number {
    const { numbers } = this;
    const newest = this.newest ?? 0;
    let rate = 0;
    let count = 0;
    for (let i = 0; i < numbers.length; i += 2) {
      // Whether it was counted before or after the newest: what is old now lies in the middle of its ten minutes, and
      // what was taken back there is gone to the last bit.
      const middle = middleOf(numbers[i]!, newest);
      count += numbers[i + 1]!;
      if (i + 2 < numbers.length && middleOf(numbers[i + 2]!, newest) === middle) continue;
      const age = Math.max(nowMs - middle * 60_000, 0);
      rate += count * 2 ** (-age / halfLifeMs);
      count = 0;
    }
    return (rate * Math.LN2 * 1000) / halfLifeMs;
  }
}

function middleOf(minute: number, newest: number): number {
  return newest - minute >= FINE_MINUTES ? minute - (minute % COARSE) + COARSE / 2 : minute + 0.5;
}
