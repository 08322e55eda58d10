/**
 * The message ledger: who sent, seeks or processed which message, 48 bytes each, for `message_wait`. A ring in order of
 * arrival, in slabs that are made when they are first needed, with one chain per bucket, newest first; a pointer that
 * does not lead to an older entry ends its chain. It knows keys and entries, no rows.
 *
 * Layout (words): 0 check of the key, 1 next in chain (place + 1), 2 kind (2 bits) and flags, 3 service, 4 topic, 5 row,
 * and when that has left the sender's path, 6–7 low half of the trace id, 8–9 span id; beside them the time (µs).
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import type { Rendezvous } from '../contract/rendezvous.ts';
import { sectionName } from '../lib/section-name.ts';
import { inSteps, loadPieces, Pieces, savePieces } from './pieces.ts';
import { type ChainRing, type KnownBuckets, noteBuckets, repeatBuckets } from './ring-chains.ts';
import { type SavedSlices, TimeSlices } from './time-slices.ts';

/** And a time. */
const WORDS = 10;
const SLAB_SHIFT = 14;
const SLAB = 1 << SLAB_SHIFT;
const MAX_BUCKETS = 1 << 22;
/** Buckets in a piece of an image; entries: a slab. */
const PIECE_BUCKETS = 1 << 18;

const KIND_MASK = 3;
/** The row has left: word 5 is a path. */
export const LEFT = 4;
/** A sender that was joined, a seeker that was found or needs nothing any more. */
export const MET = 8;

interface Saved {
  readonly limit: number;
  readonly head: number;
  readonly used: number;
  readonly evicted: number;
  readonly known: KnownBuckets;
  readonly slices: SavedSlices;
  readonly versions: Float64Array;
}

export class MessageLedger implements Kept, ChainRing {
  readonly limit: number;
  evicted = 0;
  private readonly slabs: Int32Array[] = [];
  private readonly doubles: Float64Array[] = [];
  private buckets = new Int32Array(0);
  private head = 0;
  private used = 0;
  private known: KnownBuckets;
  private readonly slices = new TimeSlices();
  private readonly pieces: Pieces;
  private windowMs: number;

  constructor(limit: number, waitMs: number) {
    this.limit = Math.max(limit, 1);
    this.pieces = new Pieces(Math.ceil(this.limit / SLAB));
    this.known = { count: bucketsFor(this.limit), untilMs: 0 };
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
    return this.used === 0 ? 0 : this.slices.since;
  }

  *save(out: ImageWriter): Iterable<void> {
    const { limit, head, used, evicted, known, slabs, doubles } = this;
    const versions = this.pieces.settle();
    const slices = this.slices.save();
    out.value('ledger/state', { limit, head, used, evicted, known, slices, versions } satisfies Saved);
    for (const [i, slab] of slabs.entries()) {
      const version = versions[i]!;
      if (version === 0) continue;
      yield* out.memory(sectionName('ledger/words', i), slab, version);
      yield* out.memory(sectionName('ledger/times', i), doubles[i]!, version);
    }
    yield* savePieces(out, 'ledger/buckets', this.buckets, PIECE_BUCKETS);
  }

  /**
   * Entries that find no place under another limit count as evicted: the oldest. Returns where entries stand now, −1
   * those that are there no more; undefined: where they stood.
   */
  *load(from: ImageReader): Generator<void, ((entry: number) => number) | undefined> {
    const saved = from.value('ledger/state') as Saved;
    this.evicted = saved.evicted;
    this.slices.load(saved.slices);
    if (saved.limit !== this.limit) return yield* this.loadOther(saved, from);
    this.known = saved.known;
    this.pieces.restore(saved.versions);
    yield* this.loadTables(saved, from);
    return undefined;
  }

  private *loadTables(saved: Saved, from: ImageReader): Iterable<void> {
    this.head = saved.head;
    this.used = saved.used;
    for (let i = 0; from.size(sectionName('ledger/words', i)) >= 0; i++) {
      from.memory(sectionName('ledger/words', i), this.slabAt(i * SLAB));
      from.memory(sectionName('ledger/times', i), this.timesAt(i * SLAB));
      yield;
    }
    if (saved.head === 0 && saved.used === 0) return;
    this.buckets = new Int32Array(bucketsFor(this.limit));
    yield* loadPieces(from, 'ledger/buckets', this.buckets, PIECE_BUCKETS);
  }

  private *loadOther(saved: Saved, from: ImageReader): Generator<void, (entry: number) => number> {
    const other = new MessageLedger(saved.limit, 1);
    yield* other.loadTables(saved, from);
    for (this.used = other.used; this.used > this.limit; ) this.evictOldest();
    const count = this.used;
    const moved = (entry: number) => (other.age(entry) <= count ? count - other.age(entry) : -1);
    this.head = count === this.limit ? 0 : count;
    this.pieces.renew(saved.versions);
    if (count === 0) return moved;
    const bucketOf = new Int32Array(other.used);
    const { buckets } = other;
    const known = saved.known.untilMs < this.slices.since ? buckets.length : saved.known.count;
    const filled = Math.min(known, bucketsFor(this.limit));
    yield* inSteps(buckets.length, (a, b) =>
      noteBuckets(bucketOf, other, buckets, a, b, bucket => bucket & (filled - 1)),
    );
    this.buckets = new Int32Array(bucketsFor(this.limit));
    yield* inSteps(count, (a, b) => {
      for (let place = a; place < b; place++) this.enter(other, count - place, place, bucketOf[count - place - 1]!);
    });
    repeatBuckets(this.buckets, filled);
    this.known = { count: filled, untilMs: this.slices.newest.ms };
    return moved;
  }

  /** Copies the entry of this age to a place of its own. */
  private enter(other: MessageLedger, age: number, place: number, bucket: number): void {
    const at = other.head - age;
    const entry = at >= 0 ? at : at + other.limit;
    const slab = this.slabAt(place);
    const base = (place & (SLAB - 1)) * WORDS;
    for (let i = 0; i < WORDS; i++) slab[base + i] = other.word(entry, i);
    this.timesAt(place)[place & (SLAB - 1)] = other.time(entry);
    slab[base + 1] = this.buckets[bucket]!;
    this.buckets[bucket] = place + 1;
  }

  /** Begins a slice of entries at this time, and forgets slices older than the horizon. */
  advance(nowMs: number): void {
    this.used -= this.slices.advance(nowMs, this.windowMs);
  }

  /** Takes one side of a meeting and returns its entry. */
  post(side: Rendezvous): number {
    if (this.buckets.length === 0) this.buckets = new Int32Array(bucketsFor(this.limit));
    if (this.used >= this.limit) this.evictOldest();
    const place = this.head;
    const slab = this.slabAt(place);
    const at = (place & (SLAB - 1)) * WORDS;
    const bucket = side.a & (this.buckets.length - 1);
    this.pieces.marks[place >>> SLAB_SHIFT] = 1;
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
    this.slices.newest.count++;
    return place;
  }

  /** Reads what `post` and `first` under a key will need, so that the memory is near by then. Returns something of it. */
  touch(a: number): number {
    return this.used === 0 ? 0 : this.buckets[a & (this.buckets.length - 1)]!;
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
      const place = pointer - 1;
      const older = this.age(place);
      if (older <= age || older > this.used) return -1;
      age = older;
      const slab = this.slabs[place >>> SLAB_SHIFT]!;
      const at = (place & (SLAB - 1)) * WORDS;
      if (slab[at] === b && (slab[at + 2]! & KIND_MASK) === kind) return place;
      pointer = slab[at + 1]!;
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

  pointer(place: number): number {
    return this.word(place, 1);
  }

  mark(entry: number, flag: number): void {
    this.pieces.marks[entry >>> SLAB_SHIFT] = 1;
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
    this.pieces.marks[entry >>> SLAB_SHIFT] = 1;
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
  age(place: number): number {
    const distance = this.head - place;
    return distance > 0 ? distance : distance + this.limit;
  }

  private evictOldest(): void {
    this.evicted++;
    this.used--;
    this.slices.dropOldest();
  }
}

function bucketsFor(limit: number): number {
  return Math.min(MAX_BUCKETS, 2 ** Math.max(10, Math.ceil(Math.log2(limit))));
}
