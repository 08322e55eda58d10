/**
 * Fills empty buckets with very many entries, the newest first: entries are gathered by part of the table, so that the
 * reads and writes of many of them wait for the memory at the same time, and lie close together.
 */

/** Numbers of a part: half a megabyte; of large tables there are so many parts. */
const PART_NUMBERS = 1 << 17;
const MOST_PARTS = 256;
/** Numbers of the entries of a part that wait, two of each. */
const ROOM = 2048;

export class BucketFill {
  private readonly buckets: Int32Array;
  /** Entries of a bucket. */
  private readonly most: number;
  private readonly shift: number;
  /** Where the bucket begins, and the entry: those of each part behind each other. */
  private readonly pairs: Int32Array;
  /** By part, of its pairs. */
  private readonly ends: Int32Array;
  /** Keeps the reads of `fetch` from being left out. */
  touched = 0;

  /**
   * @param buckets all 0, which no entry is; a power of two.
   * @param most a bucket takes, of those that come first.
   */
  constructor(buckets: Int32Array, most: number) {
    this.buckets = buckets;
    this.most = most;
    this.shift = Math.log2(Math.max(PART_NUMBERS, buckets.length / MOST_PARTS));
    const parts = Math.max(1, buckets.length >>> this.shift);
    this.pairs = new Int32Array(parts * ROOM);
    this.ends = Int32Array.from({ length: parts }, (_, part) => part * ROOM);
  }

  /** @param bucket where it begins. */
  add(bucket: number, entry: number): void {
    const { pairs, ends } = this;
    const part = bucket >>> this.shift;
    if (ends[part] === (part + 1) * ROOM) this.fill(part);
    const at = ends[part]!;
    pairs[at] = bucket;
    pairs[at + 1] = entry;
    ends[part] = at + 2;
  }

  /** Afterwards all that was added is there. */
  finish(): void {
    for (let part = 0; part < this.ends.length; part++) this.fill(part);
  }

  private fill(part: number): void {
    const { buckets, pairs, ends, most } = this;
    const begin = part * ROOM;
    this.touched ^= this.fetch(begin, ends[part]!);
    for (let at = begin; at < ends[part]!; at += 2) {
      let i = pairs[at]!;
      const end = i + most;
      while (i < end && buckets[i] !== 0) i++;
      if (i < end) buckets[i] = pairs[at + 1]!;
    }
    ends[part] = begin;
  }

  /** Reads the buckets of these pairs. Returns something of it. */
  private fetch(begin: number, end: number): number {
    const { buckets, pairs } = this;
    let touched = 0;
    for (let at = begin; at < end; at += 2) touched ^= buckets[pairs[at]!]!;
    return touched;
  }
}
