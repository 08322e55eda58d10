/** Fingerprints of what was seen: found again for as long as they are to be, in a table that grows a little at a time. */
import { describe, expect, it } from 'vitest';
import { Seen } from '../../src/correlate/seen.ts';
import { Random } from '../oracle/random.ts';

const LIMIT = 1_000_000;
const KEYS = 600_000;
const KEYS_A_FRAME = 300;
const LATE_MS = 60_000;

/** So many keys in frames, one a millisecond. @param after each frame. */
function fill(seen: Seen, keys: Int32Array, after: () => void): number {
  let duplicates = 0;
  for (let i = 0; i < keys.length; i += 2) {
    if (i % (2 * KEYS_A_FRAME) === 0) seen.advance(1 + i / (2 * KEYS_A_FRAME));
    if (seen.test(keys[i]!, keys[i + 1]!)) duplicates++;
    if (i % (2 * KEYS_A_FRAME) === 2 * KEYS_A_FRAME - 2) after();
  }
  return duplicates;
}

function keysOf(seed: number): Int32Array {
  const random = new Random(seed);
  return Int32Array.from({ length: 2 * KEYS }, () => random.below(2 ** 32) | 0);
}

describe('what was seen', () => {
  it('grows one segment at a time, long before keys are driven out', () => {
    const seen = new Seen(LIMIT, LATE_MS);
    let most = 0;
    let places = seen.places;
    let frames = 0;
    fill(seen, keysOf(1), () => {
      if (++frames > 200) most = Math.max(most, seen.places / places);
      places = seen.places;
    });
    expect(seen.evicted).toBe(0);
    expect(most).toBeGreaterThan(1);
    // Nine segments: one of them doubles.
    expect(most).toBeLessThanOrEqual(1 + 1 / 9);
  });

  it('is found again while it grows, and after', () => {
    const seen = new Seen(LIMIT, LATE_MS);
    const keys = keysOf(2);
    expect(fill(seen, keys, () => {})).toBe(0);
    expect(fill(seen, keys, () => {})).toBe(KEYS);
    expect(seen.count).toBe(KEYS);
  });
});
