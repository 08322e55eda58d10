/** Blocks of stored slabs that were read of late: place of an entry → its words. A bounded memory; what came last stays. */
import type { SlabStore } from '../contract/slab-store.ts';

/** Entries of a block, and blocks that are held. */
export const BLOCK = 128;
const SLOTS = 1024;
const WORDS = 10;

export class LedgerBlocks {
  readonly bytes: number;
  readonly shift: number;
  /** Of an entry that is nowhere. */
  readonly nothing = new Int32Array(WORDS);
  readonly nothingFloats = new Float64Array(this.nothing.buffer);
  words = new Int32Array(0);
  floats = new Float64Array(0);
  reads = 0;
  /** Blocks that were not there as they were stored. */
  failed = 0;
  private readonly entries: number;
  /** By slot: number of its block among all places, + 1. */
  private readonly held = new Int32Array(SLOTS);
  private slots: Uint8Array[] = [];

  /** @param entries of a block: a power of two. */
  constructor(entries: number) {
    this.entries = entries;
    this.shift = Math.log2(entries);
    this.bytes = entries * WORDS * 4;
  }

  get memoryBytes(): number {
    return this.words.byteLength;
  }

  /** Begin of the words of an entry in `words`; −1 when they cannot be had. @param block of the entry in the slab. */
  locate(place: number, block: number, name: string, store: SlabStore): number {
    const number = place >>> this.shift;
    const slot = number & (SLOTS - 1);
    if (this.held[slot] !== number + 1 && !this.read(slot, number, block, name, store)) return -1;
    return slot * this.entries * WORDS + (place & (this.entries - 1)) * WORDS;
  }

  /** Places that stand for nothing any more. */
  forget(from: number, places: number): void {
    if (this.slots.length === 0) return;
    const first = from >>> this.shift;
    for (let i = 0; i < places >>> this.shift; i++) {
      const slot = (first + i) & (SLOTS - 1);
      if (this.held[slot] === first + i + 1) this.held[slot] = 0;
    }
  }

  private read(slot: number, number: number, block: number, name: string, store: SlabStore): boolean {
    if (this.slots.length === 0) this.makeRoom();
    this.reads++;
    const isThere = store.read(name, block, this.slots[slot]!);
    this.held[slot] = isThere ? number + 1 : 0;
    if (!isThere) this.failed++;
    return isThere;
  }

  private makeRoom(): void {
    this.words = new Int32Array(SLOTS * this.entries * WORDS);
    this.floats = new Float64Array(this.words.buffer);
    this.slots = Array.from({ length: SLOTS }, (_, i) => new Uint8Array(this.words.buffer, i * this.bytes, this.bytes));
  }
}
