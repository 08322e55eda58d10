import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keeperInProcess } from '../../../src/storage/checkpoint/keeper-link.ts';
import { manifestFile } from '../../../src/storage/checkpoint/manifest-file.ts';
import { STORAGE_FORMAT, type StorageFormat } from '../../../src/storage/checkpoint/migrations.ts';
import { FileSystemDisk } from '../../../src/storage/file-system-disk.ts';
import { openStorage } from '../../../src/storage/storage.ts';
import { StorageError } from '../../../src/storage/storage-error.ts';
import { loaded, opened, quiet, Slabs, saved, temporaryDirectory } from './checkpoint-kit.ts';

const STORAGE = new URL('../../../src/storage/storage.ts', import.meta.url).href;

async function refusal(path: string): Promise<StorageError> {
  const error = await openStorage({ path, onCorruption: 'skip' }, quiet).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) throw new Error(`not refused: ${error}`);
  return error;
}

/** Another process that opens a directory, and says how that went. */
async function otherProcess(path: string): Promise<{ child: ChildProcess; said: string }> {
  const script = `import('${STORAGE}')
    .then(({ openStorage }) => openStorage({ path: ${JSON.stringify(path)}, onCorruption: 'refuse' }, console))
    .then(() => setInterval(() => {}, 1000) && console.log('opened'))
    .catch(error => console.log(error.name + ': ' + error.message))`;
  const child = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return { child, said: String(line).trim() };
}

describe('a data directory', () => {
  it('is for one process: the other is told which', async () => {
    const path = temporaryDirectory();
    const { child, said } = await otherProcess(path);
    expect(said).toBe('opened');
    const error = await refusal(path);
    expect(error.message).toBe(`the data directory ${path} is in use by process ${child.pid}`);
    expect(error.hint).toContain('--set extensions.storage.path=');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const storage = await opened(path);
    await saved(storage, 1, new Slabs('rows', 1, 10));
    const second = await otherProcess(path);
    expect(second.said).toBe(`StorageError: the data directory ${path} is in use by process ${process.pid}`);
    if (second.child.exitCode === null) await once(second.child, 'exit');
    expect(second.child.exitCode).toBe(0);
    expect((await saved(storage, 2, new Slabs('rows', 1, 10))).frame).toBe(2);
  });

  it('is for one storage in a process, too', async () => {
    const path = temporaryDirectory();
    await opened(path);
    expect((await refusal(path)).message).toContain(`in use by process ${process.pid}`);
    const storage = await refusal(path);
    expect(storage.message).toContain('in use');
  });

  it('that cannot be made, or is a file, is told', async () => {
    const path = join(temporaryDirectory(), 'file');
    writeFileSync(path, '');
    expect((await refusal(path)).message).toMatch(/^the data directory .*file cannot be used: EEXIST/);
    expect((await refusal(join(path, 'data'))).message).toMatch(/cannot be used: ENOTDIR/);
    const other = temporaryDirectory();
    writeFileSync(join(other, 'journal'), '');
    expect((await refusal(other)).message).toMatch(/cannot be used: EEXIST.*journal/);
    rmSync(join(other, 'journal'));
    expect((await opened(other)).problems).toEqual([]);
  });

  it('that is read-only is told', async () => {
    const path = temporaryDirectory();
    mkdirSync(join(path, 'data'));
    if (process.getuid?.() !== 0) chmodSync(join(path, 'data'), 0o500);
    else if (!mountReadOnly(join(path, 'data'))) return;
    const error = await refusal(join(path, 'data'));
    expect(error.message).toMatch(/data cannot be used: E(ROFS|ACCES|PERM)/);
    expect(error.hint).toContain('a disk with room that this user may write to');
    expect(readdirSync(join(path, 'data'))).toEqual([]);
  });

  it('of a newer version is left as it is', async () => {
    const path = temporaryDirectory();
    await (await opened(path)).close();
    const db = new DatabaseSync(join(path, 'manifest.db'));
    db.exec("UPDATE meta SET value = 7 WHERE key = 'format'; PRAGMA user_version = 7");
    db.close();
    const error = await refusal(path);
    expect(error.message).toBe(`the data in ${path} has the storage format 7; this version knows those up to 5`);
    expect(error.hint).toContain('start the version that wrote it, or a newer one');
    expect(readdirSync(path).sort()).toEqual(['checkpoints', 'journal', 'manifest.db']);
  });

  it('of an older version is brought up to date in one transaction, or not at all', async () => {
    const path = temporaryDirectory();
    const part = new Slabs('rows', 3, 10);
    const storage = await opened(path);
    await saved(storage, 5, part);
    await storage.close();
    const told: string[] = [];
    const open = (format: StorageFormat) => {
      const disk = new FileSystemDisk(path);
      const parts = { path, disk, source: manifestFile(path), now: () => 0, format };
      const link = keeperInProcess(parts)({ take: ({ type }) => void told.push(type), ended: () => {} });
      link.send({ type: 'open', onCorruption: 'refuse', pool: [], held: [] });
      link.send({ type: 'close' });
      return told.splice(0).filter(type => type !== 'progress');
    };
    const rename = (db: DatabaseSync) => db.exec('ALTER TABLE checkpoint RENAME COLUMN createdMs TO made');
    const back = (db: DatabaseSync) => db.exec('ALTER TABLE checkpoint RENAME COLUMN made TO createdMs');
    const fails = () => {
      throw new Error('a step that fails');
    };
    const now = STORAGE_FORMAT.version;
    const next = (...steps: ((db: DatabaseSync) => void)[]): StorageFormat => ({
      version: now + 2,
      steps: new Map(steps.map((step, n) => [now + n, step])),
    });
    expect(open(next(rename))).toEqual(['refused', 'closed']);
    expect(open(next(rename, fails))).toEqual(['refused', 'closed']);
    const again = await opened(path);
    expect(loaded(again.found!.image, part)).toEqual([part]);
    await again.close();
    expect(open(next(rename, back))).toEqual(['opened', 'closed']);
    expect(open(next())).toEqual(['opened', 'closed']);
    expect((await refusal(path)).message).toContain(`has the storage format ${now + 2}`);
  });
});

/** The superuser may write anywhere but to what is mounted read-only. */
function mountReadOnly(path: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', path], { stdio: 'pipe' });
  } catch (error) {
    console.error(`NOT TESTED: a read-only directory; as the superuser this needs mount: ${error}`);
    return false;
  }
  onTestFinished(() => void execFileSync('umount', [path]));
  return true;
}
