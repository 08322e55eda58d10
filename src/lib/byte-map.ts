/**
 * A bounded map from byte strings to non-negative integers, for caches keyed by what arrived on the wire.
 * Two generations: when the young one is full it becomes the old one; what is still used is copied back.
 */
import { equalBytes, hashBytes, viewOf } from './bytes.ts';

class Generation {
  readonly slots: Int32Array;
  readonly hashes: Int32Array;
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  readonly values: Int32Array;
  arena: Uint8Array;
  view: DataView;
  count = 0;
  used = 0;

  constructor(entries: number) {
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(entries * 2)));
    this.hashes = new Int32Array(entries);
    this.offsets = new Uint32Array(entries);
    this.lengths = new Uint32Array(entries);
    this.values = new Int32Array(entries);
    this.arena = new Uint8Array(1 << 12);
    this.view = viewOf(this.arena);
  }

  /** The entry's index, or -1. */
  find(hash: number, bytes: DataView, start: number, length: number): number {
    const mask = this.slots.length - 1;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const entry = this.slots[i]! - 1;
      if (entry < 0) return -1;
      if (
        this.hashes[entry] === hash &&
        this.lengths[entry] === length &&
        equalBytes(this.view, this.offsets[entry]!, bytes, start, length)
      ) {
        return entry;
      }
    }
  }

  add(hash: number, bytes: DataView, start: number, length: number, value: number): void {
    if (this.used + length > this.arena.length) {
      const arena = new Uint8Array(2 ** Math.ceil(Math.log2(this.used + length)));
      arena.set(this.arena);
      this.arena = arena;
      this.view = viewOf(arena);
    }
    this.arena.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, length), this.used);
    const entry = this.count++;
    this.hashes[entry] = hash;
    this.offsets[entry] = this.used;
    this.lengths[entry] = length;
    this.values[entry] = value;
    this.used += length;
    const mask = this.slots.length - 1;
    let i = hash & mask;
    while (this.slots[i] !== 0) i = (i + 1) & mask;
    this.slots[i] = entry + 1;
  }

  fits(length: number, entries: number, maxBytes: number): boolean {
    return this.count < entries && this.used + length <= maxBytes;
  }
}

export class ByteMap {
  private young: Generation;
  private old: Generation;
  private readonly entries: number;
  private readonly maxBytes: number;

  /** At most 2 × `entries` keys and 2 × `maxBytes` bytes of keys are held. */
  constructor(entries: number, maxBytes: number) {
    this.entries = entries;
    this.maxBytes = maxBytes;
    this.young = new Generation(entries);
    this.old = new Generation(1);
  }

  /** The value of the key at bytes [start, end), or -1. */
  get(bytes: DataView, start: number, end: number): number {
    const length = end - start;
    const hash = hashBytes(bytes, start, end);
    const entry = this.young.find(hash, bytes, start, length);
    if (entry >= 0) return this.young.values[entry]!;
    const aged = this.old.find(hash, bytes, start, length);
    if (aged < 0) return -1;
    const value = this.old.values[aged]!;
    this.insert(hash, bytes, start, length, value);
    return value;
  }

  /** Adds a key that `get` did not find. Keys longer than the whole map are not kept. */
  set(bytes: DataView, start: number, end: number, value: number): void {
    if (end - start <= this.maxBytes) this.insert(hashBytes(bytes, start, end), bytes, start, end - start, value);
  }

  private insert(hash: number, bytes: DataView, start: number, length: number, value: number): void {
    if (!this.young.fits(length, this.entries, this.maxBytes)) {
      this.old = this.young;
      this.young = new Generation(this.entries);
    }
    this.young.add(hash, bytes, start, length, value);
  }
}
