/**
 * The manifest as a file of the data directory. Whoever has it open has the directory: SQLite's lock keeps every other
 * process out, and goes with the process however it ends. The number of the process stands in a file beside it, for the
 * message to the others.
 */
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inUse, isBusy } from './refusals.ts';

export const MANIFEST = 'manifest.db';
const PROCESS = 'process.pid';
const FILE_MODE = 0o640;

/** Where the keeper gets its database from. */
export interface ManifestSource {
  /** Takes the directory. Throws a `StorageError` when another process has it; else what SQLite says. */
  open(): DatabaseSync;
  close(db: DatabaseSync): void;
  /** Puts a database that was closed out of the way, under its name and this. */
  setAside(suffix: string): void;
}

export function manifestFile(root: string): ManifestSource {
  const path = join(root, MANIFEST);
  const owner = join(root, PROCESS);
  return {
    open() {
      const db = locked(root, path, () => ownerOf(owner));
      chmodSync(path, FILE_MODE);
      tell(owner);
      return db;
    },
    close(db) {
      rmSync(owner, { force: true });
      db.close();
    },
    setAside(suffix) {
      for (const end of ['', '-wal', '-shm', '-journal']) {
        if (existsSync(path + end)) renameSync(path + end, `${path}${suffix}${end}`);
      }
    },
  };
}

function locked(root: string, path: string, owner: () => string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    db.exec('BEGIN EXCLUSIVE; COMMIT');
    return db;
  } catch (error) {
    db?.close();
    throw isBusy(error) ? inUse(root, owner()) : error;
  }
}

function ownerOf(file: string): string {
  try {
    return `process ${Number.parseInt(readFileSync(file, 'utf8'), 10)}`;
  } catch {
    return 'another process';
  }
}

/** Only for a message: a full disk is no reason to do without the directory. */
function tell(file: string): void {
  try {
    writeFileSync(file, `${process.pid}\n`, { mode: FILE_MODE });
  } catch {}
}
