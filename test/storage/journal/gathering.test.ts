/** Requests wait for each other where that saves a sync, and nobody loses by it. */
import { describe, expect, test } from 'vitest';
import { Gathering } from '../../../src/storage/journal/gathering.ts';
import { Journal } from '../../../src/storage/journal/journal.ts';
import { Bench, heard, stateOf } from './kit.ts';
import { request, requestOf } from './requests.ts';

const [A, B, C] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

/** Those senders send at a time, are written, and answered a millisecond later. */
function round(gathering: Gathering, nowMs: number, ...senders: readonly object[]): void {
  for (const sender of senders) gathering.add(sender, nowMs);
  gathering.seal();
  gathering.end(nowMs + 1);
  gathering.answer(nowMs + 1);
}

/** They send again at once, so often that they are known for it. Answers with the time of the last answer. */
function inALoop(gathering: Gathering, ...senders: readonly object[]): number {
  for (let i = 0; i < 5; i++) round(gathering, 100 + i, ...senders);
  return 105;
}

describe('a batch', () => {
  test('of a sender that is alone goes at once', () => {
    const gathering = new Gathering();
    gathering.add(A, 100);
    expect(gathering.waitMs(1, 100)).toBe(0);
    const nowMs = inALoop(gathering, A);
    gathering.add(A, nowMs);
    expect(gathering.waitMs(1, nowMs)).toBe(0);
  });

  test('waits for those that sent lately, a few milliseconds', () => {
    const gathering = new Gathering();
    round(gathering, 100, A, B, C);
    gathering.add(A, 110);
    expect(gathering.waitMs(1, 110)).toBe(8);
    gathering.add(B, 113);
    expect(gathering.waitMs(2, 113)).toBe(5);
    expect(gathering.waitMs(2, 118)).toBe(0);
    gathering.add(C, 114);
    expect(gathering.waitMs(3, 114)).toBe(0);
  });

  test('does not wait for who was answered long ago', () => {
    const gathering = new Gathering();
    round(gathering, 100, B, C);
    round(gathering, 110, A);
    gathering.add(A, 125);
    expect(gathering.waitMs(1, 125)).toBe(0);
  });

  test('of who sends again at once waits for others that do, as long as that takes, and for nobody else', () => {
    const gathering = new Gathering();
    round(gathering, 99, C);
    const nowMs = inALoop(gathering, A, B);
    gathering.add(A, nowMs + 0.5);
    expect(gathering.waitMs(1, nowMs + 0.5)).toBe(1.5);
    expect(gathering.waitMs(1, nowMs + 2)).toBe(0);
    gathering.add(B, nowMs + 0.7);
    expect(gathering.waitMs(2, nowMs + 0.7)).toBe(0);
  });

  test('waits only for who is known for sending at once', () => {
    const gathering = new Gathering();
    const nowMs = inALoop(gathering, A);
    round(gathering, nowMs, A, B);
    gathering.add(A, nowMs + 1);
    expect(gathering.waitMs(1, nowMs + 1)).toBe(0);
  });

  test('that is worth a sync of its own goes at once, and so does one of who is not known', () => {
    const gathering = new Gathering();
    round(gathering, 100, A, B);
    gathering.add(A, 102);
    expect(gathering.waitMs(1000, 102)).toBe(0);
    gathering.add(undefined, 102);
    expect(gathering.waitMs(2, 102)).toBe(0);
  });
});

describe('a journal on a disk', () => {
  async function opened() {
    const bench = await Bench.onDisk();
    let alarms: (() => void)[] = [];
    const device = { disk: bench.disk, directory: 'other', encoder: bench.encoder, after: { frame: 0, stamp: 0 } };
    const options = { ...bench.options, after: (_: number, run: () => void) => void alarms.push(run) };
    const journal = new Journal(options, () => {}, device);
    const passLong = async () => {
      bench.pass(8);
      const due = alarms;
      alarms = [];
      for (const run of due) run();
      await bench.settle();
    };
    for (const [i, sender] of [A, B].entries()) {
      requestOf(sender, journal, [i + 1]);
      await bench.settle();
      await passLong();
    }
    return { bench, journal, passLong };
  }

  test('writes what gathers as one frame, at the latest when its time is over', async () => {
    const { bench, journal, passLong } = await opened();
    const syncs = journal.counters!.syncs;
    const first = requestOf(A, journal, [3])!;
    await bench.settle();
    expect(await stateOf(first)).toBe('pending');
    const second = requestOf(B, journal, [4])!;
    await bench.settle();
    expect(await Promise.all([stateOf(first), stateOf(second)])).toEqual(['done', 'done']);
    expect(journal.counters!.syncs).toBe(syncs + 1);
    const third = requestOf(A, journal, [5])!;
    await bench.settle();
    expect(await stateOf(third)).toBe('pending');
    await passLong();
    expect(await stateOf(third)).toBe('done');
  });

  test('keeps nobody waiting who flushes or closes', async () => {
    const { bench, journal } = await opened();
    const waiting = requestOf(A, journal, [3])!;
    const flushed = journal.flush();
    await bench.settle();
    expect(await Promise.all([stateOf(waiting), stateOf(flushed)])).toEqual(['done', 'done']);
    const last = requestOf(A, journal, [4])!;
    const closed = journal.close();
    await bench.settle();
    expect(await Promise.all([stateOf(last), stateOf(closed)])).toEqual(['done', 'done']);
  });

  test('waits for nobody who was refused', async () => {
    const { bench, journal } = await opened();
    bench.disk.faults.write = 1;
    const refused = [requestOf(A, journal, [3])!, requestOf(B, journal, [4])!, request(journal, 5)!];
    await bench.settle();
    for (const one of refused) expect(await stateOf(one)).toMatch('journal');
    await heard();
    expect(() => journal.admit()).toThrow();
  });
});
