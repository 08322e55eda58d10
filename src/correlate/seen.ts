/**
 * What was seen: fingerprints of the duplicate key (trace id, span id, side, service, instance, start), 8 bytes each,
 * for about `late`. An entry holds 59 bits of the key and the number of its time slice (4 bits); entries of slices gone
 * by are free room. Two-choice buckets of eight stand in rows, all of one width; as keys come, rows are split in two one
 * after another (linear hashing, Litwin 1980), so that what is in use is the beginning of one table, which grows a
 * little at a time. A key that finds both its buckets full drives out one of the oldest slice there.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { ChangedEntries } from '../lib/changed-entries.ts';
import { sharedWords } from './pieces.ts';

const WAYS = 8;
const BUCKET_WORDS = WAYS * 2;
const SLICES = 15;
const MIN_ROWS = 256;
const MAX_ROWS = 16_384;
/** What is swept in one step. */
const PART_WORDS = MAX_ROWS * BUCKET_WORDS;
/** Two choices of eight, with one move, fill to this share before entries are driven out. */
const FULL = 0.85;
/** The share of places that is taken while there can be more rows: it is twice as much in rows that are not split yet. */
const FILL = 0.3;
/** Words of entries that are entered elsewhere in one step. */
const STEP = 1 << 14;

const ENTRY_SHIFT = 1;
/** Entries of a piece of an image. */
const PIECE_SHIFT = 17;

interface Saved {
  /** Buckets of a row. */
  readonly segments: number;
  /** Missing in images of programs in whose tables each segment had a size of its own. */
  readonly rows?: number;
  readonly counts: Float64Array;
  readonly starts: Float64Array;
  readonly newest: number;
  readonly oldest: number;
  /** Missing in images of programs that swept in another order. */
  readonly sweptParts?: number;
  readonly youngTags: number;
  readonly evicted: number;
}

export class Seen implements Kept {
  readonly limit: number;
  private readonly table: Int32Array;
  /** Buckets of a row. */
  private readonly width: number;
  private rows = MIN_ROWS;
  /** Bits of a hash that say the row, where that is split already. */
  private mask = MIN_ROWS * 2 - 1;
  /** Entries by slice tag (1..15); tag 0 is empty room. */
  private readonly counts = new Float64Array(SLICES + 1);
  private readonly starts = new Float64Array(SLICES + 1);
  /** Running numbers of the newest slice and the oldest whose entries still count. */
  private newest = SLICES;
  private oldest = SLICES;
  /** Parts of the table, as many as a row has buckets, swept since the newest slice began. */
  private swept: number;
  /** Bit per tag: its entries still count. */
  private youngTags = 1 << tag(SLICES);
  private sliceMs = 1;
  private readonly family: string;
  private readonly entries: ChangedEntries;
  evicted = 0;

  /** @param family of its sections in an image. */
  constructor(limit: number, lateMs: number, family = 'seen') {
    this.limit = limit;
    this.family = family;
    this.windowMs = lateMs;
    this.width = Math.max(1, Math.ceil(limit / (MAX_ROWS * WAYS * FULL)));
    this.swept = this.width;
    this.table = sharedWords(this.width * MAX_ROWS * BUCKET_WORDS);
    const table = { name: `${family}/table`, array: this.table, width: 2 } as const;
    this.entries = new ChangedEntries(family, table, PIECE_SHIFT);
  }

  /** The horizon. A longer one is reached as time goes on. */
  set windowMs(ms: number) {
    this.sliceMs = Math.max(ms / (SLICES - 2), 1);
  }

  get count(): number {
    let total = 0;
    for (let n = this.oldest; n <= this.newest; n++) total += this.counts[tag(n)]!;
    return total;
  }

  /** Places for entries. */
  get places(): number {
    return this.rows * this.width * WAYS;
  }

  /** Start of the oldest slice held, ms; 0 before the first. */
  get since(): number {
    return this.starts[tag(this.oldest)]!;
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.entries.ahead(out, round);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { width: segments, rows, counts, starts, newest, oldest, swept: sweptParts, youngTags, evicted } = this;
    const saved = { segments, rows, counts, starts, newest, oldest, sweptParts, youngTags, evicted } satisfies Saved;
    out.value(`${this.family}/state`, saved);
    yield* this.entries.save(out);
  }

  /** Tables of another size are not filled as they were. */
  read(from: ImageReader): void {
    const { segments, rows } = this.savedIn(from);
    if (segments === this.width && rows !== undefined) this.entries.read(from);
  }

  /**
   * Under another limit entries stand elsewhere. When they are too many, whole slices count as evicted, the oldest, and
   * single ones where their buckets are full.
   */
  *load(from: ImageReader): Iterable<void> {
    const saved = this.savedIn(from);
    this.counts.set(saved.counts);
    this.starts.set(saved.starts);
    this.newest = saved.newest;
    this.oldest = saved.oldest;
    this.youngTags = saved.youngTags;
    this.evicted = saved.evicted;
    if (saved.segments !== this.width || saved.rows === undefined) return yield* this.loadOther(saved, from);
    this.reach(saved.rows);
    this.swept = saved.sweptParts ?? 0;
    yield* this.entries.load(from);
  }

  private *loadOther(saved: Saved, from: ImageReader): Iterable<void> {
    while (this.oldest < this.newest && this.count > this.limit) {
      this.evicted += this.counts[tag(this.oldest)]!;
      this.forgetOldest();
    }
    const other = new Seen(saved.segments * MAX_ROWS * WAYS * FULL, 1, this.family);
    yield* other.entries.load(from);
    this.grow();
    const piece = other.table;
    for (let at = 0; at < piece.length; at += STEP) {
      const end = Math.min(at + STEP, piece.length);
      for (let i = at; i < end; i += 2) if (this.young(piece[i]! >>> 28)) this.enter(piece[i]!, piece[i + 1]!);
      yield;
    }
    this.entries.renew(other.entries);
  }

  private savedIn(from: ImageReader): Saved {
    return from.value(`${this.family}/state`) as Saved;
  }

  /** The entry with this word. */
  private changed(word: number): void {
    this.entries.touch(word >>> ENTRY_SHIFT);
  }

  /** Puts an entry that stood elsewhere at a place of its own. */
  private enter(word: number, low: number): void {
    const { table } = this;
    const high = word & KEY_BITS;
    const hash = firstHash(high, low);
    const first = this.base(hash, low);
    let free = this.probe(first, -1, 0);
    if (free < 0) {
      const second = this.base(secondHash(hash, high), low);
      free = this.probe(second, -1, 0);
      if (free < 0) free = this.makeRoom(first, second);
      if (free < 0) free = this.driveOut(first, second);
      table[first]! |= SPILLED;
      this.changed(first);
    }
    table[free] = (word & ~(SPILLED | KEY_BITS)) | (table[free]! & SPILLED) | high;
    table[free + 1] = low;
    this.changed(free);
  }

  /** Opens a new slice when the newest is old enough, and forgets those older than the horizon. */
  advance(nowMs: number): void {
    const { starts, sliceMs } = this;
    this.grow();
    if (starts[tag(this.newest)] === 0) starts[tag(this.newest)] = nowMs;
    while (this.oldest < this.newest && nowMs - starts[tag(this.oldest + 1)]! > sliceMs * (SLICES - 2))
      this.forgetOldest();
    if (this.swept < this.width) this.sweep(this.swept++);
    if (nowMs - starts[tag(this.newest)]! < sliceMs) return;
    while (this.swept < this.width) this.sweep(this.swept++);
    this.swept = 0;
    if (this.newest - this.oldest >= SLICES - 2) this.forgetOldest();
    this.newest++;
    this.counts[tag(this.newest)] = 0;
    starts[tag(this.newest)] = nowMs;
    this.youngTags |= 1 << tag(this.newest);
  }

  /** Empties the places of slices gone by, before their tag is given again: a part of the table at a time, in order. */
  private sweep(part: number): void {
    const { table } = this;
    const end = Math.min((part + 1) * PART_WORDS, this.rows * this.width * BUCKET_WORDS);
    for (let i = part * PART_WORDS; i < end; i += 2) {
      const word = table[i]!;
      if (word >>> 28 === 0 || this.young(word >>> 28)) continue;
      this.clear(i);
    }
  }

  private clear(place: number): void {
    this.table[place]! &= SPILLED;
    this.changed(place);
  }

  /** First word of the bucket that a hash of the key says. */
  private base(hash: number, low: number): number {
    const { width, mask } = this;
    const wide = hash & mask;
    const row = wide < this.rows ? wide : wide & (mask >>> 1);
    return (row * width + (((low >>> 16) * width) >>> 16)) * BUCKET_WORDS;
  }

  /** Reads what `test` of the key will need, so that the memory is near by then. Returns something of it. */
  touch(a: number, b: number): number {
    return this.table[this.base(firstHash(a & KEY_BITS, b), b)]!;
  }

  /** True when the key was seen within the horizon. */
  has(a: number, b: number): boolean {
    const high = a & KEY_BITS;
    const hash = firstHash(high, b);
    const first = this.base(hash, b);
    if (this.probe(first, high, b) === FOUND) return true;
    if ((this.table[first]! & SPILLED) === 0) return false;
    return this.probe(this.base(secondHash(hash, high), b), high, b) === FOUND;
  }

  /** True when the key was seen within the horizon; else remembers it. `a`, `b`: 64 well-mixed bits. */
  test(a: number, b: number): boolean {
    const { table } = this;
    const high = a & KEY_BITS;
    const hash = firstHash(high, b);
    const first = this.base(hash, b);
    let free = this.probe(first, high, b);
    if (free === FOUND) return true;
    if (free < 0 || (table[first]! & SPILLED) !== 0) {
      const second = this.base(secondHash(hash, high), b);
      const other = this.probe(second, high, b);
      if (other === FOUND) return true;
      if (free < 0) {
        if (other < 0 && this.grow()) return this.test(a, b);
        free = other >= 0 ? other : this.makeRoom(first, second);
        if (free < 0) free = this.driveOut(first, second);
        table[first]! |= SPILLED;
        this.changed(first);
      }
    }
    table[free] = (tag(this.newest) << 28) | (table[free]! & SPILLED) | high;
    table[free + 1] = b;
    this.changed(free);
    this.counts[tag(this.newest)]!++;
    return false;
  }

  /** FOUND, the first free place in the bucket, or -1. */
  private probe(base: number, high: number, low: number): number {
    const { table } = this;
    let free = -1;
    for (let i = base; i < base + BUCKET_WORDS; i += 2) {
      const word = table[i]!;
      if ((word & KEY_BITS) === high && table[i + 1] === low && this.young(word >>> 28)) return FOUND;
      if (free < 0 && !this.young(word >>> 28)) free = i;
    }
    return free;
  }

  private young(slice: number): boolean {
    return ((this.youngTags >>> slice) & 1) !== 0;
  }

  /** Splits as many rows as the keys are too many. False when none is to be split. */
  private grow(): boolean {
    const { rows } = this;
    const wanted = Math.min(Math.ceil(this.count / (this.width * WAYS * FILL)), MAX_ROWS);
    while (this.rows < wanted) this.split(this.rows & (this.mask >>> 1));
    return this.rows > rows;
  }

  /** So many rows are in use. */
  private reach(rows: number): void {
    this.rows = rows;
    while (this.rows > this.mask) this.mask = this.mask * 2 + 1;
  }

  /** What stands in this row stays or goes to the same bucket of its twin, the first row that was not in use. */
  private split(row: number): void {
    const words = this.width * BUCKET_WORDS;
    const from = row * words;
    const twin = this.rows * words;
    this.reach(this.rows + 1);
    for (let at = 0; at < words; at += BUCKET_WORDS) this.splitBucket(from + at, twin + at);
  }

  /** Where keys of a bucket stood in their second, those of its twin may. */
  private splitBucket(from: number, twin: number): void {
    const { table } = this;
    let to = twin;
    table[to] = table[from]! & SPILLED;
    this.changed(to);
    for (let i = from; i < from + BUCKET_WORDS; i += 2) {
      const word = table[i]!;
      if (!this.young(word >>> 28)) {
        if (word >>> 28 !== 0) this.clear(i);
        continue;
      }
      const low = table[i + 1]!;
      const high = word & KEY_BITS;
      const hash = firstHash(high, low);
      const home = this.base(hash, low);
      const isFirst = home === from || home === twin;
      if ((isFirst ? home : this.base(secondHash(hash, high), low)) === from) continue;
      table[to] = (word & ~SPILLED) | (table[to]! & SPILLED);
      table[to + 1] = low;
      this.changed(to);
      this.clear(i);
      to += 2;
    }
  }

  /** A place in one of two full buckets, whose entry moves to its other bucket; -1 when all those are full, too. */
  private makeRoom(first: number, second: number): number {
    const { table } = this;
    for (let n = 0; n < WAYS * 2; n++) {
      const base = n < WAYS ? first : second;
      const place = base + (n % WAYS) * 2;
      const high = table[place]! & KEY_BITS;
      const low = table[place + 1]!;
      const hash = firstHash(high, low);
      const home = this.base(hash, low);
      const away = this.base(secondHash(hash, high), low);
      const free = this.probe(home === base ? away : home, -1, 0);
      if (free < 0) continue;
      table[free] = (table[place]! & ~SPILLED) | (table[free]! & SPILLED);
      table[free + 1] = low;
      if (home === base) table[home]! |= SPILLED;
      this.changed(free);
      this.changed(home);
      return place;
    }
    return -1;
  }

  /** The place of the oldest entry in two full buckets, which is given up. */
  private driveOut(first: number, second: number): number {
    const { table } = this;
    let place = first;
    let oldest = -1;
    for (const base of [first, second]) {
      for (let i = base; i < base + BUCKET_WORDS; i += 2) {
        const age = (tag(this.newest) - (table[i]! >>> 28) + SLICES) % SLICES;
        if (age > oldest) {
          oldest = age;
          place = i;
        }
      }
    }
    this.counts[table[place]! >>> 28]!--;
    this.evicted++;
    return place;
  }

  private forgetOldest(): void {
    this.counts[tag(this.oldest)] = 0;
    this.youngTags &= ~(1 << tag(this.oldest));
    this.oldest++;
  }
}

const FOUND = -2;
/** Of an entry's first word: 27 bits of the key, and on a bucket's first entry whether keys of it stand in their second. */
const KEY_BITS = 0x07ffffff;
const SPILLED = 0x08000000;

/** Slice tag of a running number: 1..15. */
function tag(running: number): number {
  return (running % SLICES) + 1;
}

function firstHash(high: number, low: number): number {
  const h = Math.imul(high ^ (low << 13) ^ (low >>> 7), 0x85ebca6b);
  return h ^ (h >>> 15);
}

/** Differs from the first in its lowest bit: the two never say one bucket. */
function secondHash(first: number, high: number): number {
  return first ^ ((Math.imul(high | 1, 0x5bd1e995) >>> 11) | 1);
}
