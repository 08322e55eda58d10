/** A disk on which one operation does not come to its end: it fails, or it was the last before the power went. */
import type { Disk, GrowingFile, NewFile, OpenFile } from '../../../src/storage/disk.ts';

export class FaultyDisk implements Disk {
  /** Changes made so far. */
  changes = 0;
  /** Number of the change that fails. */
  failsAt = Number.POSITIVE_INFINITY;
  private readonly disk: Disk;
  private readonly error: () => Error;
  /** All after it fail, too. */
  private readonly isLast: boolean;

  constructor(disk: Disk, error: () => Error, isLast: boolean) {
    this.disk = disk;
    this.error = error;
    this.isLast = isLast;
  }

  list(directory: string): readonly string[] {
    return this.disk.list(directory);
  }
  size(file: string): number {
    return this.disk.size(file);
  }
  read(file: string, at: number, into: Uint8Array): number {
    return this.disk.read(file, at, into);
  }
  open(file: string): OpenFile {
    return this.disk.open(file);
  }
  free(): number {
    return this.disk.free();
  }
  grow(file: string): GrowingFile {
    return this.disk.grow(file);
  }
  makeDirectory(directory: string): void {
    this.change(() => this.disk.makeDirectory(directory));
  }
  syncDirectory(directory: string): void {
    this.change(() => this.disk.syncDirectory(directory));
  }
  truncate(file: string, length: number): void {
    this.change(() => this.disk.truncate(file, length));
  }
  overwrite(file: string, at: number, bytes: Uint8Array): void {
    this.change(() => this.disk.overwrite(file, at, bytes));
  }
  rename(from: string, to: string): void {
    this.change(() => this.disk.rename(from, to));
  }
  remove(path: string): void {
    this.change(() => this.disk.remove(path));
  }
  create(file: string): NewFile {
    return this.newFile(this.change(() => this.disk.create(file)));
  }
  reuse(unneeded: string, file: string): NewFile | undefined {
    const made = this.change(() => this.disk.reuse(unneeded, file));
    return made === undefined ? undefined : this.newFile(made);
  }

  private newFile(made: NewFile): NewFile {
    return {
      append: bytes =>
        this.change(
          () => made.append(bytes),
          () => made.append(bytes.subarray(0, bytes.length >> 1)),
        ),
      sync: () => this.change(() => made.sync()),
      close: () => made.close(),
    };
  }

  private change<T>(make: () => T, half: () => void = () => {}): T {
    const number = ++this.changes;
    if (number === this.failsAt) half();
    if (number === this.failsAt || (this.isLast && number > this.failsAt)) throw this.error();
    return make();
  }
}
