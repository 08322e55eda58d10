/**
 * Fills empty buckets with very many entries, the newest first: entries are gathered by part of the table, and each part
 * is filled while it is near the processor. One by one, each would wait for memory that is far away.
 */

/** Numbers of a part: half a megabyte; of large tables there are so many parts. */
const PART_NUMBERS = 1 << 17;
const MOST_PARTS = 256;
/** Of a line of the processor's cache. */
const LINE_NUMBERS = 16;

export class BucketFill {
  private readonly buckets: Int32Array;
  /** Entries of a bucket. */
  private readonly most: number;
  private readonly shift: number;
  /** Where the bucket begins, and the entry: those of each part behind each other. */
  private readonly pairs: Int32Array;
  /** Numbers of a part's pairs at most. */
  private readonly room: number;
  /** By part, of its pairs. */
  private readonly ends: Int32Array;
  /** Keeps the reads of `fetch` from being left out. */
  touched = 0;

  /**
   * @param buckets all 0, which no entry is; a power of two.
   * @param most a bucket takes, of those that come first.
   * @param expected entries, about.
   */
  constructor(buckets: Int32Array, most: number, expected: number) {
    this.buckets = buckets;
    this.most = most;
    this.shift = Math.log2(Math.max(PART_NUMBERS, buckets.length / MOST_PARTS));
    const parts = Math.max(1, buckets.length >>> this.shift);
    this.room = 2 * Math.ceil(expected / parts + 1);
    this.pairs = new Int32Array(parts * this.room);
    this.ends = Int32Array.from({ length: parts }, (_, part) => part * this.room);
  }

  /** @param bucket where it begins. */
  add(bucket: number, entry: number): void {
    const { pairs, ends, room } = this;
    const part = bucket >>> this.shift;
    if (ends[part] === (part + 1) * room) this.fill(part);
    const at = ends[part]!;
    pairs[at] = bucket;
    pairs[at + 1] = entry;
    ends[part] = at + 2;
  }

  /** Afterwards all that was added is there. */
  *finish(): Iterable<void> {
    for (let part = 0; part < this.ends.length; part++) {
      this.fill(part);
      yield;
    }
  }

  private fill(part: number): void {
    const { buckets, pairs, ends, most } = this;
    const begin = part * this.room;
    this.fetch(part);
    for (let at = begin; at < ends[part]!; at += 2) {
      let i = pairs[at]!;
      const end = i + most;
      while (i < end && buckets[i] !== 0) i++;
      if (i < end) buckets[i] = pairs[at + 1]!;
    }
    ends[part] = begin;
  }

  /** In its order a part comes near at once. */
  private fetch(part: number): void {
    const { buckets, shift } = this;
    const end = Math.min((part + 1) << shift, buckets.length);
    let touched = 0;
    for (let i = part << shift; i < end; i += LINE_NUMBERS) touched ^= buckets[i]!;
    this.touched = touched;
  }
}
