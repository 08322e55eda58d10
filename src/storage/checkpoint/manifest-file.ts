/**
 * The manifest as a file of the data directory. Whoever has it open has the directory: SQLite's lock keeps every other
 * process out, and goes with the process however it ends. The number of the process stands in a file beside it, for the
 * message to the others.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type DatabaseSource, DURABLE, openDatabase, setDatabaseAside } from '../database-file.ts';
import { inUse, isBusy } from './refusals.ts';

export const MANIFEST = 'manifest.db';
const PROCESS = 'process.pid';
const FILE_MODE = 0o640;

/** `open` takes the directory, and throws a `StorageError` when another process has it. */
export function manifestFile(root: string): DatabaseSource {
  const path = join(root, MANIFEST);
  const owner = join(root, PROCESS);
  return {
    open() {
      const db = locked(root, path, () => ownerOf(owner));
      tell(owner);
      return db;
    },
    close(db) {
      rmSync(owner, { force: true });
      db.close();
    },
    setAside: suffix => setDatabaseAside(path, suffix),
  };
}

function locked(root: string, path: string, owner: () => string): DatabaseSync {
  try {
    return openDatabase(path, `${DURABLE}; BEGIN EXCLUSIVE; COMMIT`);
  } catch (error) {
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
