/**
 * The message ledger: who sent, seeks or processed which message, for `message_wait`. A ring in order of arrival with one
 * chain per bucket, newest first; a pointer that does not lead to an older entry ends its chain. It knows keys and
 * entries, no rows. Entries go by their places, which stay theirs wherever `LedgerSlabs` has them.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { type Rendezvous, SOUGHT } from '../contract/rendezvous.ts';
import type { SlabStore } from '../contract/slab-store.ts';
import { BLOCK } from './ledger-blocks.ts';
import { LedgerImage } from './ledger-image.ts';
import { LedgerIndex } from './ledger-index.ts';
import {
  CHECK,
  ENTRY_IDS,
  ENTRY_ROW,
  ENTRY_SERVICE,
  ENTRY_TOPIC,
  HIGH,
  HIGH_MASK,
  KEPT,
  KIND_MASK,
  LedgerSlabs,
  MET,
} from './ledger-slabs.ts';
import { TimeSlices } from './time-slices.ts';

/** Entries of a slab, and slabs that stay in memory behind the one being filled. */
const SLAB = 1 << 16;
const IN_MEMORY = 2;

/** Smaller ones are for tests. */
export interface LedgerSizes {
  readonly slab: number;
  readonly inMemory: number;
  /** Entries of a block on the disk. */
  readonly block?: number;
}

/** How much is where. */
export interface LedgerAccount {
  readonly stored: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly reads: number;
  readonly failedReads: number;
  readonly failedStores: number;
}

export class MessageLedger implements Kept {
  limit: number;
  evicted = 0;
  readonly slabs: LedgerSlabs;
  readonly index = new LedgerIndex();
  /** Places of the ring: one slab more than it has entries at most, so that the newest and the oldest never share one. */
  capacity: number;
  head = 0;
  used = 0;
  /** Slab of the oldest entry. */
  tail = 0;
  readonly slices = new TimeSlices();
  private windowMs: number;

  constructor(limit: number, waitMs: number, sizes: LedgerSizes = { slab: SLAB, inMemory: IN_MEMORY }) {
    const { slab, inMemory, block = BLOCK } = sizes;
    this.limit = Math.max(limit, 1);
    this.capacity = capacityFor(this.limit, slab);
    this.slabs = new LedgerSlabs(slab, inMemory, block, this.capacity / slab);
    this.windowMs = Math.max(waitMs, 1);
  }

  /** The horizon; holds for the entries that are there, too. */
  set waitMs(ms: number) {
    this.windowMs = Math.max(ms, 1);
  }

  /** Entries that are old go there. */
  set store(store: SlabStore) {
    this.slabs.store = store;
  }

  set isRowKept(isKept: (row: number) => boolean) {
    this.slabs.isRowKept = isKept;
  }

  get count(): number {
    return this.used;
  }

  get slabCount(): number {
    return this.capacity / this.slabs.size;
  }

  /** Time of the oldest entry's slice, ms; 0 when there is none. */
  get since(): number {
    return this.used === 0 ? 0 : this.slices.since;
  }

  account(): LedgerAccount {
    const { index, slabs } = this;
    const { reads, failed, memoryBytes } = slabs.blocks;
    const [stored, held] = slabs.account();
    return {
      stored: Math.min(stored * slabs.size, this.used),
      memoryBytes: index.bytes + held + memoryBytes,
      diskBytes: stored * slabs.bytes,
      reads,
      failedReads: failed,
      failedStores: slabs.failedStores,
    };
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return new LedgerImage(this).ahead(out, round);
  }

  save(out: ImageWriter): Iterable<void> {
    return new LedgerImage(this).save(out);
  }

  read(from: ImageReader): void {
    new LedgerImage(this).read(from);
  }

  /**
   * Entries that find no place under another limit count as evicted: the oldest. Returns where entries stand now, −1
   * those that are there no more; undefined: where they stood.
   */
  load(from: ImageReader): Generator<void, ((entry: number) => number) | undefined> {
    return new LedgerImage(this).load(from);
  }

  /** Begins a slice of entries at this time, and forgets slices older than the horizon. */
  advance(nowMs: number): void {
    this.used -= this.slices.advance(nowMs, this.windowMs);
    if (this.index.buckets.length === 0) return;
    this.dropOld();
    this.slabs.age(this.head >>> this.slabs.shift, this.slabCount, nowMs);
  }

  /** Takes one side of a meeting and returns its entry. */
  post(side: Rendezvous): number {
    const { slabs, index } = this;
    if (index.buckets.length === 0) index.make(this.limit);
    if (this.used >= this.limit) this.evictOldest();
    const { head: place } = this;
    const { buckets } = index;
    slabs.open(place);
    const slab = place >>> slabs.shift;
    const at = slabs.locate(place);
    const inSlab = place & (slabs.size - 1);
    const bucket = side.a & (buckets.length - 1);
    slabs.touch(place);
    slabs.found[at + CHECK] = side.b;
    slabs.found[at + ENTRY_TOPIC] = side.topic;
    this.fill(at, place, side);
    slabs.tags[slab]![inSlab] = side.kind | ((side.a >>> 27) << HIGH);
    slabs.next[slab]![inSlab] = buckets[bucket]!;
    buckets[bucket] = place + 1;
    index.changed(bucket);
    this.head = place + 1 === this.capacity ? 0 : place + 1;
    this.used++;
    this.slices.newest.count++;
    return place;
  }

  /** Words of the span, beside those of the key. */
  private fill(at: number, place: number, side: Rendezvous): void {
    const { found } = this.slabs;
    found[at + ENTRY_SERVICE] = side.service;
    found[at + ENTRY_ROW] = side.row;
    found[at + ENTRY_IDS] = side.trace0;
    found[at + ENTRY_IDS + 1] = side.trace1;
    found[at + ENTRY_IDS + 2] = side.span0;
    found[at + ENTRY_IDS + 3] = side.span1;
    this.slabs.setTime(place, side.time);
  }

  /** Reads what `post` and `first` under a key will need, so that the memory is near by then. Returns something of it. */
  touch(a: number): number {
    const { buckets } = this.index;
    return this.used === 0 ? 0 : buckets[a & (buckets.length - 1)]!;
  }

  /** The newest entry of this kind under a key; −1 none. Seekers that were found are passed over. */
  first(kind: number, a: number, b: number): number {
    if (this.used === 0) return -1;
    const { buckets } = this.index;
    return this.find(buckets[a & (buckets.length - 1)]!, 0, kind | ((a >>> 27) << HIGH), b);
  }

  next(entry: number, kind: number, b: number): number {
    const { slabs } = this;
    const pointer = slabs.next[entry >>> slabs.shift]![entry & (slabs.size - 1)]!;
    return this.find(pointer, this.age(entry), kind | (slabs.tag(entry) & HIGH_MASK), b);
  }

  /** @param wanted tag of what is looked for. */
  private find(from: number, newerAge: number, wanted: number, b: number): number {
    const { slabs, used } = this;
    const { shift, size, tags, next } = slabs;
    const mask = (wanted & KIND_MASK) === SOUGHT ? -1 : ~MET;
    let age = newerAge;
    for (let pointer = from; pointer !== 0; ) {
      const place = pointer - 1;
      const older = this.age(place);
      if (older <= age || older > used) return -1;
      age = older;
      const slab = place >>> shift;
      const inSlab = place & (size - 1);
      if ((tags[slab]![inSlab]! & mask) === wanted && this.isUnder(place, b)) return place;
      pointer = next[slab]![inSlab]!;
    }
    return -1;
  }

  private isUnder(place: number, b: number): boolean {
    const at = this.slabs.locate(place);
    return (this.slabs.found[at + CHECK]! | KEPT) === b;
  }

  /** Still there, as long as fewer entries than the limit came after it. */
  isThere(entry: number): boolean {
    return this.age(entry) <= this.used;
  }

  /** The entry that came next (1), or before (−1); −1 when it is not there. */
  near(entry: number, step: 1 | -1): number {
    const place = (entry + step + this.capacity) % this.capacity;
    return this.isThere(place) ? place : -1;
  }

  service(entry: number): number {
    return this.word(entry, ENTRY_SERVICE);
  }

  topic(entry: number): number {
    return this.word(entry, ENTRY_TOPIC);
  }

  time(entry: number): number {
    return this.slabs.time(entry);
  }

  /** A sender that was joined. */
  isMet(entry: number): boolean {
    return (this.slabs.tag(entry) & MET) !== 0;
  }

  meet(entry: number): void {
    const { shift, size, tags } = this.slabs;
    const slab = entry >>> shift;
    if (tags[slab] === undefined) return;
    this.slabs.touch(entry);
    tags[slab][entry & (size - 1)]! |= MET;
  }

  hasLeft(entry: number): boolean {
    return (this.word(entry, CHECK) & KEPT) === 0;
  }

  /** Sequence number of the row; of one that has left the sender's path. */
  row(entry: number): number {
    return this.word(entry, ENTRY_ROW);
  }

  /** The row, which is kept, leaves; its path stays. */
  leave(entry: number, path: number): void {
    const { slabs } = this;
    const at = slabs.locate(entry);
    slabs.touch(entry);
    slabs.found[at + CHECK]! &= ~KEPT;
    slabs.found[at + ENTRY_ROW] = path;
  }

  /** Gives an entry, whose row is kept, to another span under the same key. */
  replace(entry: number, side: Rendezvous): void {
    const { slabs } = this;
    const slab = entry >>> slabs.shift;
    const at = slabs.locate(entry);
    slabs.touch(entry);
    slabs.found[at + CHECK]! |= KEPT;
    slabs.tags[slab]![entry & (slabs.size - 1)] = side.kind | (slabs.tag(entry) & HIGH_MASK);
    this.fill(at, entry, side);
  }

  /** Words of the low half of the trace id and the span id, 0 to 3. */
  id(entry: number, i: number): number {
    return this.word(entry, ENTRY_IDS + i);
  }

  private word(entry: number, word: number): number {
    const at = this.slabs.locate(entry);
    return this.slabs.found[at + word]!;
  }

  /** 1 for the newest entry. */
  age(place: number): number {
    const distance = this.head - place;
    return distance > 0 ? distance : distance + this.capacity;
  }

  /** The oldest give way to the limit. */
  fit(): void {
    while (this.used > this.limit) this.evictOldest();
  }

  private evictOldest(): void {
    this.evicted++;
    this.used--;
    this.slices.dropOldest();
    this.dropOld();
  }

  /** Slabs before the one of the oldest entry, or of the next where there is none. */
  private dropOld(): void {
    const { slabs, slabCount } = this;
    const oldest = ((this.head - this.used + this.capacity) % this.capacity) >>> slabs.shift;
    while (this.tail !== oldest) {
      const dropped = this.tail;
      this.tail = (dropped + 1) % slabCount;
      slabs.drop(dropped, this.tail);
    }
  }
}

export function capacityFor(limit: number, slab: number): number {
  return (Math.ceil(limit / slab) + 1) * slab;
}
