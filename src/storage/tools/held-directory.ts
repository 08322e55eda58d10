/** A data directory in the hands of a tool: no service starts on it meanwhile. What is in it stays as it is. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { CHANGES } from '../changes/change-files.ts';
import { CHECKPOINTS } from '../checkpoint/checkpoint.ts';
import { formatOf, type ListedCheckpoint, Manifest, ManifestDamage, NewerFormat } from '../checkpoint/manifest.ts';
import { MANIFEST, manifestFile } from '../checkpoint/manifest-file.ts';
import { STORAGE_FORMAT } from '../checkpoint/migrations.ts';
import { isDamage, refusalOf } from '../checkpoint/refusals.ts';
import { damageOfCheckpoint } from '../checkpoint/verify.ts';
import type { Disk } from '../disk.ts';
import { FileSystemDisk } from '../file-system-disk.ts';
import { HISTORY } from '../history/source.ts';
import { JOURNAL } from '../storage.ts';
import { checkHint, StorageError } from '../storage-error.ts';

export interface HeldDirectory {
  readonly path: string;
  readonly disk: Disk;
  /** Undefined when there is none: nothing was ever kept here. */
  readonly manifest: Manifest | undefined;
  /** What is wrong with it. */
  readonly manifestDamage: string;
  release(): void;
}

/** Throws a `StorageError` when there is no directory, it cannot be had, or it is of another version. */
export function holdDirectory(path: string): HeldDirectory {
  if (!existsSync(path))
    throw new StorageError(`there is no directory ${path}`, 'name the directory that holds the data');
  if (!statSync(path).isDirectory())
    throw new StorageError(`${path} is no directory`, 'name the directory, not a file in it');
  const disk = new FileSystemDisk(path);
  const held = { path, disk, manifest: undefined, manifestDamage: '', release() {} };
  if (existsSync(join(path, MANIFEST))) return withManifest(held);
  const isEmpty = disk.list(CHECKPOINTS).length === 0;
  return { ...held, manifestDamage: isEmpty ? '' : 'it is missing, though there are checkpoints' };
}

function withManifest(held: HeldDirectory): HeldDirectory {
  const { path, disk } = held;
  const source = manifestFile(path);
  let db: DatabaseSync | undefined;
  const release = () => {
    if (db !== undefined) source.close(db);
    db = undefined;
  };
  try {
    db = source.open();
    const format = formatOf(db);
    if (format === undefined && disk.list(CHECKPOINTS).length > 0) throw new ManifestDamage('it is empty');
    if (format !== undefined && format !== STORAGE_FORMAT.version) throw otherFormat(path, format);
    return { ...held, manifest: format === undefined ? undefined : new Manifest(db), release };
  } catch (error) {
    if (isDamage(error)) return { ...held, manifestDamage: (error as Error).message, release };
    release();
    throw refusalOf(error, path);
  }
}

function otherFormat(path: string, format: number): Error {
  const { version } = STORAGE_FORMAT;
  if (format > version) return new NewerFormat(format, version);
  return new StorageError(
    `the data in ${path} has the storage format ${format}, an older one than ${version}`,
    'start the service on it once: it brings the data up to date',
  );
}

/** What is wrong with a checkpoint, byte by byte; empty when nothing is. */
export function problemOf(disk: Disk, checkpoint: ListedCheckpoint): string {
  return damageOfCheckpoint(disk, checkpoint, () => {}).join('; ');
}

/** The one a start would use. Throws a `StorageError` when the directory holds checkpoints, and none is intact. */
export function newestIntact({ path, disk, manifest, manifestDamage }: HeldDirectory): ListedCheckpoint | undefined {
  const listed = manifest?.list() ?? [];
  const found = listed.find(checkpoint => problemOf(disk, checkpoint) === '');
  if (manifestDamage === '' && (found !== undefined || listed.length === 0)) return found;
  throw new StorageError(`the data in ${path} is damaged`, checkHint(path));
}

export function bytesIn(disk: Disk, directory: string): number {
  return disk.list(directory).reduce((sum, name) => sum + Math.max(0, disk.size(`${directory}/${name}`)), 0);
}

/** Of all that belongs to a data directory. */
export function bytesKept(disk: Disk): number {
  const inDirectories = [CHECKPOINTS, JOURNAL, CHANGES].reduce((sum, directory) => sum + bytesIn(disk, directory), 0);
  return Math.max(0, disk.size(MANIFEST)) + inDirectories + bytesOfHistory(disk);
}

export function bytesOfPast(disk: Disk): { readonly historyBytes: number; readonly changesBytes: number } {
  return { historyBytes: bytesOfHistory(disk), changesBytes: bytesIn(disk, CHANGES) };
}

/** With what SQLite has beside it. */
export function bytesOfHistory(disk: Disk): number {
  return Math.max(0, disk.size(HISTORY)) + Math.max(0, disk.size(`${HISTORY}-wal`));
}

/** Damaged data that a start put aside. */
export function putAside(disk: Disk): readonly string[] {
  return disk.list('.').filter(name => name.includes('.damaged-'));
}
