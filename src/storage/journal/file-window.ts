/** A file read in pieces: what is asked for is in memory, and about as much as a piece (or what is asked for) beside it. */
import type { Disk } from '../disk.ts';

const PIECE_BYTES = 1 << 20;
const SECTOR_BYTES = 512;

export class FileWindow {
  readonly size: number;
  private readonly disk: Disk;
  private readonly file: string;
  private bytes = Buffer.alloc(0);
  private start = 0;
  private end = 0;

  constructor(disk: Disk, file: string) {
    this.disk = disk;
    this.file = file;
    this.size = Math.max(0, disk.size(file));
  }

  /** Bytes from a place on, valid until the next call; undefined where the file has not so many. */
  view(at: number, length: number): Buffer | undefined {
    if (at + length > this.size) return undefined;
    if (at < this.start || at + length > this.end) this.load(at, Math.max(length, PIECE_BYTES));
    if (at + length > this.end) return undefined;
    return this.bytes.subarray(at - this.start, at - this.start + length);
  }

  /** The next place of these bytes, at or behind a place; -1 when there is none. */
  find(what: Uint8Array, from: number): number {
    for (let at = from; at + what.length <= this.size; ) {
      const piece = this.view(at, Math.min(PIECE_BYTES, this.size - at));
      if (piece === undefined) return -1;
      const found = piece.indexOf(what);
      if (found >= 0) return at + found;
      at += Math.max(1, piece.length - what.length + 1);
    }
    return -1;
  }

  /** The end of what is not zeros behind a place; the place where nothing else follows. */
  contentEnd(from: number): number {
    let end = from;
    for (let at = from; at < this.size; ) {
      const piece = this.view(at, Math.min(PIECE_BYTES, this.size - at));
      if (piece === undefined) return this.size;
      let length = piece.length;
      while (length > 0 && piece[length - 1] === 0) length--;
      if (length > 0) end = at + length;
      at += piece.length;
    }
    return end;
  }

  private load(at: number, length: number): void {
    const wanted = Math.min(length, this.size - at);
    if (this.bytes.length < wanted) this.bytes = Buffer.alloc(wanted);
    const into = this.bytes.subarray(0, wanted);
    this.start = at;
    this.end = at + wanted;
    try {
      if (this.disk.read(this.file, at, into) < wanted) this.end = this.start;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EIO') throw error;
      this.loadAround(at, into);
    }
  }

  /** What the disk cannot read is zeros, as little of it as can be. */
  private loadAround(at: number, into: Buffer): void {
    for (let done = 0; done < into.length; done += SECTOR_BYTES) {
      const sector = into.subarray(done, done + SECTOR_BYTES);
      try {
        this.disk.read(this.file, at + done, sector);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EIO') throw error;
        sector.fill(0);
      }
    }
  }
}
