/**
 * The message ledger: who sent, seeks or processed which message, 48 bytes each, for `message_wait`. A ring in order of
 * arrival, in slabs that are made when they are first needed, with one chain per bucket, newest first; a pointer that
 * does not lead to an older entry ends its chain. It knows keys and entries, no rows.
 *
 * Layout (words): 0 check of the key, 1 next in chain (place + 1), 2 kind (2 bits) and flags, 3 service, 4 topic, 5 row,
 * and when that has left the sender's path, 6–7 low half of the trace id, 8–9 span id; beside them the time (µs).
 */
import type { Rendezvous } from '../contract/rendezvous.ts';

/** And a time. */
const WORDS = 10;
const SLAB_SHIFT = 16;
const SLAB = 1 << SLAB_SHIFT;
const MAX_BUCKETS = 1 << 22;
/** Entries are forgotten by slices of time: this many make up the horizon. */
const SLICES = 300;

const KIND_MASK = 3;
/** The row has left: word 5 is a path. */
export const LEFT = 4;
/** A sender that was joined, a seeker that was found or needs nothing any more. */
export const MET = 8;

interface Slice {
  readonly ms: number;
  count: number;
}

export class MessageLedger {
  readonly limit: number;
  evicted = 0;
  private readonly slabs: Int32Array[] = [];
  private readonly doubles: Float64Array[] = [];
  private buckets = new Int32Array(0);
  private head = 0;
  private used = 0;
  private readonly slices: Slice[] = [];
  private newest: Slice = { ms: 0, count: 0 };
  private windowMs: number;

  constructor(limit: number, waitMs: number) {
    this.limit = Math.max(limit, 1);
    this.windowMs = Math.max(waitMs, 1);
  }

  /** The horizon; holds for the entries that are there, too. */
  set waitMs(ms: number) {
    this.windowMs = Math.max(ms, 1);
  }

  get count(): number {
    return this.used;
  }

  /** Time of the oldest entry's slice, ms; 0 when there is none. */
  get since(): number {
    return this.used === 0 ? 0 : (this.slices[0]?.ms ?? 0);
  }

  /** Begins a slice of entries at this time, and forgets slices older than the horizon. */
  advance(nowMs: number): void {
    const { slices, windowMs } = this;
    while (slices.length > 1 && nowMs - slices[1]!.ms > windowMs) this.used -= slices.shift()!.count;
    if (slices.length > 0 && nowMs - this.newest.ms < windowMs / SLICES) return;
    this.newest = { ms: nowMs, count: 0 };
    slices.push(this.newest);
  }

  /** Takes one side of a meeting and returns its entry. */
  post(side: Rendezvous): number {
    if (this.buckets.length === 0) this.buckets = new Int32Array(bucketsFor(this.limit));
    if (this.used >= this.limit) this.evictOldest();
    const place = this.head;
    const slab = this.slabAt(place);
    const at = (place & (SLAB - 1)) * WORDS;
    const bucket = side.a & (this.buckets.length - 1);
    slab[at] = side.b;
    slab[at + 1] = this.buckets[bucket]!;
    slab[at + 2] = side.kind;
    slab[at + 3] = side.service;
    slab[at + 4] = side.topic;
    slab[at + 5] = side.row;
    slab[at + 6] = side.trace0;
    slab[at + 7] = side.trace1;
    slab[at + 8] = side.span0;
    slab[at + 9] = side.span1;
    this.timesAt(place)[place & (SLAB - 1)] = side.time;
    this.buckets[bucket] = place + 1;
    this.head = place + 1 === this.limit ? 0 : place + 1;
    this.used++;
    this.newest.count++;
    return place;
  }

  /** The newest entry of this kind under a key; -1 none. */
  first(kind: number, a: number, b: number): number {
    if (this.used === 0) return -1;
    return this.find(this.buckets[a & (this.buckets.length - 1)]!, 0, kind, b);
  }

  next(entry: number, kind: number, b: number): number {
    return this.find(this.word(entry, 1), this.age(entry), kind, b);
  }

  private find(pointer: number, age: number, kind: number, b: number): number {
    while (pointer !== 0) {
      const older = this.age(pointer - 1);
      if (older <= age || older > this.used) return -1;
      age = older;
      if (this.word(pointer - 1, 0) === b && (this.word(pointer - 1, 2) & KIND_MASK) === kind) return pointer - 1;
      pointer = this.word(pointer - 1, 1);
    }
    return -1;
  }

  /** Still there, as long as fewer entries than the limit came after it. */
  isThere(entry: number): boolean {
    return this.age(entry) <= this.used;
  }

  service(entry: number): number {
    return this.word(entry, 3);
  }

  topic(entry: number): number {
    return this.word(entry, 4);
  }

  time(entry: number): number {
    return this.timesAt(entry)[entry & (SLAB - 1)]!;
  }

  has(entry: number, flag: number): boolean {
    return (this.word(entry, 2) & flag) !== 0;
  }

  mark(entry: number, flag: number): void {
    this.slabAt(entry)[(entry & (SLAB - 1)) * WORDS + 2]! |= flag;
  }

  /** Sequence number of the row, or with `LEFT` the sender's path. */
  row(entry: number): number {
    return this.word(entry, 5);
  }

  /** The row has left; its path stays. */
  leave(entry: number, path: number): void {
    this.slabAt(entry)[(entry & (SLAB - 1)) * WORDS + 5] = path;
    this.mark(entry, LEFT);
  }

  /** Gives an entry to another span under the same key. */
  replace(entry: number, side: Rendezvous): void {
    const slab = this.slabAt(entry);
    const at = (entry & (SLAB - 1)) * WORDS;
    slab[at + 2] = side.kind;
    slab[at + 3] = side.service;
    slab[at + 5] = side.row;
    slab[at + 6] = side.trace0;
    slab[at + 7] = side.trace1;
    slab[at + 8] = side.span0;
    slab[at + 9] = side.span1;
    this.timesAt(entry)[entry & (SLAB - 1)] = side.time;
  }

  /** Words of the low half of the trace id and the span id, 0 to 3. */
  id(entry: number, i: number): number {
    return this.word(entry, 6 + i);
  }

  private word(place: number, i: number): number {
    return this.slabs[place >>> SLAB_SHIFT]![(place & (SLAB - 1)) * WORDS + i]!;
  }

  private slabAt(place: number): Int32Array {
    const n = place >>> SLAB_SHIFT;
    if (this.slabs[n] === undefined) {
      const entries = Math.min(SLAB, this.limit - n * SLAB);
      this.slabs[n] = new Int32Array(entries * WORDS);
      this.doubles[n] = new Float64Array(entries);
    }
    return this.slabs[n]!;
  }

  private timesAt(place: number): Float64Array {
    return this.doubles[place >>> SLAB_SHIFT]!;
  }

  /** 1 for the newest entry. */
  private age(place: number): number {
    const distance = this.head - place;
    return distance > 0 ? distance : distance + this.limit;
  }

  private evictOldest(): void {
    this.evicted++;
    this.used--;
    const { slices } = this;
    while (slices.length > 1 && slices[0]!.count === 0) slices.shift();
    slices[0]!.count--;
  }
}

function bucketsFor(limit: number): number {
  return Math.min(MAX_BUCKETS, 2 ** Math.max(10, Math.ceil(Math.log2(limit))));
}
