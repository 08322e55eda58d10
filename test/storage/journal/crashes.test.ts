/** The promise of the journal, with a disk that fails as disks do: what was acknowledged is there, once, and nothing else. */
import { expect, test } from 'vitest';
import { problemsOf } from './world.ts';

const SEEDS = 1000;
/** A probe of the full disk completed a frame that had been refused. */
const FOUND = [3118];

test(`after crashes, kills and stops in any place every acknowledged request is there exactly once (${SEEDS} seeds)`, async () => {
  for (const seed of [...Array(SEEDS).keys(), ...FOUND]) expect(await problemsOf(seed)).toEqual([]);
});
