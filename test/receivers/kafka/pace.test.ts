/** A backlog comes in as it was written: no partition runs ahead of the slowest one that still has records. */
import { expect, test } from 'vitest';
import { inStep, reachedOf, stepOf } from '../../../src/receivers/kafka/pace.ts';
import { Partition } from '../../../src/receivers/kafka/partition.ts';

const NOW = 1_000_000;

function partition(number: number, timeMs: number, left: number): Partition {
  const route = { signal: 'traces', encoding: 'otlp_proto' } as const;
  const one = new Partition({ topic: 'spans', incarnation: '', partition: number, route, next: 10 });
  one.timeMs = timeMs;
  one.logEnd = 10 + left;
  return one;
}

const read = (all: readonly Partition[]) => inStep(all, stepOf(all), NOW).map(one => one.partition);

test('everything is read while nothing is behind', () => {
  expect(read([partition(0, NOW, 0), partition(1, NOW - 500, 3), partition(2, 0, 0)])).toEqual([0, 1, 2]);
});

test('who is ahead of the slowest waits for it, and so does what is new', () => {
  const slow = partition(0, NOW - 600_000, 100);
  const ahead = partition(1, NOW - 500_000, 100);
  const upToDate = partition(2, NOW - 700_000, 0);
  expect(read([slow, ahead, upToDate])).toEqual([0]);
  slow.timeMs = NOW - 500_500;
  expect(read([slow, ahead, upToDate])).toEqual([0, 1]);
});

test('of which nothing was fetched yet, that is read before the others; without believable times it holds up nobody', () => {
  const untold = partition(0, 0, 100);
  const known = partition(1, NOW - 5000, 100);
  expect(read([untold, known])).toEqual([0]);
  untold.rest = { records: [], times: new Float64Array(1), next: 11, from: 0, release() {} };
  expect(read([untold, known])).toEqual([0, 1]);
});

test('what was reached of a backlog is where the slowest stands', () => {
  const reached = (...all: readonly Partition[]) => reachedOf(stepOf(all), NOW);
  expect(reached(partition(0, NOW - 5000, 1), partition(1, NOW - 9000, 1))).toBe(NOW - 9000);
  expect(reached(partition(0, NOW - 1500, 1), partition(1, NOW - 9000, 0))).toBe(0);
  expect(reached(partition(0, NOW - 5000, 1), partition(1, 0, 1))).toBe(0);
});

test('drained to its end, a skewed backlog is read in steps of its time', () => {
  const all = Array.from({ length: 12 }, (_, i) => partition(i, NOW - 600_000 + i * 100, 600));
  for (let rounds = 0; all.some(one => one.next < one.logEnd); rounds++) {
    expect(rounds).toBeLessThan(20_000);
    const open = inStep(all, stepOf(all), NOW);
    expect(open.length).toBeGreaterThan(0);
    // Some have more records a second than others, and brokers answer with different numbers of them.
    for (const one of open) {
      if (one.next < one.logEnd) one.timeMs += 1000 / (1 + one.partition);
      one.next = Math.min(one.logEnd, one.next + 1);
    }
    const behind = all.filter(one => one.next < one.logEnd).map(one => one.timeMs);
    if (behind.length > 0) expect(Math.max(...behind) - Math.min(...behind)).toBeLessThanOrEqual(2100);
  }
});
