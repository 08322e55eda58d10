/** The real disk does what the contract says, and a journal on it outlives its process. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EVENT_LOOP } from '../../../src/lib/turns.ts';
import { FileSystemDisk } from '../../../src/storage/file-system-disk.ts';
import { Journal } from '../../../src/storage/journal/journal.ts';
import { recoverJournal } from '../../../src/storage/journal/recover.ts';
import { Tables } from '../frames/batches.ts';
import { type Entry, entryOf, request } from './requests.ts';

let root: string;
let disk: FileSystemDisk;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'journal-'));
  disk = new FileSystemDisk(root);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('the disk of the file system', () => {
  test('has nothing where nothing is', () => {
    expect(disk.list('none')).toEqual([]);
    expect(disk.size('none')).toBe(-1);
    disk.remove('none');
    expect(() => disk.read('none', 0, new Uint8Array(1))).toThrow('ENOENT');
    expect(disk.free()).toBeGreaterThan(0);
  });

  test('writes new files, and gives them back', async () => {
    disk.makeDirectory('a/b');
    const file = disk.create('a/b/c');
    file.append(Buffer.from('one, '));
    file.append(Buffer.from('two'));
    file.sync();
    file.close();
    disk.syncDirectory('a/b');
    disk.rename('a/b/c', 'a/d');
    expect(disk.list('a')).toEqual(['b', 'd']);
    expect(statSync(join(root, 'a/d')).mode & 0o007).toBe(0);
    const into = new Uint8Array(10);
    expect(disk.read('a/d', 3, into)).toBe(5);
    expect(text(into.subarray(0, 5))).toBe(', two');
    const open = disk.open('a/d');
    into.fill(0);
    const aside = await new Promise((resolve, reject) => {
      open.readAside!(3, into, (error, count) => (error === null ? resolve(count) : reject(error)));
    });
    open.close();
    expect(aside).toBe(5);
    expect(text(into.subarray(0, 5))).toBe(', two');
    disk.overwrite('a/d', 1, Buffer.from('ff'));
    disk.truncate('a/d', 4);
    expect(disk.size('a/d')).toBe(4);
    disk.read('a/d', 0, into);
    expect(text(into.subarray(0, 4))).toBe('off,');
    disk.remove('a');
    expect(disk.list('')).toEqual([]);
  });

  test('grows files, in the place that is named, and empties what was there', async () => {
    disk.create('x').append(Buffer.from('before'));
    const file = disk.grow('x');
    const ended = (begin: (done: (error: Error | null) => void) => void) =>
      new Promise<void>((resolve, reject) => begin(error => (error === null ? resolve() : reject(error))));
    await ended(done => file.write(Buffer.from('ab'), 0, done));
    await ended(done => file.write(Buffer.from('c'), 4, done));
    await ended(done => file.sync(done));
    await ended(done => file.sync(done));
    const behind = new Uint8Array(100).fill(1);
    expect(disk.read('x', 5, behind)).toBe(100);
    expect(behind).toEqual(new Uint8Array(100));
    file.close();
    const into = new Uint8Array(9);
    expect(disk.read('x', 0, into)).toBe(5);
    expect([...into.subarray(0, 5)]).toEqual([97, 98, 0, 0, 99]);
  });

  test('says what the operating system says', async () => {
    expect(() => disk.grow('none/x')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    // A disk that is always full.
    if (spawnSync('test', ['-c', '/dev/full']).status !== 0) return;
    const file = new FileSystemDisk('/dev').grow('full');
    const error = await new Promise(resolve => file.write(Buffer.from('x'), 0, resolve));
    file.close();
    expect(error).toMatchObject({ code: 'ENOSPC' });
  });
});

describe('a journal on it', () => {
  const tables = new Tables();

  async function open(entries: Entry[]): Promise<Journal> {
    const apply = (frame: Parameters<typeof entryOf>[0]) => void entries.push(entryOf(frame));
    const after = await recoverJournal({
      path: 'data',
      disk,
      directory: 'journal',
      decoder: tables.decoder(),
      after: 0,
      stamp: 0,
      durable: 0,
      onCorruption: 'refuse',
      apply,
      ...EVENT_LOOP,
    });
    const options = { ...EVENT_LOOP, clock: Date, maxWaitingBytes: 1 << 20, segmentBytes: 2000 };
    return new Journal(options, apply, { disk, directory: 'journal', encoder: tables.encoder(), after });
  }

  test('gives back all that it acknowledged, whether it was closed or not', async () => {
    const live: Entry[] = [];
    let id = 0;
    for (const isClosed of [false, true, false]) {
      live.length = 0;
      const journal = await open(live);
      for (let round = 0; round < 30; round++) {
        journal.tick();
        const before = request(journal, ++id);
        await Promise.all([before, request(journal, ++id, ++id), request(journal, ++id)]);
      }
      if (isClosed) await journal.close();
    }
    const again: Entry[] = [];
    await open(again);
    expect(again).toEqual(live);
    expect(again.flatMap(({ ids }) => ids ?? [])).toEqual(Array.from({ length: id }, (_, i) => i + 1));
    expect(disk.list('journal').length).toBeGreaterThan(3);
  });
});
