/** The disk under a directory of the file system. */
import {
  accessSync,
  close,
  closeSync,
  constants,
  fsync,
  fsyncSync,
  ftruncateSync,
  open,
  openSync,
  read,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  write,
  writeSync,
  writev,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { makeDirectories } from '../lib/make-directories.ts';
import type { Disk, Done, GrowingFile, NewFile, OpenFile } from './disk.ts';

/** One call writes and syncs: two would each take a turn of a thread. */
const DURABLE = constants.O_CREAT | constants.O_TRUNC | constants.O_RDWR | constants.O_DSYNC;
/** Written ahead of what grows: to sync what has its place on the disk costs half of what it costs to find one. */
const AHEAD = Buffer.alloc(1 << 20);

/** What is stored names services, topics and tables: for the owner, and a group that may make backups. */
export const FILE_MODE = 0o640;
export const DIRECTORY_MODE = 0o750;

export class FileSystemDisk implements Disk {
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  list(directory: string): readonly string[] {
    return unlessMissing(() => readdirSync(this.path(directory)).sort(), []);
  }

  makeDirectory(directory: string): void {
    makeDirectories(this.path(directory), DIRECTORY_MODE);
    accessSync(this.path(directory), constants.W_OK | constants.X_OK);
  }

  syncDirectory(directory: string): void {
    withFile(this.path(directory), 'r', fsyncSync);
  }

  size(file: string): number {
    return unlessMissing(() => statSync(this.path(file)).size, -1);
  }

  read(file: string, at: number, into: Uint8Array): number {
    return withFile(this.path(file), 'r', fd => fill(fd, at, into));
  }

  open(file: string): OpenFile {
    const fd = openSync(this.path(file), 'r');
    return {
      read: (at, into) => fill(fd, at, into),
      readAside: (at, into, done) => fillAside(fd, at, into, done),
      close: () => closeSync(fd),
    };
  }

  truncate(file: string, length: number): void {
    withFile(this.path(file), 'r+', fd => {
      ftruncateSync(fd, length);
      fsyncSync(fd);
    });
  }

  overwrite(file: string, at: number, bytes: Uint8Array): void {
    withFile(this.path(file), 'r+', fd => {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
      fsyncSync(fd);
    });
  }

  rename(from: string, to: string): void {
    renameSync(this.path(from), this.path(to));
  }

  remove(path: string): void {
    rmSync(this.path(path), { recursive: true, force: true });
  }

  create(file: string): NewFile {
    return newFile(openSync(this.path(file), 'w', FILE_MODE), 0);
  }

  reuse(unneeded: string, file: string): NewFile | undefined {
    const { nlink, size } = statSync(this.path(unneeded));
    // A copy of the directory may consist of links: it stays as it is.
    if (nlink > 1) return undefined;
    this.rename(unneeded, file);
    return newFile(openSync(this.path(file), 'r+'), size);
  }

  grow(file: string): GrowingFile {
    return new FileSystemGrowingFile(this.path(file));
  }

  free(): number {
    const { bavail, bsize } = statfsSync(this.root);
    return bavail * bsize;
  }

  private path(path: string): string {
    return join(this.root, path);
  }
}

class FileSystemGrowingFile implements GrowingFile {
  private readonly fd: number;
  private readonly directory: string;
  private isEntered = false;
  /** Of what was written. */
  private end = 0;
  /** Up to here, what is not written yet is zeros, as far as is known. */
  private filled = 0;

  constructor(path: string) {
    this.directory = dirname(path);
    this.fd = openSync(path, DURABLE, FILE_MODE);
  }

  write(bytes: Uint8Array, at: number, done: Done): void {
    const { length } = bytes;
    const written = (error: NodeJS.ErrnoException | null, count: number) => {
      // The file may be cut next.
      if (error !== null) this.filled = 0;
      else this.filled = Math.max(this.filled, at + count);
      if (error !== null) done(error);
      else if (count < length) this.write(bytes.subarray(count), at + count, done);
      else {
        this.end = at + length;
        done(null);
      }
    };
    if (at + length <= this.filled) write(this.fd, bytes, 0, length, at, written);
    else writev(this.fd, [bytes, AHEAD], at, written);
  }

  /** What was written is on the disk already. */
  sync(done: Done): void {
    if (this.isEntered) done(null);
    else this.enter(done);
  }

  close(): void {
    try {
      ftruncateSync(this.fd, this.end);
    } catch {
      // Zeros behind the end harm nobody.
    }
    closeSync(this.fd);
  }

  private enter(done: Done): void {
    open(this.directory, 'r', (noDirectory, directory) => {
      if (noDirectory !== null) return done(noDirectory);
      fsync(directory, error => {
        close(directory);
        this.isEntered = error === null;
        done(error);
      });
    });
  }
}

/** @param size of what is there, and is written over. */
function newFile(fd: number, size: number): NewFile {
  let end = 0;
  return {
    append: bytes => {
      for (let at = 0; at < bytes.length; ) {
        const count = writeSync(fd, bytes, at, bytes.length - at, end);
        at += count;
        end += count;
      }
    },
    sync: () => fsyncSync(fd),
    close: () => {
      try {
        if (end < size) ftruncateSync(fd, end);
      } finally {
        closeSync(fd);
      }
    },
  };
}

function fill(fd: number, at: number, into: Uint8Array): number {
  let filled = 0;
  while (filled < into.length) {
    const count = readSync(fd, into, filled, into.length - filled, at + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

function fillAside(
  fd: number,
  at: number,
  into: Uint8Array,
  done: (error: Error | null, count: number) => void,
  filled = 0,
): void {
  read(fd, into, filled, into.length - filled, at + filled, (error, count) => {
    const next = filled + count;
    if (error === null && count > 0 && next < into.length) fillAside(fd, at, into, done, next);
    else done(error, next);
  });
}

function withFile<T>(path: string, flags: string, use: (fd: number) => T): T {
  const fd = openSync(path, flags);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

function unlessMissing<T>(ask: () => T, missing: T): T {
  try {
    return ask();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return missing;
    throw error;
  }
}
