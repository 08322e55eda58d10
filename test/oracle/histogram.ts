/** Durations and lags on the fixed exponential scale: 8 buckets per doubling of microseconds. */
import type { Lag, Latency } from '../../src/contract/graph-document.ts';

const BUCKETS_PER_DOUBLING = 8;
const US_PER_SECOND = 1e6;

export function bucketOf(us: number): number {
  return us < 1 ? 0 : 1 + Math.floor(Math.log2(us) * BUCKETS_PER_DOUBLING);
}

/** The geometric middle of a bucket, in seconds. */
export function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** ((bucket - 0.5) / BUCKETS_PER_DOUBLING) / US_PER_SECOND;
}

/** The middle of the bucket in which the cumulated count first reaches q of the total. */
function quantile(valuesUs: readonly number[], q: number): number {
  const buckets = valuesUs.map(bucketOf).sort((a, b) => a - b);
  const reached = buckets.find((_, index) => index + 1 >= q * buckets.length);
  return middleOf(reached ?? 0);
}

export function summarizeLags(valuesUs: readonly number[]): Lag | undefined {
  if (valuesUs.length === 0) return undefined;
  return {
    p50: quantile(valuesUs, 0.5),
    p95: quantile(valuesUs, 0.95),
    p99: quantile(valuesUs, 0.99),
    count: valuesUs.length,
  };
}

export function summarizeLatencies(valuesUs: readonly number[]): Latency | undefined {
  const lag = summarizeLags(valuesUs);
  if (lag === undefined) return undefined;
  const sum = valuesUs.reduce((total, value) => total + value, 0);
  return { ...lag, mean: sum / valuesUs.length / US_PER_SECOND };
}
