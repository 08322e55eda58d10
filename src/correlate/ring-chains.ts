/**
 * Entries of a ring in chains by bucket, moved to a ring of another size. An entry does not hold all bits that chose its
 * bucket: they are read off the chains of the ring it stood in.
 */

/** A ring, and how its entries are chained. */
export interface ChainRing {
  readonly count: number;
  /** 1 for the newest entry; more than `count` for one that is gone. */
  age(place: number): number;
  /** Next in the chain of the entry at a place, + 1; 0 none. */
  pointer(place: number): number;
}

/** While entries of slices up to a time live, buckets are told apart by the bits of so many only. */
export interface KnownBuckets {
  readonly count: number;
  readonly untilMs: number;
}

/**
 * Notes the bucket of each entry that stands in these buckets [from, to), by the entry's age − 1. A pointer that does
 * not lead to an older entry ends its chain.
 */
export function noteBuckets(
  into: Int32Array,
  ring: ChainRing,
  buckets: Int32Array,
  from: number,
  to: number,
  name: (bucket: number) => number,
): void {
  for (let bucket = from; bucket < to; bucket++) {
    let age = 0;
    for (let pointer = buckets[bucket]!; pointer !== 0; pointer = ring.pointer(pointer - 1)) {
      const older = ring.age(pointer - 1);
      if (older <= age || older > ring.count) break;
      age = older;
      into[age - 1] = name(bucket);
    }
  }
}

/**
 * There are more buckets than those filled so far: each of them begins as the one whose bits it shares, so that entries
 * of which these are all that is known are found from all of them.
 */
export function repeatBuckets(buckets: Int32Array, filled: number): void {
  for (let size = filled; size < buckets.length; size *= 2) buckets.copyWithin(size, 0, size);
}
