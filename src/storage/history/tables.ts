/**
 * The tables of history. Increments add up: several rows of one level, bucket and chunk do, too, and every quantity
 * stands at exactly one level. A base is the sum of all before its bucket.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Those before had other rows. */
const FORMAT = 4;

const TABLES = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE node (id INTEGER PRIMARY KEY, identity TEXT NOT NULL) STRICT;
  CREATE TABLE series (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, source INTEGER NOT NULL, target INTEGER NOT NULL) STRICT;
  CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
  CREATE TABLE firsts (chunk INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE inc (
    part INTEGER NOT NULL, level INTEGER NOT NULL, bucket INTEGER NOT NULL, chunk INTEGER NOT NULL, data BLOB NOT NULL
  ) STRICT;
  CREATE INDEX inc_by_chunk ON inc (part, chunk, bucket);
  CREATE INDEX inc_by_level ON inc (part, level, bucket);
  CREATE TABLE base (
    part INTEGER NOT NULL, bucket INTEGER NOT NULL, chunk INTEGER NOT NULL, data BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX base_by_chunk ON base (part, chunk, bucket);
`;

/** Up to where what is there reaches. Minutes of event time, unless it says otherwise. */
export interface Marks {
  /** Number of a frame. */
  readonly through: number;
  /** All before this is in one base. */
  readonly begin: number;
  /** From when on the past can be asked. */
  readonly since: number;
  /** Level 1 begins here, and level 10; what is late goes to the level that its time still has. */
  readonly fine: number;
  readonly tens: number;
  /** That rates in bases are made with. */
  readonly halfLifeMs: number;
}

const FIRST_MARKS: Marks = { through: 0, begin: 0, since: 0, fine: 0, tens: 0, halfLifeMs: 0 };

/** It is not as this program left it, or another version did. */
export class HistoryDamage extends Error {
  override readonly name = 'HistoryDamage';
}

export class HistoryTables {
  marks: Marks = FIRST_MARKS;
  private readonly db: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();

  /** Makes the tables where there are none. Throws `HistoryDamage`, or what SQLite says. */
  constructor(db: DatabaseSync) {
    this.db = db;
    this.prepare();
  }

  private prepare(): void {
    const { user_version: format } = this.db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (format > 0 && format < FORMAT)
      throw new HistoryDamage(`history has the format ${format} of an earlier version`);
    if (format > FORMAT) throw new HistoryDamage(`history has the format ${format}, this version knows ${FORMAT}`);
    if (format === 0) {
      this.db.exec('PRAGMA auto_vacuum = INCREMENTAL');
      this.transaction(() => {
        this.db.exec(TABLES);
        this.db.exec(`PRAGMA user_version = ${FORMAT}`);
      });
    }
    this.readMarks();
  }

  readMarks(): void {
    const row = this.get('SELECT value FROM meta WHERE key = ?', 'marks') as { value: string } | undefined;
    this.marks = row === undefined ? FIRST_MARKS : (JSON.parse(row.value) as Marks);
  }

  /** Within a transaction. */
  mark(change: Partial<Marks>): void {
    this.marks = { ...this.marks, ...change };
    this.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', 'marks', JSON.stringify(this.marks));
  }

  /** All of it, or nothing. */
  transaction<T>(change: () => T): T {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = change();
      this.db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      this.readMarks();
      throw error;
    }
  }

  /** Of everything. */
  empty(): void {
    for (const table of ['meta', 'node', 'series', 'word', 'firsts', 'inc', 'base']) this.run(`DELETE FROM ${table}`);
    this.marks = FIRST_MARKS;
  }

  run(sql: string, ...values: readonly SQLInputValue[]): void {
    this.statement(sql).run(...values);
  }

  get(sql: string, ...values: readonly SQLInputValue[]): unknown {
    return this.statement(sql).get(...values);
  }

  all(sql: string, ...values: readonly SQLInputValue[]): readonly unknown[] {
    return this.statement(sql).all(...values);
  }

  /** What is in use of the file. */
  get bytes(): number {
    const number = (name: string) => Object.values(this.get(`PRAGMA ${name}`) as Record<string, number>)[0]!;
    return (number('page_count') - number('freelist_count')) * number('page_size');
  }

  private statement(sql: string): StatementSync {
    let known = this.statements.get(sql);
    if (known === undefined) {
      known = this.db.prepare(sql);
      this.statements.set(sql, known);
    }
    return known;
  }
}
