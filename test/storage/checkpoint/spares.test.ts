import { cpSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/contract/clock.ts';
import { keeperInProcess } from '../../../src/storage/checkpoint/keeper-link.ts';
import { manifestFile } from '../../../src/storage/checkpoint/manifest-file.ts';
import type { Disk } from '../../../src/storage/disk.ts';
import { FileSystemDisk } from '../../../src/storage/file-system-disk.ts';
import { openStorage, type Storage } from '../../../src/storage/storage.ts';
import { loaded, quiet, Slabs, saved, temporaryDirectory } from './checkpoint-kit.ts';
import { FaultyDisk } from './faulty-disk.ts';

function opened(path: string, disk: Disk = new FileSystemDisk(path)): Promise<Storage> {
  const keeper = keeperInProcess({ path, disk, source: manifestFile(path), now: () => 0, spareBytes: 1000 });
  const turns = { monotonic: () => 0, later: (run: () => void) => queueMicrotask(run) };
  return openStorage({ path, onCorruption: 'refuse' }, quiet, undefined, { disk, keeper, turns, clock: systemClock });
}

/** Each is written whole; later ones are smaller. */
const stateAt = (frame: number) => {
  const slabs = new Slabs('busy', 3, 9000 - 100 * frame);
  for (let slab = 0; slab < 3; slab++) for (let i = 0; i < frame; i++) slabs.change(slab);
  return slabs;
};

async function saveAll(storage: Storage, from: number, to: number): Promise<void> {
  for (let frame = from; frame <= to; frame++) await saved(storage, frame, stateAt(frame));
}

const packsIn = (path: string) => readdirSync(join(path, 'checkpoints')).map(name => join(path, 'checkpoints', name));
const busyPack = (path: string, id: number) => statSync(join(path, 'checkpoints', `0000000${id}-busy.pack`));
const inodeOf = (path: string, id: number) => busyPack(path, id).ino;
const sizeOf = (path: string, id: number) => busyPack(path, id).size;

describe('a pack that no checkpoint needs', () => {
  it('is written over by the next one, which has no more bytes than are its own', async () => {
    const path = temporaryDirectory();
    const storage = await opened(path);
    await saveAll(storage, 1, 2);
    const first = inodeOf(path, 1);
    await saveAll(storage, 3, 4);
    expect(inodeOf(path, 4)).toBe(first);
    expect(sizeOf(path, 4)).toBe(sizeOf(path, 3) - 3 * 100);
    await saveAll(storage, 5, 7);
    await storage.close();
    const again = await opened(path);
    expect([again.problems, again.found!.frame]).toEqual([[], 7]);
    expect(loaded(again.found!.image, stateAt(7))).toEqual([stateAt(7)]);
    await again.close();
  });

  it('is gone when the storage is closed, and after a start when it was not', async () => {
    const path = temporaryDirectory();
    const storage = await opened(path);
    await saveAll(storage, 1, 3);
    expect(packsIn(path).filter(name => name.endsWith('-busy.pack'))).toHaveLength(3);
    const copy = join(temporaryDirectory(), 'copy');
    cpSync(path, copy, { recursive: true });
    await storage.close();
    expect(packsIn(path).filter(name => name.endsWith('-busy.pack'))).toHaveLength(2);
    const again = await opened(copy);
    expect(packsIn(copy).filter(name => name.endsWith('-busy.pack'))).toHaveLength(2);
    await again.close();
  });

  it('stays as it is in a copy of links', async () => {
    const path = temporaryDirectory();
    const storage = await opened(path);
    await saveAll(storage, 1, 3);
    const copy = join(temporaryDirectory(), 'copy');
    mkdirSync(copy);
    const names = readdirSync(join(path, 'checkpoints'));
    for (const name of names) linkSync(join(path, 'checkpoints', name), join(copy, name));
    const before = names.map(name => readFileSync(join(copy, name)));
    await saveAll(storage, 4, 7);
    expect(names.map(name => readFileSync(join(copy, name)))).toEqual(before);
    await storage.close();
  });

  it('makes room when a checkpoint fails', async () => {
    const path = temporaryDirectory();
    const disk = new FaultyDisk(new FileSystemDisk(path), () => new Error('no room'), false);
    const storage = await opened(path, disk);
    await saveAll(storage, 1, 3);
    disk.failsAt = disk.changes + 2;
    await expect(saveAll(storage, 4, 4)).rejects.toThrow('no room');
    expect(packsIn(path).filter(name => name.endsWith('-busy.pack'))).toHaveLength(2);
    await saveAll(storage, 5, 5);
    await storage.close();
  });
});
