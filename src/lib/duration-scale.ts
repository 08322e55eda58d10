/**
 * One fixed exponential scale of durations: 8 buckets per doubling of microseconds. Bucket 0 holds durations below 1 µs;
 * bucket 1 + i those from 2^(i/8) up to 2^((i+1)/8) µs.
 */
const PER_DOUBLING = 8;
/** Up to 2^40 µs (12 days); longer ones fall into the last bucket. */
export const MAX_BUCKET = 40 * PER_DOUBLING;

/** Lower bounds of the eighths of a doubling, for values scaled to [1, 2). */
const EIGHTHS = Float64Array.from({ length: PER_DOUBLING + 1 }, (_, i) => 2 ** (i / PER_DOUBLING));
/** Eighth in which each of 256 slices of [1, 2) begins. */
const SLICES = Uint8Array.from({ length: 256 }, (_, i) => EIGHTHS.findLastIndex(bound => bound <= 1 + i / 256));

export function bucketOf(micros: number): number {
  if (micros < 1) return 0;
  if (micros >= 0x80000000) return Math.min(1 + Math.floor(Math.log2(micros) * PER_DOUBLING), MAX_BUCKET);
  const doubling = 31 - Math.clz32(micros);
  const scaled = micros / (1 << doubling);
  let eighth = SLICES[((scaled - 1) * 256) | 0]!;
  if (scaled >= EIGHTHS[eighth + 1]!) eighth++;
  return 1 + doubling * PER_DOUBLING + eighth;
}

/** Geometric middle of a bucket in seconds. */
export function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** ((bucket - 0.5) / PER_DOUBLING) / 1e6;
}
