import { existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImageWriter, Kept } from '../../../src/contract/image.ts';
import { sectionName } from '../../../src/lib/section-name.ts';
import { openStorage } from '../../../src/storage/storage.ts';
import { at, loaded, opened, quiet, SETTINGS, Slabs, saved, taken, temporaryDirectory } from './checkpoint-kit.ts';

const packs = (path: string) => readdirSync(join(path, 'checkpoints')).map(file => file.replace(/^0+/, ''));

describe('a checkpoint', () => {
  it('gives back what was saved, in another process of the directory', async () => {
    const path = join(temporaryDirectory(), 'new', 'data');
    const parts = [new Slabs('rows', 7, 300_000), new Slabs('late', 3, 5), new Slabs('empty', 2, 0)];
    const first = await opened(path);
    expect(first.found).toBeUndefined();
    expect(first.status()).toMatchObject({ last: undefined, failures: 0, diskBytes: 0 });
    parts[0]!.change(3);
    const report = await saved(first, 40, ...parts);
    expect(report).toMatchObject({ ...at(40), neededFrom: 0 });
    expect(report.bytes).toBeGreaterThan(7 * 300_000);
    expect(report.writtenBytes).toBe(report.bytes);
    await first.close();
    const second = await opened(path);
    expect(second.problems).toEqual([]);
    expect(second.found).toMatchObject({ ...at(40), settings: SETTINGS });
    expect(loaded(second.found!.image, ...parts)).toEqual(parts);
    expect(second.found!.image.names('late')).toEqual(['late', 'late/000000', 'late/000001', 'late/000002']);
    expect(second.found!.image.names('none')).toEqual([]);
    expect([second.found!.image.size('late/000001'), second.found!.image.size('late/9')]).toEqual([5, -1]);
    expect(() => second.found!.image.memory('rows/000000', new Uint8Array(9))).toThrow('do not fit');
    expect(() => second.found!.image.value('none')).toThrow('no section none');
    expect(second.status().last!.frame).toBe(40);
  });

  it('writes only what changed since, and everything once after a restart', async () => {
    const path = temporaryDirectory();
    const part = new Slabs('rows', 10, 10_000);
    let storage = await opened(path);
    await saved(storage, 1, part);
    part.change(4);
    const second = await saved(storage, 2, part);
    expect(second.writtenBytes).toBeLessThan(12_000);
    expect(second.bytes).toBeGreaterThan(100_000);
    expect(second.neededFrom).toBe(2);
    await storage.close();
    storage = await opened(path);
    expect(loaded(storage.found!.image, part)).toEqual([part]);
    const third = await saved(storage, 3, part);
    expect(third.writtenBytes).toBe(third.bytes);
    expect(third.neededFrom).toBe(3);
  });

  it('keeps two, the packs they need, and nothing else', async () => {
    const path = temporaryDirectory();
    const still = new Slabs('still', 10, 1000);
    const busy = new Slabs('busy', 10, 1000);
    const storage = await opened(path);
    for (let frame = 1; frame <= 4; frame++) {
      for (let i = 0; i < 10; i++) busy.change(i);
      still.change(0);
      await saved(storage, frame, still, busy);
    }
    expect(packs(path)).toEqual(['1-still.pack', '3-busy.pack', '3-still.pack', '4-busy.pack', '4-still.pack']);
    expect(readdirSync(path).sort()).toEqual([
      'checkpoints',
      'journal',
      'manifest.db',
      'manifest.db-wal',
      'process.pid',
    ]);
    expect(readFileSync(join(path, 'process.pid'), 'utf8')).toBe(`${process.pid}\n`);
    await storage.close();
    expect(readdirSync(path).sort()).toEqual(['checkpoints', 'journal', 'manifest.db']);
  });

  it('writes the rest of a pack again when most of it is not needed', async () => {
    const path = temporaryDirectory();
    const part = new Slabs('rows', 10, 10_000);
    const storage = await opened(path);
    for (let frame = 1; frame <= 8; frame++) {
      await saved(storage, frame, part);
      part.change(frame);
    }
    const bytes = storage.status().diskBytes;
    expect(bytes).toBeLessThan(2.5 * 100_000);
    expect(packs(path)).not.toContain('1-rows.pack');
    expect((await saved(storage, 9, part)).bytes).toBeGreaterThan(100_000);
  });

  it('takes sections in any order, and refuses one twice', async () => {
    const storage = await opened(temporaryDirectory());
    const large = 'x'.repeat(40 << 20);
    const mixed: Kept = {
      *save(out: ImageWriter) {
        out.value('a', large);
        yield* out.memory('b/1', new Uint16Array([1, 2]).subarray(1));
        out.value('a/2', new Map([[1, new Float64Array([1.5])]]));
        expect(out.stands('b/1', 7)).toBe(false);
      },
      *load() {},
    };
    await saved(storage, 1, mixed);
    await storage.close();
    const twice: Kept = {
      *save(out: ImageWriter) {
        out.value('a', 1);
        yield;
        out.value('a', 2);
      },
      *load() {},
    };
    await expect(saved(storage, 1, mixed)).rejects.toThrow('closed');
    const again = await opened(temporaryDirectory());
    await expect(saved(again, 1, twice)).rejects.toThrow('the section a is written twice');
    let calls = 0;
    await expect(again.checkpoint(taken(2, [twice], () => calls++))).rejects.toThrow('twice');
    expect(calls).toBe(1);
    expect(again.status()).toMatchObject({ failures: 2, failure: 'the section a is written twice', last: undefined });
    expect((await saved(again, 3, mixed)).frame).toBe(3);
    expect(again.status()).toMatchObject({ failures: 2, failure: '' });
    await again.close();
  });

  it('gives back values and memory of every kind', async () => {
    const path = temporaryDirectory();
    const storage = await opened(path);
    const value = new Map<unknown, unknown>([
      [1, new Float64Array([1.5, Number.NaN])],
      ['t', { a: [undefined, 'ü'] }],
    ]);
    const part: Kept = {
      *save(out: ImageWriter) {
        out.value('a', value);
        yield* out.memory('b/1', new Float64Array([1, 2, 3]).subarray(1));
      },
      *load() {},
    };
    await saved(storage, 1, part);
    await storage.close();
    const { image } = (await opened(path)).found!;
    expect(image.value('a')).toEqual(value);
    const numbers = new Float64Array(3);
    image.memory('b/1', numbers);
    expect([...numbers]).toEqual([2, 3, 0]);
    expect(() => image.value('b/1')).toThrow('is no value');
  });

  it('goes on with another thread when its own ended, and the state may change at once', async () => {
    const path = temporaryDirectory();
    const storage = await opened(path);
    const part = new Slabs('rows', 40, 1 << 20);
    let isCopied = false;
    let closing: Promise<void> | undefined;
    const still = taken(1, [part], () => {
      isCopied = true;
    });
    const pause = () => {
      closing = storage.close();
      return still.pause();
    };
    const saving = storage.checkpoint({ ...still, pause });
    await expect(saving).rejects.toThrow('the storage was closed');
    expect(isCopied).toBe(true);
    await closing;
    expect(existsSync(join(path, 'process.pid'))).toBe(false);
    const again = await openStorage({ path, onCorruption: 'refuse' }, quiet);
    expect(again.found).toBeUndefined();
    expect(packs(path)).toEqual([]);
    await again.close();
  });

  it('is read off the thread as well, and says where a pack ends too early', async () => {
    const path = temporaryDirectory();
    const part = new Slabs('rows', 3, 5000);
    const first = await opened(path);
    await first.checkpoint(taken(7, [part]));
    await first.close();
    const { image } = (await opened(path)).found!;
    const into = part.slabs.map(() => new Uint8Array(6000));
    for (const [i, bytes] of into.entries()) image.fill(sectionName('rows', i), bytes);
    await image.filled();
    expect(into.map(bytes => bytes.subarray(0, 5000))).toEqual(part.slabs);
    expect(image.filled()).toBeUndefined();
    expect(() => image.fill(sectionName('rows', 0), new Uint8Array(10))).toThrow('do not fit into 10');
    const [pack] = readdirSync(join(path, 'checkpoints')).filter(name => name.endsWith('-rows.pack'));
    truncateSync(join(path, 'checkpoints', pack!), 12_000);
    for (const [i, bytes] of into.entries()) image.fill(sectionName('rows', i), bytes);
    await expect(image.filled()).rejects.toThrow('ends in checkpoints/');
  });

  it('takes shared memory as it stands, between sections that are copied, and says when it may change', async () => {
    const path = temporaryDirectory();
    const shared = [1, 2, 3].map(n => new Uint8Array(new SharedArrayBuffer(700_000)).fill(n));
    const copied = new Uint8Array(1_500_000).fill(7);
    const part: Kept = {
      *save(out: ImageWriter): Iterable<void> {
        for (const [i, memory] of shared.entries()) {
          yield* out.memory(sectionName('rows/copied', i), copied);
          yield* out.memory(sectionName('rows/shared', i), memory);
        }
      },
      *load(): Iterable<void> {},
    };
    const storage = await opened(path);
    await storage.checkpoint(
      taken(3, [part], () => {
        for (const memory of shared) memory.fill(9);
      }),
    );
    await storage.close();
    const { image } = (await opened(path)).found!;
    for (const i of [0, 1, 2]) {
      const [memory, copy] = [new Uint8Array(700_000), new Uint8Array(1_500_000)];
      image.memory(sectionName('rows/shared', i), memory);
      image.memory(sectionName('rows/copied', i), copy);
      expect(memory.every(byte => byte === i + 1)).toBe(true);
      expect(copy.every(byte => byte === 7)).toBe(true);
    }
  });
});
