/** Journals that are not as they were written: what is damaged, what was never acknowledged, and what is told of it. */
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Disk } from '../../../src/storage/disk.ts';
import { checkJournal } from '../../../src/storage/journal/check-journal.ts';
import { type FrameHeader, readFrameHeader, sealFrame } from '../../../src/storage/journal/format.ts';
import type { Recovered } from '../../../src/storage/journal/recover.ts';
import { StorageError } from '../../../src/storage/storage-error.ts';
import type { SimulatedDisk } from '../../simulator/disk.ts';
import { Bench } from './kit.ts';
import { type Entry, isTick, request, settingsOf } from './requests.ts';

const SEGMENT_HEADER = 20;

/** Requests 1 to `frames`, each a frame of its own with a tick before it, and a regular end. */
async function written(frames: number, segmentBytes = 1 << 20): Promise<Bench> {
  const bench = await Bench.onDisk({ segmentBytes });
  for (let id = 1; id <= frames; id++) {
    bench.pass(7);
    bench.journal.tick();
    bench.pass(7);
    request(bench.journal, id);
    await bench.settle();
  }
  const closed = bench.journal.close();
  await bench.settle();
  await closed;
  return bench;
}

/** Recovers a copy of its disk, with what was done to it. */
async function recovered(
  bench: Bench,
  change: (disk: SimulatedDisk) => void,
  options: Parameters<Bench['recover']>[0] = {},
): Promise<{ readonly found: Recovered; readonly entries: Entry[]; readonly disk: SimulatedDisk }> {
  const other = new Bench();
  other.disk = bench.disk.copy();
  change(other.disk);
  const found = await other.recover(options);
  return { found, entries: other.entries, disk: other.disk };
}

const idsOf = (entries: readonly Entry[]) => entries.flatMap(({ ids }) => ids ?? []);
const at = (disk: Disk, segment: number) => `journal/${disk.list('journal')[segment]}`;

function report(disk: Disk, durable = 0) {
  const steps = checkJournal(disk, 'journal', durable);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

describe('a byte that is not what it was', () => {
  test('costs the frame it is in and no other, whichever it is', async () => {
    const bench = await written(5);
    const file = at(bench.disk, 0);
    const whole = (await recovered(bench, () => {})).entries;
    expect(whole).toHaveLength(11);
    const lost = new Set<string>();
    for (let place = 0; place < bench.disk.size(file); place++) {
      const { found, entries } = await recovered(bench, disk => disk.damage(file, place, 1 << (place & 7)));
      const left = whole.filter(({ number }) => entries.some(entry => entry.number === number));
      expect(entries).toEqual(left);
      const [first, last] = [found.damage[0]?.first ?? 0, found.damage[0]?.last ?? -1];
      lost.add(`${first}-${last}`);
      const ends = found.tornBytes > 0;
      expect(whole.length - left.length).toBe(ends ? 1 : last - first + 1);
      if (!ends) expect(left).toEqual(whole.filter(({ number }) => number < first || number > last));
      expect(found.frame).toBe(ends ? 10 : 11);
      if (place < SEGMENT_HEADER) expect(found.headless).toEqual([file]);
    }
    expect([...lost].sort()).toEqual(['0--1', '1-2', '3-4', '5-6', '7-8', '9-10']);
  });

  test('has a start refused where that is asked for, with all that helps, and nothing changed', async () => {
    const bench = await written(5);
    const file = at(bench.disk, 0);
    const third = report(bench.disk).segments[0]!.bytes / 2;
    const refused = recovered(bench, disk => disk.damage(file, third, 1), { onCorruption: 'refuse' });
    await expect(refused).rejects.toThrow(StorageError);
    await expect(refused).rejects.toThrow(
      /^journal\/0000000000000001\.log is damaged: \d+ bytes at \d+ are not frames 5 to 6, which had been acknowledged$/,
    );
    await expect(refused).rejects.toHaveProperty(
      'hint',
      'tacit storage check --path data says what is wrong; put a backup in its place (tacit storage import), or start with what is left: --set extensions.storage.on_corruption=skip',
    );
  });

  test('does not matter in what a checkpoint has', async () => {
    const bench = await written(5);
    const file = at(bench.disk, 0);
    const { found, entries } = await recovered(bench, disk => disk.damage(file, 60, 1), {
      after: 4,
      onCorruption: 'refuse',
    });
    expect(found.damage).toEqual([]);
    expect(idsOf(entries)).toEqual([3, 4, 5]);
  });

  test('is found by a check, which changes nothing', async () => {
    const bench = await written(5, 150);
    const { disk } = bench;
    disk.damage(at(disk, 1), 60, 1);
    const { segments, damage, cut, last } = report(disk);
    expect(segments.length).toBeGreaterThan(2);
    expect(segments.reduce((sum, { records }) => sum + records, 0)).toBe(5);
    expect(damage).toHaveLength(1);
    expect(damage[0]).toMatchObject({ file: at(disk, 1) });
    expect([cut, last]).toEqual([undefined, 11]);
  });
});

describe('a segment', () => {
  test('that is missing is told by the numbers of its frames', async () => {
    const bench = await written(6, 250);
    const { segments } = report(bench.disk);
    const [, second, third] = segments;
    const { found, entries } = await recovered(bench, disk => disk.remove(second!.file));
    expect(found.damage).toEqual([
      { file: third!.file, at: SEGMENT_HEADER, bytes: 0, first: second!.first, last: third!.first - 1 },
    ]);
    expect(entries.map(({ number }) => number)).toEqual(
      [...Array(13).keys()].map(i => i + 1).filter(number => number < second!.first || number >= third!.first),
    );
    const refused = recovered(bench, disk => disk.remove(second!.file), { onCorruption: 'refuse' });
    await expect(refused).rejects.toThrow('of the journal, which had been acknowledged, are missing');
  });

  test('that is missing at the end is told by what the caller knows', async () => {
    const bench = await written(6, 250);
    const { found } = await recovered(bench, disk => disk.remove(at(disk, disk.list('journal').length - 1)), {
      durable: 13,
    });
    expect(found.damage).toHaveLength(1);
    expect(found.damage[0]).toMatchObject({ bytes: 0, last: 13 });
    expect(found.frame).toBe(13);
  });

  test('of a newer format has the start refused', async () => {
    const bench = await written(1);
    const newer = (disk: SimulatedDisk) => {
      const file = at(disk, 0);
      const header = new Uint8Array(SEGMENT_HEADER);
      disk.read(file, 0, header);
      const view = new DataView(header.buffer);
      view.setUint32(8, 2, true);
      view.setUint32(16, crc32(header.subarray(0, 16)), true);
      disk.overwrite(file, 0, header);
    };
    await expect(recovered(bench, newer)).rejects.toThrow('is a journal of format 2; this program reads format 1');
  });

  test('of another journal in its place is not taken for it', async () => {
    const bench = await written(6, 250);
    const other = await written(6, 250);
    const { found } = await recovered(bench, disk => {
      const file = at(disk, 1);
      const bytes = new Uint8Array(disk.size(file) - SEGMENT_HEADER);
      other.disk.read(file, SEGMENT_HEADER, bytes);
      disk.overwrite(file, SEGMENT_HEADER, bytes);
    });
    expect(found.damage).toHaveLength(1);
  });

  test('that is there twice is applied once', async () => {
    const bench = await written(6, 250);
    const whole = (await recovered(bench, () => {})).entries;
    const { entries } = await recovered(bench, disk => {
      const bytes = new Uint8Array(disk.size(at(disk, 0)));
      disk.read(at(disk, 0), 0, bytes);
      disk.create('journal/0000000000000014.log').append(bytes);
    });
    expect(entries).toEqual(whole);
  });

  test('that was begun, and nothing more, is removed', async () => {
    const bench = await written(2);
    const { found, disk } = await recovered(bench, disk =>
      disk.create('journal/0000000000000006.log').append(Buffer.of(1)),
    );
    expect(found).toMatchObject({ frame: 5, tornBytes: 1, damage: [] });
    expect(disk.list('journal')).toHaveLength(1);
  });

  test('has sectors that cannot be read: what is in them is damaged, and the rest is there', async () => {
    const bench = await written(60);
    const broken = bench.disk.copy();
    const read = broken.read.bind(broken);
    broken.read = (file, from, into) => {
      if (from < 1536 && from + into.length > 1024) throw Object.assign(new Error('EIO'), { code: 'EIO' });
      return read(file, from, into);
    };
    const other = new Bench();
    other.disk = broken;
    const { damage } = await other.recover();
    expect(damage).toHaveLength(1);
    expect(damage[0]!.at).toBeLessThan(1536);
    expect(damage[0]!.at + damage[0]!.bytes).toBeGreaterThan(1024);
    expect(idsOf(other.entries).length).toBeGreaterThan(50);
  });
});

describe('the end of a journal', () => {
  test('that was cut anywhere is the end of what was whole, and stays it', async () => {
    const bench = await written(3);
    const file = at(bench.disk, 0);
    const whole = (await recovered(bench, () => {})).entries;
    for (let length = bench.disk.size(file) - 1; length >= 0; length--) {
      const { found, entries, disk } = await recovered(bench, disk => disk.truncate(file, length), {
        onCorruption: 'refuse',
      });
      expect(entries).toEqual(whole.slice(0, entries.length));
      expect(found.frame).toBe(entries.length);
      expect(disk.size(file) <= length).toBe(true);
      const again = new Bench();
      again.disk = disk;
      expect(await again.recover()).toMatchObject({ frame: found.frame, tornBytes: 0, damage: [] });
    }
  });

  test('is no different for the zeros that are written ahead of it', async () => {
    const bench = await Bench.onDisk();
    bench.disk.ahead = 3000;
    for (let id = 1; id <= 3; id++) {
      request(bench.journal, id);
      await bench.settle();
    }
    const { disk } = bench;
    const { bytes, runs } = report(disk).segments[0]!;
    expect(bytes).toBe(runs[0]!.end);
    expect(disk.size(at(disk, 0))).toBeGreaterThan(bytes);
    disk.kill();
    expect(await bench.restart({ onCorruption: 'refuse' })).toMatchObject({ frame: 3, tornBytes: 0, damage: [] });
    request(bench.journal, 4);
    await bench.settle();
    disk.kill();
    expect(await bench.restart({ onCorruption: 'refuse' })).toMatchObject({ frame: 4, tornBytes: 0, damage: [] });
  });

  test('takes no frame along that reached the disk before one that did not: it was not acknowledged', async () => {
    const bench = await Bench.onDisk();
    for (let id = 1; id <= 5; id++) {
      request(bench.journal, id);
      await bench.settle();
    }
    const { disk } = bench;
    const [run] = report(disk).segments[0]!.runs;
    const { file, lastAt, end } = run!;
    const fifth = new Uint8Array(end - lastAt);
    disk.read(file, lastAt, fifth);
    const header: FrameHeader = { salt: 0, number: 0, durable: 0, stamp: 0, kind: 0, ticks: 0 };
    readFrameHeader(fifth, header);
    // As if it had been written before the fourth one was synced.
    sealFrame(fifth, { ...header, durable: 3 });
    disk.overwrite(file, lastAt, fifth);
    disk.damage(file, lastAt - 10, 1);
    const found = await bench.restart({ onCorruption: 'refuse' });
    expect(idsOf(bench.entries)).toEqual([1, 2, 3]);
    expect(found.tornBytes).toBeGreaterThan(fifth.length);
    request(bench.journal, 6);
    await bench.settle();
    await bench.restart({ onCorruption: 'refuse' });
    expect(idsOf(bench.entries)).toEqual([1, 2, 3, 6]);
  });
});

describe('a payload', () => {
  test('that says nothing is damage', async () => {
    const bench = await written(3);
    const decoder = {
      decode: () => {
        throw new Error('no payload');
      },
    };
    const { found, entries } = await recovered(bench, () => {}, { decoder });
    expect(found.damage.map(({ first, last }) => [first, last])).toEqual([
      [2, 2],
      [4, 4],
      [6, 6],
    ]);
    expect(entries.every(isTick)).toBe(true);
    const refused = recovered(bench, () => {}, { decoder, onCorruption: 'refuse' });
    await expect(refused).rejects.toThrow('are not frame 2, which had been acknowledged (no payload)');
  });

  test('of settings is what they were', async () => {
    const bench = await Bench.onDisk();
    bench.journal.settings(settingsOf(11));
    await bench.settle();
    await bench.restart();
    expect(bench.entries.map(({ settings }) => settings)).toEqual([settingsOf(11)]);
  });
});

test('a recovery tells how far it is, and lets others have their turn', async () => {
  const bench = await written(20);
  bench.msALook = 3;
  const told: number[] = [];
  const { found } = await recovered(bench, () => {}, {
    onProgress: ({ bytes, totalBytes }) => told.push(bytes / totalBytes),
    monotonic: () => {
      bench.monotonicMs += 3;
      return bench.monotonicMs;
    },
  });
  expect(told.length).toBeGreaterThan(5);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(1);
  expect(found.frames).toBe(41);
});
