/**
 * The rows: spans from arrival until `wait` after, resolved or not, because children may still come. A ring of
 * fixed-size rows in arrival order, and an index of buckets: the eight newest rows by their own key and by their parent's
 * key stand in the bucket itself (place and a tag of the key, so that other rows are seldom touched), older ones in
 * chains through the rows. All run from newest to oldest; an entry that is gone, or not older than the one before, ends
 * them, so nothing is ever unlinked.
 *
 * A key is (low 64 bits of the trace id, span id); the high half of a trace id matches when equal or zero on one side.
 */
import { PARENT, ROW_WORDS, SHAPE, SPAN } from '../contract/observation.ts';
import { CHANGED, ChangedLines } from '../lib/changed-lines.ts';
import { BucketFill } from './bucket-fill.ts';
import { keyHash, ownHash, parentHash } from './hash.ts';
import { KeptLinks, LINK_ROW } from './kept-links.ts';
import { inSteps } from './pieces.ts';
import { RowPlaces } from './row-places.ts';
import { sameTrace } from './same-trace.ts';

/** Next older row in the chain of the row's key, and of its parent's key (entries as in a bucket). */
const NEXT = 20;
const CHILD_NEXT = 21;
export const PARTNER = 22;
export const EXTRA = 23;

/** Rows of a line of an image, and lines of a piece. */
export const ROWS_A_LINE = 4;
const LINE_WORDS = ROWS_A_LINE * ROW_WORDS;
const PIECE_SHIFT = 11;
/**
 * Entries of a bucket: rows by own key, then rows by parent's key. There is one bucket for two rows: of few large buckets
 * hardly any has more entries than it holds, and the chain behind it costs a look at a row that is far away.
 */
const INLINE = 8;
const ROWS_A_BUCKET = 2;
const BUCKET_WORDS = INLINE * 2;
/**
 * Large blocks of malloc begin 16 bytes behind a line of the processor's cache. With so many more before the first, a
 * bucket is one line, and a row lies in two.
 */
const BEFORE_LINE = 48;

/** Places that so many live rows ask for. */
export function rowPlaces(limit: number): number {
  return Math.max(ROWS_A_LINE, 2 ** Math.ceil(Math.log2(limit + 1)));
}

export class Rows extends KeptLinks {
  readonly words: Int32Array;
  readonly floats: Float64Array;
  readonly ratios: Float32Array;
  readonly places: RowPlaces;
  readonly limit: number;
  /** Of `words`. */
  readonly lines: ChangedLines;
  private readonly marks: Uint8Array;
  /** Sequence numbers (mod 2^32) of the oldest and the next entry. */
  oldest = 1;
  next = 1;
  /** Lookups also find rows that have left and still stand in the ring. For looking back only. */
  reachesGone = false;
  private readonly mask: number;
  private readonly bucketMask: number;
  private readonly buckets: Int32Array;
  /** Bits of a place in an entry; the rest is the tag. */
  private readonly placeBits: number;
  /** Where the last search in a bucket found its row; row -1: that is not known any more. */
  private readonly cursor = { row: -1, side: 0, bucket: 0, index: 0, tag: 0, age: 0 };

  constructor(limit: number) {
    super(limit);
    const capacity = rowPlaces(limit);
    this.limit = limit;
    this.mask = capacity - 1;
    const buffer = new SharedArrayBuffer(BEFORE_LINE + capacity * ROW_WORDS * 4);
    this.words = new Int32Array(buffer, BEFORE_LINE);
    this.floats = new Float64Array(buffer, BEFORE_LINE);
    this.ratios = new Float32Array(buffer, BEFORE_LINE);
    this.places = new RowPlaces(capacity);
    this.lines = new ChangedLines('rows', Math.ceil(capacity / ROWS_A_LINE), PIECE_SHIFT);
    this.marks = this.lines.marks;
    // Written once: the system gives memory page by page when it is first touched, and the first spans would touch it all.
    const buckets = Math.max(1, capacity / ROWS_A_BUCKET);
    this.bucketMask = buckets - 1;
    this.buckets = new Int32Array(new ArrayBuffer(BEFORE_LINE + buckets * BUCKET_WORDS * 4), BEFORE_LINE).fill(0);
    this.placeBits = Math.log2(capacity);
  }

  get count(): number {
    return (this.next - this.oldest) >>> 0;
  }

  /** First word of a row. */
  base(sequence: number): number {
    return (sequence & this.mask) * ROW_WORDS;
  }

  /** Sequence number of the live row at a base. */
  sequenceAt(base: number): number {
    const slot = base / ROW_WORDS;
    return (this.oldest + ((slot - this.oldest) & this.mask)) | 0;
  }

  /** Notes the nearest ancestor with a service (negative: none) of a row that has no place yet. */
  setAbove(row: number, ancestor: number): void {
    if (!this.places.isPlaced(row)) this.places.setAbove(row, ancestor < 0 ? 0 : this.sequenceAt(ancestor));
  }

  /** Whoever changes words of a row at a base says so. */
  changed(row: number): void {
    this.marks[(row / LINE_WORDS) | 0] = CHANGED;
  }

  alive(sequence: number): boolean {
    return (sequence - this.oldest) >>> 0 < (this.next - this.oldest) >>> 0;
  }

  /** Alive, or gone so lately that its words still stand. */
  intact(sequence: number): boolean {
    return (this.next - 1 - sequence) >>> 0 <= this.mask;
  }

  /** Reads what `push` of a row with these hashes will need, so that the memory is near by then. Returns something of it. */
  touch(own: number, parent: number): number {
    return (
      this.buckets[(own & this.bucketMask) * BUCKET_WORDS]! ^
      this.buckets[(parent & this.bucketMask) * BUCKET_WORDS + INLINE]!
    );
  }

  /** As `touch`, of what deciding the row will need: the newest row under its parent's key, its newest child, and links to it. */
  touchRelatives(own: number, parent: number): number {
    return this.touchEntry(parent, 0) ^ this.touchEntry(own, INLINE) ^ this.touchLinks(own);
  }

  private touchEntry(hash: number, side: number): number {
    const entry = this.buckets[(hash & this.bucketMask) * BUCKET_WORDS + side]!;
    if (entry >>> this.placeBits !== ((hash >>> this.placeBits) | 1)) return 0;
    const row = (entry & this.mask) * ROW_WORDS;
    return this.words[row + SPAN]! ^ this.words[row + SHAPE]!;
  }

  /** Copies an observed row in and returns its base. The caller has made room; hashes of its own and its parent's key. */
  push(from: Int32Array, offset: number, own: number, parent: number): number {
    const sequence = this.next;
    const place = sequence & this.mask;
    const base = place * ROW_WORDS;
    const w = this.words;
    this.cursor.row = -1;
    for (let i = 0; i < NEXT; i++) w[base + i] = from[offset + i]!;
    w[base + PARTNER] = w[base + EXTRA] = 0;
    this.places.renew(place);
    this.changed(base);
    this.next = (sequence + 1) | 0;
    w[base + NEXT] = this.enter(own, 0, place);
    if ((w[base + PARENT]! | w[base + PARENT + 1]!) !== 0) w[base + CHILD_NEXT] = this.enter(parent, INLINE, place);
    return base;
  }

  /** Puts all rows that stand in the ring into the index, which is empty; what they say of their chains holds. */
  *indexAll(): Iterable<void> {
    const { words: w, bucketMask, mask } = this;
    const fill = new BucketFill(this.buckets, INLINE);
    const enter = (hash: number, side: number, place: number) =>
      fill.add((hash & bucketMask) * BUCKET_WORDS + side, this.entry(hash, place));
    yield* inSteps(mask + 1, (from, to) => {
      for (let age = from + 1; age <= to; age++) {
        const place = (this.next - age) & mask;
        const base = place * ROW_WORDS;
        if (!this.isUsed(base)) continue;
        enter(ownHash(w, base), 0, place);
        if ((w[base + PARENT]! | w[base + PARENT + 1]!) !== 0) enter(parentHash(w, base), INLINE, place);
      }
    });
    fill.finish();
  }

  /** Puts the row at a place into the index and its chains, after all older ones. */
  index(place: number): void {
    const w = this.words;
    const base = place * ROW_WORDS;
    if (!this.isUsed(base)) return;
    w[base + NEXT] = this.enter(ownHash(w, base), 0, place);
    if ((w[base + PARENT]! | w[base + PARENT + 1]!) !== 0)
      w[base + CHILD_NEXT] = this.enter(parentHash(w, base), INLINE, place);
  }

  /** Every row in the ring has a span id. */
  private isUsed(base: number): boolean {
    return (this.words[base + SPAN]! | this.words[base + SPAN + 1]!) !== 0;
  }

  /** Takes over the tables of another, which is given up; the limits stay. */
  adopt(other: Rows): void {
    const { limit, linkLimit } = this;
    Object.assign(this, other, { limit, linkLimit });
  }

  /** Puts a row first in its bucket and returns what was first before. */
  private enter(hash: number, side: number, place: number): number {
    const { buckets } = this;
    const b = (hash & this.bucketMask) * BUCKET_WORDS + side;
    const before = buckets[b]!;
    for (let i = b + INLINE - 1; i > b; i--) buckets[i] = buckets[i - 1]!;
    buckets[b] = this.entry(hash, place);
    return before;
  }

  private entry(hash: number, place: number): number {
    return place | (((hash >>> this.placeBits) | 1) << this.placeBits);
  }

  /** Keeps a link of the row at `owner` and returns its base; `sibling` is the owner's link kept before, 0 none. */
  pushLink(from: Int32Array, offset: number, owner: number, sibling: number): number {
    return this.addLink(from, offset, this.sequenceAt(owner), sibling);
  }

  /** Row of the link's owner; -1 when it has left. */
  linkOwner(link: number): number {
    const sequence = this.links[link + LINK_ROW]!;
    return this.alive(sequence) ? this.base(sequence) : -1;
  }

  /** Age of the newest row that is older than a sequence number; for lookups that look no nearer. */
  ageBefore(sequence: number): number {
    return (this.next - sequence) >>> 0;
  }

  /**
   * The newest row with the key, as a base; -1 none. Trace words are of a row or link at `at` in `of`. `age`: only rows
   * older than that.
   */
  firstRow(of: Int32Array, at: number, span0: number, span1: number, age = 0): number {
    return this.find(of, at, span0, span1, 0, -1, age);
  }

  nextRow(row: number, of: Int32Array, at: number, span0: number, span1: number): number {
    return this.find(of, at, span0, span1, 0, row, 0);
  }

  /** The newest row whose parent has the key of the row at `row`; -1 none. `age`: only rows older than that. */
  firstChild(row: number, age = 0): number {
    const w = this.words;
    return this.find(w, row, w[row + SPAN]!, w[row + SPAN + 1]!, INLINE, -1, age);
  }

  nextChild(child: number, row: number): number {
    const w = this.words;
    return this.find(w, row, w[row + SPAN]!, w[row + SPAN + 1]!, INLINE, child, 0);
  }

  /** The newest row whose parent has this key; -1 none. */
  firstBelow(of: Int32Array, at: number, span0: number, span1: number): number {
    return this.find(of, at, span0, span1, INLINE, -1, 0);
  }

  nextBelow(child: number, of: Int32Array, at: number, span0: number, span1: number): number {
    return this.find(of, at, span0, span1, INLINE, child, 0);
  }

  /** 1 for the newest row. */
  private age(place: number): number {
    return (this.next - place) & this.mask;
  }

  /** Rows that lookups may find are at most this old. */
  private get reach(): number {
    return this.reachesGone ? this.mask : (this.next - this.oldest) >>> 0;
  }

  /**
   * The newest row that has the key (side 0 its own, INLINE its parent's) and is older than `after` (-1 any), which has
   * the key, too; without `after`, older than `youngest`.
   */
  private find(
    of: Int32Array,
    at: number,
    span0: number,
    span1: number,
    side: number,
    after: number,
    youngest: number,
  ): number {
    const { cursor } = this;
    // A row and a side tell the key: where the search for `after` ended, the search for the next goes on.
    if (after >= 0 && after === cursor.row && side === cursor.side) {
      return this.scan(of, at, span0, span1, side, cursor.bucket, cursor.index + 1, cursor.tag, cursor.age, 0);
    }
    const hash = keyHash(of, at, span0, span1);
    // Odd, so that no entry is 0.
    const tag = (hash >>> this.placeBits) | 1;
    const bucket = (hash & this.bucketMask) * BUCKET_WORDS + side;
    const afterAge = after < 0 ? youngest : this.age(after / ROW_WORDS);
    return this.scan(of, at, span0, span1, side, bucket, 0, tag, afterAge, after < 0 ? 0 : afterAge);
  }

  /**
   * Searches the bucket from an index on for a row older than `afterAge`. `member`: age of a row known to stand in the
   * chain behind the bucket, 0 none.
   */
  private scan(
    of: Int32Array,
    at: number,
    span0: number,
    span1: number,
    side: number,
    bucket: number,
    from: number,
    tag: number,
    afterAge: number,
    member: number,
  ): number {
    const { buckets, mask, placeBits, next, reach, cursor } = this;
    const key = side === 0 ? SPAN : PARENT;
    let age = from === 0 ? 0 : cursor.age;
    for (let i = from; i < INLINE; i++) {
      const entry = buckets[bucket + i]!;
      const older = (next - (entry & mask)) & mask;
      if (entry === 0 || older <= age || older > reach) return -1;
      age = older;
      if (age <= afterAge || entry >>> placeBits !== tag) continue;
      const row = (entry & mask) * ROW_WORDS;
      if (!this.matches(row + key, row, of, at, span0, span1)) continue;
      cursor.row = row;
      cursor.side = side;
      cursor.bucket = bucket;
      cursor.index = i;
      cursor.tag = tag;
      cursor.age = age;
      return row;
    }
    const chain = side === 0 ? NEXT : CHILD_NEXT;
    return this.follow(Math.max(age, member), afterAge, of, at, span0, span1, key, chain);
  }

  private rowOfAge(age: number): number {
    return ((this.next - age) & this.mask) * ROW_WORDS;
  }

  /** The newest row older than `afterAge` that has the key (words at `key`) in the chain beyond the row so old. */
  private follow(
    age: number,
    afterAge: number,
    of: Int32Array,
    at: number,
    span0: number,
    span1: number,
    key: number,
    chain: number,
  ): number {
    const { mask, words: w, next, reach } = this;
    let row = this.rowOfAge(age);
    for (;;) {
      const entry = w[row + chain]!;
      const older = (next - (entry & mask)) & mask;
      if (entry === 0 || older <= age || older > reach) return -1;
      age = older;
      row = (entry & mask) * ROW_WORDS;
      if (age > afterAge && this.matches(row + key, row, of, at, span0, span1)) return row;
    }
  }

  private matches(key: number, row: number, of: Int32Array, at: number, span0: number, span1: number): boolean {
    const w = this.words;
    return w[key + 1] === span1 && w[key] === span0 && sameTrace(w, row, of, at);
  }

  /** The newest link that points at the key of the row; -1 none. */
  firstLinkTo(row: number): number {
    const w = this.words;
    return this.firstLinkToKey(w, row, w[row + SPAN]!, w[row + SPAN + 1]!);
  }

  nextLinkTo(link: number, row: number): number {
    const w = this.words;
    return this.nextLinkToKey(link, w, row, w[row + SPAN]!, w[row + SPAN + 1]!);
  }

  /** Forgets the oldest row. */
  shift(): void {
    this.cursor.row = -1;
    this.oldest = (this.oldest + 1) | 0;
  }
}
