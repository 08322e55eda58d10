/** Where history has its database: a file of the data directory, or memory. */
import { chmodSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export const HISTORY = 'history.db';
const FILE_MODE = 0o640;

export interface HistorySource {
  /** For messages. */
  readonly path: string;
  open(): DatabaseSync;
  close(db: DatabaseSync): void;
  /** Puts a database that was closed out of the way, under its name and this. */
  setAside(suffix: string): void;
}

/** @param root the data directory; undefined: in memory. */
export function historySource(root: string | undefined): HistorySource {
  if (root === undefined) return { path: 'memory', open: () => new DatabaseSync(':memory:'), close, setAside() {} };
  const path = join(root, HISTORY);
  return {
    path,
    open() {
      const db = new DatabaseSync(path);
      try {
        db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA auto_vacuum = INCREMENTAL');
        db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
        chmodSync(path, FILE_MODE);
        return db;
      } catch (error) {
        db.close();
        throw error;
      }
    },
    close,
    setAside(suffix) {
      for (const end of ['', '-wal', '-shm']) {
        if (existsSync(path + end)) renameSync(path + end, `${path}${suffix}${end}`);
      }
    },
  };
}

function close(db: DatabaseSync): void {
  db.close();
}
