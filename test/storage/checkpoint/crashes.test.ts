import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/contract/clock.ts';
import { keeperInProcess } from '../../../src/storage/checkpoint/keeper-link.ts';
import type { DatabaseSource } from '../../../src/storage/database-file.ts';
import type { Disk } from '../../../src/storage/disk.ts';
import { openStorage, type Storage } from '../../../src/storage/storage.ts';
import { Random } from '../../oracle/random.ts';
import { SimulatedDisk } from '../../simulator/disk.ts';
import { loaded, quiet, Slabs, saved } from './checkpoint-kit.ts';
import { FaultyDisk } from './faulty-disk.ts';

const problem = (code: string) => () => Object.assign(new Error(`${code}: simulated`), { code });

/** A database that outlives the process, with its commits. */
function manifestInMemory(): DatabaseSource {
  let db = new DatabaseSync(':memory:');
  return {
    open: () => db,
    close() {},
    setAside() {
      db = new DatabaseSync(':memory:');
    },
  };
}

function opened(disk: Disk, source: DatabaseSource, spareBytes = Number.POSITIVE_INFINITY): Promise<Storage> {
  const keeper = keeperInProcess({ path: 'data', disk, source, now: () => 1_700_000_000_000, spareBytes });
  const turns = { monotonic: () => 0, later: (run: () => void) => queueMicrotask(run) };
  return openStorage({ path: 'data', onCorruption: 'refuse' }, quiet, undefined, {
    disk,
    keeper,
    turns,
    clock: systemClock,
  });
}

/** State at frames: some of it changes from each to the next. */
function stateAt(frame: number): Slabs[] {
  const parts = [new Slabs('still', 3, 3000), new Slabs('busy', 3, 700)];
  for (let i = 1; i < frame; i++) {
    parts[0]!.change(i % 3);
    for (let slab = 0; slab < 3; slab++) parts[1]!.change(slab);
  }
  return parts;
}

async function savedUpTo(storage: Storage, frames: number, from = 1): Promise<number> {
  let committed = from - 1;
  for (let frame = from; frame <= frames; frame++) {
    await saved(storage, frame, ...stateAt(frame));
    committed = frame;
  }
  return committed;
}

describe('after a crash at any step', () => {
  it.each([
    ['packs that are not needed are removed', Number.POSITIVE_INFINITY],
    ['packs that are not needed are written over', 0],
  ])('the newest checkpoint that was committed is there, and nothing that was not: %s', async (_, spareBytes) => {
    let steps = 0;
    for (let failsAt = 1; failsAt === 1 || steps >= failsAt - 1; failsAt++) {
      const random = new Random(failsAt);
      const disk = new SimulatedDisk(random);
      const source = manifestInMemory();
      const faulty = new FaultyDisk(disk, problem('EIO'), true);
      let committed = 0;
      faulty.failsAt = failsAt;
      try {
        const storage = await opened(faulty, source, spareBytes);
        for (let frame = 1; frame <= 6; frame++) committed = await savedUpTo(storage, frame, frame);
      } catch {}
      steps = faulty.changes;
      disk.crash();
      const again = await opened(disk, source);
      expect(again.problems).toEqual([]);
      const frame = again.found?.frame ?? 0;
      expect(frame, `seed ${failsAt}`).toBeGreaterThanOrEqual(committed);
      expect(frame, `seed ${failsAt}`).toBeLessThanOrEqual(committed + 1);
      if (frame > 0) expect(loaded(again.found!.image, ...stateAt(frame))).toEqual(stateAt(frame));
      expect((await saved(again, 9, ...stateAt(9))).frame).toBe(9);
      const packs = disk.list('checkpoints');
      expect(packs.length).toBeLessThanOrEqual(6);
    }
    expect(steps).toBeGreaterThan(30);
  });
});

describe('a checkpoint that fails', () => {
  it.each(['ENOSPC', 'EIO', 'EROFS'])('at any step with %s leaves those before, and the next is made', async code => {
    let changes = 0;
    for (let failsAt = 1; failsAt === 1 || changes >= failsAt; failsAt++) {
      const disk = new SimulatedDisk(new Random(failsAt));
      const source = manifestInMemory();
      const faulty = new FaultyDisk(disk, problem(code), false);
      const storage = await opened(faulty, source);
      await savedUpTo(storage, 2);
      const [from, packs] = [faulty.changes, disk.list('checkpoints')];
      faulty.failsAt = from + failsAt;
      const third = await saved(storage, 3, ...stateAt(3)).catch((error: Error) => error);
      changes = faulty.changes - from;
      if (third instanceof Error) {
        expect(third.name).toBe('CheckpointError');
        expect(storage.status()).toMatchObject({ failures: 1, failure: `${code}: simulated` });
        expect(storage.status().last!.frame).toBe(2);
        expect(disk.list('checkpoints')).toEqual(packs);
      }
      await saved(storage, 4, ...stateAt(4));
      disk.crash();
      const again = await opened(disk, source);
      expect([again.problems, again.found!.frame]).toEqual([[], 4]);
      expect(loaded(again.found!.image, ...stateAt(4))).toEqual(stateAt(4));
    }
  });

  it('for want of room is made when there is some', async () => {
    const disk = new SimulatedDisk(new Random(1));
    const source = manifestInMemory();
    const storage = await opened(disk, source);
    await savedUpTo(storage, 1);
    disk.capacity = 20_000;
    await expect(saved(storage, 2, new Slabs('still', 3, 3000), new Slabs('large', 30, 1000))).rejects.toThrow(
      'ENOSPC',
    );
    expect(disk.free()).toBeGreaterThan(0);
    await savedUpTo(storage, 2, 2);
    disk.crash();
    expect((await opened(disk, source)).found!.frame).toBe(2);
  });

  it('for an error of the manifest leaves its files until another one is made', async () => {
    const disk = new SimulatedDisk(new Random(1));
    const source = manifestInMemory();
    const storage = await opened(disk, source);
    await savedUpTo(storage, 1);
    const db = source.open();
    db.exec("CREATE TRIGGER no BEFORE INSERT ON checkpoint BEGIN SELECT RAISE(ABORT, 'no room for it'); END");
    await expect(savedUpTo(storage, 2, 2)).rejects.toThrow('no room for it');
    expect(disk.list('checkpoints').filter(name => name.startsWith('00000002'))).toHaveLength(2);
    db.exec('DROP TRIGGER no');
    await savedUpTo(storage, 4, 3);
    expect(disk.list('checkpoints').filter(name => name.startsWith('00000002'))).toEqual([]);
    disk.crash();
    const again = await opened(disk, source);
    expect(loaded(again.found!.image, ...stateAt(4))).toEqual(stateAt(4));
  });
});
