/**
 * Published changes in the order of their numbers, without gaps between `oldest` and `newest`: on the disk
 * (`change-files.ts`), or where nothing is kept the newest ones in memory.
 */
import type { ChangePage } from '../../contract/change-feed.ts';
import { Newest } from '../../lib/newest.ts';
import { HOUR_MS } from '../../lib/units.ts';

/** Of the texts of one page; a single longer one is a page by itself. */
export const PAGE_BYTES = 1 << 20;
const MOST_IN_MEMORY = 10_000;
const MEMORY_BYTES = 16 << 20;

export interface StoredChange {
  readonly seq: number;
  readonly timeMs: number;
  /** JSON. */
  readonly text: string;
}

export interface ChangeLogOptions {
  readonly keepMs: number;
  readonly maxBytes: number;
}

/** Those of a configuration that says nothing. */
export const KEEP_CHANGES: ChangeLogOptions = { keepMs: 30 * 24 * HOUR_MS, maxBytes: 256 << 20 };

export interface ChangeLog {
  /** Number of the newest change that was ever stored. */
  readonly newest: number;
  /** Of the oldest that can be read; `newest` + 1 when there is none. */
  readonly oldest: number;
  readonly bytes: number;
  /** Times of the oldest that can be read and of the newest; 0 when there is none. */
  readonly oldestMs: number;
  readonly newestMs: number;
  /**
   * In the order of their numbers, behind `newest`. Stored when it resolves; when it rejects none of them is, and the
   * same ones may be tried again. One call at a time.
   */
  append(changes: readonly StoredChange[]): Promise<void>;
  /** Those that follow a place, at most `limit` and about `PAGE_BYTES`. */
  read(after: number, limit: number): ChangePage;
  /** Lets go of what is too old or too much. */
  prune(nowMs: number): void;
  setOptions(options: ChangeLogOptions): void;
  close(): void;
}

export class MemoryChangeLog implements ChangeLog {
  private readonly changes: Newest<StoredChange>;
  private options: ChangeLogOptions;

  constructor(options = KEEP_CHANGES) {
    const sizeOf = ({ text }: StoredChange) => text.length;
    this.changes = new Newest(1, { most: MOST_IN_MEMORY, maxSize: MEMORY_BYTES, sizeOf });
    this.options = options;
  }

  get newest(): number {
    return this.changes.next - 1;
  }

  get oldest(): number {
    return this.changes.first;
  }

  get bytes(): number {
    return this.changes.bytes;
  }

  get oldestMs(): number {
    return this.changes.get(this.oldest)?.timeMs ?? 0;
  }

  get newestMs(): number {
    return this.changes.get(this.newest)?.timeMs ?? 0;
  }

  append(changes: readonly StoredChange[]): Promise<void> {
    for (const change of changes) this.changes.push(change.seq, change);
    return Promise.resolve();
  }

  read(after: number, limit: number): ChangePage {
    return pageOf(this, after, limit, seq => this.changes.get(seq)?.text);
  }

  prune(nowMs: number): void {
    const { changes, options } = this;
    while ((changes.get(changes.first)?.timeMs ?? nowMs) < nowMs - options.keepMs) changes.shift();
  }

  setOptions(options: ChangeLogOptions): void {
    this.options = options;
  }

  close(): void {}
}

type Bounds = Pick<ChangeLog, 'oldest' | 'newest'>;

/** @param textOf by number; undefined where there is none (any more): the page ends before it. */
export function pageOf(
  bounds: Bounds,
  after: number,
  limit: number,
  textOf: (seq: number) => string | undefined,
): ChangePage {
  const changes: string[] = [];
  let next = Math.min(Math.max(after, bounds.oldest - 1), bounds.newest);
  for (let bytes = 0; changes.length < limit && next < bounds.newest; next++) {
    const text = textOf(next + 1);
    if (text === undefined) break;
    bytes += text.length;
    if (changes.length > 0 && bytes > PAGE_BYTES) break;
    changes.push(text);
  }
  return { changes, next, oldest: bounds.oldest, newest: bounds.newest };
}
