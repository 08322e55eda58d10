/**
 * The manifest: which checkpoints there are, and where their sections stand. A checkpoint exists from the moment its
 * transaction is committed, and is removed by another. Each carries a checksum of all that is said of it here.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { FrameSettings } from '../../contract/frame.ts';
import type { Checkpoint, SectionPlace } from './checkpoint.ts';
import { migrate, STORAGE_FORMAT, type StorageFormat } from './migrations.ts';

const TABLES = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) WITHOUT ROWID, STRICT;
  CREATE TABLE checkpoint (
    id INTEGER PRIMARY KEY, frame INTEGER NOT NULL, stampMs REAL NOT NULL, durable INTEGER NOT NULL,
    settings TEXT NOT NULL, createdMs REAL NOT NULL, bytes INTEGER NOT NULL, writtenBytes INTEGER NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE section (
    checkpoint INTEGER NOT NULL, name TEXT NOT NULL, pack TEXT NOT NULL, at INTEGER NOT NULL, bytes INTEGER NOT NULL,
    crc INTEGER NOT NULL, PRIMARY KEY (checkpoint, name)
  ) STRICT, WITHOUT ROWID;
`;

/** The database is not as this program left it. */
export class ManifestDamage extends Error {
  override readonly name = 'ManifestDamage';
}

/** The data was written by a newer version of the program. */
export class NewerFormat extends Error {
  override readonly name = 'NewerFormat';
  readonly version: number;
  readonly known: number;

  constructor(version: number, known: number) {
    super(`storage format ${version}`);
    this.version = version;
    this.known = known;
  }
}

export interface ListedCheckpoint extends Checkpoint {
  readonly sections: readonly SectionPlace[];
  /** What is said of it is what was written. */
  readonly isIntact: boolean;
}

export class Manifest {
  private readonly db: DatabaseSync;

  /** @param db one that was prepared. */
  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /** Those there are, the newest first. */
  list(): readonly ListedCheckpoint[] {
    const rows = this.db.prepare('SELECT * FROM checkpoint ORDER BY id DESC').all();
    return rows.map(row => this.listed(row as unknown as Row));
  }

  /** Adds a checkpoint, and forgets all but so many. */
  commit(checkpoint: Checkpoint, sections: readonly SectionPlace[], kept: number): void {
    this.transaction(() => {
      const { id, frame, stampMs, durable, createdMs, bytes, writtenBytes } = checkpoint;
      const settings = JSON.stringify(checkpoint.settings);
      this.db
        .prepare('INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(id, frame, stampMs, durable, settings, createdMs, bytes, writtenBytes, checksum(checkpoint, sections));
      const insert = this.db.prepare('INSERT INTO section VALUES (?, ?, ?, ?, ?, ?)');
      for (const { name, pack, at, bytes, crc } of sections) insert.run(id, name, pack, at, bytes, crc);
      for (const { id: old } of this.ids().slice(kept)) this.delete(Number(old));
    });
  }

  drop(ids: readonly number[]): void {
    this.transaction(() => {
      for (const id of ids) this.delete(id);
    });
  }

  /** Packs that some checkpoint needs. */
  packs(): ReadonlySet<string> {
    return new Set(
      this.db
        .prepare('SELECT DISTINCT pack FROM section')
        .all()
        .map(row => String(row.pack)),
    );
  }

  /** Gives back the room of what was removed. */
  vacuum(): void {
    this.db.exec('VACUUM');
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  private ids(): Record<string, SQLOutputValue>[] {
    return this.db.prepare('SELECT id FROM checkpoint ORDER BY id DESC').all();
  }

  private delete(id: number): void {
    this.db.prepare('DELETE FROM section WHERE checkpoint = ?').run(id);
    this.db.prepare('DELETE FROM checkpoint WHERE id = ?').run(id);
  }

  private listed(row: Row): ListedCheckpoint {
    const sections = this.db
      .prepare('SELECT name, pack, at, bytes, crc FROM section WHERE checkpoint = ? ORDER BY name')
      .all(row.id) as unknown as SectionPlace[];
    const { checksum: expected, settings, ...rest } = row;
    const checkpoint = { ...rest, settings: parsed(settings) };
    return { ...checkpoint, sections, isIntact: checksum(checkpoint, sections) === expected };
  }

  /** What is committed goes on into the database file itself, which every open checks: the log beside it is not. */
  private transaction(change: () => void): void {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      change();
      this.db.exec('COMMIT');
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
    try {
      this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // It is in the log, and goes on with the next.
    }
  }
}

interface Row extends Omit<Checkpoint, 'settings'> {
  readonly settings: string;
  readonly checksum: number;
}

/**
 * A database as the manifest of this version. Throws `ManifestDamage`, `NewerFormat`.
 * @param mayBeEmpty an empty one becomes it.
 */
export function prepareManifest(
  db: DatabaseSync,
  mayBeEmpty: boolean,
  format: StorageFormat = STORAGE_FORMAT,
): Manifest {
  const found = formatOf(db);
  if (found === undefined && !mayBeEmpty) throw new ManifestDamage('it says nothing, though there are checkpoints');
  if (found === undefined) create(db, format.version);
  else if (found > format.version) throw new NewerFormat(found, format.version);
  else if (found < format.version) migrate(db, found, format);
  return new Manifest(db);
}

/** Undefined for an empty database. Throws `ManifestDamage` where the database is not sound. */
export function formatOf(db: DatabaseSync): number | undefined {
  const tables = db
    .prepare('SELECT name FROM sqlite_schema')
    .all()
    .map(row => row.name);
  if (tables.length === 0) return undefined;
  const report = db
    .prepare('PRAGMA integrity_check(3)')
    .all()
    .map(row => String(row.integrity_check));
  if (report[0] !== 'ok') throw new ManifestDamage(report.join('; '));
  if (!tables.includes('meta')) throw new ManifestDamage('it has no table meta');
  const version = db.prepare("SELECT value FROM meta WHERE key = 'format'").get()?.value;
  const again = db.prepare('PRAGMA user_version').get()?.user_version;
  if (!Number.isSafeInteger(version) || version !== again) throw new ManifestDamage('it does not say its format');
  return version as number;
}

function create(db: DatabaseSync, version: number): void {
  db.exec(
    `BEGIN IMMEDIATE; ${TABLES} INSERT INTO meta VALUES ('format', ${version}); PRAGMA user_version = ${version}; COMMIT`,
  );
}

function checksum(checkpoint: Checkpoint, sections: readonly SectionPlace[]): number {
  const { id, frame, stampMs, durable, createdMs, bytes, writtenBytes, settings } = checkpoint;
  const inOrder = [...sections].sort((a, b) => (a.name < b.name ? -1 : 1));
  const places = inOrder.map(({ name, pack, at, bytes, crc }) => [name, pack, at, bytes, crc]);
  return crc32(JSON.stringify([id, frame, stampMs, durable, createdMs, bytes, writtenBytes, settings, places]));
}

function parsed(settings: string): FrameSettings {
  try {
    return JSON.parse(settings);
  } catch {
    return {} as FrameSettings;
  }
}
