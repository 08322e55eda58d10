/**
 * Reads a file on from an offset, by whole lines: what stands after the last line end waits until its line is finished. A
 * line that is longer than allowed is passed over, and told once. NUL bytes before a line are no part of it: a file that
 * was being written when its machine failed has them.
 */
import type { FileHandle } from 'node:fs/promises';
import { bytesBefore, MARK_BYTES, type Position, positionOf } from './position.ts';

const LINE_FEED = 0x0a;
const FIRST_BYTES = 256 * 1024;

export interface ReadLine {
  /** Where it begins in the file. */
  readonly at: number;
  readonly bytes: Buffer;
}

/** How far a file was read. */
export interface Passed {
  readonly position: Position;
  /** The last bytes before `position`. */
  readonly before: Buffer;
  /** It ends in the midst of a line that is passed over. */
  readonly isSkipping: boolean;
}

/** Some of a file, read and not yet done with; as `Passed`, behind all of it. */
export interface ReadLines extends Passed {
  readonly lines: readonly ReadLine[];
  /** Where lines begin that were passed over. */
  readonly tooLong: readonly number[];
  /** Behind one of the lines. */
  passedAfter(line: ReadLine): Passed;
}

export class LineReader {
  readonly file: FileHandle;
  position: Position;
  private readonly maxLineBytes: number;
  private before: Buffer;
  private isSkipping: boolean;

  private constructor(file: FileHandle, position: Position, before: Buffer, maxLineBytes: number) {
    this.file = file;
    this.position = position;
    this.before = before;
    this.isSkipping = before.length > 0 && before[before.length - 1] !== LINE_FEED;
    this.maxLineBytes = maxLineBytes;
  }

  /** Goes on at an offset; when that is in the midst of a line, with the line after it. */
  static async at(file: FileHandle, place: string, offset: number, maxLineBytes: number): Promise<LineReader> {
    const before = await bytesBefore(file, offset);
    return new LineReader(file, positionOf(offset, before, place), before, maxLineBytes);
  }

  /**
   * What comes next, undefined when nothing whole does. The same again until `advance` is called with it, or with a part of it.
   *
   * @param isLast nothing more will come: what stands after the last line end is a line, too.
   */
  async read(isLast: boolean): Promise<ReadLines | undefined> {
    for (let size = FIRST_BYTES; ; size = Math.min(size * 4, this.maxLineBytes + 1)) {
      const bytes = await this.bytesAhead(size);
      if (bytes.length === 0) return undefined;
      const isEnd = bytes.length < size;
      const skipped = this.isSkipping ? bytes.indexOf(LINE_FEED) + 1 : 0;
      if (this.isSkipping && skipped === 0) return this.upTo(bytes, [], [], true);
      const end = isLast && isEnd ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
      if (end > skipped) return this.split(bytes.subarray(0, end), skipped);
      if (bytes.length - skipped > this.maxLineBytes)
        return this.upTo(bytes, [], [this.position.offset + skipped], true);
      if (isEnd || size > this.maxLineBytes) {
        return skipped > 0 ? this.upTo(bytes.subarray(0, skipped), [], [], false) : undefined;
      }
    }
  }

  /** What was read is done with. */
  advance({ position, before, isSkipping }: Passed): void {
    this.position = position;
    this.before = before;
    this.isSkipping = isSkipping;
  }

  /** Nothing when what was read before does not stand there any more: who follows the file learns of it at the next look. */
  private async bytesAhead(size: number): Promise<Buffer> {
    const { before, position } = this;
    const bytes = Buffer.allocUnsafe(before.length + size);
    const { bytesRead } = await this.file.read(bytes, 0, bytes.length, position.offset - before.length);
    const isSame = bytesRead >= before.length && before.equals(bytes.subarray(0, before.length));
    return isSame ? bytes.subarray(before.length, bytesRead) : bytes.subarray(0, 0);
  }

  private split(bytes: Buffer, from: number): ReadLines {
    const lines: ReadLine[] = [];
    const tooLong: number[] = [];
    for (let start = from; start < bytes.length; ) {
      const found = bytes.indexOf(LINE_FEED, start);
      const end = found < 0 ? bytes.length : found;
      while (start < end && bytes[start] === 0) start++;
      const at = this.position.offset + start;
      if (end - start > this.maxLineBytes) tooLong.push(at);
      else if (end > start) lines.push({ at, bytes: bytes.subarray(start, end) });
      start = end + 1;
    }
    return this.upTo(bytes, lines, tooLong, false);
  }

  private upTo(bytes: Buffer, lines: readonly ReadLine[], tooLong: readonly number[], isSkipping: boolean): ReadLines {
    const { offset, place } = this.position;
    const earlier = this.before;
    const beforeEnd = (end: number) => {
      const read = bytes.subarray(0, end);
      const all = end >= MARK_BYTES ? read : Buffer.concat([earlier, read]);
      return all.subarray(Math.max(0, all.length - MARK_BYTES));
    };
    const passed = (end: number, isSkippingThere: boolean): Passed => {
      const before = Buffer.from(beforeEnd(end));
      return { position: positionOf(offset + end, before, place), before, isSkipping: isSkippingThere };
    };
    return {
      lines,
      tooLong,
      ...passed(bytes.length, isSkipping),
      passedAfter: ({ at, bytes: line }) => passed(Math.min(at - offset + line.length + 1, bytes.length), false),
    };
  }
}
