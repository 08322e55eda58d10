/**
 * A data directory → one file with all that a start needs: the newest checkpoint, a manifest that knows it alone, the
 * journal behind it, the history and the changes up to there, and how far exporters are. The file is there when it is
 * whole, and on the disk.
 */
import { createReadStream, createWriteStream, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { DELIVERY } from '../../contract/storage.ts';
import type { StorageArchive } from '../../contract/storage-check.ts';
import { changeFiles } from '../changes/change-files.ts';
import { packPath } from '../checkpoint/checkpoint.ts';
import { type ListedCheckpoint, prepareManifest } from '../checkpoint/manifest.ts';
import { MANIFEST } from '../checkpoint/manifest-file.ts';
import type { Disk } from '../disk.ts';
import { FILE_MODE, FileSystemDisk } from '../file-system-disk.ts';
import { HISTORY } from '../history/source.ts';
import { checkWholeJournal, lostFrames } from '../journal/check-journal.ts';
import { JOURNAL } from '../storage.ts';
import { checkHint, StorageError } from '../storage-error.ts';
import { checkPast } from './check-past.ts';
import { bytesOfPast, type HeldDirectory, holdDirectory, newestIntact } from './held-directory.ts';
import { segmentsOf } from './segments.ts';
import { type TarEntry, writeTar } from './tar.ts';

/** Ids and numbers hardly shrink more with more work. */
const GZIP_LEVEL = 3;

/** Throws a `StorageError` when the directory cannot be had or is damaged, or there is such a file already. */
export async function exportStorage(path: string, file: string): Promise<StorageArchive> {
  if (existsSync(file)) throw new StorageError(`there is a file ${file} already`, 'name one that is not there yet');
  if (!existsSync(dirname(file))) throw new StorageError(`there is no directory ${dirname(file)}`, 'make it first');
  const held = holdDirectory(path);
  const work = mkdtempSync(join(tmpdir(), 'tacit-export-'));
  try {
    return await exportHeld(held, file, work);
  } finally {
    held.release();
    rmSync(work, { recursive: true, force: true });
  }
}

async function exportHeld(held: HeldDirectory, file: string, work: string): Promise<StorageArchive> {
  const { path, disk } = held;
  const newest = newestIntact(held);
  const after = newest?.frame ?? 0;
  const lastFrame = lastSoundFrame(held, newest);
  if (newest === undefined && lastFrame === 0)
    throw new StorageError(`nothing is kept in ${path}`, 'there is nothing to export');
  const { needed } = segmentsOf(disk, after);
  mustHaveSoundPast(held, newest, lastFrame);
  const packs = new Set((newest?.sections ?? []).map(({ pack }) => packPath(pack)));
  const entries = [
    entryOf(MANIFEST, manifestOf(newest, work)),
    ...[...packs, ...needed, ...historyFiles(disk), ...changeFiles(disk), ...placeFiles(disk)].map(name =>
      entryOf(name, join(path, name)),
    ),
  ];
  await writeFile(entries, file);
  return {
    path,
    file,
    checkpointFrame: after,
    lastFrame,
    files: entries.length,
    bytes: statSync(file).size,
    ...bytesOfPast(disk),
  };
}

/** A backup of damaged data would be found out when it is needed. */
function lastSoundFrame({ path, disk }: HeldDirectory, newest: ListedCheckpoint | undefined): number {
  const after = newest?.frame ?? 0;
  const journal = checkWholeJournal(disk, JOURNAL, newest?.durable ?? 0);
  if (lostFrames(journal, after).length === 0) return Math.max(journal.last, after);
  throw new StorageError(`the journal in ${path} is damaged`, checkHint(path));
}

function mustHaveSoundPast({ path, disk }: HeldDirectory, checkpoint: ListedCheckpoint | undefined, lastFrame: number) {
  const [problem] = checkPast({ path, disk, checkpoint, lastFrame }).problems;
  if (problem !== undefined) throw new StorageError(`the data in ${path} is damaged: ${problem}`, mendHint(path));
}

/** Of the history, once what SQLite had beside it is in it: it was opened, and closed. */
function historyFiles(disk: Disk): readonly string[] {
  if (disk.size(`${HISTORY}-wal`) > 0) throw new StorageError(`${HISTORY} is in use`, 'stop who uses it');
  return disk.size(HISTORY) < 0 ? [] : [HISTORY];
}

/** Of exporters. */
function placeFiles(disk: Disk): readonly string[] {
  const names = disk.list(DELIVERY).filter(name => /\.(json|dead\.ndjson)$/.test(name));
  return names.map(name => `${DELIVERY}/${name}`);
}

function mendHint(path: string): string {
  return `${checkHint(path)}; a start goes on without what it finds damaged, and tacit storage compact lets changes go that cannot be read`;
}

/** Path of a manifest that knows no other checkpoint. */
function manifestOf(newest: ListedCheckpoint | undefined, work: string): string {
  const path = join(work, MANIFEST);
  const db = new DatabaseSync(path);
  const manifest = prepareManifest(db, true);
  if (newest !== undefined) {
    const { sections, isIntact: _, ...checkpoint } = newest;
    manifest.commit(checkpoint, sections, 1);
  }
  db.close();
  return path;
}

function entryOf(name: string, path: string): TarEntry {
  const { size } = statSync(path);
  return { name, bytes: size, content: size === 0 ? [] : createReadStreamLater(path, size) };
}

/** Opened when it is its turn. */
async function* createReadStreamLater(path: string, size: number): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, { end: size - 1, highWaterMark: 1 << 20 });
}

async function writeFile(entries: readonly TarEntry[], file: string): Promise<void> {
  const partial = `${file}.partial`;
  try {
    const target = createWriteStream(partial, { flush: true, mode: FILE_MODE });
    await pipeline(Readable.from(writeTar(entries, Date.now())), createGzip({ level: GZIP_LEVEL }), target);
    renameSync(partial, file);
    new FileSystemDisk(dirname(file)).syncDirectory('.');
  } catch (error) {
    rmSync(partial, { force: true });
    throw new StorageError(`${file} cannot be written: ${(error as Error).message}`, 'nothing was left behind');
  }
}
