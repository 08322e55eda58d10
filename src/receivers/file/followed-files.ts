/**
 * All files that are followed: finds them, knows again what was read before under whatever name, and notices renaming,
 * truncation and removal.
 */
import { open } from 'node:fs/promises';
import { type FoundFile, findFiles, isAskedFor, siblingsOf } from './find.ts';
import { FollowedFile } from './followed-file.ts';
import { type Position, stands } from './position.ts';

export interface FollowOptions {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly startAt: 'beginning' | 'end';
  readonly maxLineBytes: number;
  readonly maxFiles: number;
}

export const FILE_EVENT_NAMES = [
  'found',
  'resumed',
  'renamed',
  'replaced',
  'truncated',
  'removed',
  'unreadable',
] as const;
export type FileEvent = (typeof FILE_EVENT_NAMES)[number];

export interface FollowWatcher {
  event(event: FileEvent, path: string, detail: string): void;
  /** A file is at this position without anything read: it is to be kept. */
  moved(path: string, position: Position): Promise<void>;
}

export class FollowedFiles {
  readonly files = new Map<string, FollowedFile>();
  /** Files that are there, and not followed because too many are. */
  waiting = 0;
  private readonly options: FollowOptions;
  private readonly watcher: FollowWatcher;
  /** What was read before this start, by path; each is taken once. */
  private readonly known: Map<string, Position>;
  private isFirst = true;
  private sizes: ReadonlyMap<string, FoundFile> = new Map();

  constructor(options: FollowOptions, known: Map<string, Position>, watcher: FollowWatcher) {
    this.options = options;
    this.known = known;
    this.watcher = watcher;
  }

  /** Looks for files, and at those that are followed. */
  async look(): Promise<void> {
    const found = await findFiles(this.options.include, this.options.exclude);
    const byPath = new Map(found.map(one => [one.path, one]));
    await this.followRenamed(found, byPath);
    for (const file of [...this.files.values()]) await this.lookAt(file, byPath.get(file.path));
    if (this.known.size > 0) await this.resume(found.filter(({ path }) => !this.files.has(path)));
    this.waiting = 0;
    for (const one of found) if (!this.files.has(one.path)) await this.begin(one);
    this.isFirst = false;
    this.sizes = byPath;
  }

  /** Not read yet, as of the last look. */
  get lagBytes(): number {
    let sum = 0;
    for (const { path, newest } of this.files.values()) {
      const size = this.sizes.get(path)?.size ?? 0;
      if (newest !== undefined) sum += Math.max(0, size - newest.position.offset);
    }
    return sum;
  }

  /** How far each path is read. */
  positions(): Map<string, Position> {
    const known = new Map(this.known);
    for (const { path, oldest } of this.files.values()) if (oldest !== undefined) known.set(path, oldest.position);
    return known;
  }

  async close(): Promise<void> {
    for (const file of this.files.values()) await file.close();
  }

  /** A file that is there under a new name is the one that was followed under the old. */
  private async followRenamed(found: readonly FoundFile[], byPath: ReadonlyMap<string, FoundFile>): Promise<void> {
    const left = [...this.files.values()].filter(
      ({ path, newest }) => newest !== undefined && byPath.get(path)?.place !== newest.position.place,
    );
    for (const file of left) {
      const now = found.find(({ path, place }) => place === file.newest!.position.place && !this.files.has(path));
      if (now === undefined || !(await stands(file.newest!.file, file.newest!.position))) continue;
      this.files.delete(file.path);
      this.watcher.event('renamed', file.path, `to ${now.path}`);
      file.path = now.path;
      this.files.set(now.path, file);
      await this.watcher.moved(now.path, file.newest!.position);
    }
  }

  private async lookAt(file: FollowedFile, found: FoundFile | undefined): Promise<void> {
    const { newest, path } = file;
    if (file.isDone) {
      this.files.delete(path);
      return;
    }
    if (found === undefined && !file.isGone)
      this.watcher.event('removed', path, 'what it still held is read to its end');
    file.isGone = found === undefined;
    if (found === undefined) return;
    if (newest === undefined || newest.position.place !== found.place) {
      if (await this.add(file, found, 0)) this.watcher.event('replaced', path, 'by another file of this name');
    } else if (await file.checkWritten(found.size)) {
      this.watcher.event('truncated', path, 'it is read from its beginning');
    }
  }

  /**
   * What was read before this start goes on where it was; a file that was being renamed may be missed by the first look.
   * First those that still have their name.
   */
  private async resume(found: readonly FoundFile[]): Promise<void> {
    if (found.length === 0) return;
    for (const one of found) {
      const position = this.known.get(one.path);
      if (position !== undefined && (await isAt(one, position))) await this.continueAt(one, one.path, position);
    }
    await this.forgetPassed();
    for (const one of found) {
      if (this.files.has(one.path)) continue;
      for (const [path, position] of this.known) {
        if (!(await isAt(one, position))) continue;
        if (!(await this.continueAt(one, path, position))) break;
        this.watcher.event('renamed', path, `to ${one.path}`);
        await this.watcher.moved(one.path, position);
        break;
      }
    }
  }

  /** A file that was renamed has two names in what is known: under the old one it stands where it was left. */
  private async forgetPassed(): Promise<void> {
    for (const [path, position] of this.known) {
      for (const { newest } of this.files.values()) {
        if (newest === undefined || newest.position.offset < position.offset) continue;
        if (position.offset > 0 && (await stands(newest.file, position))) this.known.delete(path);
      }
    }
  }

  private async continueAt(found: FoundFile, knownAs: string, position: Position): Promise<boolean> {
    const file = this.create(found.path);
    if (file === undefined || !(await this.add(file, found, position.offset))) return false;
    this.known.delete(knownAs);
    this.watcher.event('resumed', found.path, `at byte ${position.offset}`);
    return true;
  }

  private async begin(found: FoundFile): Promise<void> {
    const file = this.create(found.path);
    if (file === undefined) return;
    const earlier = this.known.get(found.path);
    if (earlier !== undefined) await this.addEarlier(file, earlier);
    const fromEnd = this.isFirst && earlier === undefined && this.options.startAt === 'end';
    if (!(await this.add(file, found, fromEnd ? found.size : 0))) return;
    this.known.delete(found.path);
    if (fromEnd) await this.watcher.moved(found.path, file.newest!.position);
    this.watcher.event(earlier === undefined ? 'found' : 'replaced', found.path, `${found.size} bytes`);
  }

  /** What had this name when it was read last may still be there, under a name that nobody asks for. */
  private async addEarlier(file: FollowedFile, position: Position): Promise<void> {
    const { include, exclude } = this.options;
    for (const one of await siblingsOf(file.path)) {
      if (this.files.has(one.path) || one.place !== position.place || !(await isAt(one, position))) continue;
      // Or under one that is asked for, since it was renamed after the look for files: it is a file by itself.
      if (isAskedFor(one.path, include, exclude)) {
        if (!(await this.continueAt(one, file.path, position))) return;
        this.watcher.event('renamed', file.path, `to ${one.path}`);
        await this.watcher.moved(one.path, position);
      } else if (await this.add(file, one, position.offset)) this.known.delete(file.path);
      return;
    }
  }

  private create(path: string): FollowedFile | undefined {
    if (this.files.size >= this.options.maxFiles) {
      this.waiting++;
      return undefined;
    }
    const file = new FollowedFile(path, this.options.maxLineBytes);
    this.files.set(path, file);
    return file;
  }

  /** False, and said, when it cannot be opened; another look tries again. */
  private async add(file: FollowedFile, found: FoundFile, offset: number): Promise<boolean> {
    try {
      await file.add(found, offset);
      return true;
    } catch (error) {
      if (file.newest === undefined) this.files.delete(file.path);
      this.watcher.event('unreadable', found.path, (error as Error).message);
      return false;
    }
  }
}

/** Whether this is the file of which so much was read. */
async function isAt({ path, size }: FoundFile, position: Position): Promise<boolean> {
  if (size < position.offset || position.offset === 0) return false;
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    return await stands(file, position);
  } finally {
    await file.close();
  }
}
