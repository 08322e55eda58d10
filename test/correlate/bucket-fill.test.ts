/** Buckets that are filled all at once are as if each entry had been put first into its bucket, the oldest of all to begin with. */
import { describe, expect, it } from 'vitest';
import { BucketFill } from '../../src/correlate/bucket-fill.ts';
import { Random } from '../oracle/random.ts';

const WIDTH = 16;
const MOST = 8;

/** The newest entry is 1. Half of them go to few buckets. */
function placesOf(random: Random, buckets: number, count: number): readonly number[] {
  const few = Array.from({ length: 5 }, () => random.below(buckets));
  return Array.from({ length: count }, () => {
    const bucket = random.below(2) === 0 ? few[random.below(few.length)]! : random.below(buckets);
    return bucket * WIDTH + random.below(2) * MOST;
  });
}

function oneByOne(size: number, places: readonly number[]): Int32Array {
  const table = new Int32Array(size);
  for (let entry = places.length; entry > 0; entry--) {
    const at = places[entry - 1]!;
    table.copyWithin(at + 1, at, at + MOST - 1);
    table[at] = entry;
  }
  return table;
}

describe('buckets filled at once', () => {
  for (const [seed, buckets, count] of [
    [1, 2, 7],
    [2, 1024, 3000],
    [3, 2 ** 16, 200_000],
    [4, 2 ** 22, 100_000],
  ] as const) {
    it(`are those filled one by one, of ${buckets} and ${count} entries`, () => {
      const places = placesOf(new Random(seed), buckets, count);
      const table = new Int32Array(buckets * WIDTH);
      const fill = new BucketFill(table, MOST);
      for (const [i, at] of places.entries()) fill.add(at, i + 1);
      fill.finish();
      expect(Buffer.from(table.buffer).equals(Buffer.from(oneByOne(table.length, places).buffer))).toBe(true);
    });
  }
});
