/** By which time each fetched record stands, though the clocks of producers lie. */
import { expect, test } from 'vitest';
import { firstAfter, restOf } from '../../../src/receivers/kafka/rest.ts';

const BEGIN = Date.UTC(2026, 2, 1);
const HOUR = 3_600_000;

function rest(...times: readonly number[]) {
  const records = times.map((time, offset) => ({
    ...{ offset, timestampMs: time <= 0 ? 0 : BEGIN + time, key: null, value: null, headers: [] },
  }));
  const place = { topic: 't', partition: 0, error: '', from: 0, next: times.length, logStart: 0, logEnd: 9 };
  return restOf({ ...place, records, broken: [], bytes: 0, release() {} }, BEGIN, BEGIN + HOUR);
}

const timesOf = (...times: readonly number[]) => [...rest(...times).times].map(time => time - BEGIN);

test.each([
  ['in order', [1, 2, 3], [1, 2, 3]],
  ['one ahead of those behind it', [1, 3_000_000, 2, 3], [1, 2, 2, 3]],
  ['one that is late', [5000, 6000, 1, 7000], [1, 1, 1, 7000]],
  ['without times', [1, 0, 3, 0], [1, 3, 3, 3]],
  ['ahead of the clock', [1, 5 * HOUR], [1, HOUR]],
])('%s', (_, given, expected) => {
  expect(timesOf(...given)).toEqual(expected);
});

test('a group ends before the first record that is later', () => {
  const one = rest(1, 2, 2, 5);
  expect([0, 1, 2, 9].map(limit => firstAfter(one, BEGIN + limit))).toEqual([0, 1, 3, 4]);
  one.from = 2;
  expect(firstAfter(one, BEGIN + 1)).toBe(2);
});
