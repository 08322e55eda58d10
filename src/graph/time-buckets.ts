/**
 * Counts by event time: minutes for the newest two hours of what was counted, ten minutes before that, for a day.
 * Sparse and sorted; additive, also below zero.
 */
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
  /** First minute of each bucket, ascending. */
  private readonly minutes: number[] = [];
  private readonly counts: number[] = [];
  private readonly shared: Room;

  constructor(shared = ROOM_FOR_ALL) {
    this.shared = shared;
  }

  add(timeUs: number, count: number): void {
    const minute = Math.floor(timeUs / MINUTE_US);
    const { minutes, counts } = this;
    const last = minutes.length - 1;
    if (last >= 0 && minutes[last] === minute) counts[last]! += count;
    else this.insert(minute, count);
  }

  private insert(minute: number, count: number): void {
    const { minutes, counts } = this;
    const newest = minutes.at(-1) ?? minute;
    const start = newest - minute >= FINE_MINUTES ? minute - (minute % COARSE) : minute;
    let at = minutes.length;
    while (at > 0 && minutes[at - 1]! > start) at--;
    if (at > 0 && minutes[at - 1] === start) counts[at - 1]! += count;
    else if (minutes.length >= OWN && !this.shared.take('times', 1)) counts[Math.max(at - 1, 0)]! += count;
    else {
      minutes.splice(at, 0, start);
      counts.splice(at, 0, count);
      if (minutes.length > FOLD_AT + KEPT_MINUTES / COARSE) this.fold();
    }
  }

  /** Folds minutes that are no longer among the newest into ten, and forgets what is older than a day. */
  private fold(): void {
    const newest = this.minutes.at(-1)!;
    const folded = new Map<number, number>();
    this.minutes.forEach((minute, i) => {
      if (newest - minute > KEPT_MINUTES) return;
      const start = newest - minute >= FINE_MINUTES ? minute - (minute % COARSE) : minute;
      folded.set(start, (folded.get(start) ?? 0) + this.counts[i]!);
    });
    const before = this.minutes.length;
    this.minutes.length = this.counts.length = 0;
    for (const [start, count] of [...folded].sort(([a], [b]) => a - b)) {
      this.minutes.push(start);
      this.counts.push(count);
    }
    this.shared.giveTimes(before - this.minutes.length);
  }

  /** Both together, whichever came first: what is no longer among the newest of both counts in tens. */
  merge(other: TimeBuckets): void {
    const newest = Math.max(this.minutes.at(-1) ?? 0, other.minutes.at(-1) ?? 0);
    const sums = new Map<number, number>();
    for (const { minutes, counts } of [this, other]) {
      minutes.forEach((minute, i) => {
        const start = newest - minute >= FINE_MINUTES ? minute - (minute % COARSE) : minute;
        sums.set(start, (sums.get(start) ?? 0) + counts[i]!);
      });
    }
    const sorted = [...sums].sort(([a], [b]) => a - b);
    this.minutes.splice(0, Number.POSITIVE_INFINITY, ...sorted.map(([minute]) => minute));
    this.counts.splice(0, Number.POSITIVE_INFINITY, ...sorted.map(([, count]) => count));
  }

  /** Numbers that `write` takes. */
  get room(): number {
    return 1 + 2 * this.minutes.length;
  }

  /** Minutes as differences, which are small. */
  write(out: NumberSink): void {
    const { minutes, counts } = this;
    out.put(minutes.length);
    for (let i = 0; i < minutes.length; i++) {
      out.put(i === 0 ? minutes[0]! : minutes[i]! - minutes[i - 1]!);
      out.put(counts[i]!);
    }
  }

  /** What was written, after its length. There was room for it. */
  read(from: NumberSource, length: number): void {
    const { minutes, counts } = this;
    // Never longer than filled: an array with holes stays slower.
    if (minutes.length > length) minutes.length = counts.length = length;
    let minute = 0;
    for (let i = 0; i < length; i++) {
      minute += from.take();
      minutes[i] = minute;
      counts[i] = from.take();
    }
  }

  /** Of a minute that is among the newest; 0 where nothing was counted. */
  countAt(minute: number): number {
    const { minutes } = this;
    let at = minutes.length - 1;
    while (at >= 0 && minutes[at]! > minute) at--;
    return at >= 0 && minutes[at] === minute ? this.counts[at]! : 0;
  }

  /** True when nothing lies ahead of this time (ms), so that from then on the rate only decays. */
  isPast(nowMs: number): boolean {
    return this.minutes.length === 0 || (this.minutes.at(-1)! + 0.5) * 60_000 <= nowMs;
  }

  /** Per second: Σ count · ln 2 / h · 2^(−(now − t)/h), t the bucket's middle, h the half-life. Times in ms. */
  rate(nowMs: number, halfLifeMs: number): number {
    const { minutes, counts } = this;
    const newest = minutes.at(-1) ?? 0;
    let rate = 0;
    let count = 0;
    for (let i = 0; i < minutes.length; i++) {
      // Whether it was counted before or after the newest: what is old now lies in the middle of its ten minutes, and
      // what was taken back there is gone to the last bit.
      const middle = middleOf(minutes[i]!, newest);
      count += counts[i]!;
      if (i + 1 < minutes.length && middleOf(minutes[i + 1]!, newest) === middle) continue;
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
