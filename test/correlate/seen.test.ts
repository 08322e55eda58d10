/** Fingerprints of what was seen: found again for as long as they are to be, in a table that grows a little at a time. */
import { describe, expect, it } from 'vitest';
import { Seen } from '../../src/correlate/seen.ts';
import { Random } from '../oracle/random.ts';

const LIMIT = 1_000_000;
const KEYS = 600_000;
const KEYS_A_FRAME = 100;
const LATE_MS = 60_000;

/** So many keys in frames, one a millisecond. @param after each frame. @returns how many were duplicates. */
function fill(seen: Seen, keys: Int32Array, after: () => void = () => {}): number {
  let duplicates = 0;
  for (let n = 0; n < KEYS; n++) {
    if (n % KEYS_A_FRAME === 0) seen.advance(1 + n / KEYS_A_FRAME);
    if (seen.test(keys[n * 2]!, keys[n * 2 + 1]!)) duplicates++;
    if ((n + 1) % KEYS_A_FRAME === 0) after();
  }
  return duplicates;
}

function keysOf(seed: number): Int32Array {
  const random = new Random(seed);
  return Int32Array.from({ length: 2 * KEYS }, () => random.below(2 ** 32) | 0);
}

describe('what was seen', () => {
  it('grows with the keys of a frame, before keys are driven out', () => {
    const seen = new Seen(LIMIT, LATE_MS);
    const initial = seen.places;
    let places = initial;
    let most = 0;
    fill(seen, keysOf(1), () => {
      most = Math.max(most, seen.places - places);
      places = seen.places;
    });
    expect(seen.evicted).toBe(0);
    expect(places).toBeGreaterThan(50 * initial);
    expect(most).toBeLessThan(10 * KEYS_A_FRAME);
  });

  it('holds a frame that is larger than the table was', () => {
    const seen = new Seen(LIMIT, LATE_MS);
    const keys = keysOf(3);
    seen.advance(1);
    for (let n = 0; n < KEYS; n++) seen.test(keys[n * 2]!, keys[n * 2 + 1]!);
    expect(seen.evicted).toBe(0);
    expect(fill(seen, keys)).toBe(KEYS);
  });

  it('is found again while it grows, and after', () => {
    const seen = new Seen(LIMIT, LATE_MS);
    const keys = keysOf(2);
    expect(fill(seen, keys)).toBe(0);
    expect(fill(seen, keys)).toBe(KEYS);
    expect(seen.count).toBe(KEYS);
  });
});
