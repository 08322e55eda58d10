/** Blocks of stored slabs that were read of late: place of an entry → its words. A bounded memory; what came last stays. */
import type { SlabStore } from '../contract/slab-store.ts';

/** Entries of a block: a search reads one for a single entry of it, and needs few of the others. */
export const BLOCK = 32;
/** Of slabs that programs with the storage format 2 stored. */
export const EARLIER_BLOCK = 128;
/** Blocks that are held. */
const SLOTS = 4096;
const WORDS = 10;

/** A slab as it is stored. */
export interface StoredSlab {
  readonly name: string;
  /** Entries of its blocks: as many as those that are held have, or a multiple of that. */
  readonly block: number;
}

export class LedgerBlocks {
  /** Entries of a block. */
  readonly entries: number;
  readonly bytes: number;
  private readonly shift: number;
  /** Of an entry that is nowhere. */
  readonly nothing = new Int32Array(WORDS);
  readonly nothingFloats = new Float64Array(this.nothing.buffer);
  words = new Int32Array(0);
  floats = new Float64Array(0);
  reads = 0;
  /** Blocks that were not there as they were stored. */
  failed = 0;
  /** By slot: number of its block among all places, + 1. */
  private readonly held = new Int32Array(SLOTS);
  /** The block read last, as it is stored. */
  private stored = new Int32Array(0);
  private storedBytes = new Uint8Array(0);

  /** @param entries of a block: a power of two. */
  constructor(entries: number) {
    this.entries = entries;
    this.shift = Math.log2(entries);
    this.bytes = entries * WORDS * 4;
  }

  get memoryBytes(): number {
    return this.words.byteLength;
  }

  /** Begin of the words of an entry in `words`; −1 when they cannot be had. @param inSlab where in the slab it stands. */
  locate(place: number, inSlab: number, slab: StoredSlab, store: SlabStore): number {
    const number = place >>> this.shift;
    const slot = number & (SLOTS - 1);
    if (this.held[slot] !== number + 1 && !this.read(slot, number, inSlab, slab, store)) return -1;
    return slot * this.entries * WORDS + (place & (this.entries - 1)) * WORDS;
  }

  /** Places that stand for nothing any more. */
  forget(from: number, places: number): void {
    if (this.words.length === 0) return;
    const first = from >>> this.shift;
    for (let i = 0; i < places >>> this.shift; i++) {
      const slot = (first + i) & (SLOTS - 1);
      if (this.held[slot] === first + i + 1) this.held[slot] = 0;
    }
  }

  private read(slot: number, number: number, inSlab: number, { name, block }: StoredSlab, store: SlabStore): boolean {
    if (this.words.length === 0) this.makeRoom();
    if (this.stored.length !== block * WORDS) this.setStored(block);
    this.reads++;
    const isThere = store.read(name, Math.floor(inSlab / block), this.storedBytes);
    this.held[slot] = isThere ? number + 1 : 0;
    if (isThere) this.take(slot, inSlab % block);
    else this.failed++;
    return isThere;
  }

  /** @param at entry of the block as it is stored. */
  private take(slot: number, at: number): void {
    const { stored, entries } = this;
    const length = entries * WORDS;
    const from = (at >>> this.shift) * length;
    this.words.set(stored.length === length ? stored : stored.subarray(from, from + length), slot * length);
  }

  private setStored(block: number): void {
    this.stored = new Int32Array(block * WORDS);
    this.storedBytes = new Uint8Array(this.stored.buffer);
  }

  private makeRoom(): void {
    this.words = new Int32Array(SLOTS * this.entries * WORDS);
    this.floats = new Float64Array(this.words.buffer);
  }
}
