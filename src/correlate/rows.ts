/**
 * The rows: spans from arrival until `wait` after, resolved or not, because children may still come. A ring of
 * fixed-size rows in arrival order with three chains per bucket: rows by their own key, rows by their parent's key,
 * links by the key they point at. Chains run from newest to oldest; a pointer to an expired entry ends its chain, so
 * nothing is ever unlinked.
 *
 * A key is (low 64 bits of the trace id, span id); the high half of a trace id matches when equal or zero on one side.
 */
import { LINK_WORDS, PARENT, ROW_WORDS, SPAN, TRACE } from '../contract/observation.ts';
import { mix } from '../lib/bytes.ts';

/** Next older row in the chain of the row's key, and of its parent's key (sequence numbers). */
const NEXT = 20;
const CHILD_NEXT = 21;
export const PARTNER = 22;
export const EXTRA = 23;

/** Kept link: trace (4), span (2), topic, owner (sequence number), next in bucket, next of the owner, state, target. */
const KEPT_LINK_WORDS = 12;
export const LINK_ROW = 7;
const LINK_NEXT = 8;
const LINK_SIBLING = 9;
export const LINK_STATE = 10;
export const LINK_TARGET = 11;

const BUCKET_WORDS = 4;

export class Rows {
  readonly words: Int32Array;
  readonly floats: Float64Array;
  readonly ratios: Float32Array;
  readonly links: Int32Array;
  readonly limit: number;
  readonly linkLimit: number;
  /** Sequence numbers (mod 2^32) of the oldest and the next entry. */
  oldest = 1;
  next = 1;
  oldestLink = 1;
  nextLink = 1;
  private readonly mask: number;
  private readonly linkMask: number;
  private readonly buckets: Int32Array;
  private readonly bucketMask: number;

  constructor(limit: number) {
    const capacity = 2 ** Math.ceil(Math.log2(limit + 1));
    this.limit = limit;
    this.linkLimit = Math.max(limit, 1024);
    const linkCapacity = 2 ** Math.ceil(Math.log2(this.linkLimit + 1));
    this.mask = capacity - 1;
    this.linkMask = linkCapacity - 1;
    const buffer = new ArrayBuffer(capacity * ROW_WORDS * 4);
    this.words = new Int32Array(buffer);
    this.floats = new Float64Array(buffer);
    this.ratios = new Float32Array(buffer);
    this.links = new Int32Array(linkCapacity * KEPT_LINK_WORDS);
    this.buckets = new Int32Array(capacity * BUCKET_WORDS);
    this.bucketMask = capacity - 1;
  }

  get count(): number {
    return (this.next - this.oldest) >>> 0;
  }

  get linkCount(): number {
    return (this.nextLink - this.oldestLink) >>> 0;
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

  alive(sequence: number): boolean {
    return (sequence - this.oldest) >>> 0 < (this.next - this.oldest) >>> 0;
  }

  linkBase(sequence: number): number {
    return (sequence & this.linkMask) * KEPT_LINK_WORDS;
  }

  linkAlive(sequence: number): boolean {
    return (sequence - this.oldestLink) >>> 0 < (this.nextLink - this.oldestLink) >>> 0;
  }

  /** Copies an observed row in and returns its base. The caller has made room. */
  push(from: Int32Array, offset: number): number {
    const sequence = this.next;
    const base = (sequence & this.mask) * ROW_WORDS;
    const w = this.words;
    for (let i = 0; i < NEXT; i++) w[base + i] = from[offset + i]!;
    w[base + PARTNER] = w[base + EXTRA] = 0;
    this.next = (sequence + 1) | 0;
    const bucket = this.bucket(w[base + TRACE + 2]!, w[base + TRACE + 3]!, w[base + SPAN]!, w[base + SPAN + 1]!);
    w[base + NEXT] = this.buckets[bucket]!;
    this.buckets[bucket] = sequence;
    if ((w[base + PARENT]! | w[base + PARENT + 1]!) !== 0) {
      const parent = this.bucket(w[base + TRACE + 2]!, w[base + TRACE + 3]!, w[base + PARENT]!, w[base + PARENT + 1]!);
      w[base + CHILD_NEXT] = this.buckets[parent + 1]!;
      this.buckets[parent + 1] = sequence;
    }
    return base;
  }

  /** Keeps a link of the row at `owner` and returns its base; `sibling` is the owner's link kept before, 0 none. */
  pushLink(from: Int32Array, offset: number, owner: number, sibling: number): number {
    const sequence = this.nextLink;
    const base = (sequence & this.linkMask) * KEPT_LINK_WORDS;
    const w = this.links;
    for (let i = 0; i < LINK_WORDS - 1; i++) w[base + i] = from[offset + i]!;
    w[base + LINK_ROW] = this.sequenceAt(owner);
    w[base + LINK_SIBLING] = sibling;
    w[base + LINK_STATE] = w[base + LINK_TARGET] = 0;
    const bucket = this.bucket(w[base + TRACE + 2]!, w[base + TRACE + 3]!, w[base + SPAN]!, w[base + SPAN + 1]!);
    w[base + LINK_NEXT] = this.buckets[bucket + 2]!;
    this.buckets[bucket + 2] = sequence;
    this.nextLink = (sequence + 1) | 0;
    return base;
  }

  /** Row of the link's owner; -1 when it has left. */
  linkOwner(link: number): number {
    const sequence = this.links[link + LINK_ROW]!;
    return this.alive(sequence) ? this.base(sequence) : -1;
  }

  /** Sequence number of the row the link is joined with; 0 none. */
  linkTarget(link: number): number {
    return this.links[link + LINK_TARGET]!;
  }

  /** First link the row owns, as a base; -1 none. */
  firstLink(head: number): number {
    return head !== 0 && this.linkAlive(head) ? this.linkBase(head) : -1;
  }

  siblingLink(link: number): number {
    return this.firstLink(this.links[link + LINK_SIBLING]!);
  }

  /** The newest row with the key, as a base; -1 none. Trace words are of a row or link at `at` in `of`. */
  firstRow(of: Int32Array, at: number, span0: number, span1: number): number {
    const bucket = this.bucket(of[at + TRACE + 2]!, of[at + TRACE + 3]!, span0, span1);
    return this.findRow(this.buckets[bucket]!, of, at, span0, span1);
  }

  nextRow(row: number, of: Int32Array, at: number, span0: number, span1: number): number {
    return this.findRow(this.words[row + NEXT]!, of, at, span0, span1);
  }

  private findRow(sequence: number, of: Int32Array, at: number, span0: number, span1: number): number {
    const w = this.words;
    while (sequence !== 0 && this.alive(sequence)) {
      const row = (sequence & this.mask) * ROW_WORDS;
      if (w[row + SPAN + 1] === span1 && w[row + SPAN] === span0 && sameTrace(w, row, of, at)) return row;
      sequence = w[row + NEXT]!;
    }
    return -1;
  }

  /** The newest row whose parent has the key of the row at `row`; -1 none. */
  firstChild(row: number): number {
    const w = this.words;
    const bucket = this.bucket(w[row + TRACE + 2]!, w[row + TRACE + 3]!, w[row + SPAN]!, w[row + SPAN + 1]!);
    return this.findChild(this.buckets[bucket + 1]!, row);
  }

  nextChild(child: number, row: number): number {
    return this.findChild(this.words[child + CHILD_NEXT]!, row);
  }

  private findChild(sequence: number, row: number): number {
    const w = this.words;
    while (sequence !== 0 && this.alive(sequence)) {
      const child = (sequence & this.mask) * ROW_WORDS;
      if (w[child + PARENT + 1] === w[row + SPAN + 1] && w[child + PARENT] === w[row + SPAN] && sameTrace(w, child, w, row)) {
        return child;
      }
      sequence = w[child + CHILD_NEXT]!;
    }
    return -1;
  }

  /** The newest link that points at the key of the row; -1 none. */
  firstLinkTo(row: number): number {
    const w = this.words;
    const bucket = this.bucket(w[row + TRACE + 2]!, w[row + TRACE + 3]!, w[row + SPAN]!, w[row + SPAN + 1]!);
    return this.findLink(this.buckets[bucket + 2]!, row);
  }

  nextLinkTo(link: number, row: number): number {
    return this.findLink(this.links[link + LINK_NEXT]!, row);
  }

  private findLink(sequence: number, row: number): number {
    const { words, links } = this;
    while (sequence !== 0 && this.linkAlive(sequence)) {
      const link = this.linkBase(sequence);
      if (links[link + SPAN + 1] === words[row + SPAN + 1] && links[link + SPAN] === words[row + SPAN] && sameTrace(links, link, words, row)) {
        return link;
      }
      sequence = links[link + LINK_NEXT]!;
    }
    return -1;
  }

  /** Forgets the oldest row. */
  shift(): void {
    this.oldest = (this.oldest + 1) | 0;
  }

  shiftLink(): void {
    this.oldestLink = (this.oldestLink + 1) | 0;
  }

  private bucket(trace2: number, trace3: number, span0: number, span1: number): number {
    return (mix(mix(mix(mix(0, trace3), span1), trace2), span0) & this.bucketMask) * BUCKET_WORDS;
  }
}

/** Low halves equal; high halves equal, or zero on one side. */
function sameTrace(a: Int32Array, i: number, b: Int32Array, j: number): boolean {
  if (a[i + TRACE + 3] !== b[j + TRACE + 3] || a[i + TRACE + 2] !== b[j + TRACE + 2]) return false;
  if (a[i + TRACE] === b[j + TRACE] && a[i + TRACE + 1] === b[j + TRACE + 1]) return true;
  return (a[i + TRACE]! | a[i + TRACE + 1]!) === 0 || (b[j + TRACE]! | b[j + TRACE + 1]!) === 0;
}
