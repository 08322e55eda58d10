/** Where a fingerprint of `Seen` may stand, and what the first word of an entry says. */

/** 27 bits of the key, and on a bucket's first entry whether keys of it stand in their second. */
export const KEY_BITS = 0x07ffffff;
export const SPILLED = 0x08000000;

export function firstBucket(high: number, low: number, mask: number): number {
  const h = Math.imul(high ^ (low << 13) ^ (low >>> 7), 0x85ebca6b);
  return (h ^ (h >>> 15)) & mask;
}

export function secondBucket(first: number, high: number, mask: number): number {
  return (first ^ ((Math.imul(high | 1, 0x5bd1e995) >>> 11) | 1)) & mask;
}
