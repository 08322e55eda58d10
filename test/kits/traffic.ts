/** Made-up minutes of edges: day and night, weekends, chance, and what is changed on purpose. */
import type { MinuteOfEdge } from '../../src/graph/life-cycle/judge/edge-judge.ts';

export interface Traffic {
  /** Mean count of a minute at noon of a working day. */
  readonly noon: number;
  /** Of noon over midnight. */
  readonly swing: number;
  /** Of a weekend over a working day. */
  readonly weekend: number;
  /** Variance over mean. */
  readonly scatter: number;
  readonly errors: number;
  /** Number of the middle bucket of latencies, and their spread in buckets. */
  readonly latency: number;
  readonly spread: number;
}

export interface Shift {
  readonly from: number;
  readonly rate?: number;
  readonly errors?: number;
  /** In buckets. */
  readonly latency?: number;
}

const DAY = 1440;

export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** Mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  poisson(mean: number): number {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const least = Math.exp(-mean);
    let n = 0;
    for (let p = this.next(); p > least; p *= this.next()) n++;
    return n;
  }
}

/** Minutes begin at midnight of a Thursday. */
export function minuteOf(traffic: Traffic, minute: number, dice: Dice, shift?: Shift): MinuteOfEdge {
  const { noon, swing, weekend, scatter } = traffic;
  const day = (Math.floor(minute / DAY) + 4) % 7;
  const low = noon / swing;
  const wave = (1 - Math.cos((2 * Math.PI * (minute % DAY)) / DAY)) / 2;
  const isShifted = shift !== undefined && minute >= shift.from;
  let mean = (low + (noon - low) * wave) * (day === 0 || day === 6 ? weekend : 1);
  if (isShifted) mean *= shift.rate ?? 1;
  // A mean that scatters itself gives counts that scatter more than by chance.
  const chance = scatter > 1 ? Math.max(0, mean + Math.sqrt(mean * (scatter - 1)) * dice.normal()) : mean;
  const count = dice.poisson(chance);
  const errors = Math.min(count, dice.poisson(count * traffic.errors * (isShifted ? (shift.errors ?? 1) : 1)));
  const middle = traffic.latency + (isShifted ? (shift.latency ?? 0) : 0);
  const average = count === 0 ? 0 : middle + (traffic.spread * dice.normal()) / Math.sqrt(count);
  return {
    minute,
    count,
    errors,
    latencies: count,
    latencySum: count * average,
    latencySquares: count * (average * average + traffic.spread ** 2),
  };
}
