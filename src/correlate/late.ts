/**
 * Late entries: what a partner may still ask for after its row is gone, 32 bytes each, for `late`. Outbound spans stand
 * under their own key; inbound spans and links that wait for a parent or target stand under that key. A ring in order
 * of decision with one chain per bucket, newest first; a pointer that does not lead to an older entry ends its chain.
 *
 * Layout (words): 0 fingerprint of the key, 1 that of the trace id's high half (high 16 bits, 0 none) and class (low 16),
 * 2 next in chain (place + 1),
 * 3 the span's path, which ends in its service (or, where it has none, −1 − service), 4 target (client: peer; messaging: topic; database: plan), 5–6 start (µs, a double), 7 duration.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { NO_PATH, type PathSink } from '../contract/path-sink.ts';
import { ChangedEntries } from '../lib/changed-entries.ts';
import { CHANGED, ChangedLines, type LinedTable } from '../lib/changed-lines.ts';
import { LateClasses, type SavedClasses } from './late-classes.ts';
import { inSteps, loadPieces, savePieces, sharedWords } from './pieces.ts';
import { type ChainRing, type KnownBuckets, noteBuckets, repeatBuckets } from './ring-chains.ts';
import { type SavedSlices, TimeSlices } from './time-slices.ts';

const WORDS = 8;
/** Words of a line of an image, of entries and of buckets, and lines of a piece. */
const LINE_SHIFT = 6;
const LINE_WORDS = 1 << LINE_SHIFT;
const PIECE_SHIFT = 12;
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

interface Saved {
  readonly limit: number;
  readonly head: number;
  readonly used: number;
  readonly evicted: number;
  readonly known: KnownBuckets;
  readonly classes: SavedClasses;
  readonly slices: SavedSlices;
}

export class LateEntries implements Kept, ChainRing {
  readonly limit: number;
  evicted = 0;
  private readonly words: Int32Array;
  private readonly double = new Float64Array(1);
  private readonly doubleWords = new Int32Array(this.double.buffer);
  private readonly buckets: Int32Array;
  private readonly bucketMask: number;
  private known: KnownBuckets;
  /** Waiters are few: chains of their own, in a table small enough to stay in the processor's cache. */
  private readonly waiterBuckets = new Int32Array(WAITER_BUCKETS);
  /** Place of the next entry, and how many places before it are in use. */
  private head = 0;
  private used = 0;
  private readonly classes = new LateClasses();
  private readonly slices = new TimeSlices();
  private readonly lines: ChangedLines;
  private readonly marks: Uint8Array;
  private readonly bucketEntries: ChangedEntries;
  private windowMs = 1;
  private readonly tree: Pick<PathSink, 'lastOf'>;

  constructor(limit: number, lateMs: number, tree: Pick<PathSink, 'lastOf'>) {
    this.tree = tree;
    limit = Math.max(limit, 1);
    this.limit = limit;
    this.lateMs = lateMs;
    const lines = Math.ceil((limit * WORDS) / LINE_WORDS);
    this.words = sharedWords(lines * LINE_WORDS);
    this.lines = new ChangedLines('late', lines, PIECE_SHIFT);
    this.marks = this.lines.marks;
    const buckets = 2 ** Math.min(22, Math.max(10, Math.ceil(Math.log2(limit))));
    // Written once, so that the system gives the memory now: the first entries would touch it all.
    this.buckets = sharedWords(buckets).fill(0);
    const table = { name: 'late/buckets', array: this.buckets, width: 1 } as const;
    this.bucketEntries = new ChangedEntries('late/index', table, PIECE_SHIFT + LINE_SHIFT);
    this.bucketMask = buckets - 1;
    this.known = { count: buckets, untilMs: 0 };
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
    return this.slices.since;
  }

  *ahead(out: ImageWriter, round: number): Iterable<void> {
    yield* this.lines.ahead(out, round, () => this.tables);
    yield* this.bucketEntries.ahead(out, round);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { limit, head, used, evicted, known, waiterBuckets } = this;
    const [classes, slices] = [this.classes.save(), this.slices.save()];
    out.value('late/state', { limit, head, used, evicted, known, classes, slices } satisfies Saved);
    yield* this.lines.save(out, () => this.tables);
    yield* this.bucketEntries.save(out);
    yield* savePieces(out, 'late/waiters', waiterBuckets, waiterBuckets.length);
  }

  private get tables(): readonly LinedTable[] {
    return [{ name: 'late/words', array: this.words, width: LINE_WORDS }];
  }

  /** Tables of another size are not filled as they were. */
  read(from: ImageReader): void {
    const { limit } = from.value('late/state') as Saved;
    if (limit !== this.limit) return;
    this.lines.read(from, this.tables);
    this.bucketEntries.read(from);
  }

  /** Entries that find no place under another limit count as evicted: the oldest. */
  *load(from: ImageReader): Iterable<void> {
    const saved = from.value('late/state') as Saved;
    this.evicted = saved.evicted;
    this.classes.load(saved.classes);
    this.slices.load(saved.slices);
    if (saved.limit !== this.limit) return yield* this.loadOther(saved, from);
    this.head = saved.head;
    this.used = saved.used;
    this.known = saved.known;
    yield* this.loadTables(from);
  }

  private *loadTables(from: ImageReader): Iterable<void> {
    yield* this.lines.load(from, this.tables);
    yield* this.bucketEntries.load(from);
    yield* loadPieces(from, 'late/waiters', this.waiterBuckets, this.waiterBuckets.length);
  }

  private *loadOther(saved: Saved, from: ImageReader): Iterable<void> {
    const other = new LateEntries(saved.limit, 1, this.tree);
    other.head = saved.head;
    other.used = saved.used;
    yield* other.loadTables(from);
    const bucketOf = new Int32Array(other.used);
    const { buckets, waiterBuckets } = other;
    const known = saved.known.untilMs < this.since ? buckets.length : saved.known.count;
    const filled = Math.min(known, this.buckets.length);
    yield* inSteps(buckets.length, (a, b) =>
      noteBuckets(bucketOf, other, buckets, a, b, bucket => bucket & (filled - 1)),
    );
    yield* inSteps(WAITER_BUCKETS, (a, b) => noteBuckets(bucketOf, other, waiterBuckets, a, b, bucket => ~bucket));
    for (this.used = other.used; this.used > this.limit; ) this.evictOldest();
    const count = this.used;
    yield* inSteps(count, (a, b) => {
      for (let place = a; place < b; place++) this.enter(other, count - place, place, bucketOf[count - place - 1]!);
    });
    repeatBuckets(this.buckets, filled);
    this.known = { count: filled, untilMs: this.slices.newest.ms };
    this.head = count === this.limit ? 0 : count;
    this.lines.renew(other.lines);
    this.bucketEntries.renew(other.bucketEntries);
  }

  /** Copies the entry of this age to a place of its own. */
  private enter(other: LateEntries, age: number, place: number, bucket: number): void {
    const at = other.head - age;
    const base = (at >= 0 ? at : at + other.limit) * WORDS;
    const w = this.words;
    for (let i = 0; i < WORDS; i++) w[place * WORDS + i] = other.words[base + i]!;
    const buckets = bucket < 0 ? this.waiterBuckets : this.buckets;
    const b = bucket < 0 ? ~bucket : bucket;
    w[place * WORDS + 2] = buckets[b]!;
    buckets[b] = place + 1;
  }

  /** Begins a slice of entries at this time, and forgets slices older than the horizon. */
  advance(nowMs: number): void {
    this.used -= this.slices.advance(nowMs, this.windowMs);
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
    const isWaiter = (cls & WAITER) !== 0;
    const buckets = isWaiter ? this.waiterBuckets : this.buckets;
    const bucket = key.a & (buckets.length - 1);
    if (!isWaiter) this.bucketEntries.touch(bucket);
    w[base] = key.b;
    w[base + 1] = (key.high << 16) | this.classes.numberOf(cls, adjusted);
    w[base + 2] = buckets[bucket]!;
    w[base + 3] = path !== NO_PATH && this.tree.lastOf(path) === service ? path : -1 - service;
    w[base + 4] = target;
    this.double[0] = start;
    w[base + 5] = this.doubleWords[0]!;
    w[base + 6] = this.doubleWords[1]!;
    w[base + 7] = duration;
    buckets[bucket] = place + 1;
    this.marks[base >>> LINE_SHIFT] = CHANGED;
    this.head = place + 1 === this.limit ? 0 : place + 1;
    this.used++;
    this.slices.newest.count++;
  }

  /** Reads what `add` and `first` under a key (its `a`) will need. Returns something of it. */
  touch(a: number, waiter: boolean): number {
    return waiter ? this.waiterBuckets[a & (WAITER_BUCKETS - 1)]! : this.buckets[a & this.bucketMask]!;
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
  age(place: number): number {
    const distance = this.head - place;
    return distance > 0 ? distance : distance + this.limit;
  }

  pointer(place: number): number {
    return this.words[place * WORDS + 2]!;
  }

  classOf(entry: number): number {
    return this.classes.classes[this.words[entry + 1]! & 0xffff]!;
  }

  adjusted(entry: number): number {
    return this.classes.ratios[this.words[entry + 1]! & 0xffff]!;
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

  /** Calls `visit` for the entry and those of the same span that are still there. */
  forEachSibling(entry: number, visit: (entry: number) => void): void {
    let at = entry;
    while ((this.classOf(at) & SIBLING) !== 0 && this.age(at / WORDS) < this.used) at = this.placeBefore(at);
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
    this.marks[entry >>> LINE_SHIFT] = CHANGED;
    this.words[entry + 4] = target;
  }

  /** Changes what an entry is counted as. */
  reclass(entry: number, cls: number): void {
    const adjusted = this.adjusted(entry);
    this.words[entry + 1] = (this.words[entry + 1]! & 0xffff0000) | this.classes.numberOf(cls, adjusted);
    this.marks[entry >>> LINE_SHIFT] = CHANGED;
  }

  private evictOldest(): void {
    this.evicted++;
    this.used--;
    this.slices.dropOldest();
  }
}

/** High halves match when equal, or absent on one side. */
function sameHigh(x: number, y: number): boolean {
  return x === y || x === 0 || y === 0;
}
