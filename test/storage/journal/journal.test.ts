/** What a journal promises wherever it is kept, and what it does when the disk is slow, full or broken. */
import { describe, expect, test } from 'vitest';
import { RetryableError } from '../../../src/contract/errors.ts';
import { BEGIN_MS, Bench, stateOf } from './kit.ts';
import { addRows, request, settingsOf } from './requests.ts';

const IDS = ({ ids }: { ids?: readonly number[] }) => ids ?? 'tick';

describe.each([
  ['in memory', async () => Bench.inMemory()],
  ['on a disk', () => Bench.onDisk()],
])('a journal %s', (_, open) => {
  test('applies requests, ticks and settings in one order, numbered without gaps', async () => {
    const bench = await open();
    const { journal } = bench;
    request(journal, 1, 2);
    await bench.settle();
    bench.pass(100);
    journal.tick();
    journal.settings(settingsOf(7));
    await bench.settle();
    request(journal, 3);
    await bench.settle();
    expect(bench.entries).toEqual([
      { number: 1, arrivalMs: BEGIN_MS, ids: [1, 2] },
      { number: 2, arrivalMs: BEGIN_MS + 100 },
      { number: 3, arrivalMs: BEGIN_MS + 100, settings: settingsOf(7) },
      { number: 4, arrivalMs: BEGIN_MS + 100, ids: [3] },
    ]);
    expect(journal.frames).toBe(4);
    expect([journal.waitingBytes, journal.waitingFrames]).toEqual([0, 0]);
  });

  test('knows nothing of a request that was taken out again, and needs no frame for one without anything', async () => {
    const bench = await open();
    const { journal } = bench;
    addRows(journal.batch, [1]);
    journal.batch.rollback();
    expect(request(journal)).toBeUndefined();
    request(journal, 2);
    await bench.settle();
    expect(bench.entries.map(IDS)).toEqual([[2]]);
  });

  test('applies nothing while it is paused, and then all in its order, in slices', async () => {
    const bench = await open();
    const { journal } = bench;
    request(journal, 1);
    await bench.settle();
    expect(await journal.pause()).toBe(1);
    for (let id = 2; id < 8; id++) {
      request(journal, id);
      journal.tick();
      await bench.settle();
    }
    expect(bench.entries).toHaveLength(1);
    expect(journal.frames).toBe(1);
    expect(journal.waitingFrames).toBe(12);
    bench.msALook = 1;
    journal.resume();
    const applied = [bench.entries.length];
    request(journal, 8);
    while (await bench.turn()) applied.push(bench.entries.length);
    bench.msALook = 0;
    await bench.settle();
    expect(applied.length).toBeGreaterThan(2);
    expect(applied[0]).toBeLessThan(12);
    const wanted = [[1], ...[2, 3, 4, 5, 6, 7].flatMap(id => [[id], 'tick']), [8]];
    expect(bench.entries.map(IDS)).toEqual(wanted);
    expect(bench.entries.map(({ number }) => number)).toEqual(wanted.map((_, i) => i + 1));
  });

  test('may be paused again while it still applies what waited', async () => {
    const bench = await open();
    const { journal } = bench;
    await journal.pause();
    request(journal, 1);
    await bench.settle();
    journal.resume();
    const frame = await journal.pause();
    request(journal, 2);
    await bench.settle();
    expect(bench.entries).toHaveLength(frame);
    journal.resume();
    await bench.settle();
    expect(bench.entries.map(IDS)).toEqual([[1], [2]]);
  });

  test('refuses while too much waits', async () => {
    const bench = await open();
    const { journal } = bench;
    await journal.pause();
    const ids = Array.from({ length: 12_000 }, (_, id) => id + 1);
    request(journal, ...ids);
    await bench.settle();
    expect(() => journal.admit()).toThrow(RetryableError);
    journal.resume();
    await bench.settle();
    expect(() => journal.admit()).not.toThrow();
  });

  test('flushes: what was committed is applied, also under load, and while it is paused it is durable', async () => {
    const bench = await open();
    const { journal } = bench;
    request(journal, 1);
    journal.tick();
    const flushed = journal.flush();
    for (let id = 2; id < 6; id++) {
      request(journal, id);
      await bench.step();
      await bench.step();
    }
    expect(await stateOf(flushed)).toBe('done');
    await bench.settle();
    await journal.pause();
    request(journal, 9);
    const durable = journal.flush();
    await bench.settle();
    expect(await stateOf(durable)).toBe('done');
    expect(bench.entries.at(-1)?.ids).not.toEqual([9]);
  });

  test('takes in nothing after its end', async () => {
    const bench = await open();
    const { journal } = bench;
    request(journal, 1);
    const closed = journal.close();
    await bench.settle();
    expect(await stateOf(closed)).toBe('done');
    expect(() => journal.admit()).toThrow('the service is stopping');
    expect(bench.entries.map(IDS)).toEqual([[1]]);
  });
});

describe('a journal on a disk', () => {
  test('acknowledges and applies only what is synced', async () => {
    const bench = await Bench.onDisk();
    const durable = request(bench.journal, 1)!;
    expect(await stateOf(durable)).toBe('pending');
    await bench.step();
    expect(await stateOf(durable)).toBe('pending');
    expect(bench.entries).toEqual([]);
    await bench.step();
    expect(await stateOf(durable)).toBe('done');
    expect(bench.entries.map(IDS)).toEqual([[1]]);
  });

  test('writes what came while the disk was busy as one frame, and syncs it once', async () => {
    const bench = await Bench.onDisk();
    const { journal } = bench;
    request(journal, 1);
    for (let id = 2; id <= 50; id++) request(journal, id);
    await bench.settle();
    expect(bench.entries.map(({ ids }) => ids?.length)).toEqual([1, 49]);
    expect(journal.counters?.syncs).toBe(2);
  });

  test('has ticks of its own apply at once, and behind a frame in flight after it', async () => {
    const bench = await Bench.onDisk();
    const { journal } = bench;
    journal.tick();
    expect(bench.entries.map(IDS)).toEqual(['tick']);
    request(journal, 1);
    journal.tick();
    expect(bench.entries.map(IDS)).toEqual(['tick']);
    await bench.settle();
    expect(bench.entries.map(IDS)).toEqual(['tick', [1], 'tick']);
    // Without a write of their own, until it was idle for long.
    expect(journal.counters?.syncs).toBe(1);
    bench.pass(10_000);
    journal.tick();
    await bench.settle();
    expect(journal.counters?.syncs).toBe(2);
    const { entries } = bench;
    await bench.restart();
    expect(bench.entries).toEqual(entries);
  });

  test('goes on in the next segment when one is large enough', async () => {
    const bench = await Bench.onDisk({ segmentBytes: 300 });
    for (let id = 1; id <= 20; id++) {
      request(bench.journal, id);
      await bench.settle();
    }
    const files = bench.disk.list('journal');
    expect(files.length).toBeGreaterThan(3);
    expect(files[0]).toBe('0000000000000001.log');
    expect(bench.journal.counters?.segments).toBe(files.length);
    const bytes = files.reduce((sum, file) => sum + bench.disk.size(`journal/${file}`), 0);
    expect(bench.journal.counters).toMatchObject({ bytesOnDisk: bytes, writtenBytes: bytes });
  });

  test('removes segments of nothing but frames before the one named', async () => {
    const bench = await Bench.onDisk({ segmentBytes: 1 });
    for (let id = 1; id <= 4; id++) {
      request(bench.journal, id);
      await bench.settle();
    }
    bench.journal.trim(3);
    expect(bench.disk.list('journal').map(name => Number.parseInt(name, 10))).toEqual([3, 4]);
    bench.journal.trim(99);
    expect(bench.disk.list('journal').map(name => Number.parseInt(name, 10))).toEqual([4]);
    await bench.restart({ after: 3 });
    expect(bench.entries.map(IDS)).toEqual([[4]]);
  });

  test('refuses all while the disk is full, goes on by itself, and what was refused is nowhere', async () => {
    const bench = await Bench.onDisk();
    const { journal, disk } = bench;
    request(journal, 1);
    await bench.settle();
    disk.capacity = Number.MAX_SAFE_INTEGER - disk.free() + 50;
    const refused = [request(journal, 2)!, request(journal, 3)!];
    journal.tick();
    await bench.settle();
    for (const one of refused) expect(await stateOf(one)).toContain('ENOSPC');
    expect(journal.state).toBe('unavailable');
    expect(() => journal.admit()).toThrow(RetryableError);
    bench.pass(1000);
    journal.tick();
    await bench.settle();
    expect(journal.state).toBe('unavailable');
    disk.capacity = Number.MAX_SAFE_INTEGER;
    bench.pass(1000);
    journal.tick();
    await bench.settle();
    expect([journal.state, journal.message]).toEqual(['ok', '']);
    request(journal, 4);
    await bench.settle();
    expect(bench.entries.map(IDS)).toEqual([[1], 'tick', 'tick', 'tick', [4]]);
    const { entries } = bench;
    disk.crash();
    const recovered = await bench.restart({ onCorruption: 'refuse' });
    expect(bench.entries).toEqual(entries);
    expect(recovered.tornBytes).toBe(0);
  });

  test('is as patient with a segment that cannot be begun', async () => {
    const bench = await Bench.onDisk();
    const { journal, disk } = bench;
    disk.capacity = 0;
    const refused = request(journal, 1)!;
    expect(await stateOf(refused)).toContain('ENOSPC');
    expect(journal.state).toBe('unavailable');
    disk.capacity = Number.MAX_SAFE_INTEGER;
    bench.pass(1000);
    journal.tick();
    await bench.settle();
    request(journal, 2);
    await bench.settle();
    expect(bench.entries.map(IDS)).toEqual(['tick', [2]]);
  });

  test('keeps settings for when the disk takes them', async () => {
    const bench = await Bench.onDisk();
    const { journal, disk } = bench;
    disk.capacity = 10;
    journal.settings(settingsOf(1));
    await bench.settle();
    journal.settings(settingsOf(2));
    disk.capacity = Number.MAX_SAFE_INTEGER;
    bench.pass(1000);
    journal.tick();
    await bench.settle();
    expect(bench.entries.map(({ settings }) => settings?.waitMs)).toEqual([undefined, 2]);
  });

  test.each(['sync', 'write'] as const)('takes nothing more after a %s that failed', async fault => {
    const bench = await Bench.onDisk();
    const { journal, disk } = bench;
    disk.faults[fault] = 1;
    const lost = request(journal, 1)!;
    const behind = request(journal, 2)!;
    await bench.settle();
    expect(await stateOf(lost)).toContain('EIO');
    expect(await stateOf(behind)).toContain('EIO');
    expect(journal.state).toBe('failed');
    disk.faults[fault] = 0;
    bench.pass(60_000);
    journal.tick();
    await bench.settle();
    expect(journal.state).toBe('failed');
    expect(() => journal.admit()).toThrow(RetryableError);
    await expect(journal.pause()).rejects.toThrow('EIO');
    // The graph's own time goes on.
    expect(bench.entries.map(IDS)).toEqual(['tick']);
  });

  test('gives batches back that it is done with', async () => {
    const bench = await Bench.onDisk();
    const batches = new Set<object>();
    for (let id = 1; id <= 100; id++) {
      batches.add(bench.journal.batch);
      request(bench.journal, id);
      request(bench.journal, 1000 + id);
      if (id % 3 > 0) await bench.settle();
    }
    expect(batches.size).toBeLessThanOrEqual(4);
  });
});
