/** SQLite databases of the data directory: how they are opened, and put out of the way when they are damaged. */
import { chmodSync, existsSync, renameSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const FILE_MODE = 0o640;
/** Of one process alone, and on the disk when a transaction has ended. */
export const DURABLE = 'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL';

/** Where a keeper gets its database from. */
export interface DatabaseSource {
  /** Throws what SQLite says. */
  open(): DatabaseSync;
  close(db: DatabaseSync): void;
  /** Puts a database that was closed out of the way, under its name and this. */
  setAside(suffix: string): void;
}

/** @param statements what it begins with; closed again when one of them fails. */
export function openDatabase(path: string, statements: string): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    db.exec(statements);
    chmodSync(path, FILE_MODE);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** With the files that SQLite keeps beside it. */
export function setDatabaseAside(path: string, suffix: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) {
    if (existsSync(path + end)) renameSync(path + end, `${path}${suffix}${end}`);
  }
}
