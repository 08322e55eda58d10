/** Which minutes of an edge its judge is given, and what is told of a finding. */
import { expect, test } from 'vitest';
import { type EdgeJudge, type MinuteOfEdge, NO_JUDGE } from '../../../src/graph/life-cycle/judge/edge-judge.ts';
import { DAY, HOUR, Lived, MINUTE, SECOND } from './lived.ts';

class Clerk implements EdgeJudge {
  readonly taken: MinuteOfEdge[] = [];
  readonly profiles = 0;
  readonly refused = 0;
  finds = false;

  take(subject: number, minute: MinuteOfEdge) {
    if (subject === 0) this.taken.push(minute);
    if (!this.finds) return undefined;
    return { metric: 'rate', expected: 10, observed: 20, ratio: 2, score: 12, minutes: 4 } as const;
  }

  forget(): void {}
  *save(): Iterable<void> {}
  *load(): Iterable<void> {}
}

/** Six calls a minute. */
function busy(lived: Lived, ms: number): void {
  for (let end = lived.nowMs + ms; lived.nowMs < end; ) {
    lived.calls('a', 'b', { micros: 1000, error: lived.nowMs % MINUTE === 0 });
    lived.pass(10 * SECOND);
  }
}

test('each minute that is over once, in order, with what happened in it', () => {
  const clerk = new Clerk();
  const lived = new Lived({}, clerk);
  busy(lived, 20 * MINUTE);
  const minutes = clerk.taken.map(({ minute }) => minute);
  expect(minutes.length).toBeGreaterThan(15);
  expect(minutes).toEqual(minutes.map((_, n) => minutes[0]! + n));
  expect(clerk.taken.map(({ count }) => count)).toEqual(minutes.map(() => 6));
  expect(clerk.taken.map(({ errors, latencies }) => [errors, latencies])).toEqual(minutes.map(() => [1, 6]));
});

test('no minute in which the input was silent, nor of last week', () => {
  const clerk = new Clerk();
  const lived = new Lived({}, clerk);
  busy(lived, 20 * MINUTE);
  const before = clerk.taken.length;
  lived.pass(26 * HOUR, MINUTE);
  for (let n = 0; n < 50; n++) lived.calls('a', 'b', { atMs: lived.nowMs - 7 * DAY });
  busy(lived, 20 * MINUTE);
  const counts = clerk.taken.slice(before).map(({ count }) => count);
  expect(counts.length).toBeGreaterThan(10);
  expect(counts.filter(count => count !== 6)).toEqual([]);
});

test('a finding is told, and the edge stays what it is', () => {
  const clerk = new Clerk();
  const lived = new Lived({}, clerk);
  busy(lived, 10 * MINUTE);
  lived.takeTold();
  clerk.finds = true;
  busy(lived, MINUTE);
  expect(lived.changes[0]).toMatchObject({
    type: 'edge.changed',
    severity: 'warning',
    after: { state: 'active' },
    evidence: { metric: 'rate', ratio: 2, expected: 10, observed: 20, minutes: 4 },
  });
  expect(new Lived({}, NO_JUDGE).told).toEqual([]);
});
