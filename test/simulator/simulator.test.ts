/** The promise of the service, with everything around it that may fail; `npm run simulate` does so for longer. */
import { expect, test } from 'vitest';
import { reportOf } from './simulate.ts';

const SEEDS = Number(process.env.TACIT_SIMULATOR_SEEDS ?? 1000);
const FIRST = Number(process.env.TACIT_SIMULATOR_SEED ?? 0);

test(`every acknowledged span is counted exactly once, whatever fails (${SEEDS} seeds from ${FIRST} on)`, async () => {
  for (const seed of Array.from({ length: SEEDS }, (_, i) => FIRST + i)) {
    expect(await reportOf(seed)).toBe('');
  }
}, 600_000);
