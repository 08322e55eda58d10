/** The promise of the journal, with a disk that fails as disks do: what was acknowledged is there, once, and nothing else. */
import { expect, test } from 'vitest';
import { problemsOf } from './world.ts';

const SEEDS = 1000;

test(`after crashes, kills and stops in any place every acknowledged request is there exactly once (${SEEDS} seeds)`, async () => {
  for (let seed = 0; seed < SEEDS; seed++) expect(await problemsOf(seed)).toEqual([]);
});
