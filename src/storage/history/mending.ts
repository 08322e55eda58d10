/**
 * Rows that cannot be read are given up: what they held is missing from then on, and everything else goes on. Who looks
 * for one looks at all of them: a disk that damaged one row may have damaged more.
 */
import { MINUTE_MS } from '../../lib/units.ts';
import { RowDamage, readBlob } from './blob.ts';
import { LATENCY, type Part, STATES_PART } from './rows.ts';
import type { HistoryTables } from './tables.ts';

/** Rows that are read in one step. */
const STEP = 500;
const ROWS = ['inc', 'base'] as const;

interface Row {
  readonly id: number;
  readonly part: Part;
  readonly bucket: number;
  readonly chunk: number;
  /** Minutes; of a base, of all before its bucket, 0. */
  readonly level: number;
  readonly data: Uint8Array;
}

export class Mending {
  /** How many were given up. */
  rows = 0;
  /** What the newest of them held; empty while there is none. */
  told = '';
  private readonly tables: HistoryTables;
  private readonly remake: (chunk: number, bucket: number) => void;
  /** Of the look under way: the table, and up to which row it was looked at. */
  private at: { readonly table: number; readonly id: number } | undefined;
  private before = -1;

  /** @param remake makes the bases of a chunk anew that belong from this minute on. */
  constructor(tables: HistoryTables, remake: (chunk: number, bucket: number) => void) {
    this.tables = tables;
    this.remake = remake;
  }

  /** False when all rows were looked at, and nothing was found that would help. */
  begin(): boolean {
    if (this.before === this.rows) return false;
    this.before = this.rows;
    this.at = { table: 0, id: 0 };
    return true;
  }

  get isUnderWay(): boolean {
    return this.at !== undefined;
  }

  step(): void {
    const { table, id } = this.at!;
    const level = ROWS[table] === 'inc' ? 'level' : '0 AS level';
    const rows = this.tables.all(
      `SELECT rowid AS id, part, bucket, chunk, ${level}, data FROM ${ROWS[table]} WHERE rowid > ? ORDER BY rowid LIMIT ${STEP}`,
      id,
    ) as readonly Row[];
    const damaged = rows.filter(({ data }) => !isWhole(data));
    if (damaged.length > 0) this.giveUp(ROWS[table]!, damaged);
    if (rows.length === STEP) this.at = { table, id: rows.at(-1)!.id };
    else this.at = table + 1 < ROWS.length ? { table: table + 1, id: 0 } : undefined;
  }

  private giveUp(table: string, rows: readonly Row[]): void {
    this.tables.transaction(() => {
      for (const { id } of rows) this.tables.run(`DELETE FROM ${table} WHERE rowid = ?`, id);
    });
    const { begin } = this.tables.marks;
    for (const row of rows) {
      this.told = `the history could not read ${this.describe(row)}`;
      if (row.level === 0 && row.bucket > begin) this.remake(row.chunk, row.bucket);
    }
    this.rows += rows.length;
  }

  private describe({ part, bucket, chunk, level }: Row): string {
    const what = part === STATES_PART ? 'states' : part === LATENCY ? 'durations' : 'counts';
    const whose = `${what} of some ${chunk < 0 ? 'nodes' : 'edges'}`;
    const [from, to] = [isoMinute(bucket), isoMinute(bucket + level)];
    if (level > 0) return `${whose} from ${from} to ${to}, and goes on without them`;
    if (bucket > this.tables.marks.begin) return `a sum of ${whose} up to ${to}, and makes it anew`;
    return `${whose} up to ${to}, and goes on without them`;
  }
}

function isWhole(data: Uint8Array): boolean {
  try {
    readBlob(data);
    return true;
  } catch (error) {
    if (error instanceof RowDamage) return false;
    throw error;
  }
}

function isoMinute(minute: number): string {
  return new Date(minute * MINUTE_MS).toISOString().replace(/:00\.000Z$/, 'Z');
}
