/**
 * Positions of kept rows: where a message is and what it is called, as keys of the ledger, and what was found there. A
 * ring in the order of the rows, which grows with use; a row's EXTRA is its newest position.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { CHANGED, ChangedLines, type LinedTable } from '../lib/changed-lines.ts';
import { sharedWords } from './pieces.ts';

const WORDS = 14;
const FIRST_CAPACITY = 256;
/** Positions of a line of an image, and lines of a piece. */
const POSITIONS_A_LINE = 8;
const LINE_WORDS = POSITIONS_A_LINE * WORDS;
const PIECE_SHIFT = 11;
/** Sequence number of the row; of its link, 0 for the span's own; of the row's position before it, 0 none. */
export const OWNER = 0;
export const OF_LINK = 1;
export const MORE = 2;
/** Keys of two words, zero where there is none: offset, id, and offset within a group. */
export const OFFSET_KEY = 3;
export const ID_KEY = 5;
export const GROUP_KEY = 7;
/** Of consumers: how the sender was found (`AT_OFFSET`, `AT_ID`, 0 not yet), and flags. */
export const FOUND = 9;
/** Entries of the ledger, + 1: the sender found; the row's own under its offset, under its id, and in its group. */
export const SENDER = 10;
export const OFFSET_ENTRY = 11;
export const ID_ENTRY = 12;
export const GROUP_ENTRY = 13;

export const AT_OFFSET = 1;
export const AT_ID = 2;
export const FOUND_MASK = 3;
/** Posted to the ledger. */
export const POSTED = 4;
/** Another span of the group processed this message before. */
export const REDELIVERED = 8;

interface Saved {
  readonly capacity: number;
  readonly oldest: number;
  readonly next: number;
  readonly dropped: number;
}

export class Positions implements Kept {
  words = sharedWords(FIRST_CAPACITY * WORDS);
  dropped = 0;
  private readonly limit: number;
  private capacity = FIRST_CAPACITY;
  /** Sequence numbers (mod 2^32) of the oldest and the next position. */
  private oldest = 1;
  private next = 1;
  private lines = linesFor(FIRST_CAPACITY);

  constructor(limit: number) {
    this.limit = 2 ** Math.ceil(Math.log2(Math.max(limit, FIRST_CAPACITY)));
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.lines.ahead(out, round, () => this.tables);
  }

  private get tables(): readonly LinedTable[] {
    return [{ name: 'positions/words', array: this.words, width: LINE_WORDS }];
  }

  *save(out: ImageWriter): Iterable<void> {
    const { capacity, oldest, next, dropped } = this;
    out.value('positions/state', { capacity, oldest, next, dropped } satisfies Saved);
    yield* this.lines.save(out, () => this.tables);
  }

  read(from: ImageReader): void {
    this.makePlaces(from);
    this.lines.read(from, this.tables);
  }

  /** As they were saved, even if they are more than the limit: see `fit`. */
  *load(from: ImageReader): Iterable<void> {
    const { oldest, next, dropped } = this.makePlaces(from);
    Object.assign(this, { oldest, next, dropped });
    yield* this.lines.load(from, this.tables);
  }

  /** As many as were saved. */
  private makePlaces(from: ImageReader): Saved {
    const saved = from.value('positions/state') as Saved;
    if (saved.capacity === this.capacity) return saved;
    this.capacity = saved.capacity;
    this.words = sharedWords(saved.capacity * WORDS);
    this.lines = linesFor(saved.capacity);
    return saved;
  }

  /** Holds what was loaded to the limit. */
  fit(): void {
    const over = this.count - this.limit;
    if (over > 0) {
      this.oldest = (this.oldest + over) | 0;
      this.dropped += over;
    }
    if (this.capacity <= this.limit) return;
    const { lines } = this;
    this.move(this.limit);
    this.lines = linesFor(this.limit);
    this.lines.renew(lines);
  }

  /**
   * Entries of the ledger have other numbers now; -1: it is there no more. A sender is unknown then; of its own entries a
   * position only remembers that there was one.
   */
  renumber(moved: (entry: number) => number): void {
    const { words } = this;
    for (let sequence = this.oldest; sequence !== this.next; sequence = (sequence + 1) | 0) {
      const at = this.place(sequence);
      this.changed(at);
      for (const word of [OFFSET_ENTRY, ID_ENTRY, GROUP_ENTRY])
        if (words[at + word] !== 0) words[at + word] = Math.max(moved(words[at + word]! - 1), 0) + 1;
      if (words[at + SENDER] === 0) continue;
      words[at + SENDER] = moved(words[at + SENDER]! - 1) + 1;
      if (words[at + SENDER] === 0) words[at + FOUND]! &= ~FOUND_MASK;
    }
  }

  /** Place of the next position; its words are set but for the keys. `more`: the row's position before. */
  push(owner: number, link: number, more: number): number {
    if (this.count >= this.capacity) this.makeRoom();
    const at = this.place(this.next);
    this.next = (this.next + 1) | 0;
    this.changed(at);
    const { words } = this;
    for (let i = MORE + 1; i < WORDS; i++) words[at + i] = 0;
    words[at + OWNER] = owner;
    words[at + OF_LINK] = link;
    words[at + MORE] = more;
    return at;
  }

  /** Whoever changes words of the position at a place says so. */
  changed(at: number): void {
    this.lines.marks[(at / LINE_WORDS) | 0] = CHANGED;
  }

  /** Sequence number of the newest. */
  get newest(): number {
    return (this.next - 1) | 0;
  }

  /** The position with this sequence number, as a place; -1 when it is gone, or none. */
  at(sequence: number): number {
    return sequence !== 0 && (sequence - this.oldest) >>> 0 < this.count ? this.place(sequence) : -1;
  }

  /** Forgets positions of rows that are not alive. */
  dropUntil(isAlive: (owner: number) => boolean): void {
    while (this.count > 0 && !isAlive(this.words[this.place(this.oldest) + OWNER]!))
      this.oldest = (this.oldest + 1) | 0;
  }

  private get count(): number {
    return (this.next - this.oldest) >>> 0;
  }

  private place(sequence: number): number {
    return (sequence & (this.capacity - 1)) * WORDS;
  }

  private makeRoom(): void {
    if (this.capacity >= this.limit) {
      this.oldest = (this.oldest + 1) | 0;
      this.dropped++;
      return;
    }
    this.move(this.capacity * 2);
    this.lines.reach(this.capacity / POSITIONS_A_LINE - 1);
    this.lines.renew(this.lines);
  }

  private move(to: number): void {
    const { words, oldest, next, capacity } = this;
    this.capacity = to;
    this.words = sharedWords(this.capacity * WORDS);
    for (let sequence = oldest; sequence !== next; ) {
      const from = sequence & (capacity - 1);
      const at = sequence & (to - 1);
      const run = Math.min((next - sequence) >>> 0, capacity - from, to - at);
      this.words.set(words.subarray(from * WORDS, (from + run) * WORDS), at * WORDS);
      sequence = (sequence + run) | 0;
    }
  }
}

function linesFor(capacity: number): ChangedLines {
  return new ChangedLines('positions', capacity / POSITIONS_A_LINE, PIECE_SHIFT);
}
