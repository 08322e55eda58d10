/** The history as it stands, for a report about it. What it says stays as it is; SQLite takes in what it has beside it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { MINUTE_MS } from '../../lib/units.ts';
import { readBlob } from './blob.ts';
import { HISTORY, historySource } from './source.ts';
import { HistoryTables } from './tables.ts';

export interface HistoryCheck {
  /** Frame up to which everything is in it; 0: nothing is. */
  readonly through: number;
  /** From when on the past can be asked, ms. */
  readonly beginMs: number;
  /** Empty when it is as it was written. */
  readonly problem: string;
}

const ROWS = ['inc', 'base'] as const;

/** Of a data directory that nobody else uses; undefined when it has none. */
export function checkHistory(root: string): HistoryCheck | undefined {
  return withHistory(root, (db, tables) => {
    const [first] = db.prepare('PRAGMA integrity_check(1)').all() as { integrity_check: string }[];
    if (first?.integrity_check !== 'ok') throw new Error(first?.integrity_check ?? 'SQLite does not say what is wrong');
    for (const table of ROWS) {
      for (const { data } of db.prepare(`SELECT data FROM ${table}`).iterate()) readBlob(data as Uint8Array);
    }
    const { through, since } = tables.marks;
    return { through, beginMs: since * MINUTE_MS, problem: '' };
  });
}

/** In as few bytes as it takes; undefined when there is none. */
export function compactHistory(root: string): HistoryCheck | undefined {
  return withHistory(root, (db, tables) => {
    db.exec('VACUUM');
    return { through: tables.marks.through, beginMs: tables.marks.since * MINUTE_MS, problem: '' };
  });
}

function withHistory(
  root: string,
  work: (db: DatabaseSync, tables: HistoryTables) => HistoryCheck,
): HistoryCheck | undefined {
  if (!existsSync(join(root, HISTORY))) return undefined;
  const source = historySource(root);
  let db: DatabaseSync | undefined;
  try {
    db = source.open();
    const { user_version: format } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (format === 0) return { through: 0, beginMs: 0, problem: 'it is empty' };
    return work(db, new HistoryTables(db));
  } catch (error) {
    return { through: 0, beginMs: 0, problem: (error as Error).message };
  } finally {
    if (db !== undefined) source.close(db);
  }
}
