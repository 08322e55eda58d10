/** Time as frames know it, when the wall clock is wrong. */
import { expect, test } from 'vitest';
import { Stamps } from '../../../src/storage/journal/stamps.ts';

function clocks(last = 0) {
  const time = { wall: 10_000, monotonic: 0 };
  const stamps = new Stamps({ now: () => time.wall }, () => time.monotonic, last);
  const pass = (ms: number) => {
    time.wall += ms;
    time.monotonic += ms;
    return stamps.next();
  };
  return { time, pass };
}

test('stamps are those of the wall clock', () => {
  const { pass } = clocks();
  expect([pass(0), pass(5), pass(100)]).toEqual([10_000, 10_005, 10_105]);
});

test('a clock that goes back does not take time with it: it goes on by the monotonic clock', () => {
  const { time, pass } = clocks();
  pass(0);
  time.wall -= 3_600_000;
  expect([pass(5), pass(100), pass(0)]).toEqual([10_005, 10_105, 10_105]);
  time.wall += 3_600_000;
  expect(pass(7)).toBe(10_112);
});

test('parts of milliseconds add up while it is behind', () => {
  const { time, pass } = clocks();
  pass(0);
  time.wall -= 1000;
  expect([0.4, 0.4, 0.4].map(pass)).toEqual([10_000, 10_000, 10_001]);
});

test('a jump ahead is followed, and coming back from it is a clock that goes back', () => {
  const { time, pass } = clocks();
  pass(0);
  time.wall += 86_400_000;
  expect(pass(1)).toBe(86_410_001);
  time.wall -= 86_400_000;
  expect(pass(2)).toBe(86_410_003);
});

test('after a restart it goes on from the last stamp', () => {
  const { pass } = clocks(50_000);
  expect([pass(0), pass(30)]).toEqual([50_000, 50_030]);
});
