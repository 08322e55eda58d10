/**
 * How long things took, by fixed bounds: what a request costs here is one comparison per bound passed and two
 * additions. Counts only grow, as counters do.
 */
import type { MetricValue } from '../contract/component.ts';

/** Upper bounds of the buckets, seconds; the last bucket has none. */
export const DURATION_BOUNDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] as const;
const BOUNDS_MS = Float64Array.from(DURATION_BOUNDS, seconds => seconds * 1000);

export class DurationHistogram {
  private readonly counts = new Float64Array(BOUNDS_MS.length + 1);
  private sumMs = 0;

  add(ms: number): void {
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && ms > BOUNDS_MS[bucket]!) bucket++;
    this.counts[bucket]! += 1;
    this.sumMs += ms;
  }

  get count(): number {
    return this.counts.reduce((sum, inBucket) => sum + inBucket, 0);
  }

  /** As Prometheus has them: cumulative buckets, sum in seconds, count. */
  values(labels: Readonly<Record<string, string>>): MetricValue[] {
    let count = 0;
    const buckets = Array.from(this.counts, (inBucket, bucket): MetricValue => {
      count += inBucket;
      const le = bucket < DURATION_BOUNDS.length ? String(DURATION_BOUNDS[bucket]) : '+Inf';
      return { suffix: '_bucket', labels: { ...labels, le }, value: count };
    });
    return [
      ...buckets,
      { suffix: '_sum', labels, value: this.sumMs / 1000 },
      { suffix: '_count', labels, value: count },
    ];
  }
}
