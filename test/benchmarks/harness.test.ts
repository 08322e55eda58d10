import { expect, it } from 'vitest';
import { bench, formatResult } from '../../benchmarks/micro/harness.ts';

const spin = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

it('tells the time of one operation', () => {
  const run = (): number => {
    spin(1);
    return 10;
  };
  const result = bench({ name: 'spin', run }, { warmUpMs: 5, roundMs: 20, rounds: 5 });
  expect(result.nsPerOp).toBeGreaterThan(95_000);
  expect(result.nsPerOp).toBeLessThan(1_000_000);
  expect(result.opsPerSecond).toBeCloseTo(1e9 / result.nsPerOp);
  expect(formatResult(result, 6)).toMatch(/^spin {3}\s+[\d,]+ ops\/s\s+[\d.]+ ns\/op {2}±\d+ %$/);
});
