/**
 * What storage asks of a disk, so that a test can be one that fails as disks do. Paths are relative to the data
 * directory and use `/`. Errors are those of the operating system (`code` ENOSPC, EIO, EROFS, …).
 */

export type Done = (error: NodeJS.ErrnoException | null) => void;

/**
 * A file that grows. Its writes and syncs are off the thread; one of them at a time. Until it is closed, zeros may follow
 * what was written.
 */
export interface GrowingFile {
  write(bytes: Uint8Array, at: number, done: Done): void;
  /** The content, and the file's entry in its directory, are on the disk when `done` is called without an error. */
  sync(done: Done): void;
  close(): void;
}

/** A file written once, from the beginning to the end, on the thread that asks. */
export interface NewFile {
  append(bytes: Uint8Array): void;
  sync(): void;
  close(): void;
}

/** A file that is read here and there. */
export interface OpenFile {
  /** As `Disk.read`. */
  read(at: number, into: Uint8Array): number;
  /** The same, off the thread; on a disk without it, who reads waits. The file is closed after that. */
  readAside?(at: number, into: Uint8Array, done: (error: Error | null, count: number) => void): void;
  close(): void;
}

export interface Disk {
  /** Names in a directory, in order; empty when there is no such directory. */
  list(directory: string): readonly string[];
  /** Nothing happens to one that is there. Throws when nothing may be written to it. */
  makeDirectory(directory: string): void;
  /** Entries made, renamed or removed in it are on the disk afterwards. */
  syncDirectory(directory: string): void;
  /** Bytes; -1 when there is no such file. */
  size(file: string): number;
  /** Fills `into` from a place in the file on; returns how many bytes there were. */
  read(file: string, at: number, into: Uint8Array): number;
  /** It stays readable when its name is gone. */
  open(file: string): OpenFile;
  /** Cuts a file, and syncs it. Cut to what it has, it is only synced. */
  truncate(file: string, length: number): void;
  /** Writes into a file that exists, and syncs it. */
  overwrite(file: string, at: number, bytes: Uint8Array): void;
  rename(from: string, to: string): void;
  /** With everything in it, when it is a directory. Nothing happens when there is nothing. */
  remove(path: string): void;
  create(file: string): NewFile;
  /**
   * A file as `create` makes it, in the place of one that is not needed any more and goes: it is written where that one
   * stood, which costs the system less than to find room. Until it is closed, the rest of that one may follow what was
   * written. Undefined where that cannot be.
   */
  reuse(unneeded: string, file: string): NewFile | undefined;
  /** Empty, whatever was there before. */
  grow(file: string): GrowingFile;
  /** Free bytes, for reports; -1 unknown. */
  free(): number;
}
