/** Links of kept rows: a ring in order of arrival, with chains by the key each points at, and by its owner. */
import { LINK_WORDS, SPAN } from '../contract/observation.ts';
import { CHANGED, ChangedLines } from '../lib/changed-lines.ts';
import { keyHash, ownHash } from './hash.ts';
import { sharedWords } from './pieces.ts';
import { sameTrace } from './same-trace.ts';

/** Kept link: trace (4), span (2), topic, owner (sequence number), next in bucket, next of the owner, state, target. */
export const KEPT_LINK_WORDS = 12;
export const LINK_ROW = 7;
const LINK_NEXT = 8;
const LINK_SIBLING = 9;
export const LINK_STATE = 10;
export const LINK_TARGET = 11;

const LINK_BUCKETS = 1 << 18;
/** Links of a line of an image, and lines of a piece. */
export const LINKS_A_LINE = 8;
const LINE_WORDS = LINKS_A_LINE * KEPT_LINK_WORDS;
const PIECE_SHIFT = 11;
/** The same of buckets: all of them are a piece. */
export const BUCKETS_A_LINE = 64;
const BUCKET_SHIFT = 6;
const BUCKET_PIECE_SHIFT = 12;

const LEAST_LINKS = 1024;

/** Places that the links of so many live rows ask for. */
export function linkPlaces(limit: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(limit, LEAST_LINKS) + 1));
}

export class KeptLinks {
  readonly links: Int32Array;
  readonly linkLimit: number;
  /** Sequence numbers (mod 2^32) of the oldest and the next link. */
  oldestLink = 1;
  nextLink = 1;
  private readonly linkMask: number;
  readonly linkBuckets = sharedWords(LINK_BUCKETS);
  readonly linkBucketLines = new ChangedLines('links/index', LINK_BUCKETS / BUCKETS_A_LINE, BUCKET_PIECE_SHIFT);
  readonly linkLines: ChangedLines;
  private readonly linkMarks: Uint8Array;

  constructor(limit: number) {
    this.linkLimit = Math.max(limit, LEAST_LINKS);
    const capacity = linkPlaces(limit);
    this.linkMask = capacity - 1;
    this.links = sharedWords(capacity * KEPT_LINK_WORDS);
    this.linkLines = new ChangedLines('links', capacity / LINKS_A_LINE, PIECE_SHIFT);
    this.linkMarks = this.linkLines.marks;
  }

  get linkCount(): number {
    return (this.nextLink - this.oldestLink) >>> 0;
  }

  linkBase(sequence: number): number {
    return (sequence & this.linkMask) * KEPT_LINK_WORDS;
  }

  /** Sequence number of the live link at a base. */
  linkSequenceAt(base: number): number {
    const slot = base / KEPT_LINK_WORDS;
    return (this.oldestLink + ((slot - this.oldestLink) & this.linkMask)) | 0;
  }

  linkAlive(sequence: number): boolean {
    return (sequence - this.oldestLink) >>> 0 < (this.nextLink - this.oldestLink) >>> 0;
  }

  /** First word of the bucket of links that point at a key with this hash. */
  protected touchLinks(hash: number): number {
    return this.linkBuckets[hash & (LINK_BUCKETS - 1)]!;
  }

  /** Keeps a link of the row with a sequence number, and returns its base; `sibling` is the row's link kept before, 0 none. */
  protected addLink(from: Int32Array, offset: number, owner: number, sibling: number): number {
    const sequence = this.nextLink;
    const base = (sequence & this.linkMask) * KEPT_LINK_WORDS;
    const w = this.links;
    for (let i = 0; i < LINK_WORDS - 1; i++) w[base + i] = from[offset + i]!;
    w[base + LINK_ROW] = owner;
    w[base + LINK_SIBLING] = sibling;
    w[base + LINK_STATE] = w[base + LINK_TARGET] = 0;
    const bucket = ownHash(w, base) & (LINK_BUCKETS - 1);
    w[base + LINK_NEXT] = this.linkBuckets[bucket]!;
    this.linkBuckets[bucket] = sequence;
    this.linkBucketLines.touch(bucket >>> BUCKET_SHIFT);
    this.nextLink = (sequence + 1) | 0;
    this.changedLink(base);
    return base;
  }

  /** Whoever changes words of a link at a base says so. */
  changedLink(link: number): void {
    this.linkMarks[(link / LINE_WORDS) | 0] = CHANGED;
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

  /** The newest link that points at a key; -1 none. Trace words are of a row or link at `at` in `of`. */
  firstLinkToKey(of: Int32Array, at: number, span0: number, span1: number): number {
    const bucket = keyHash(of, at, span0, span1) & (LINK_BUCKETS - 1);
    return this.findLink(this.linkBuckets[bucket]!, of, at, span0, span1);
  }

  nextLinkToKey(link: number, of: Int32Array, at: number, span0: number, span1: number): number {
    return this.findLink(this.links[link + LINK_NEXT]!, of, at, span0, span1);
  }

  private findLink(sequence: number, of: Int32Array, at: number, span0: number, span1: number): number {
    const { links } = this;
    while (sequence !== 0 && this.linkAlive(sequence)) {
      const link = this.linkBase(sequence);
      if (links[link + SPAN + 1] === span1 && links[link + SPAN] === span0 && sameTrace(links, link, of, at)) {
        return link;
      }
      sequence = links[link + LINK_NEXT]!;
    }
    return -1;
  }

  shiftLink(): void {
    this.oldestLink = (this.oldestLink + 1) | 0;
  }
}
