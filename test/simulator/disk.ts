/**
 * A disk in memory that fails as disks do. What was not synced may be there after a crash, or not, or in part: each sector
 * that was written is any of the versions it had since the last sync, a length any of the lengths, an entry of a
 * directory made or not. A sync may fail, and it is as open what it left; a full disk takes a part of a write. Writes and
 * syncs of growing files end when `step` says so, in any order between files.
 */
import type { Disk, Done, GrowingFile, NewFile, OpenFile } from '../../src/storage/disk.ts';
import type { Random } from '../oracle/random.ts';

const SECTOR = 512;

/** What became of a file since its last sync: bytes at a place, or a new length. */
interface Change {
  readonly at: number;
  readonly bytes: Uint8Array;
  /** Of the file, afterwards. */
  readonly length: number;
}

class Inode {
  content: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** On the platter. */
  synced: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  changes: Change[] = [];

  write(bytes: Uint8Array, at: number): void {
    const length = Math.max(this.content.length, at + bytes.length);
    this.content = resized(this.content, length);
    this.content.set(bytes, at);
    this.changes.push({ at, bytes: bytes.slice(), length });
  }

  truncate(length: number): void {
    // What a cut leaves behind is zeros, should the file grow again.
    const zeros = new Uint8Array(Math.max(0, this.content.length - length));
    this.changes.push({ at: length, bytes: zeros, length });
    this.content = resized(this.content, length);
  }

  /** What a sync that failed left out is not tried again: the operating system believes it written. */
  sync(): void {
    for (const change of this.changes) {
      const end = Math.max(this.synced.length, change.at + change.bytes.length);
      const grown = resized(this.synced, end);
      grown.set(change.bytes, change.at);
      this.synced = resized(grown, change.length);
    }
    this.changes = [];
  }

  /** The platter after a crash, or after a sync that failed. */
  tear(random: Random): void {
    const { changes, synced } = this;
    if (changes.length === 0) return;
    const lengths = [synced.length, ...changes.map(change => change.length)];
    const torn = resized(synced, Math.max(...lengths));
    for (let sector = 0; sector < torn.length; sector += SECTOR) {
      for (const change of changes.slice(0, random.below(changes.length + 1))) overlay(torn, change, sector);
    }
    this.synced = resized(torn, random.pick(lengths));
    this.changes = [];
  }
}

type Entries = Map<string, Inode>;

interface Pending {
  readonly file: SimulatedFile;
  /** What a process that is killed meanwhile may leave of it. */
  readonly partly: () => void;
  readonly run: () => void;
}

interface Faults {
  /** Of a sync to fail. */
  sync: number;
  /** Of a write to fail, with EIO. */
  write: number;
}

export class SimulatedDisk implements Disk {
  /** Bytes that fit. */
  capacity = Number.MAX_SAFE_INTEGER;
  readonly faults: Faults = { sync: 0, write: 0 };
  random: Random;
  /** Zeros that growing files write ahead, at most. */
  ahead = 0;
  private entries: Entries = new Map();
  private syncedEntries: Entries = new Map();
  /** Changes of entries since the directory was synced. */
  private entryChanges: { readonly directory: string; readonly make: (entries: Entries) => void }[] = [];
  private pending: Pending[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  /** Ends one write or sync; false when there is none. */
  step(): boolean {
    const pending = this.random.below(Math.max(1, this.pending.length));
    const [next] = this.pending.splice(pending, 1);
    next?.run();
    return next !== undefined;
  }

  /** The power is gone. What was open is closed. */
  crash(): void {
    this.kill();
    this.entries = new Map(this.syncedEntries);
    for (const { make } of this.entryChanges) if (this.random.chance(0.5)) make(this.entries);
    for (const inode of new Set(this.entries.values())) {
      inode.tear(this.random);
      inode.content = inode.synced.slice();
    }
    this.syncedEntries = new Map(this.entries);
    this.entryChanges = [];
  }

  /** The process is gone; the operating system still has all that was written. */
  kill(): void {
    for (const { file, partly } of this.pending) {
      if (this.random.chance(0.5)) partly();
      file.close();
    }
    this.pending = [];
  }

  /** Turns bits of one byte. */
  damage(file: string, at: number, bits: number): void {
    const inode = this.inode(file);
    inode.write(Uint8Array.of(inode.content[at]! ^ bits), at);
    inode.sync();
  }

  /** An independent one with the same content, all of it synced. */
  copy(): SimulatedDisk {
    const copy = new SimulatedDisk(this.random);
    for (const [path, inode] of this.entries) {
      const other = new Inode();
      other.write(inode.content, 0);
      other.sync();
      copy.entries.set(path, other);
    }
    copy.syncedEntries = new Map(copy.entries);
    return copy;
  }

  list(directory: string): readonly string[] {
    const inside = [...this.entries.keys()].filter(path => directoryOf(path) === directory);
    return inside.map(path => path.slice(directory === '.' ? 0 : directory.length + 1)).sort();
  }

  makeDirectory(): void {}

  syncDirectory(directory: string): void {
    for (const change of this.entryChanges) if (change.directory === directory) change.make(this.syncedEntries);
    this.entryChanges = this.entryChanges.filter(change => change.directory !== directory);
  }

  size(file: string): number {
    return this.entries.get(file)?.content.length ?? -1;
  }

  read(file: string, at: number, into: Uint8Array): number {
    const bytes = this.inode(file).content.subarray(at, at + into.length);
    into.set(bytes);
    return bytes.length;
  }

  open(file: string): OpenFile {
    const inode = this.inode(file);
    const read = (at: number, into: Uint8Array) => {
      const bytes = inode.content.subarray(at, at + into.length);
      into.set(bytes);
      return bytes.length;
    };
    return { read, close: () => {} };
  }

  truncate(file: string, length: number): void {
    const inode = this.inode(file);
    inode.truncate(length);
    inode.sync();
  }

  overwrite(file: string, at: number, bytes: Uint8Array): void {
    const inode = this.inode(file);
    inode.write(bytes, at);
    inode.sync();
  }

  rename(from: string, to: string): void {
    const inode = this.inode(from);
    this.change(to, entries => {
      entries.delete(from);
      entries.set(to, inode);
    });
  }

  remove(path: string): void {
    for (const file of [...this.entries.keys()].filter(name => name === path || name.startsWith(`${path}/`))) {
      this.change(file, entries => entries.delete(file));
    }
  }

  create(file: string): NewFile {
    return this.newFile(this.enter(file));
  }

  reuse(unneeded: string, file: string): NewFile {
    this.rename(unneeded, file);
    return this.newFile(this.inode(file));
  }

  grow(file: string): GrowingFile {
    if (this.free() <= 0) throw problem('ENOSPC');
    return new SimulatedFile(this, this.enter(file), directoryOf(file));
  }

  free(): number {
    const used = [...this.entries.values()].reduce((sum, inode) => sum + inode.content.length, 0);
    return this.capacity - used;
  }

  begin(pending: Pending): void {
    this.pending.push(pending);
  }

  /** As much as fits. */
  put(inode: Inode, bytes: Uint8Array, at: number): NodeJS.ErrnoException | null {
    const room = Math.max(0, this.free() + Math.max(0, inode.content.length - at));
    if (room >= bytes.length) {
      inode.write(bytes, at);
      return null;
    }
    inode.write(bytes.subarray(0, room), at);
    return problem('ENOSPC');
  }

  private newFile(inode: Inode): NewFile {
    let end = 0;
    return {
      append: bytes => {
        const error = this.put(inode, bytes, end);
        if (error !== null) throw error;
        end += bytes.length;
      },
      sync: () => inode.sync(),
      close: () => {
        if (end < inode.content.length) inode.truncate(end);
      },
    };
  }

  private enter(file: string): Inode {
    const inode = this.entries.get(file) ?? new Inode();
    if (inode.content.length > 0) inode.truncate(0);
    if (!this.entries.has(file)) this.change(file, entries => entries.set(file, inode));
    return inode;
  }

  private change(file: string, make: (entries: Entries) => void): void {
    make(this.entries);
    this.entryChanges.push({ directory: directoryOf(file), make });
  }

  private inode(file: string): Inode {
    const inode = this.entries.get(file);
    if (inode === undefined) throw problem('ENOENT');
    return inode;
  }
}

class SimulatedFile implements GrowingFile {
  private readonly disk: SimulatedDisk;
  private readonly inode: Inode;
  private readonly directory: string;
  private isBusy = false;
  private isClosed = false;

  constructor(disk: SimulatedDisk, inode: Inode, directory: string) {
    this.disk = disk;
    this.inode = inode;
    this.directory = directory;
  }

  write(bytes: Uint8Array, at: number, done: Done): void {
    const { disk, inode } = this;
    const partly = () => void disk.put(inode, bytes.subarray(0, disk.random.below(bytes.length + 1)), at);
    this.begin(partly, done, () => {
      if (disk.random.chance(disk.faults.write)) {
        partly();
        return problem('EIO');
      }
      const error = disk.put(inode, bytes, at);
      const isLast = error === null && at + bytes.length === inode.content.length;
      // As much as there is room for.
      if (isLast && disk.ahead > 0)
        disk.put(inode, new Uint8Array(disk.random.below(disk.ahead)), inode.content.length);
      return error;
    });
  }

  sync(done: Done): void {
    const { disk, inode } = this;
    this.begin(
      () => {},
      done,
      () => {
        if (disk.random.chance(disk.faults.sync)) {
          inode.tear(disk.random);
          return problem('EIO');
        }
        inode.sync();
        disk.syncDirectory(this.directory);
        return null;
      },
    );
  }

  close(): void {
    this.isClosed = true;
  }

  private begin(partly: () => void, done: Done, end: () => NodeJS.ErrnoException | null): void {
    if (this.isBusy || this.isClosed) throw new Error('one at a time, and none after the end');
    this.isBusy = true;
    const run = () => {
      this.isBusy = false;
      done(end());
    };
    this.disk.begin({ file: this, partly, run });
  }
}

function directoryOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
}

/** The same memory where it is large enough, else twice as much. What is new is zeros. */
function resized(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const memory = length <= bytes.buffer.byteLength ? bytes.buffer : new ArrayBuffer(2 * length);
  const other = new Uint8Array(memory, 0, length);
  if (memory !== bytes.buffer) other.set(bytes);
  return other.fill(0, Math.min(bytes.length, length));
}

/** Puts what a change did to one sector into its place. */
function overlay(content: Uint8Array, { at, bytes }: Change, sector: number): void {
  const from = Math.max(at, sector);
  const to = Math.min(at + bytes.length, sector + SECTOR, content.length);
  if (from < to) content.set(bytes.subarray(from - at, to - at), from);
}

function problem(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`simulated ${code}`), { code });
}
