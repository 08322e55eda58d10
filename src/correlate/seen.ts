/**
 * What was seen: fingerprints of the duplicate key (trace id, span id, side, service, instance, start), 8 bytes each,
 * for about `late`. An entry holds 59 bits of the key and the number of its time slice (4 bits); entries of slices gone
 * by are free room. Segments of two-choice buckets of eight; each segment grows by doubling on its own, so that growing
 * never takes long. A key that finds both its buckets full drives out one of the oldest slice there.
 */
const WAYS = 8;
const BUCKET_WORDS = WAYS * 2;
const SLICES = 15;
const MIN_BUCKETS = 256;
const MAX_BUCKETS = 16_384;
/** Two choices of eight, with one move, fill to this share before entries are driven out. */
const FILL = 0.85;

export class Seen {
  readonly limit: number;
  private readonly segments: Int32Array<ArrayBuffer>[];
  /** Entries by slice tag (1..15); tag 0 is empty room. */
  private readonly counts = new Float64Array(SLICES + 1);
  private readonly starts = new Float64Array(SLICES + 1);
  /** Running numbers of the newest slice and the oldest whose entries still count. */
  private newest = SLICES;
  private oldest = SLICES;
  /** Segments swept since the newest slice began. */
  private swept = 0;
  /** Bit per tag: its entries still count. */
  private youngTags = 1 << tag(SLICES);
  private readonly sliceMs: number;
  evicted = 0;

  constructor(limit: number, lateMs: number) {
    this.limit = limit;
    this.sliceMs = Math.max(lateMs / (SLICES - 2), 1);
    const count = Math.max(1, Math.ceil(limit / (MAX_BUCKETS * WAYS * FILL)));
    this.segments = Array.from({ length: count }, () => new Int32Array(MIN_BUCKETS * BUCKET_WORDS));
  }

  get count(): number {
    let total = 0;
    for (let n = this.oldest; n <= this.newest; n++) total += this.counts[tag(n)]!;
    return total;
  }

  /** Start of the oldest slice held, ms; 0 before the first. */
  get since(): number {
    return this.starts[tag(this.oldest)]!;
  }

  /** Opens a new slice when the newest is old enough, and forgets those older than the horizon. */
  advance(nowMs: number): void {
    const { starts, sliceMs } = this;
    if (starts[tag(this.newest)] === 0) starts[tag(this.newest)] = nowMs;
    while (this.oldest < this.newest && nowMs - starts[tag(this.oldest + 1)]! > sliceMs * (SLICES - 2))
      this.forgetOldest();
    if (this.swept < this.segments.length) this.sweep(this.segments[this.swept++]!);
    if (nowMs - starts[tag(this.newest)]! < sliceMs) return;
    while (this.swept < this.segments.length) this.sweep(this.segments[this.swept++]!);
    this.swept = 0;
    if (this.newest - this.oldest >= SLICES - 2) this.forgetOldest();
    this.newest++;
    this.counts[tag(this.newest)] = 0;
    starts[tag(this.newest)] = nowMs;
    this.youngTags |= 1 << tag(this.newest);
  }

  /** Empties the places of slices gone by, before their tag is given again: a segment at a time. */
  private sweep(table: Int32Array): void {
    for (let i = 0; i < table.length; i += 2) {
      const word = table[i]!;
      if (word >>> 28 !== 0 && !this.young(word >>> 28)) table[i] = word & SPILLED;
    }
  }

  /** Reads what `test` of the key will need, so that the memory is near by then. Returns something of it. */
  touch(a: number, b: number): number {
    const table = this.segments[((b >>> 16) * this.segments.length) >>> 16]!;
    return table[firstBucket(a & KEY_BITS, b, table.length / BUCKET_WORDS - 1) * BUCKET_WORDS]!;
  }

  /** True when the key was seen within the horizon; else remembers it. `a`, `b`: 64 well-mixed bits. */
  test(a: number, b: number): boolean {
    const at = ((b >>> 16) * this.segments.length) >>> 16;
    const high = a & KEY_BITS;
    const table = this.segments[at]!;
    const mask = table.length / BUCKET_WORDS - 1;
    const first = firstBucket(high, b, mask);
    let free = this.probe(table, first, high, b);
    if (free === FOUND) return true;
    if (free < 0 || (table[first * BUCKET_WORDS]! & SPILLED) !== 0) {
      const second = secondBucket(first, high, mask);
      const other = this.probe(table, second, high, b);
      if (other === FOUND) return true;
      if (free < 0) {
        if (other < 0 && mask + 1 < MAX_BUCKETS) {
          this.segments[at] = this.grown(table);
          return this.test(a, b);
        }
        if (other < 0) free = this.makeRoom(table, first, second, mask);
        else {
          table[first * BUCKET_WORDS]! |= SPILLED;
          free = other;
        }
      }
    }
    table[free] = (tag(this.newest) << 28) | (table[free]! & SPILLED) | high;
    table[free + 1] = b;
    this.counts[tag(this.newest)]!++;
    return false;
  }

  /** FOUND, the first free place in the bucket, or -1. */
  private probe(table: Int32Array, bucket: number, high: number, low: number): number {
    let free = -1;
    const end = (bucket + 1) * BUCKET_WORDS;
    for (let i = bucket * BUCKET_WORDS; i < end; i += 2) {
      const word = table[i]!;
      if ((word & KEY_BITS) === high && table[i + 1] === low && this.young(word >>> 28)) return FOUND;
      if (free < 0 && !this.young(word >>> 28)) free = i;
    }
    return free;
  }

  private young(slice: number): boolean {
    return ((this.youngTags >>> slice) & 1) !== 0;
  }

  /** A table of twice the size with the entries that still count; the given one is gone. */
  private grown(table: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
    const larger = new Int32Array(table.length * 2);
    const mask = larger.length / BUCKET_WORDS - 1;
    for (let i = 0; i < table.length; i += 2) {
      const word = table[i]!;
      if (!this.young(word >>> 28)) continue;
      const high = word & KEY_BITS;
      const first = firstBucket(high, table[i + 1]!, mask);
      let place = emptyIn(larger, first);
      if (place === undefined) {
        larger[first * BUCKET_WORDS]! |= SPILLED;
        place = emptyIn(larger, secondBucket(first, high, mask));
      }
      if (place === undefined) {
        this.counts[word >>> 28]!--;
        this.evicted++;
        continue;
      }
      larger[place] = (word & ~SPILLED) | (larger[place]! & SPILLED);
      larger[place + 1] = table[i + 1]!;
    }
    // Given back now: left to the collector, tables that grow make it look through the whole heap again and again.
    table.buffer.transfer(0);
    return larger;
  }

  /** A place in one of two full buckets: an entry moves to its other bucket, or the oldest is driven out. */
  private makeRoom(table: Int32Array, first: number, second: number, mask: number): number {
    for (let n = 0; n < WAYS * 2; n++) {
      const bucket = n < WAYS ? first : second;
      const place = bucket * BUCKET_WORDS + (n % WAYS) * 2;
      const high = table[place]! & KEY_BITS;
      const home = firstBucket(high, table[place + 1]!, mask);
      const away = secondBucket(home, high, mask);
      const free = this.probe(table, home === bucket ? away : home, -1, 0);
      if (free < 0) continue;
      table[free] = (table[place]! & ~SPILLED) | (table[free]! & SPILLED);
      table[free + 1] = table[place + 1]!;
      if (home === bucket) table[home * BUCKET_WORDS]! |= SPILLED;
      if (bucket === second) table[first * BUCKET_WORDS]! |= SPILLED;
      return place;
    }
    table[first * BUCKET_WORDS]! |= SPILLED;
    return this.driveOut(table, first, second);
  }

  private driveOut(table: Int32Array, first: number, second: number): number {
    let place = first * BUCKET_WORDS;
    let oldest = -1;
    for (const bucket of [first, second]) {
      for (let i = bucket * BUCKET_WORDS; i < (bucket + 1) * BUCKET_WORDS; i += 2) {
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

function firstBucket(high: number, low: number, mask: number): number {
  const h = Math.imul(high ^ (low << 13) ^ (low >>> 7), 0x85ebca6b);
  return (h ^ (h >>> 15)) & mask;
}

function secondBucket(first: number, high: number, mask: number): number {
  return (first ^ ((Math.imul(high | 1, 0x5bd1e995) >>> 11) | 1)) & mask;
}

function emptyIn(table: Int32Array, bucket: number): number | undefined {
  for (let i = bucket * BUCKET_WORDS; i < (bucket + 1) * BUCKET_WORDS; i += 2) if (table[i]! >>> 28 === 0) return i;
  return undefined;
}
