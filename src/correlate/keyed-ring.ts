/**
 * Entries of so many words each under a hash, for a time: a ring in order of arrival that grows with use, up to its
 * limit; then the oldest are given up. Entries go by sequence numbers, which never change; 0 is none. Words 0 and 1 of an
 * entry are the ring's own.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { inSteps, loadPieces, savePieces } from './pieces.ts';
import { type SavedSlices, TimeSlices } from './time-slices.ts';

/** Older entry in the chain of its bucket, by sequence number. */
const NEXT = 0;
const HASH = 1;
/** First word that is the owner's. */
export const ENTRY = 2;

const FIRST_CAPACITY = 256;
/** Bytes of a piece of an image, about. */
const PIECE_BYTES = 1 << 20;

interface Saved {
  readonly capacity: number;
  readonly oldest: number;
  readonly next: number;
  readonly evicted: number;
  readonly slices: SavedSlices;
}

export class KeyedRing implements Kept {
  readonly limit: number;
  words: Int32Array;
  floats: Float64Array;
  evicted = 0;
  /** The horizon; holds for the entries that are there, too. */
  windowMs: number;
  private readonly family: string;
  private readonly width: number;
  private capacity = 0;
  private buckets = new Int32Array(0);
  private oldest = 1;
  private nextSequence = 1;
  private readonly slices = new TimeSlices();

  /** @param width an even number of words. @param family of its sections in an image. */
  constructor(family: string, width: number, limit: number, windowMs: number) {
    this.family = family;
    this.width = width;
    this.limit = limit;
    this.windowMs = Math.max(windowMs, 1);
    this.words = new Int32Array(0);
    this.floats = new Float64Array(0);
  }

  /** With its place in the index. */
  get bytesPerEntry(): number {
    return 4 * this.width + 4;
  }

  get count(): number {
    return (this.nextSequence - this.oldest) | 0;
  }

  /** Time of the oldest entry's slice, ms; 0 when there is none. */
  get since(): number {
    return this.count === 0 ? 0 : this.slices.since;
  }

  /** Begins a slice of entries at this time, and forgets slices older than the horizon. */
  advance(nowMs: number): void {
    this.oldest = (this.oldest + this.slices.advance(nowMs, this.windowMs)) | 0;
  }

  /** Opens an entry of zeros and returns its sequence number; 0 when there is room for none. */
  add(hash: number): number {
    if (this.limit === 0) return 0;
    if (this.count >= this.limit) this.evictOldest();
    if (this.count >= this.capacity) this.grow(Math.max(FIRST_CAPACITY, this.capacity * 2));
    const sequence = this.nextSequence;
    // No entry goes by zero.
    this.nextSequence = (sequence + 1) | 0 || 1;
    const at = this.at(sequence);
    this.words.fill(0, at, at + this.width);
    this.words[at + HASH] = hash;
    this.link(sequence, at);
    this.slices.newest.count++;
    return sequence;
  }

  /** Where an entry's words begin, for as long as none is added. */
  at(sequence: number): number {
    return (sequence & (this.capacity - 1)) * this.width;
  }

  isThere(sequence: number): boolean {
    return sequence !== 0 && (sequence - this.oldest) >>> 0 < this.count;
  }

  /** The newest entry under a hash; 0 none. */
  first(hash: number): number {
    if (this.count === 0) return 0;
    return this.find(this.buckets[hash & (this.capacity - 1)]!, hash);
  }

  /** The next older entry under the same hash. */
  next(sequence: number): number {
    const at = this.at(sequence);
    return this.find(this.words[at + NEXT]!, this.words[at + HASH]!);
  }

  private find(from: number, hash: number): number {
    let sequence = from;
    while (this.isThere(sequence)) {
      const at = this.at(sequence);
      if (this.words[at + HASH] === hash) return sequence;
      sequence = this.words[at + NEXT]!;
    }
    return 0;
  }

  /** The oldest entry, and from one to the one after; 0 behind the newest. */
  get begin(): number {
    return this.count === 0 ? 0 : this.oldest;
  }

  after(sequence: number): number {
    const next = (sequence + 1) | 0 || 1;
    return next === this.nextSequence ? 0 : next;
  }

  *save(out: ImageWriter): Iterable<void> {
    const { family, capacity, oldest, nextSequence: next, evicted, slices } = this;
    out.value(`${family}/state`, { capacity, oldest, next, evicted, slices: slices.save() } satisfies Saved);
    if (this.count > 0) yield* savePieces(out, `${family}/words`, this.words, this.pieceWords);
  }

  /** Entries that find no place under another limit count as evicted: the oldest. */
  *load(from: ImageReader): Iterable<void> {
    const { family } = this;
    // Of a program that did not have it there is none.
    if (from.size(`${family}/state`) < 0) return;
    const saved = from.value(`${family}/state`) as Saved;
    this.evicted = saved.evicted;
    this.slices.load(saved.slices);
    this.oldest = saved.oldest;
    this.nextSequence = saved.next;
    this.setCapacity(saved.capacity);
    yield* loadPieces(from, `${family}/words`, this.words, this.pieceWords);
    yield* inSteps(this.count, (a, b) => {
      for (let i = a; i < b; i++) this.link((saved.oldest + i) | 0, this.at((saved.oldest + i) | 0));
    });
    while (this.count > this.limit) this.evictOldest();
  }

  private get pieceWords(): number {
    return Math.max(1, Math.floor(PIECE_BYTES / 4 / this.width)) * this.width;
  }

  private link(sequence: number, at: number): void {
    const bucket = this.words[at + HASH]! & (this.capacity - 1);
    this.words[at + NEXT] = this.buckets[bucket]!;
    this.buckets[bucket] = sequence;
  }

  private grow(capacity: number): void {
    const { words, capacity: before, width } = this;
    this.setCapacity(capacity);
    for (let i = 0, sequence = this.oldest; i < this.count; i++, sequence = (sequence + 1) | 0) {
      const from = (sequence & (before - 1)) * width;
      const at = this.at(sequence);
      this.words.set(words.subarray(from, from + width), at);
      this.link(sequence, at);
    }
  }

  private setCapacity(capacity: number): void {
    this.capacity = capacity;
    this.words = new Int32Array(capacity * this.width);
    this.floats = new Float64Array(this.words.buffer);
    this.buckets = new Int32Array(capacity);
  }

  private evictOldest(): void {
    this.evicted++;
    this.oldest = (this.oldest + 1) | 0;
    this.slices.dropOldest();
  }
}
