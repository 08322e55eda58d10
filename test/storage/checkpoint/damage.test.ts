import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/contract/clock.ts';
import { keeperInProcess } from '../../../src/storage/checkpoint/keeper-link.ts';
import { manifestFile } from '../../../src/storage/checkpoint/manifest-file.ts';
import { FileSystemDisk } from '../../../src/storage/file-system-disk.ts';
import { openStorage, type Storage, type StorageOptions } from '../../../src/storage/storage.ts';
import { StorageError } from '../../../src/storage/storage-error.ts';
import { loaded, opened, quiet, Slabs, saved, temporaryDirectory } from './checkpoint-kit.ts';

const CHECKPOINTS = 'checkpoints';

function flip(file: string, at: number, bits = 0x10): void {
  const bytes = readFileSync(file);
  bytes[at]! ^= bits;
  writeFileSync(file, bytes);
}

/** Two checkpoints: the second has all but two packs for itself, and shares some of `still`. */
async function twoCheckpoints(): Promise<{ path: string; first: Slabs[]; second: Slabs[] }> {
  const path = temporaryDirectory();
  const parts = [new Slabs('still', 4, 2000), new Slabs('busy', 4, 2000)];
  const storage = await opened(path);
  await saved(storage, 10, ...parts);
  const first = structuredCloneOf(parts);
  for (let i = 0; i < 4; i++) parts[1]!.change(i);
  parts[0]!.change(1);
  await saved(storage, 20, ...parts);
  await storage.close();
  return { path, first, second: parts };
}

function structuredCloneOf(parts: readonly Slabs[]): Slabs[] {
  return parts.map(({ family, slabs, versions }) => {
    const copy = new Slabs(family, slabs.length, slabs[0]!.length);
    for (const [i, slab] of slabs.entries()) copy.slabs[i]!.set(slab);
    copy.versions.splice(0, versions.length, ...versions);
    return copy;
  });
}

/** In this thread: thousands of starts are to be quick. */
function openedHere(options: StorageOptions): Promise<Storage> {
  const { path } = options;
  const disk = new FileSystemDisk(path);
  const keeper = keeperInProcess({ path, disk, source: manifestFile(path), now: () => 1_700_000_000_000 });
  const turns = { monotonic: () => performance.now(), later: setImmediate };
  return openStorage(options, quiet, undefined, { disk, keeper, turns, clock: systemClock });
}

async function refusal(options: StorageOptions): Promise<StorageError> {
  const error = await openedHere(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) throw new Error('it was opened');
  return error;
}

describe('a checkpoint with a byte that was flipped', () => {
  it('is passed over for the one before, whichever pack it is in', async () => {
    const { path, first, second } = await twoCheckpoints();
    const copy = join(temporaryDirectory(), 'copy');
    const own = readdirSync(join(path, CHECKPOINTS)).filter(name => name.startsWith('00000002'));
    expect(own).toEqual(['00000002-busy.pack', '00000002-still.pack']);
    for (const name of own) {
      cpSync(path, copy, { recursive: true });
      flip(join(copy, CHECKPOINTS, name), 1500);
      const storage = await openedHere({ path: copy, onCorruption: 'refuse' });
      expect(storage.problems[0]).toMatch(
        new RegExp(`^the checkpoint at frame 20 is damaged: checkpoints/${name}: 1 of \\d sections are damaged`),
      );
      expect(storage.problems[1]).toBe('the checkpoint at frame 10 is used, and the journal from there on');
      expect(storage.found!.frame).toBe(10);
      expect(loaded(storage.found!.image, ...first)).toEqual(first);
      expect(await saved(storage, 30, ...second)).toMatchObject({ neededFrom: 11 });
      await storage.close();
      const again = await openedHere({ path: copy, onCorruption: 'refuse' });
      expect([again.problems, again.found!.frame]).toEqual([[], 30]);
      await again.close();
      rmSync(copy, { recursive: true });
    }
  });

  it('is passed over when its pack is short or missing', async () => {
    const { path } = await twoCheckpoints();
    const pack = join(path, CHECKPOINTS, '00000002-busy.pack');
    truncateSync(pack, 5000);
    let storage = await openedHere({ path, onCorruption: 'refuse' });
    expect(storage.problems[0]).toContain('2 of 5 sections are damaged, the first is busy/000002');
    await storage.close();
    const other = (await twoCheckpoints()).path;
    rmSync(join(other, CHECKPOINTS, '00000002-busy.pack'));
    storage = await openedHere({ path: other, onCorruption: 'refuse' });
    expect(storage.problems[0]).toContain('checkpoints/00000002-busy.pack is missing, with 5 sections');
    await storage.close();
  });

  it('that both checkpoints need refuses the start, or is put aside', async () => {
    const { path, second } = await twoCheckpoints();
    flip(join(path, CHECKPOINTS, '00000001-still.pack'), 1500);
    const before = readdirSync(path, { recursive: true }).sort();
    const error = await refusal({ path, onCorruption: 'refuse' });
    expect(error.message).toContain(`the data in ${path} is damaged: the checkpoint at frame 20 is damaged`);
    expect(error.message).toContain('the checkpoint at frame 10 is damaged');
    expect(error.hint).toContain('on_corruption=skip');
    expect(error.hint).toContain(`tacit storage check --path ${path} `);
    expect(readdirSync(path, { recursive: true }).sort()).toEqual(before);
    const storage = await openedHere({ path, onCorruption: 'skip' });
    expect(storage.found).toBeUndefined();
    expect(storage.problems).toHaveLength(3);
    expect(storage.problems[2]).toContain('what was there is kept as *.damaged-20231114T221320Z');
    expect(existsSync(join(path, 'manifest.db.damaged-20231114T221320Z'))).toBe(true);
    expect(readdirSync(join(path, 'checkpoints.damaged-20231114T221320Z'))).toHaveLength(4);
    expect(await saved(storage, 30, ...second)).toMatchObject({ id: 1, neededFrom: 0 });
    await storage.close();
  });
});

describe('a manifest', () => {
  it('with any byte flipped gives the right checkpoint, the one before, or none', async () => {
    const { path, first, second } = await twoCheckpoints();
    const copy = join(temporaryDirectory(), 'copy');
    const outcomes = new Map<number | string, number>();
    const { length } = readFileSync(join(path, 'manifest.db'));
    for (let at = 0; at < length; at += 29) {
      cpSync(path, copy, { recursive: true });
      flip(join(copy, 'manifest.db'), at, 1 << (at % 8));
      const storage = await openedHere({ path: copy, onCorruption: 'refuse' }).catch(error => error);
      const outcome = storage instanceof StorageError ? 'refused' : storage.found!.frame;
      if (outcome !== 'refused') {
        expect(loaded(storage.found!.image, ...first), `byte ${at}`).toEqual(outcome === 20 ? second : first);
        await storage.close();
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      rmSync(copy, { recursive: true });
    }
    expect([...outcomes.keys()].sort()).toEqual([10, 20, 'refused']);
  });

  it.each([
    ['is empty', (file: string) => truncateSync(file, 0)],
    ['ends too early', (file: string) => truncateSync(file, 5000)],
    ['is something else', (file: string) => writeFileSync(file, 'something else '.repeat(1000))],
    ['is missing', (file: string) => rmSync(file)],
    ['is another database', (file: string) => flip(file, 0)],
  ])('that %s refuses the start, or is put aside', async (_, change) => {
    const { path } = await twoCheckpoints();
    change(join(path, 'manifest.db'));
    const error = await refusal({ path, onCorruption: 'refuse' });
    expect(error.message).toContain('manifest.db is damaged');
    expect(readdirSync(join(path, CHECKPOINTS))).toHaveLength(4);
    const storage = await openedHere({ path, onCorruption: 'skip' });
    expect(storage.found).toBeUndefined();
    expect(storage.problems.at(-1)).toContain('no checkpoint can be used');
    expect(readdirSync(join(path, CHECKPOINTS))).toEqual([]);
    expect(readdirSync(join(path, 'checkpoints.damaged-20231114T221320Z'))).toHaveLength(4);
    await storage.close();
  });
});
