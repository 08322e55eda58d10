/** The change log on disks that tear, fill up, fail and rot. */
import { describe, expect, test } from 'vitest';
import type { Logger } from '../../../src/contract/logger.ts';
import { ChangeFiles } from '../../../src/storage/changes/change-files.ts';
import { MemoryChangeLog, PAGE_BYTES, type StoredChange } from '../../../src/storage/changes/change-log.ts';
import { Random } from '../../oracle/random.ts';
import { SimulatedDisk } from '../../simulator/disk.ts';

const HOUR_MS = 3_600_000;
const OPTIONS = { keepMs: 24 * HOUR_MS, maxBytes: 1 << 20 };

class Bench {
  readonly disk: SimulatedDisk;
  readonly said: string[] = [];
  log: ChangeFiles;
  private readonly segmentBytes: number;

  constructor(seed = 1, segmentBytes = 2000) {
    this.disk = new SimulatedDisk(new Random(seed));
    this.segmentBytes = segmentBytes;
    this.log = this.open();
  }

  /** What was open before is not used any more. */
  open(): ChangeFiles {
    const say = (_: object, message: string) => void this.said.push(message);
    const logger: Logger = { debug: say, info: say, warn: say, error: say };
    this.log = new ChangeFiles(this.disk, logger, OPTIONS, this.segmentBytes);
    return this.log;
  }

  /** Resolves with whether they were stored. */
  async append(first: number, count: number, timeMs = first): Promise<boolean> {
    let isDone = false;
    const changes = Array.from({ length: count }, (_, i) => changeOf(first + i, timeMs));
    const outcome = this.log.append(changes).then(
      () => true,
      () => false,
    );
    void outcome.then(() => {
      isDone = true;
    });
    while (!isDone) {
      this.disk.step();
      await Promise.resolve();
    }
    return outcome;
  }

  /** All that can be read, by pages. */
  all(limit = 7): readonly string[] {
    const texts: string[] = [];
    for (let after = 0; ; ) {
      const { changes, next } = this.log.read(after, limit);
      if (changes.length === 0) return texts;
      texts.push(...changes);
      after = next;
    }
  }
}

function changeOf(seq: number, timeMs = seq): StoredChange {
  return { seq, timeMs, text: `{"seq":${seq},"service":"${'ü'.repeat(seq % 300)}"}` };
}

function textsOf(first: number, last: number): readonly string[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => changeOf(first + i).text);
}

describe('the change log', () => {
  test('gives what was stored in pages, over segments and starts', async () => {
    const bench = new Bench();
    for (let first = 1; first <= 91; first += 10) await bench.append(first, 10);
    expect(bench.all()).toEqual(textsOf(1, 100));
    expect(bench.disk.list('changes').length).toBeGreaterThan(4);
    bench.log.close();
    bench.open();
    expect([bench.log.oldest, bench.log.newest]).toEqual([1, 100]);
    await bench.append(101, 5);
    expect(bench.all(1000)).toEqual(textsOf(1, 105));
    expect(bench.log.read(97, 3)).toEqual({ changes: textsOf(98, 100), next: 100, oldest: 1, newest: 105 });
    expect(bench.log.read(200, 3)).toEqual({ changes: [], next: 105, oldest: 1, newest: 105 });
    expect(bench.said).toEqual([]);
  });

  test('keeps all that was stored, once and in order, through full disks, failed syncs and crashes', async () => {
    for (let seed = 0; seed < 150; seed++) {
      const bench = new Bench(seed, 600);
      const { random } = bench.disk;
      let stored = 0;
      for (let step = 0; step < 40; step++) {
        bench.disk.faults.sync = random.chance(0.2) ? 0.5 : 0;
        bench.disk.faults.write = random.chance(0.2) ? 0.5 : 0;
        bench.disk.ahead = random.below(3) * 700;
        bench.disk.capacity = random.chance(0.2) ? 2000 : Number.MAX_SAFE_INTEGER;
        const count = 1 + random.below(6);
        if (random.chance(0.7)) {
          if (await bench.append(bench.log.newest + 1, count)) stored = bench.log.newest;
        } else {
          // Part of a write is under way.
          bench.log.append(Array.from({ length: count }, (_, i) => changeOf(stored + 1 + i))).catch(() => {});
          if (random.chance(0.5)) bench.disk.step();
          if (random.chance(0.5)) bench.disk.crash();
          else bench.disk.kill();
          bench.disk.capacity = Number.MAX_SAFE_INTEGER;
          bench.open();
        }
        expect(bench.log.newest).toBeGreaterThanOrEqual(stored);
        stored = bench.log.newest;
        expect(bench.all(), `seed ${seed}, step ${step}`).toEqual(textsOf(1, stored));
      }
      expect(bench.said, `seed ${seed}`).toEqual([]);
    }
  });

  test('begins behind an older segment that is damaged or gone, says so, and gives no number again', async () => {
    const bench = new Bench();
    for (let first = 1; first <= 91; first += 10) await bench.append(first, 10);
    bench.log.close();
    const names = bench.disk.list('changes');
    const [second, third, fourth] = names.slice(1).map(name => Number.parseInt(name, 10));
    bench.disk.damage(`changes/${names[1]}`, 200, 4);
    bench.open();
    expect(bench.log.oldest).toBe(1);
    expect(bench.log.read(second! - 2, 500).changes).toEqual(textsOf(third!, 100));
    expect(bench.log.oldest).toBe(third);
    expect(bench.said).toEqual([
      `changes/${names[1]} is damaged or missing: changes 1 to ${third! - 1} cannot be read any more`,
    ]);
    bench.disk.remove(`changes/${names[2]}`);
    expect(bench.log.read(0, 500).changes).toEqual(textsOf(fourth!, 100));
    expect([bench.log.oldest, bench.log.newest]).toEqual([fourth, 100]);
  });

  test('lets go of what is too old or too much, and counts on', async () => {
    const bench = new Bench();
    for (let first = 1; first <= 91; first += 10) await bench.append(first, 10, first * HOUR_MS);
    bench.log.prune(95 * HOUR_MS);
    expect(bench.log.oldest).toBeGreaterThan(50);
    expect(bench.log.oldest).toBeLessThanOrEqual(71);
    expect(bench.all()).toEqual(textsOf(bench.log.oldest, 100));
    const { bytes } = bench.log;
    bench.log.setOptions({ ...OPTIONS, maxBytes: bytes / 2 });
    bench.log.prune(95 * HOUR_MS);
    expect(bench.log.bytes).toBeLessThanOrEqual(bytes / 2);
    bench.log.prune(500 * HOUR_MS);
    expect([bench.all(), bench.log.oldest, bench.log.newest]).toEqual([[], 101, 100]);
    bench.open();
    expect([bench.all(), bench.log.oldest, bench.log.newest]).toEqual([[], 101, 100]);
    await bench.append(101, 3);
    expect(bench.all()).toEqual(textsOf(101, 103));
    bench.open();
    expect(bench.all()).toEqual(textsOf(101, 103));
  });

  test('begins anew behind numbers that never came', async () => {
    const bench = new Bench();
    await bench.append(5, 5);
    expect([bench.log.oldest, bench.log.newest]).toEqual([5, 9]);
    await bench.append(20, 5);
    expect([bench.log.oldest, bench.log.newest]).toEqual([20, 24]);
    expect(bench.all()).toEqual(textsOf(20, 24));
    expect(bench.said).toEqual(['changes 10 to 19 are not there']);
    bench.open();
    expect(bench.all()).toEqual(textsOf(20, 24));
  });

  test('gives about a megabyte at a time, and one change however large', async () => {
    const bench = new Bench(1, 64 << 20);
    const large = (seq: number) => ({ seq, timeMs: 0, text: String(seq).padEnd(PAGE_BYTES / 2 - 100) });
    const stored = bench.log.append([large(1), large(2), large(3), { ...large(4), text: 'x'.repeat(3 * PAGE_BYTES) }]);
    while (bench.disk.step()) await Promise.resolve();
    await stored;
    expect(bench.log.read(0, 100)).toMatchObject({ next: 2 });
    expect(bench.log.read(3, 100)).toMatchObject({ next: 4 });
  });
});

describe('the change log in memory', () => {
  test('keeps the newest', async () => {
    const log = new MemoryChangeLog(OPTIONS);
    expect([log.oldest, log.newest]).toEqual([1, 0]);
    await log.append(Array.from({ length: 10_005 }, (_, i) => ({ seq: 1001 + i, timeMs: i, text: `${1001 + i}` })));
    expect([log.oldest, log.newest]).toEqual([1006, 11_005]);
    expect(log.read(0, 2)).toEqual({ changes: ['1006', '1007'], next: 1007, oldest: 1006, newest: 11_005 });
    log.prune(OPTIONS.keepMs + 100);
    expect(log.oldest).toBe(1101);
    expect(log.bytes).toBeGreaterThan(0);
  });
});
