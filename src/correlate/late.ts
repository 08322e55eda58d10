/**
 * Late entries: what a partner may still ask for after its row is gone, 32 bytes each, for `late`. Outbound spans stand
 * under their own key; inbound spans and links that wait for a parent or target stand under that key. A ring in order
 * of decision with one chain per bucket, newest first; a pointer that does not lead to an older entry ends its chain.
 *
 * Layout (words): 0 fingerprint of the key, 1 that of the trace id's high half (high 16 bits, 0 none) and class (low 16),
 * 2 next in chain (place + 1),
 * 3 the span's path, which ends in its service (or, where it has none, −1 − service), 4 target (client: peer; messaging: topic; database: plan), 5–6 start (µs, a double), 7 duration.
 */
import { NO_PATH, type PathSink } from '../contract/path-sink.ts';

const WORDS = 8;
/** Classes are numbered in 16 bits; those with adjusted counts leave room for all that have none. */
const MAX_SAMPLED_CLASSES = 32_768;
const MAX_RATIOS = 1024;
const RECENT = 256;
/** Entries are forgotten by slices of time: this many make up the horizon. */
const SLICES = 300;
const WAITER_BUCKETS = 1 << 15;

const SHAPE_BITS = (1 << 14) - 1;
/** A class: SHAPE in the low 14 bits, these flags, then fate (4 bits) and reason (6 bits). */
export const WAITER = 1 << 14;
/** The span's own edge (external call, topic, tables) is counted. */
export const COUNTED = 1 << 15;
/** A waiter for the target of a link, else for the parent. */
export const BY_LINK = 1 << 16;
/** The entry made just before is of the same span. */
export const SIBLING = 1 << 27;
export const FLAGS = WAITER | COUNTED | BY_LINK | SIBLING;
const FATE_SHIFT = 17;
const REASON_SHIFT = 21;

export function lateClass(shape: number, flags: number, fate: number, reason: number): number {
  return (shape & SHAPE_BITS) | flags | (fate << FATE_SHIFT) | (reason << REASON_SHIFT);
}

export function fateOfClass(cls: number): number {
  return (cls >>> FATE_SHIFT) & 15;
}

export function reasonOfClass(cls: number): number {
  return (cls >>> REASON_SHIFT) & 63;
}

/** Hash of a key: two words, and 16 bits of the high half of the trace id (0: it has none). */
export interface LateKey {
  readonly a: number;
  readonly b: number;
  readonly high: number;
}

interface Slice {
  readonly ms: number;
  count: number;
}

export class LateEntries {
  readonly limit: number;
  evicted = 0;
  private readonly words: Int32Array;
  private readonly double = new Float64Array(1);
  private readonly doubleWords = new Int32Array(this.double.buffer);
  private readonly buckets: Int32Array;
  private readonly bucketMask: number;
  /** Waiters are few: chains of their own, in a table small enough to stay in the processor's cache. */
  private readonly waiterBuckets = new Int32Array(WAITER_BUCKETS);
  /** Place of the next entry, and how many places before it are in use. */
  private head = 0;
  private used = 0;
  /** Distinct classes with their adjusted counts. */
  private readonly classes: number[] = [];
  private readonly ratios: number[] = [];
  private readonly recentClasses = new Int32Array(RECENT).fill(-1);
  private readonly recentNumbers = new Int32Array(RECENT);
  private readonly classNumbers = new Map<number, number>();
  private readonly ratioNumbers = new Map<number, number>([[1, 0]]);
  /** Entries by the time they were made, oldest first. */
  private readonly slices: Slice[] = [];
  private newest: Slice = { ms: 0, count: 0 };
  private windowMs = 1;
  private readonly tree: Pick<PathSink, 'lastOf'>;

  constructor(limit: number, lateMs: number, tree: Pick<PathSink, 'lastOf'>) {
    this.tree = tree;
    limit = Math.max(limit, 1);
    this.limit = limit;
    this.lateMs = lateMs;
    this.words = new Int32Array(limit * WORDS);
    const buckets = 2 ** Math.min(22, Math.max(10, Math.ceil(Math.log2(limit))));
    // Written once, so that the system gives the memory now: the first entries would touch it all.
    this.buckets = new Int32Array(buckets).fill(0);
    this.bucketMask = buckets - 1;
  }

  /** The horizon; holds for the entries that are there, too. */
  set lateMs(ms: number) {
    this.windowMs = Math.max(ms, 1);
  }

  get count(): number {
    return this.used;
  }

  /** Time of the oldest entry's slice, ms; 0 when there is none. */
  get since(): number {
    return this.slices[0]?.ms ?? 0;
  }

  /** Begins a slice of entries at this time, and forgets slices older than the horizon. */
  advance(nowMs: number): void {
    const { slices, windowMs } = this;
    while (slices.length > 1 && nowMs - slices[1]!.ms > windowMs) this.used -= slices.shift()!.count;
    if (slices.length > 0 && nowMs - this.newest.ms < windowMs / SLICES) return;
    this.newest = { ms: nowMs, count: 0 };
    slices.push(this.newest);
  }

  /** @param key hash of the key, as `hashKey` leaves it. */
  add(
    key: LateKey,
    cls: number,
    adjusted: number,
    service: number,
    path: number,
    target: number,
    start: number,
    duration: number,
  ): void {
    if (this.used >= this.limit) this.evictOldest();
    const w = this.words;
    const place = this.head;
    const base = place * WORDS;
    const buckets = (cls & WAITER) !== 0 ? this.waiterBuckets : this.buckets;
    const bucket = key.a & (buckets.length - 1);
    w[base] = key.b;
    w[base + 1] = (key.high << 16) | this.classNumber(cls, adjusted);
    w[base + 2] = buckets[bucket]!;
    w[base + 3] = path !== NO_PATH && this.tree.lastOf(path) === service ? path : -1 - service;
    w[base + 4] = target;
    this.double[0] = start;
    w[base + 5] = this.doubleWords[0]!;
    w[base + 6] = this.doubleWords[1]!;
    w[base + 7] = duration;
    buckets[bucket] = place + 1;
    this.head = place + 1 === this.limit ? 0 : place + 1;
    this.used++;
    this.newest.count++;
  }

  /** Reads what `add` under the key will need. Returns something of it. */
  touch(key: LateKey): number {
    return this.buckets[key.a & this.bucketMask]!;
  }

  /** The newest outbound (or waiting) entry with the key, as its base; -1 none. */
  first(key: LateKey, waiter: boolean): number {
    const head = waiter ? this.waiterBuckets[key.a & (WAITER_BUCKETS - 1)]! : this.buckets[key.a & this.bucketMask]!;
    return head === 0 ? -1 : this.find(head, 0, key, waiter);
  }

  nextEntry(entry: number, key: LateKey, waiter: boolean): number {
    return this.find(this.words[entry + 2]!, this.age(entry / WORDS), key, waiter);
  }

  private find(pointer: number, age: number, key: LateKey, waiter: boolean): number {
    const w = this.words;
    while (pointer !== 0) {
      const older = this.age(pointer - 1);
      if (older <= age || older > this.used) return -1;
      age = older;
      const base = (pointer - 1) * WORDS;
      if (
        w[base] === key.b &&
        sameHigh(w[base + 1]! >>> 16, key.high) &&
        ((this.classOf(base) & WAITER) !== 0) === waiter
      ) {
        return base;
      }
      pointer = w[base + 2]!;
    }
    return -1;
  }

  /** 1 for the newest entry. */
  private age(place: number): number {
    const distance = this.head - place;
    return distance > 0 ? distance : distance + this.limit;
  }

  classOf(entry: number): number {
    return this.classes[this.words[entry + 1]! & 0xffff]!;
  }

  adjusted(entry: number): number {
    return this.ratios[this.words[entry + 1]! & 0xffff]!;
  }

  service(entry: number): number {
    const word = this.words[entry + 3]!;
    return word < 0 ? -1 - word : this.tree.lastOf(word);
  }

  /** Where the span stands in the tree of paths. */
  path(entry: number): number {
    return Math.max(this.words[entry + 3]!, NO_PATH);
  }

  target(entry: number): number {
    return this.words[entry + 4]!;
  }

  start(entry: number): number {
    this.doubleWords[0] = this.words[entry + 5]!;
    this.doubleWords[1] = this.words[entry + 6]!;
    return this.double[0]!;
  }

  duration(entry: number): number {
    return this.words[entry + 7]!;
  }

  /** Calls `visit` for the entry and those of the same span. */
  forEachSibling(entry: number, visit: (entry: number) => void): void {
    let at = entry;
    while ((this.classOf(at) & SIBLING) !== 0) at = this.placeBefore(at);
    for (let more = true; more; ) {
      visit(at);
      at = this.placeAfter(at);
      more = at / WORDS !== this.head && (this.classOf(at) & SIBLING) !== 0;
    }
  }

  private placeBefore(entry: number): number {
    return (entry === 0 ? this.limit * WORDS : entry) - WORDS;
  }

  private placeAfter(entry: number): number {
    return entry + WORDS === this.limit * WORDS ? 0 : entry + WORDS;
  }

  retarget(entry: number, target: number): void {
    this.words[entry + 4] = target;
  }

  /** Changes what an entry is counted as. */
  reclass(entry: number, cls: number): void {
    const adjusted = this.adjusted(entry);
    this.words[entry + 1] = (this.words[entry + 1]! & 0xffff0000) | this.classNumber(cls, adjusted);
  }

  /** The classes in use are few: those met last are found without a search. */
  private classNumber(cls: number, adjusted: number): number {
    const at = (Math.imul(cls, 0x9e3779b1) >>> 24) & (RECENT - 1);
    if (adjusted === 1 && this.recentClasses[at] === cls) return this.recentNumbers[at]!;
    const number = this.findClass(cls, adjusted);
    if (adjusted === 1) {
      this.recentClasses[at] = cls;
      this.recentNumbers[at] = number;
    }
    return number;
  }

  private findClass(cls: number, adjusted: number): number {
    const key = cls + this.ratioNumber(adjusted) * 2 ** 28;
    const known = this.classNumbers.get(key);
    if (known !== undefined) return known;
    // Adjusted counts are the only part with many values: beyond the room they count as unsampled.
    if (adjusted !== 1 && this.classes.length >= MAX_SAMPLED_CLASSES) return this.findClass(cls, 1);
    this.ratios.push(key < 2 ** 28 ? 1 : adjusted);
    const number = this.classes.push(cls) - 1;
    this.classNumbers.set(key, number);
    return number;
  }

  private ratioNumber(adjusted: number): number {
    const known = this.ratioNumbers.get(adjusted);
    if (known !== undefined) return known;
    if (this.ratioNumbers.size >= MAX_RATIOS) return 0;
    this.ratioNumbers.set(adjusted, this.ratioNumbers.size);
    return this.ratioNumbers.size - 1;
  }

  private evictOldest(): void {
    this.evicted++;
    this.used--;
    const { slices } = this;
    while (slices.length > 1 && slices[0]!.count === 0) slices.shift();
    slices[0]!.count--;
  }
}

/** High halves match when equal, or absent on one side. */
function sameHigh(x: number, y: number): boolean {
  return x === y || x === 0 || y === 0;
}
