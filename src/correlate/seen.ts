/**
 * What was seen: fingerprints of the duplicate key (trace id, span id, side, service, instance, start), 8 bytes each,
 * for about `late`. An entry holds 59 bits of the key and the number of its time slice (4 bits); entries of slices gone
 * by are free room. Segments of two-choice buckets of eight; each segment grows by doubling on its own, one after another
 * while the table fills, so that growing never takes long. A key that finds both its buckets full drives out one of the
 * oldest slice there.
 *
 * Bucket n of every segment stands before bucket n + 1 of any: segments grow alike, so what is in use is the beginning
 * of one table, in which growing moves entries and allocates nothing.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { CHANGED, ChangedLines, type LinedTable } from '../lib/changed-lines.ts';
import { sharedWords } from './pieces.ts';
import { firstBucket, KEY_BITS, SPILLED, secondBucket } from './seen-buckets.ts';

const WAYS = 8;
const BUCKET_WORDS = WAYS * 2;
const SLICES = 15;
const MIN_BUCKETS = 256;
const MAX_BUCKETS = 16_384;
/** What is swept in one step. */
/** What is swept in one step. */
const PART_WORDS = MAX_BUCKETS * BUCKET_WORDS;
/** Two choices of eight, with one move, fill to this share before entries are driven out. */
const FILL = 0.85;
/** From this share on segments double, the last when all are full. */
const FIRST_FILL = 0.5;
/** Words of entries that are entered elsewhere in one step. */
const STEP = 1 << 14;

/** Words of a line of an image, and lines of a piece. */
const LINE_SHIFT = 6;
const LINE_WORDS = 1 << LINE_SHIFT;
const PIECE_SHIFT = 12;

interface Saved {
  readonly segments: number;
  readonly masks: Int32Array;
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
  private readonly segments: number;
  /** Buckets of each segment, less one. */
  private readonly masks: Int32Array;
  /** Entries by slice tag (1..15); tag 0 is empty room. */
  private readonly counts = new Float64Array(SLICES + 1);
  private readonly starts = new Float64Array(SLICES + 1);
  /** Running numbers of the newest slice and the oldest whose entries still count. */
  private newest = SLICES;
  private oldest = SLICES;
  /** Parts of the table, as many as segments, swept since the newest slice began. */
  private swept: number;
  /** Bit per tag: its entries still count. */
  private youngTags = 1 << tag(SLICES);
  private sliceMs = 1;
  private readonly family: string;
  private readonly lines: ChangedLines;
  private readonly marks: Uint8Array;
  evicted = 0;

  /** @param family of its sections in an image. */
  constructor(limit: number, lateMs: number, family = 'seen') {
    this.limit = limit;
    this.family = family;
    this.windowMs = lateMs;
    const count = Math.max(1, Math.ceil(limit / (MAX_BUCKETS * WAYS * FILL)));
    this.segments = count;
    this.masks = new Int32Array(count).fill(MIN_BUCKETS - 1);
    this.swept = count;
    this.table = sharedWords(count * MAX_BUCKETS * BUCKET_WORDS);
    this.lines = new ChangedLines(family, this.table.length / LINE_WORDS, PIECE_SHIFT);
    this.marks = this.lines.marks;
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

  /** Places for entries, of all segments. */
  get places(): number {
    return this.masks.reduce((sum, mask) => sum + (mask + 1) * WAYS, 0);
  }

  /** Start of the oldest slice held, ms; 0 before the first. */
  get since(): number {
    return this.starts[tag(this.oldest)]!;
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.lines.ahead(out, round, () => this.tables);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { segments, masks, counts, starts, newest, oldest, swept: sweptParts, youngTags, evicted } = this;
    const saved = { segments, masks, counts, starts, newest, oldest, sweptParts, youngTags, evicted } satisfies Saved;
    out.value(`${this.family}/state`, saved);
    yield* this.lines.save(out, () => this.tables);
  }

  /** Tables of another size are not filled as they were. */
  read(from: ImageReader): void {
    const { segments } = this.savedIn(from);
    if (segments === this.segments) this.lines.read(from, this.tables);
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
    if (saved.segments !== this.segments) return yield* this.loadOther(saved, from);
    this.masks.set(saved.masks);
    this.swept = saved.sweptParts ?? 0;
    yield* this.lines.load(from, this.tables);
  }

  private *loadOther(saved: Saved, from: ImageReader): Iterable<void> {
    while (this.oldest < this.newest && this.count > this.limit) {
      this.evicted += this.counts[tag(this.oldest)]!;
      this.forgetOldest();
    }
    const other = new Seen(saved.segments * MAX_BUCKETS * WAYS * FILL, 1, this.family);
    yield* other.lines.load(from, other.tables);
    const piece = other.table;
    for (let at = 0; at < piece.length; at += STEP) {
      const end = Math.min(at + STEP, piece.length);
      for (let i = at; i < end; i += 2) if (this.young(piece[i]! >>> 28)) this.enter(piece[i]!, piece[i + 1]!);
      yield;
    }
    this.lines.renew(other.lines);
  }

  private savedIn(from: ImageReader): Saved {
    return from.value(`${this.family}/state`) as Saved;
  }

  private get tables(): readonly LinedTable[] {
    return [{ name: `${this.family}/table`, array: this.table, width: LINE_WORDS }];
  }

  private changed(word: number): void {
    this.marks[word >>> LINE_SHIFT] = CHANGED;
  }

  /** Puts an entry that stood elsewhere at a place of its own. */
  private enter(word: number, low: number): void {
    const { table } = this;
    const segment = this.segmentOf(low);
    const high = word & KEY_BITS;
    const mask = this.masks[segment]!;
    const home = firstBucket(high, low, mask);
    const first = this.base(segment, home);
    let free = this.probe(first, -1, 0);
    if (free < 0) {
      const second = this.base(segment, secondBucket(home, high, mask));
      free = this.probe(second, -1, 0);
      if (free < 0) free = this.makeRoom(segment, first, second);
      if (free < 0 && mask + 1 < MAX_BUCKETS) {
        this.grow(segment);
        return this.enter(word, low);
      }
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
    this.growInTime();
    if (starts[tag(this.newest)] === 0) starts[tag(this.newest)] = nowMs;
    while (this.oldest < this.newest && nowMs - starts[tag(this.oldest + 1)]! > sliceMs * (SLICES - 2))
      this.forgetOldest();
    if (this.swept < this.segments) this.sweep(this.swept++);
    if (nowMs - starts[tag(this.newest)]! < sliceMs) return;
    while (this.swept < this.segments) this.sweep(this.swept++);
    this.swept = 0;
    if (this.newest - this.oldest >= SLICES - 2) this.forgetOldest();
    this.newest++;
    this.counts[tag(this.newest)] = 0;
    starts[tag(this.newest)] = nowMs;
    this.youngTags |= 1 << tag(this.newest);
  }

  /** Empties the places of slices gone by, before their tag is given again: a part of the table at a time, in order. */
  private sweep(part: number): void {
    const { table, segments } = this;
    const used = (this.masks.reduce((most, mask) => Math.max(most, mask), 0) + 1) * segments * BUCKET_WORDS;
    const end = Math.min((part + 1) * PART_WORDS, used);
    for (let i = part * PART_WORDS; i < end; i += 2) {
      const word = table[i]!;
      if (word >>> 28 === 0 || this.young(word >>> 28)) continue;
      table[i] = word & SPILLED;
      this.changed(i);
    }
  }

  private segmentOf(low: number): number {
    return ((low >>> 16) * this.segments) >>> 16;
  }

  /** First word of a bucket. */
  private base(segment: number, bucket: number): number {
    return (bucket * this.segments + segment) * BUCKET_WORDS;
  }

  /** Reads what `test` of the key will need, so that the memory is near by then. Returns something of it. */
  touch(a: number, b: number): number {
    const segment = this.segmentOf(b);
    return this.table[this.base(segment, firstBucket(a & KEY_BITS, b, this.masks[segment]!))]!;
  }

  /** True when the key was seen within the horizon. */
  has(a: number, b: number): boolean {
    const segment = this.segmentOf(b);
    const high = a & KEY_BITS;
    const mask = this.masks[segment]!;
    const home = firstBucket(high, b, mask);
    const first = this.base(segment, home);
    if (this.probe(first, high, b) === FOUND) return true;
    if ((this.table[first]! & SPILLED) === 0) return false;
    return this.probe(this.base(segment, secondBucket(home, high, mask)), high, b) === FOUND;
  }

  /** True when the key was seen within the horizon; else remembers it. `a`, `b`: 64 well-mixed bits. */
  test(a: number, b: number): boolean {
    const { table } = this;
    const segment = this.segmentOf(b);
    const high = a & KEY_BITS;
    const mask = this.masks[segment]!;
    const home = firstBucket(high, b, mask);
    const first = this.base(segment, home);
    let free = this.probe(first, high, b);
    if (free === FOUND) return true;
    if (free < 0 || (table[first]! & SPILLED) !== 0) {
      const second = this.base(segment, secondBucket(home, high, mask));
      const other = this.probe(second, high, b);
      if (other === FOUND) return true;
      if (free < 0) {
        if (other < 0 && mask + 1 < MAX_BUCKETS) {
          this.grow(segment);
          return this.test(a, b);
        }
        free = other >= 0 ? other : this.makeRoom(segment, first, second);
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

  /** Doubles the next segment when it is its turn. Keys are spread evenly, so that all would be full at once. */
  private growInTime(): void {
    const { masks, segments } = this;
    const least = Math.min(...masks);
    const share = this.count / ((least + 1) * WAYS * segments);
    const wanted = ((share - FIRST_FILL) / (FILL - FIRST_FILL)) * segments;
    if (wanted < 1 || least + 1 === MAX_BUCKETS) return;
    if (masks.filter(mask => mask > least).length < wanted) this.grow(masks.indexOf(least));
  }

  /** Doubles a segment: what stood in bucket n stands in n or in its new twin, n + size. */
  private grow(segment: number): void {
    const size = this.masks[segment]! + 1;
    this.masks[segment] = size * 2 - 1;
    // The twins, too: read one after the other in a loop of nothing else, all these lines of memory are near by then.
    for (let bucket = 0; bucket < size * 2; bucket++) this.table[this.base(segment, bucket)]! &= ~SPILLED;
    for (let bucket = 0; bucket < size * 2; bucket++) this.changed(this.base(segment, bucket));
    for (let bucket = 0; bucket < size; bucket++) this.split(segment, bucket, size);
  }

  private split(segment: number, bucket: number, size: number): void {
    const { table } = this;
    const from = this.base(segment, bucket);
    let to = this.base(segment, bucket + size);
    for (let i = from; i < from + BUCKET_WORDS; i += 2) {
      const word = table[i]!;
      if (!this.young(word >>> 28)) {
        table[i] = word & SPILLED;
        continue;
      }
      const high = word & KEY_BITS;
      const home = firstBucket(high, table[i + 1]!, size * 2 - 1);
      const isFirst = (home & (size - 1)) === bucket;
      if (!isFirst) table[this.base(segment, home)]! |= SPILLED;
      if ((isFirst ? home : secondBucket(home, high, size * 2 - 1)) === bucket) continue;
      table[to] = (word & ~SPILLED) | (table[to]! & SPILLED);
      table[to + 1] = table[i + 1]!;
      table[i] = table[i]! & SPILLED;
      to += 2;
    }
  }

  /** A place in one of two full buckets, whose entry moves to its other bucket; -1 when all those are full, too. */
  private makeRoom(segment: number, first: number, second: number): number {
    const { table } = this;
    const mask = this.masks[segment]!;
    for (let n = 0; n < WAYS * 2; n++) {
      const base = n < WAYS ? first : second;
      const place = base + (n % WAYS) * 2;
      const high = table[place]! & KEY_BITS;
      const homeBucket = firstBucket(high, table[place + 1]!, mask);
      const home = this.base(segment, homeBucket);
      const away = this.base(segment, secondBucket(homeBucket, high, mask));
      const free = this.probe(home === base ? away : home, -1, 0);
      if (free < 0) continue;
      table[free] = (table[place]! & ~SPILLED) | (table[free]! & SPILLED);
      table[free + 1] = table[place + 1]!;
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

/** Slice tag of a running number: 1..15. */
function tag(running: number): number {
  return (running % SLICES) + 1;
}
