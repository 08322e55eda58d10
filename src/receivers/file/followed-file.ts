/**
 * One path that is followed: the file that is there, and before it what was there earlier and is not read to its end yet.
 * They are read one after the other, each to its end.
 */
import { open } from 'node:fs/promises';
import type { FoundFile } from './find.ts';
import { LineReader, type ReadLines } from './line-reader.ts';
import { placeOf, stands } from './position.ts';

/** Whoever writes a file may go on for a moment after it was renamed. */
const RENAMED_WAIT_MS = 1000;

interface Opened {
  readonly reader: LineReader;
  /** When nothing more was found in it though another is in its place; undefined before. */
  endedMs: number | undefined;
}

export interface Read {
  readonly reader: LineReader;
  readonly chunk: ReadLines;
}

export class FollowedFile {
  /** Changes when the file is renamed. */
  path: string;
  /** There is no file of this name any more. */
  isGone = false;
  private opened: Opened[] = [];
  private readonly maxLineBytes: number;

  constructor(path: string, maxLineBytes: number) {
    this.path = path;
    this.maxLineBytes = maxLineBytes;
  }

  /** The one that is there now. */
  get newest(): LineReader | undefined {
    return this.opened.at(-1)?.reader;
  }

  /** The one that is read now. */
  get oldest(): LineReader | undefined {
    return this.opened[0]?.reader;
  }

  /** Everything was read, and nothing more can come. */
  get isDone(): boolean {
    return this.isGone && this.opened.length === 0;
  }

  /** To be read from an offset on, after all that was added before. Throws what `open` does. */
  async add({ path, place }: FoundFile, offset: number): Promise<void> {
    const file = await open(path);
    // Since it was found another may have taken its name, which is read from its beginning or not at all.
    const opened = placeOf(await file.stat());
    if (opened !== place && offset > 0) {
      await file.close();
      throw new Error('another file has taken its name');
    }
    this.opened.push({ reader: await LineReader.at(file, opened, offset, this.maxLineBytes), endedMs: undefined });
  }

  /** Begins the file that is there anew when it is not what was read of it; true when it was not. */
  async checkWritten(size: number): Promise<boolean> {
    const newest = this.opened.at(-1);
    if (newest === undefined) return false;
    const { file, position } = newest.reader;
    if (size >= position.offset && (await stands(file, position))) return false;
    const reader = await LineReader.at(file, position.place, 0, this.maxLineBytes);
    this.opened[this.opened.length - 1] = { reader, endedMs: undefined };
    return true;
  }

  /** Undefined: nothing for now. */
  async next(nowMs: number): Promise<Read | undefined> {
    for (;;) {
      const [first] = this.opened;
      if (first === undefined) return undefined;
      const isLeft = this.isGone || this.opened.length > 1;
      if (!isLeft) first.endedMs = undefined;
      const isEnded = isLeft && first.endedMs !== undefined && nowMs - first.endedMs >= RENAMED_WAIT_MS;
      const chunk = await first.reader.read(isEnded);
      if (chunk !== undefined) return { reader: first.reader, chunk };
      if (!isEnded) {
        if (isLeft) first.endedMs ??= nowMs;
        return undefined;
      }
      this.opened.shift();
      await first.reader.file.close();
    }
  }

  async close(): Promise<void> {
    const { opened } = this;
    this.opened = [];
    for (const { reader } of opened) await reader.file.close();
  }
}
