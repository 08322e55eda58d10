/** What passes on the clock of waits: the time of frames, not that of a downtime, and of a backlog its own. */
import { beforeEach, expect, test } from 'vitest';
import { ObservationBatch } from '../../src/contract/observation.ts';
import { WaitClock } from '../../src/service/topology/wait-clock.ts';

const START = 1_000_000;
const WAIT_MS = 10_000;

let clock: WaitClock;
let stampMs: number;
let frames: number;

beforeEach(() => {
  clock = new WaitClock();
  stampMs = START;
  frames = 0;
  tick(0);
});

/** What passes with a frame that comes so long after the one before. */
function passed(afterMs: number, content: { batch?: ObservationBatch; settings?: never }): number {
  const before = clock.nowMs;
  stampMs += afterMs;
  clock.take({ number: ++frames, arrivalMs: stampMs, ...content }, WAIT_MS);
  return clock.nowMs - before;
}

const tick = (afterMs: number) => passed(afterMs, {});
const start = (afterMs: number) => passed(afterMs, { settings: {} as never });

function read(afterMs: number, reachedMs: number, receiver = 'kafka'): number {
  const batch = new ObservationBatch();
  batch.begin();
  const at = { receiver, cluster: '', topic: 't', incarnation: '', partition: 0, next: 1 };
  batch.recordRows.progress.push(reachedMs === 0 ? at : { ...at, reachedMs });
  batch.end();
  return passed(afterMs, { batch });
}

function push(afterMs: number): number {
  const batch = new ObservationBatch();
  batch.begin();
  batch.logs++;
  batch.end();
  return passed(afterMs, { batch });
}

test('it goes with the stamps of frames', () => {
  expect(clock.nowMs).toBe(START);
  expect([tick(100), push(50), read(7, 0), tick(3_600_000)]).toEqual([100, 50, 7, 3_600_000]);
});

test('a downtime adds nothing', () => {
  expect([tick(100), start(600_000), tick(100)]).toEqual([100, 0, 100]);
});

test('a backlog passes as fast as it is read', () => {
  expect([read(5, 1000), read(5, 3000), tick(100), read(5, 63_000)]).toEqual([0, 2000, 0, 60_000]);
  // What came late into it does not turn time back.
  expect([read(5, 50_000), read(5, 64_000)]).toEqual([0, 1000]);
  expect([read(5, 0), tick(100)]).toEqual([0, 100]);
});

test('what is read of a backlog counts in the frame in which it ends, too', () => {
  read(5, 1000);
  const batch = new ObservationBatch();
  batch.begin();
  const at = { receiver: 'kafka', cluster: '', topic: 't', incarnation: '', partition: 0, next: 1 };
  batch.recordRows.progress.push({ ...at, reachedMs: 7000 }, at);
  batch.end();
  expect([passed(5, { batch }), tick(100)]).toEqual([6000, 100]);
});

test('of two backlogs the slower one counts', () => {
  read(5, 1000, 'one');
  read(5, 9000, 'other');
  expect([read(5, 20_000, 'other'), read(5, 4000, 'one'), read(5, 0, 'one'), tick(5)]).toEqual([0, 3000, 0, 16_000]);
});

test('what is pushed meanwhile waits no shorter than it would', () => {
  read(5, 1000);
  push(5);
  expect([read(5, 3000), tick(100), read(5, 3001)]).toEqual([5, 0, 1]);
  expect(read(WAIT_MS, 90_000)).toBe(86_999);
});

test('nobody waits for a receiver that reads no more, or that a start says nothing of', () => {
  read(5, 1000);
  expect([tick(9000), tick(999), tick(1), tick(100)]).toEqual([0, 0, 1, 100]);
  read(5, 1000);
  expect([start(5000), tick(100)]).toEqual([0, 100]);
});

test('it goes on from where it was kept', () => {
  read(5, 1000);
  const restored = new WaitClock();
  restored.load(structuredClone(clock.save()));
  clock = restored;
  expect(read(5, 4000)).toBe(3000);
});
