/** By how much an edge changed between two pictures of the graph, and in what. */
import type { Figures } from '../contract/graph-view.ts';

export const METRICS = ['rate', 'error_ratio', 'latency'] as const;
type Metric = (typeof METRICS)[number];

/** What is smaller is as good as none. */
const LEAST: Readonly<Record<Metric, number>> = { rate: 1e-6, error_ratio: 1e-3, latency: 1e-6 };

const VALUES: Readonly<Record<Metric, (figures: Figures, place: number) => number>> = {
  rate: ({ rates }, place) => rates[place]!,
  error_ratio: errorRatioOf,
  latency: ({ p95s }, place) => p95s[place]!,
};

export interface Change {
  readonly metric: Metric;
  /** After / before. */
  readonly ratio: number;
}

export function errorRatioOf({ counts, errors }: Figures, place: number): number {
  return counts[place] === 0 ? 0 : errors[place]! / counts[place]!;
}

/** What changed most of the edge that is at place a before, and at b after. */
export function strongest(
  { before, after }: { readonly before: Figures; readonly after: Figures },
  a: number,
  b: number,
): Change {
  let metric: Metric = METRICS[0];
  let ratio = 1;
  for (const one of METRICS) {
    const [from, to] = [VALUES[one](before, a), VALUES[one](after, b)];
    // Nobody has durations.
    if (Number.isNaN(from) || Number.isNaN(to)) continue;
    const change = Math.max(to, LEAST[one]) / Math.max(from, LEAST[one]);
    if (factorOf(change) > factorOf(ratio)) [metric, ratio] = [one, change];
  }
  return { metric, ratio };
}

/** How far from 1, whichever way. */
export function factorOf(ratio: number): number {
  return Math.max(ratio, 1 / ratio);
}
