/**
 * A file that was exported → a data directory, which is there when all of it was checked, and is on the disk.
 */
import { chmodSync, createReadStream, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { DELIVERY } from '../../contract/storage.ts';
import type { StorageArchive } from '../../contract/storage-check.ts';
import { makeDirectories } from '../../lib/make-directories.ts';
import { CHANGES } from '../changes/change-files.ts';
import { CHECKPOINTS } from '../checkpoint/checkpoint.ts';
import { MANIFEST } from '../checkpoint/manifest-file.ts';
import type { Disk } from '../disk.ts';
import { DIRECTORY_MODE, FileSystemDisk } from '../file-system-disk.ts';
import { HISTORY } from '../history/source.ts';
import { JOURNAL } from '../storage.ts';
import { StorageError } from '../storage-error.ts';
import { checkStorage, mustBeSound } from './check.ts';
import { bytesOfPast } from './held-directory.ts';
import { readTar, type TarEntry } from './tar.ts';

const DIRECTORIES = [CHECKPOINTS, JOURNAL, CHANGES, DELIVERY];
/** What an archive may hold. */
const NAMES = [
  ...[MANIFEST, HISTORY].map(name => `${name.replace('.', '\\.')}`),
  `${CHECKPOINTS}/\\d{8,}-[a-z0-9_-]+\\.pack`,
  `(${JOURNAL}|${CHANGES})/\\d{16}\\.log`,
  `${DELIVERY}/[\\w%.~!'()*-]+\\.(json|dead\\.ndjson)`,
].map(pattern => new RegExp(`^${pattern}$`));

/** Throws a `StorageError` when the file is none of these or damaged, or the directory is not empty. */
export async function importStorage(path: string, file: string): Promise<StorageArchive> {
  if (!existsSync(file)) throw new StorageError(`there is no file ${file}`, 'name one that tacit storage export wrote');
  const target = resolve(path);
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new StorageError(`the directory ${path} is not empty`, 'name one that is, or that is not there');
  }
  makeDirectories(dirname(target));
  const work = mkdtempSync(join(dirname(target), `.${basename(target)}.import-`));
  try {
    const files = await unpack(file, new FileSystemDisk(work));
    const archive = { ...checked(work, file), ...bytesOfPast(new FileSystemDisk(work)), path, file, files };
    chmodSync(work, DIRECTORY_MODE);
    renameSync(work, target);
    new FileSystemDisk(dirname(target)).syncDirectory('.');
    return archive;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function unpack(file: string, disk: Disk): Promise<number> {
  for (const directory of DIRECTORIES) disk.makeDirectory(directory);
  const gunzip = createGunzip();
  const source = createReadStream(file);
  source.on('error', error => gunzip.destroy(error));
  const names = new Set<string>();
  try {
    for await (const entry of readTar(source.pipe(gunzip))) {
      if (!NAMES.some(pattern => pattern.test(entry.name)))
        throw new Error(`${entry.name} belongs to no data directory`);
      if (names.has(entry.name)) throw new Error(`${entry.name} is in it twice`);
      names.add(entry.name);
      await write(disk, entry);
    }
  } catch (error) {
    throw new StorageError(
      `${file} cannot be imported: ${(error as Error).message}`,
      'it has to be a file as tacit storage export wrote it; nothing was changed',
    );
  } finally {
    source.destroy();
  }
  if (!names.has(MANIFEST))
    throw new StorageError(`${file} has no ${MANIFEST}`, 'it is no file of tacit storage export');
  for (const directory of [...DIRECTORIES, '.']) disk.syncDirectory(directory);
  return names.size;
}

async function write(disk: Disk, { name, content }: TarEntry): Promise<void> {
  const file = disk.create(name);
  try {
    for await (const chunk of content) file.append(chunk);
    file.sync();
  } finally {
    file.close();
  }
}

function checked(work: string, file: string): Pick<StorageArchive, 'checkpointFrame' | 'lastFrame' | 'bytes'> {
  const check = checkStorage(work);
  mustBeSound(check, `what ${file} holds`);
  const lastOf = (part: (typeof check.parts)[number]) => part.frames?.last ?? 0;
  const checkpointFrame = Math.max(0, ...check.parts.filter(({ what }) => what.startsWith('checkpoint ')).map(lastOf));
  const bytes = check.parts.reduce((sum, part) => sum + part.bytes, 0);
  return { checkpointFrame, lastFrame: Math.max(0, ...check.parts.map(lastOf)), bytes };
}
