/**
 * The format of a data directory, and the way from older ones to it: steps by the version they start from, all of them
 * in one transaction.
 */
import type { DatabaseSync } from 'node:sqlite';

export interface StorageFormat {
  readonly version: number;
  /** From a version to the next. What a step does to files must be possible to do again. */
  readonly steps: ReadonlyMap<number, (db: DatabaseSync) => void>;
}

/** What is there is read as it is, and replaced in its time. */
const stays = () => {};

/**
 * From 2 on an image has lines of tables that changed after their pieces. From 3 on it says of stored slabs how large
 * their blocks are. From 4 on the table of what was seen grows row by row, and rows of profiles say whose they are.
 * From 5 on tables have a log of the entries that changed, which stands from one image to the next, and what is found of
 * the places of rows stands beside them.
 */
export const STORAGE_FORMAT: StorageFormat = {
  version: 5,
  steps: new Map([
    [1, stays],
    [2, stays],
    [3, stays],
    [4, stays],
  ]),
};

/** @param found an older version. Throws when there is no way from it. */
export function migrate(db: DatabaseSync, found: number, { version, steps }: StorageFormat): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    for (let from = found; from < version; from++) {
      const step = steps.get(from);
      if (step === undefined) throw new Error(`there is no way from the storage format ${from} to ${from + 1}`);
      step(db);
    }
    db.exec(`UPDATE meta SET value = ${version} WHERE key = 'format'; PRAGMA user_version = ${version}; COMMIT`);
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
