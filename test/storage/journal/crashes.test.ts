/** The promise of the journal, with a disk that fails as disks do: what was acknowledged is there, once, and nothing else. */
import { describe, expect, test } from 'vitest';
import { World } from './world.ts';

const SEEDS = Number(process.env.JOURNAL_SEEDS ?? 2000);
const FIRST = Number(process.env.JOURNAL_SEED ?? 0);

describe('after crashes, kills and stops in any place', () => {
  test(`every acknowledged request is there exactly once, in a prefix of what was (${SEEDS} seeds)`, async () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const world = new World(seed);
      await world.live(4, 200);
      expect({ seed, problems: world.problems }).toEqual({ seed, problems: [] });
    }
  });
});
