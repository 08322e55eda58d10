/** Why a data directory cannot be had: errors of SQLite and of the disk → what to say, and what can be done. */
import { damageHint, StorageError } from '../storage-error.ts';
import { ManifestDamage, NewerFormat } from './manifest.ts';

/** Primary result codes of SQLite. */
const BUSY = 5;
/** Nothing is wrong with the content. */
const UNUSABLE: Readonly<Record<number, string>> = {
  3: 'access is denied',
  7: 'there is no memory',
  8: 'it cannot be written to',
  10: 'the disk reports an error',
  13: 'the disk is full',
  14: 'the manifest cannot be opened',
};
const ELSEWHERE = '--set extensions.storage.path=DIRECTORY';

export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === BUSY;
}

export function isDamage(error: unknown): boolean {
  if (error instanceof ManifestDamage) return true;
  const code = sqliteCode(error);
  return code !== undefined && code !== BUSY && UNUSABLE[code] === undefined;
}

export class DirectoryInUse extends StorageError {}

export function inUse(path: string, owner: string): StorageError {
  return new DirectoryInUse(
    `the data directory ${path} is in use by ${owner}`,
    `stop that process, or give this one a directory of its own: ${ELSEWHERE}`,
  );
}

export function damaged(path: string, problems: readonly string[]): StorageError {
  return new StorageError(`the data in ${path} is damaged: ${problems.join('; ')}`, damageHint(path));
}

export function unusable(path: string, reason: string): StorageError {
  return new StorageError(
    `the data directory ${path} cannot be used: ${reason}`,
    `it has to be on a disk with room that this user may write to; another one: ${ELSEWHERE}`,
  );
}

export function refusalOf(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  if (error instanceof NewerFormat) return newer(path, error);
  const code = sqliteCode(error);
  const { message } = error as Error;
  const reason = code === undefined ? undefined : UNUSABLE[code];
  return unusable(path, reason === undefined ? message : `${reason} (${message})`);
}

function newer(path: string, { version, known }: NewerFormat): StorageError {
  return new StorageError(
    `the data in ${path} has the storage format ${version}; this version knows those up to ${known}`,
    `start the version that wrote it, or a newer one; or begin anew in another directory: ${ELSEWHERE}`,
  );
}

/** Undefined for an error that is none of SQLite's. */
function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: number }).errcode;
  return code === undefined ? undefined : code & 0xff;
}
