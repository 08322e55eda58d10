/** Slabs that are stored by themselves: what becomes of them with checkpoints, damage, and the ends of threads. */
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/contract/clock.ts';
import type { ImageWriter, Kept } from '../../../src/contract/image.ts';
import { Keeper } from '../../../src/storage/checkpoint/keeper.ts';
import { type KeeperListener, keeperInProcess } from '../../../src/storage/checkpoint/keeper-link.ts';
import { manifestFile } from '../../../src/storage/checkpoint/manifest-file.ts';
import type { FromKeeper } from '../../../src/storage/checkpoint/messages.ts';
import { FileSystemDisk } from '../../../src/storage/file-system-disk.ts';
import { openStorage, type Storage } from '../../../src/storage/storage.ts';
import { StorageError } from '../../../src/storage/storage-error.ts';
import { compactStorage } from '../../../src/storage/tools/compact.ts';
import { opened, quiet, Slabs, saved, temporaryDirectory } from './checkpoint-kit.ts';
import { FaultyDisk } from './faulty-disk.ts';

const BLOCK = 64;
const BLOCKS = 4;
const BYTES = BLOCKS * (BLOCK + 4);

/** Keeps the slabs that it is told of. */
class Holder implements Kept {
  names: readonly string[] = [];

  *save(out: ImageWriter): Iterable<void> {
    out.value('holder', this.names);
    for (const name of this.names) out.stored(name);
    yield;
  }

  load(): Iterable<void> {
    return [];
  }
}

function slab(n: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(BLOCKS * BLOCK)).fill(n);
}

const nameOf = (n: number) => `messages/${String(n).padStart(9, '0')}`;

function store({ slabs }: Storage, n: number): Promise<boolean> {
  return new Promise(resolve => slabs.store(nameOf(n), slab(n), BLOCK, resolve));
}

/** The number that each block of a slab was filled with; undefined for what cannot be read. */
function read({ slabs }: Storage, n: number): (number | undefined)[] {
  return Array.from({ length: BLOCKS }, (_, block) => {
    const into = new Int32Array(BLOCK / 4);
    return slabs.read(nameOf(n), block, new Uint8Array(into.buffer)) && into.every(one => one === into[0])
      ? into[0]
      : undefined;
  });
}

const all = (n: number) => Array<number>(BLOCKS).fill(n);
const packs = (path: string) => readdirSync(join(path, 'checkpoints'));
const packOf = (path: string) => join(path, 'checkpoints', packs(path).find(name => name.includes('-messages'))!);

describe('a slab that is stored', () => {
  it('is read back block by block, also by the processes after, while checkpoints have it', async () => {
    const path = temporaryDirectory();
    const storage = await opened(path);
    const holder = new Holder();
    expect(await store(storage, 1)).toBe(true);
    expect(read(storage, 1)).toEqual(all(1));
    holder.names = [nameOf(1)];
    await saved(storage, 10, holder);
    await storage.close();
    const again = await opened(path);
    expect(again.slabs.has(nameOf(1))).toBe(true);
    expect(read(again, 1)).toEqual(all(1));
    await saved(again, 20, holder);
    expect(await store(again, 2)).toBe(true);
    holder.names = [nameOf(1), nameOf(2)];
    await saved(again, 30, holder);
    await again.close();
    const third = await opened(path);
    expect([read(third, 1), read(third, 2)]).toEqual([all(1), all(2)]);
  });

  it('of which no checkpoint says anything is gone after a restart', async () => {
    const path = temporaryDirectory();
    const storage = await opened(path);
    await store(storage, 1);
    expect(packs(path)).toEqual(['00000001-messages.pack']);
    await storage.close();
    const again = await opened(path);
    expect([again.slabs.has(nameOf(1)), packs(path)]).toEqual([false, []]);
  });

  it('and released stays as long as a checkpoint has it', async () => {
    const path = temporaryDirectory();
    const storage = await opened(path);
    const holder = new Holder();
    await store(storage, 1);
    holder.names = [nameOf(1)];
    await saved(storage, 10, holder);
    storage.slabs.release(nameOf(1));
    expect(read(storage, 1)).toEqual(Array(BLOCKS).fill(undefined));
    holder.names = [];
    await saved(storage, 20, holder);
    expect(packs(path)).toContain('00000001-messages.pack');
    await saved(storage, 30, holder);
    expect(packs(path)).not.toContain('00000001-messages.pack');
  });

  it('never gets the file of another, whatever was numbered meanwhile', async () => {
    const path = temporaryDirectory();
    const holder = new Holder();
    for (let n = 1; n <= 6; n++) {
      const storage = await opened(path);
      const saving = saved(storage, n, new Slabs('rows', 20, 1 << 16), holder);
      expect(await store(storage, n)).toBe(true);
      await saving;
      holder.names = Array.from({ length: n }, (_, i) => nameOf(i + 1));
      await saved(storage, n, holder);
      for (let i = 1; i <= n; i++) expect(read(storage, i)).toEqual(all(i));
      await storage.close();
    }
  });

  it('goes with tools that compact a directory', async () => {
    const path = temporaryDirectory();
    const storage = await opened(path);
    const holder = new Holder();
    const rows = new Slabs('rows', 2, 100);
    await store(storage, 1);
    holder.names = [nameOf(1)];
    await saved(storage, 10, rows, holder);
    rows.change(0);
    await saved(storage, 20, rows, holder);
    await storage.close();
    compactStorage(path);
    const again = await opened(path);
    expect(read(again, 1)).toEqual(all(1));
    await store(again, 2);
    expect([read(again, 1), read(again, 2)]).toEqual([all(1), all(2)]);
  });
});

describe('a slab with a byte that was flipped', () => {
  async function withSlab(): Promise<string> {
    const path = temporaryDirectory();
    const storage = await opened(path);
    const holder = new Holder();
    await saved(storage, 10, holder);
    await store(storage, 1);
    holder.names = [nameOf(1)];
    await saved(storage, 20, holder);
    await storage.close();
    return path;
  }

  it.each([
    ['flipped', (file: string) => flip(file, 100)],
    ['cut off', (file: string) => truncateSync(file, BYTES - 1)],
    ['missing', (file: string) => rmSync(file)],
  ])('or more of it %s: the checkpoint before is used', async (_, harm) => {
    const path = await withSlab();
    harm(packOf(path));
    const storage = await opened(path);
    expect(storage.found?.frame).toBe(10);
    expect(storage.problems.join()).toContain('-messages.pack');
  });

  it('that all checkpoints need refuses the start, or all is put aside', async () => {
    const path = await withSlab();
    const storage = await opened(path);
    const holder = new Holder();
    holder.names = [nameOf(1)];
    await saved(storage, 30, holder);
    await storage.close();
    flip(packOf(path), 100);
    await expect(opened(path)).rejects.toThrow(StorageError);
    const anew = await opened(path, 'skip');
    expect(anew.found).toBeUndefined();
    expect(anew.problems.join()).toContain('no checkpoint can be used');
  });

  it.each([
    ['flipped', (file: string) => flip(file, 100), [1, undefined, 1, 1]],
    ['cut off', (file: string) => truncateSync(file, BYTES - 1), [1, 1, 1, undefined]],
  ])('or more of it %s while it is in use is read but for that, and said once', async (_, harm, left) => {
    const path = await withSlab();
    const said: string[] = [];
    const logger = { ...quiet, error: (_fields: object, message?: string) => void said.push(message ?? '') };
    const storage = await openStorage({ path, onCorruption: 'refuse' }, logger);
    onTestFinished(() => storage.close());
    harm(packOf(path));
    expect([read(storage, 1), read(storage, 1)]).toEqual([left, left]);
    expect(said).toEqual([expect.stringContaining('the messages in it join no more')]);
  });
});

describe('a slab that cannot be stored', () => {
  it('leaves nothing behind, and may be stored later', async () => {
    const path = temporaryDirectory();
    const disk = new FaultyDisk(new FileSystemDisk(path), () => new Error('the disk is full'), false);
    const keeper = keeperInProcess({ path, disk, source: manifestFile(path), now: () => 0 });
    const turns = { monotonic: () => performance.now(), later: setImmediate };
    const storage = await openStorage({ path, onCorruption: 'refuse' }, quiet, undefined, {
      ...{ disk, keeper, turns, clock: systemClock },
    });
    onTestFinished(() => storage.close());
    for (let step = 1; step <= 5; step++) {
      disk.failsAt = disk.changes + step;
      expect(await store(storage, 1)).toBe(false);
      expect(packs(path)).toEqual([]);
    }
    disk.failsAt = Number.POSITIVE_INFINITY;
    expect(await store(storage, 1)).toBe(true);
    expect(read(storage, 1)).toEqual(all(1));
  });
});

describe('when the thread of the checkpoints ends', () => {
  it('what was stored stays, what was not is told, and the next checkpoint has it', async () => {
    const path = temporaryDirectory();
    const disk = new FileSystemDisk(path);
    let end = () => {};
    let isDeaf = false;
    const link = ({ take, ended }: KeeperListener) => {
      const answer = (message: FromKeeper) => (isDeaf ? undefined : take(message));
      const keeper = new Keeper({ path, disk, source: manifestFile(path), now: () => 0, answer });
      end = () => {
        keeper.close();
        isDeaf = false;
        ended(new Error('out of memory'));
      };
      return {
        send: (message: Parameters<Keeper['take']>[0]) => {
          keeper.take(message);
          if (message.type === 'close') ended(undefined);
        },
      };
    };
    const turns = { monotonic: () => performance.now(), later: setImmediate };
    const storage = await openStorage({ path, onCorruption: 'refuse' }, quiet, undefined, {
      ...{ disk, keeper: link, turns, clock: systemClock },
    });
    onTestFinished(() => storage.close());
    const holder = new Holder();
    await store(storage, 1);
    isDeaf = true;
    const second = store(storage, 2);
    end();
    expect(await second).toBe(false);
    expect(read(storage, 1)).toEqual(all(1));
    expect(packs(path)).toEqual(['00000001-messages.pack']);
    holder.names = [nameOf(1)];
    await saved(storage, 10, holder);
    await storage.close();
    expect(existsSync(join(path, 'process.pid'))).toBe(false);
    expect(read(await opened(path), 1)).toEqual(all(1));
  });
});

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at]! ^= 0x10;
  writeFileSync(file, bytes);
}
