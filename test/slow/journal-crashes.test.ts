/** As test/storage/journal/crashes.test.ts, for long: from the seed in JOURNAL_SEED on, where there is one. */
import { expect, test } from 'vitest';
import { problemsOf } from '../storage/journal/world.ts';

const FIRST = Number(process.env.JOURNAL_SEED ?? 1000);
const SEEDS = 20_000;

test(`every acknowledged request is there exactly once (seeds ${FIRST} to ${FIRST + SEEDS - 1})`, async () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) expect(await problemsOf(seed)).toEqual([]);
});
