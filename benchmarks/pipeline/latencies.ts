/** Milliseconds, kept one by one; quantiles are exact. */
export class Latencies {
  private values = new Float64Array(4_096);
  private count = 0;

  add(ms: number): void {
    if (this.count === this.values.length) {
      const grown = new Float64Array(this.values.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.count++] = ms;
  }

  /** Zeros when nothing was added. */
  summary(): { readonly p50: number; readonly p99: number; readonly max: number } {
    const sorted = this.values.slice(0, this.count).sort();
    const quantile = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
    return { p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) };
  }
}
