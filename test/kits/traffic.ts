/** Made-up minutes of edges: day and night, weekends, chance, and what is changed on purpose. */
import type { MinuteOfEdge } from '../../src/graph/life-cycle/judge/edge-judge.ts';
import type { Random } from '../oracle/random.ts';

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

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

function poisson(random: Random, mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const least = Math.exp(-mean);
  let n = 0;
  for (let p = random.next(); p > least; p *= random.next()) n++;
  return n;
}

/** Minutes begin at midnight of a Thursday. */
export function minuteOf(traffic: Traffic, minute: number, random: Random, shift?: Shift): MinuteOfEdge {
  const { noon, swing, weekend, scatter } = traffic;
  const day = (Math.floor(minute / DAY) + 4) % 7;
  const low = noon / swing;
  const wave = (1 - Math.cos((2 * Math.PI * (minute % DAY)) / DAY)) / 2;
  const isShifted = shift !== undefined && minute >= shift.from;
  let mean = (low + (noon - low) * wave) * (day === 0 || day === 6 ? weekend : 1);
  if (isShifted) mean *= shift.rate ?? 1;
  // A mean that scatters itself gives counts that scatter more than by chance.
  const chance = scatter > 1 ? Math.max(0, mean + Math.sqrt(mean * (scatter - 1)) * normal(random)) : mean;
  const count = poisson(random, chance);
  const errors = Math.min(count, poisson(random, count * traffic.errors * (isShifted ? (shift.errors ?? 1) : 1)));
  const middle = traffic.latency + (isShifted ? (shift.latency ?? 0) : 0);
  const average = count === 0 ? 0 : middle + (traffic.spread * normal(random)) / Math.sqrt(count);
  return {
    minute,
    count,
    errors,
    latencies: count,
    latencySum: count * average,
    latencySquares: count * (average * average + traffic.spread ** 2),
  };
}
