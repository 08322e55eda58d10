/** Where history has its database: a file of the data directory, or memory. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type DatabaseSource, DURABLE, openDatabase, setDatabaseAside } from '../database-file.ts';

export const HISTORY = 'history.db';
/** Rows are large; room that is given up goes back to the disk. To be said before anything is written. */
export const FILE_FORM = 'PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL';

export interface HistorySource extends DatabaseSource {
  /** For messages. */
  readonly path: string;
}

/** @param root the data directory; undefined: in memory. */
export function historySource(root: string | undefined): HistorySource {
  if (root === undefined) return { path: 'memory', open: () => new DatabaseSync(':memory:'), close, setAside() {} };
  const path = join(root, HISTORY);
  return {
    path,
    open: () => openDatabase(path, `${FILE_FORM}; ${DURABLE}`),
    close,
    setAside: suffix => setDatabaseAside(path, suffix),
  };
}

function close(db: DatabaseSync): void {
  db.close();
}
