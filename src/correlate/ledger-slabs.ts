/**
 * Entries of the ledger by their places, in slabs. What every search needs stays in memory, 5 bytes an entry: the next
 * place in its chain, and a tag. The rest, 40 bytes, is in memory while its slab is among the newest or some row of it is
 * kept; then nothing of it changes any more, and where there is a store it goes there and is read back in blocks. No
 * answer depends on where an entry stands.
 *
 * Words: 0 check of the key (its lowest bit, which every key has set, says that the row is kept), 1 service, 2 topic,
 * 3 row, or when that has left the sender's path, 4–5 low half of the trace id, 6–7 span id, 8–9 time (µs).
 * Tag: kind (2 bits), met, the five highest bits of the key: buckets go by the lowest.
 */
import { NO_PATH } from '../contract/path-sink.ts';
import { SOUGHT } from '../contract/rendezvous.ts';
import { SLABS, type SlabStore } from '../contract/slab-store.ts';
import { CHANGED, ChangedLines } from '../lib/changed-lines.ts';
import { LedgerBlocks, type StoredSlab } from './ledger-blocks.ts';

export const ENTRY_WORDS = 10;
export const CHECK = 0;
export const ENTRY_SERVICE = 1;
export const ENTRY_TOPIC = 2;
export const ENTRY_ROW = 3;
export const ENTRY_IDS = 4;
const TIME = 8;
/** Lowest bit of the check. */
export const KEPT = 1;

export const KIND_MASK = 3;
/** A sender that was joined, a seeker that was found or needs nothing any more. */
export const MET = 4;
/** Where in a tag those of the key are. */
export const HIGH = 3;
export const HIGH_MASK = 31 << HIGH;

/** Entries that a new table has room for. */
const FIRST = 256;
/** Entries of a line of an image: so many, or those of a slab. */
const LINE_SHIFT = 4;
/** Entries looked through in one go for rows that are kept. */
const SETTLED_AT_ONCE = 8192;
/** After a store that failed. */
const AGAIN_MS = 1000;

type Words = Int32Array<SharedArrayBuffer>;

export class LedgerSlabs {
  /** Entries of a slab: a power of two. */
  readonly size: number;
  readonly shift: number;
  private readonly mask: number;
  /** By slab; missing for those that hold nothing. */
  readonly next: (Int32Array | undefined)[];
  readonly tags: (Uint8Array | undefined)[];
  readonly words: (Words | undefined)[];
  private readonly floats: (Float64Array | undefined)[];
  readonly stored: (StoredSlab | undefined)[];
  /** Entries of a line of an image, as a power of two, and which lines changed: a slab is a piece. */
  readonly lineShift: number;
  lines: ChangedLines;
  readonly blocks: LedgerBlocks;
  /** Where the words of the entry located last stand. */
  found: Int32Array;
  private foundFloats: Float64Array;
  store: SlabStore | undefined;
  /** Memory of slabs that were stored, for those to come: two threads had it, and neither is quick to give it back. */
  private readonly spare: Words[] = [];
  /** Of the slab stored last. */
  lastName = 0;
  isRowKept: (row: number) => boolean = () => false;
  /** Slabs that stay in memory behind the one that is being filled. */
  private readonly inMemory: number;
  /** The next slab to be stored, entries of it that are settled, and whether it is being stored. */
  private aging = 0;
  private settled = 0;
  private isStoring = false;
  private notBeforeMs = 0;
  failedStores = 0;

  /** @param block entries of a block of what is stored from now on. @param slabs that there may be. */
  constructor(size: number, inMemory: number, block: number, slabs: number) {
    this.size = size;
    this.next = new Array(slabs).fill(undefined);
    this.tags = new Array(slabs).fill(undefined);
    this.words = new Array(slabs).fill(undefined);
    this.floats = new Array(slabs).fill(undefined);
    this.stored = new Array(slabs).fill(undefined);
    this.shift = Math.log2(size);
    this.lineShift = Math.min(LINE_SHIFT, this.shift);
    this.lines = this.linesFor(slabs);
    this.mask = size - 1;
    this.inMemory = inMemory;
    this.blocks = new LedgerBlocks(Math.min(block, size));
    this.found = this.blocks.nothing;
    this.foundFloats = this.blocks.nothingFloats;
  }

  linesFor(slabs: number): ChangedLines {
    const { shift, lineShift } = this;
    return new ChangedLines('ledger', slabs << (shift - lineShift), shift - lineShift);
  }

  /** Whoever changes an entry says so. */
  touch(place: number): void {
    this.lines.marks[place >>> this.lineShift] = CHANGED;
  }

  /** Bytes of a slab that is stored. */
  get bytes(): number {
    return this.size * ENTRY_WORDS * 4;
  }

  /** Slabs that are stored, and bytes of the others and of what is held of all. */
  account(): readonly [stored: number, bytes: number] {
    const { words, next, tags, stored } = this;
    const bytesOf = (tables: readonly (ArrayBufferView | undefined)[]) =>
      tables.reduce((sum, table) => sum + (table?.byteLength ?? 0), 0);
    return [stored.filter(slab => slab !== undefined).length, bytesOf(words) + bytesOf(next) + bytesOf(tags)];
  }

  /** Makes room for the entry at a place. */
  open(place: number): void {
    const slab = place >>> this.shift;
    const tags = this.tags[slab];
    if (tags !== undefined && (place & this.mask) < tags.length) return;
    if (tags !== undefined) this.grow(slab, tags.length * 2);
    else this.grow(slab, slab === 0 ? Math.min(FIRST, this.size) : this.size);
  }

  private grow(slab: number, entries: number): void {
    const { words, next, tags } = this;
    const before = words[slab];
    const spare = entries === this.size ? this.spare.pop()?.fill(0) : undefined;
    const grown = spare ?? new Int32Array(new SharedArrayBuffer(entries * ENTRY_WORDS * 4));
    if (before !== undefined) grown.set(before);
    this.setWords(slab, grown);
    next[slab] = resized(next[slab], new Int32Array(entries));
    const known = tags[slab]?.length ?? 0;
    tags[slab] = resized(tags[slab], new Uint8Array(entries));
    // What stood there in the ring before is not what is there now.
    this.markAll(slab, known, entries, CHANGED);
  }

  /** Lines of a slab, from one entry to another. */
  private markAll(slab: number, from: number, to: number, mark: number): void {
    const { shift, lineShift } = this;
    const first = slab << (shift - lineShift);
    this.lines.marks.fill(mark, first + (from >>> lineShift), first + (to >>> lineShift));
  }

  /** What does not exist has not changed. */
  unmarkMissing(): void {
    for (const [slab, tags] of this.tags.entries()) if (tags === undefined) this.markAll(slab, 0, this.size, 0);
  }

  setWords(slab: number, words: Words | undefined): void {
    this.words[slab] = words;
    this.floats[slab] = words === undefined ? undefined : new Float64Array(words.buffer);
  }

  /** Begin of the entry's words in `found`; of one that is there no more they are zeros. */
  locate(place: number): number {
    const slab = place >>> this.shift;
    const words = this.words[slab];
    if (words === undefined) return this.fetch(place, slab);
    this.found = words;
    this.foundFloats = this.floats[slab]!;
    return (place & this.mask) * ENTRY_WORDS;
  }

  private fetch(place: number, slab: number): number {
    const { blocks, store } = this;
    const stored = this.stored[slab];
    const isThere = stored !== undefined && store !== undefined;
    const at = isThere ? blocks.locate(place, place & this.mask, stored, store) : -1;
    this.found = at < 0 ? blocks.nothing : blocks.words;
    this.foundFloats = at < 0 ? blocks.nothingFloats : blocks.floats;
    return Math.max(at, 0);
  }

  time(place: number): number {
    const at = this.locate(place);
    return this.foundFloats[(at + TIME) >> 1]!;
  }

  setTime(place: number, time: number): void {
    this.floats[place >>> this.shift]![((place & this.mask) * ENTRY_WORDS + TIME) >> 1] = time;
  }

  tag(place: number): number {
    return this.tags[place >>> this.shift]?.[place & this.mask] ?? 0;
  }

  /** All its entries are gone. @param after the slab that has the oldest now. */
  drop(slab: number, after: number): void {
    const { stored, store, blocks } = this;
    const gone = stored[slab];
    if (gone !== undefined) store?.release(gone.name);
    stored[slab] = this.next[slab] = this.tags[slab] = undefined;
    this.setWords(slab, undefined);
    this.markAll(slab, 0, this.size, 0);
    blocks.forget(slab * this.size, this.size);
    if (slab === this.aging) this.look(after);
  }

  /** There are so many slabs now; those from one on stand further behind. */
  move(slabs: number, from: number, by: number): void {
    for (const table of [this.next, this.tags, this.words, this.floats, this.stored] as unknown[][]) {
      const moved = table.splice(from);
      while (table.length < from + by) table.push(undefined);
      table.push(...moved);
    }
    const before = this.lines;
    this.lines = this.linesFor(slabs);
    this.lines.renew(before);
    this.unmarkMissing();
  }

  /** Stores what may be: one slab at a time, oldest first. @param head slab of the next entry. @param slabs there are. */
  age(head: number, slabs: number, nowMs: number): void {
    const { store } = this;
    if (store === undefined || this.isStoring || nowMs < this.notBeforeMs) return;
    while (this.stored[this.aging] !== undefined && this.aging !== head) this.look((this.aging + 1) % slabs);
    const behind = (head - this.aging + slabs) % slabs;
    if (behind > this.inMemory && this.isSettled(this.aging)) this.send(store, this.aging, nowMs);
  }

  /** From here on is to be stored what is not. */
  look(slab: number): void {
    this.aging = slab;
    this.settled = 0;
  }

  /** No row of it is kept; where one left without a word, it is said here. */
  private isSettled(slab: number): boolean {
    const words = this.words[slab];
    const tags = this.tags[slab];
    if (words === undefined || tags === undefined) return false;
    const end = Math.min(this.size, this.settled + SETTLED_AT_ONCE);
    for (; this.settled < end; this.settled++) {
      const at = this.settled * ENTRY_WORDS;
      if ((words[at + CHECK]! & KEPT) === 0) continue;
      if (this.isRowKept(words[at + ENTRY_ROW]!)) return false;
      this.touch(slab * this.size + this.settled);
      words[at + CHECK]! &= ~KEPT;
      words[at + ENTRY_ROW] = NO_PATH;
      if ((tags[this.settled]! & KIND_MASK) === SOUGHT) tags[this.settled]! |= MET;
    }
    return this.settled === this.size;
  }

  private send(store: SlabStore, slab: number, nowMs: number): void {
    const memory = this.words[slab]!;
    const name = `${SLABS}/${String(++this.lastName).padStart(9, '0')}`;
    this.isStoring = true;
    store.store(name, memory, this.blocks.bytes, isStored => {
      this.isStoring = false;
      const isWanted = this.words[slab] === memory;
      if (isStored && isWanted) {
        this.stored[slab] = { name, block: this.blocks.entries };
        this.setWords(slab, undefined);
        this.spare.push(memory);
      } else if (isStored) store.release(name);
      else {
        this.failedStores++;
        this.notBeforeMs = nowMs + AGAIN_MS;
      }
    });
  }
}

function resized<T extends Int32Array | Uint8Array>(from: T | undefined, to: T): T {
  if (from !== undefined) to.set(from);
  return to;
}
