/**
 * The end of the wait: rows leave in order of arrival, what is open is decided, what was counted becomes final, and
 * what a late partner may still ask for goes to the late entries.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { type InteractionSink, SETTLE } from '../contract/interaction.ts';
import {
  ADJUSTED,
  CLASS_MASK,
  CLIENT,
  CONSUMER,
  CREATE,
  DATABASE,
  DURATION,
  INTERNAL,
  LINK,
  LINK_TOPIC,
  PARENT,
  PEER,
  PRODUCER,
  SERVER,
  SERVICE,
  SHAPE,
  SPAN,
  START,
  TARGET,
  TRACE,
} from '../contract/observation.ts';
import { NO_PATH } from '../contract/path-sink.ts';
import { Queue } from '../lib/queue.ts';
import type { Budget } from './budget.ts';
import type { Checkup } from './checkup.ts';
import type { Crossings } from './crossings.ts';
import type { Decisions } from './decisions.ts';
import type { Emitter } from './emitter.ts';
import { Facts } from './facts.ts';
import {
  EVICTED,
  type Fates,
  INFERRED,
  NO_DESTINATION,
  NO_REASON,
  PAIRED,
  PENDING,
  UNPAIRED,
  UNPAIRED_CLIENT,
  UNPAIRED_NAMELESS,
} from './fates.ts';
import { hash, hashKey, ownHash } from './hash.ts';
import type { Inbound } from './inbound.ts';
import { isJoined, isPair } from './inbound-fates.ts';
import { LINK_STATE } from './kept-links.ts';
import { BY_LINK, COUNTED, type LateEntries, lateClass, SIBLING, WAITER } from './late.ts';
import type { LatePartners } from './late-partners.ts';
import type { Layers } from './layers.ts';
import { isUnseen } from './link-state.ts';
import type { Links } from './links.ts';
import type { LogRows } from './log-rows.ts';
import type { Meetings } from './meetings.ts';
import type { Outbound } from './outbound.ts';
import type { PathPlaces } from './path-places.ts';
import type { Paths } from './paths.ts';
import { loadRecords, saveRecords } from './pieces.ts';
import type { RecordJoins } from './record-joins.ts';
import { EXTRA, type Rows } from './rows.ts';
import { setFate } from './set-fate.ts';
import {
  BY_ID,
  BY_OFFSET,
  COUNTED_OWN,
  decisionOf,
  fateOf,
  isInbound,
  isOutbound,
  isTransparent,
  JOINS,
  NAMELESS_BELOW,
  reasonOf,
  STATE,
  UNDECIDED,
} from './state.ts';
import type { Writers } from './writers.ts';

interface Parts {
  readonly rows: Rows;
  readonly fates: Fates;
  readonly checkup: Checkup;
  readonly late: LateEntries;
  readonly emitter: Emitter;
  readonly sink: InteractionSink;
  readonly crossings: Crossings;
  readonly inbound: Inbound;
  readonly latePartners: LatePartners;
  readonly links: Links;
  readonly places: PathPlaces;
  readonly paths: Paths;
  readonly layers: Layers;
  readonly meetings: Meetings;
  readonly outbound: Outbound;
  readonly budget: Budget;
  readonly decisions: Decisions;
  readonly recordJoins: RecordJoins;
  readonly logs: LogRows;
  readonly writers: Writers;
}

/** Links that an unjoined consumer leaves behind as waiters. */
const MAX_WAITING_LINKS = 8;
/** Rows whose memory is fetched together. */
const GROUP = 64;
/** As far up the rows above them are fetched, too. */
const LEVELS = 5;
/** Rows that a full tier gives up at once. */
export const EVICTED_TOGETHER = GROUP;

interface Saved {
  readonly evicted: number;
  readonly linksDropped: number;
}

export class Expiry implements Kept {
  evicted = 0;
  linksDropped = 0;
  /** Keeps the reads of `touch` from being left out. */
  touched = 0;
  private readonly climbing = new Int32Array(GROUP);
  private readonly rows: Rows;
  private readonly parts: Parts;
  private readonly facts = new Facts();
  /** (first sequence, ms) of rows that arrived from then on, oldest first. */
  private readonly arrivals = new Queue<{ readonly first: number; readonly ms: number }>();
  /** How long a row stays after it arrived. */
  waitMs: number;

  constructor(parts: Parts, waitMs: number) {
    this.rows = parts.rows;
    this.waitMs = waitMs;
    this.parts = parts;
  }

  *save(out: ImageWriter): Iterable<void> {
    const { evicted, linksDropped, arrivals } = this;
    out.value('correlate/expiry', { evicted, linksDropped } satisfies Saved);
    function* records(): Iterable<readonly number[]> {
      for (const { first, ms } of arrivals) yield [first, ms];
    }
    yield* saveRecords(out, 'correlate/arrivals', 2, records());
  }

  *load(from: ImageReader): Iterable<void> {
    const saved = from.value('correlate/expiry') as Saved;
    this.evicted = saved.evicted;
    this.linksDropped = saved.linksDropped;
    yield* loadRecords(from, 'correlate/arrivals', 2, (n, at) => this.arrivals.push({ first: n[at]!, ms: n[at + 1]! }));
  }

  /** Arrival of the oldest row, ms; 0 when there is none. */
  get since(): number {
    return this.arrivals.at(0)?.ms ?? 0;
  }

  /** Rows from here on arrived at this time. */
  stamp(nowMs: number): void {
    const newest = this.arrivals.last;
    if (newest !== undefined && newest.ms === nowMs) return;
    if (newest !== undefined && newest.first === this.rows.next) this.arrivals.pop();
    this.arrivals.push({ first: this.rows.next, ms: nowMs });
  }

  /** Lets the rows leave whose wait is over. */
  expireBefore(nowMs: number): void {
    const { arrivals, rows } = this;
    while (arrivals.length > 0 && nowMs - arrivals.at(0)!.ms >= this.waitMs) {
      const end = arrivals.at(1)?.first ?? rows.next;
      this.parts.decisions.beforeEviction((end - rows.oldest) >>> 0);
      this.expireUntil(end);
      arrivals.shift();
    }
    this.dropOwnerlessLinks();
  }

  private expireUntil(end: number): void {
    const { rows } = this;
    while (rows.oldest !== end && rows.count > 0) {
      const group = Math.min((end - rows.oldest) >>> 0, rows.count, GROUP);
      this.touch(group);
      for (let i = 0; i < group; i++) this.expireOldest(false);
    }
  }

  /** Reads what a group of rows that leaves will need, so that the memory is near by then. */
  private touch(group: number): void {
    const { rows } = this;
    const w = rows.words;
    let touched = this.touchAbove(group);
    for (let i = 0; i < group; i++) {
      const row = rows.base((rows.oldest + i) | 0);
      if (isOutbound(w[row + SHAPE]!)) touched ^= this.parts.late.touch(ownHash(w, row), false);
    }
    this.touched = touched;
  }

  /** The rows that they are settled and placed with: all of one level, then those above, since each leads to the next. */
  private touchAbove(group: number): number {
    const { rows, climbing } = this;
    const { places } = this.parts;
    let touched = 0;
    for (let i = 0; i < group; i++) climbing[i] = rows.base((rows.oldest + i) | 0);
    for (let level = 0, count = group; level < LEVELS; level++) {
      let further = 0;
      for (let i = 0; i < count; i++) {
        const row = climbing[i]!;
        touched ^= rows.words[row + SERVICE]!;
        const above = places.rowAbove(row);
        if (above >= 0) climbing[further++] = above;
      }
      count = further;
    }
    return touched;
  }

  expireAll(): void {
    while (this.rows.count > 0) this.expireOldest(false);
    this.arrivals.clear();
    this.dropOwnerlessLinks();
  }

  /** The tier is full: its oldest slice is decided early. */
  evictOldest(): void {
    const { rows, arrivals } = this;
    const group = Math.min(rows.count, GROUP);
    this.touch(group);
    for (let i = 0; i < group; i++) this.expireOldest(true);
    this.evicted += group;
    while (arrivals.length > 1 && ((rows.oldest - arrivals.at(1)!.first) | 0) >= 0) arrivals.shift();
  }

  dropOldestLink(): void {
    this.linksDropped++;
    this.rows.shiftLink();
  }

  private dropOwnerlessLinks(): void {
    const { rows } = this;
    this.parts.meetings.positions.dropUntil(owner => rows.alive(owner));
    while (rows.linkCount > 0 && rows.linkOwner(rows.linkBase(rows.oldestLink)) < 0) rows.shiftLink();
  }

  private expireOldest(early: boolean): void {
    const row = this.rows.base(this.rows.oldest);
    const shape = this.rows.words[row + SHAPE]!;
    if (this.parts.budget.isDeferred(this.rows.words[row + TRACE + 3]!, this.rows.oldest)) {
      if (isInbound(shape)) this.parts.inbound.resolveLast(row);
      else this.parts.outbound.resolveLast(row);
    }
    if (isMessaging(shape)) this.parts.writers.events.decideFor(row);
    if (!isTransparent(shape)) {
      if (isInbound(shape)) {
        this.closeInbound(row, early);
        this.parts.paths.leave(row);
      } else this.closeOutbound(row, shape, early);
    }
    if (this.rows.words[row + EXTRA] !== 0 && isMessaging(shape)) this.leaveLedger(row, shape);
    if (this.parts.recordJoins.ring.count > 0) this.parts.recordJoins.leave(row);
    this.parts.writers.leave(row);
    this.parts.checkup.leave(this.rows, row);
    this.parts.logs.leave(row);
    this.rows.shift();
  }

  private leaveLedger(row: number, shape: number): void {
    const { meetings, inbound, places } = this.parts;
    const w = this.rows.words;
    if ((shape & CLASS_MASK) !== CONSUMER) return meetings.leave(row, w[row + JOINS]! > 0, places.placeOf(row));
    meetings.leave(row, isJoined(decisionOf(w[row + STATE]!)) || inbound.isSilent(row), 0);
  }

  private closeInbound(row: number, early: boolean): void {
    const { inbound, fates, latePartners } = this.parts;
    const w = this.rows.words;
    const open = fateOf(w[row + STATE]!) === PENDING;
    const waits = decisionOf(w[row + STATE]!) === UNDECIDED;
    if (waits && latePartners.joinSharer(row)) return;
    inbound.close(row);
    inbound.settle(row);
    this.parts.layers.leave(row);
    if (early && open) setFate(fates, this.rows, row, EVICTED, NO_REASON);
    const kept = waits && this.waitForParent(row) ? 1 : 0;
    const isConsumer = (w[row + SHAPE]! & CLASS_MASK) === CONSUMER;
    const decision = decisionOf(w[row + STATE]!);
    if (isConsumer && !isPair(decision) && decision !== BY_OFFSET && decision !== BY_ID) this.waitForLinks(row, kept);
  }

  private closeOutbound(row: number, shape: number, early: boolean): void {
    const { outbound, crossings, paths } = this.parts;
    if (isOutbound(shape)) this.decideAlone(row, shape, early);
    paths.leave(row);
    if (isOutbound(shape)) crossings.settle(row);
    outbound.emitOwn(row, SETTLE);
    outbound.settleCrossing(row);
    if (isOutbound(shape)) this.keepOutbound(row, shape);
  }

  /** A client or producer that nobody joined: what is known of it alone. */
  private decideAlone(row: number, shape: number, early: boolean): void {
    const w = this.rows.words;
    const state = w[row + STATE]!;
    if (fateOf(state) !== PENDING) return;
    const { fates, sink, emitter } = this.parts;
    const cls = shape & CLASS_MASK;
    if (cls === PRODUCER)
      return setFate(fates, this.rows, row, early ? EVICTED : UNPAIRED, early ? NO_REASON : NO_DESTINATION);
    if (cls !== CLIENT) return;
    const nameless = (state & NAMELESS_BELOW) !== 0 && this.parts.outbound.isNamelessBelow(row);
    if (w[row + PEER] !== 0 && !nameless) {
      emitter.external(this.facts.ofRow(this.rows, row), w[row + PEER]!, row, 1);
      emitter.external(this.facts, w[row + PEER]!, row, SETTLE);
      w[row + STATE]! |= COUNTED_OWN;
      this.rows.changed(row);
      return setFate(fates, this.rows, row, early ? EVICTED : INFERRED, NO_REASON);
    }
    if (early) return setFate(fates, this.rows, row, EVICTED, NO_REASON);
    sink.unresolved(w[row + SERVICE]!, this.rows.floats[(row + START) >> 1]!, 1);
    setFate(fates, this.rows, row, UNPAIRED, nameless ? UNPAIRED_NAMELESS : UNPAIRED_CLIENT);
  }

  private keepOutbound(row: number, shape: number): void {
    const w = this.rows.words;
    const cls = shape & CLASS_MASK;
    const target = cls === CLIENT ? w[row + PEER]! : w[row + TARGET]!;
    if (cls === CREATE || cls === PRODUCER || cls === CLIENT || cls === DATABASE) {
      this.keep(row, w[row + SPAN]!, w[row + SPAN + 1]!, (w[row + STATE]! & COUNTED_OWN) !== 0 ? COUNTED : 0, target);
    }
  }

  private waitForParent(row: number): boolean {
    const w = this.rows.words;
    if ((w[row + PARENT]! | w[row + PARENT + 1]!) === 0) return false;
    const target = (w[row + SHAPE]! & CLASS_MASK) === SERVER ? w[row + PEER]! : w[row + TARGET]!;
    this.keep(row, w[row + PARENT]!, w[row + PARENT + 1]!, WAITER, target);
    return true;
  }

  /** @param kept entries of the row that were made just before. */
  private waitForLinks(row: number, kept: number): void {
    const { rows } = this;
    const before = kept;
    for (
      let link = rows.firstLink(rows.words[row + LINK]!);
      link >= 0 && kept < MAX_WAITING_LINKS;
      link = rows.siblingLink(link)
    ) {
      if (!isUnseen(rows.links[link + LINK_STATE]!)) continue;
      hashKey(rows.links, link, rows.links[link + SPAN]!, rows.links[link + SPAN + 1]!);
      this.add(
        row,
        WAITER | BY_LINK | (kept > 0 ? SIBLING : 0),
        rows.links[link + LINK_TOPIC]! || rows.words[row + TARGET]!,
      );
      kept++;
    }
    if (kept > before) this.noteRoutes(row);
  }

  /** Beside the waiters of a consumer: the topics whose messages were joined, so that none gives a second route. */
  private noteRoutes(row: number): void {
    for (const topic of new Set(this.parts.links.joinedTopics(row))) {
      this.parts.late.add(hash, lateClass(INTERNAL, WAITER | SIBLING, PAIRED, NO_REASON), 1, 0, NO_PATH, topic, 0, 0);
    }
  }

  private keep(row: number, s0: number, s1: number, flags: number, target: number): void {
    hashKey(this.rows.words, row, s0, s1);
    this.add(row, flags, target);
  }

  private add(row: number, flags: number, target: number): void {
    const w = this.rows.words;
    const state = w[row + STATE]!;
    const cls = lateClass(w[row + SHAPE]!, flags, fateOf(state), reasonOf(state));
    const start = this.rows.floats[(row + START) >> 1]!;
    this.parts.late.add(
      hash,
      cls,
      this.rows.ratios[row + ADJUSTED]!,
      w[row + SERVICE]!,
      (flags & WAITER) === 0 ? this.parts.places.placeOf(row) : NO_PATH,
      target,
      start,
      w[row + DURATION]!,
    );
  }
}

function isMessaging(shape: number): boolean {
  const cls = shape & CLASS_MASK;
  return !isTransparent(shape) && (cls === PRODUCER || cls === CREATE || cls === CONSUMER);
}
