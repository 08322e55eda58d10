/**
 * Observations → interactions. A pure data structure: time comes with every call, nothing is read from outside.
 *
 * What a span counts is a function of the rows kept (and, for late partners, of the late entries). When a row arrives,
 * the rows whose decision may depend on it are decided again; a decision that changed is taken back exactly and given
 * anew. So within `wait` the result does not depend on order.
 */
import type { InteractionSink } from '../contract/interaction.ts';
import {
  BAD_TIME,
  CLASS_MASK,
  CREATE,
  DATABASE,
  DURATION,
  EARLIEST_TIME,
  FILTERED,
  INTERNAL,
  LATEST_AHEAD,
  LINK,
  LINK_OWNER,
  LINK_WORDS,
  NEGATIVE_DURATION,
  type ObservationBatch,
  PRODUCER,
  ROW_WORDS,
  SERVICE,
  SETTLE as SETTLE_CLASS,
  SHAPE,
  START,
  TARGET,
  TRACE,
} from '../contract/observation.ts';
import type { Identities } from '../lib/identities.ts';
import type { Plans } from '../lib/plans.ts';
import { visitBelow } from './below.ts';
import { Budget } from './budget.ts';
import { Chains } from './chains.ts';
import { Crossings } from './crossings.ts';
import { Emitter } from './emitter.ts';
import { Expiry } from './expiry.ts';
import { DUPLICATE, Fates, REJECTED, reasonNumber } from './fates.ts';
import { hash, hashDuplicate, ownHash, parentHash } from './hash.ts';
import { HeldSpans } from './held.ts';
import { Inbound } from './inbound.ts';
import { LateEntries } from './late.ts';
import { LatePartners } from './late-partners.ts';
import { Links } from './links.ts';
import { Outbound } from './outbound.ts';
import { EXTRA, LINK_ROW, PARTNER, Rows } from './rows.ts';
import { Seen } from './seen.ts';
import {
  isCaller,
  isInbound,
  isOutbound,
  isPassedThrough,
  isTransparent,
  OWN_PLAN,
  SERVER_JOINS,
  STATE,
} from './state.ts';

export interface CorrelationOptions {
  readonly waitMs: number;
  readonly lateMs: number;
  readonly maxPending: number;
  readonly maxLate: number;
  readonly maxSeen: number;
  /**
   * Offline: event times are not held against the arrival, and nothing expires before `finish`. The newest good time
   * of all stands in for a time that is not believed.
   */
  readonly offline: boolean;
}

/** What the correlator asks of the normalizer: the plan of an outer database span, completed by an inner one. */
export type MergePlans = (outer: number, inner: number) => number;

const SKEW_AHEAD = 5_000_000;
/** Rows whose memory is fetched together. */
const GROUP = 64;
const HASHES = 4;

export class Correlator {
  readonly rows: Rows;
  readonly seen: Seen;
  readonly late: LateEntries;
  readonly fates = new Fates();
  readonly inbound: Inbound;
  readonly outbound: Outbound;
  private readonly links: Links;
  private readonly chains: Chains;
  private readonly budget = new Budget();
  /** Of the row being decided: `chains.steps` at which its trace's budget ends. */
  private stepsAllowed = 0;
  private readonly latePartners: LatePartners;
  readonly expiry: Expiry;
  private readonly sink: InteractionSink;
  private readonly options: CorrelationOptions;
  private readonly held = new HeldSpans();
  /** Offline: newest good event time, µs; 0 before the first. */
  private newest = 0;
  /** Arrival of the span held last, µs. */
  private heldAt = 0;
  /** Of each row of the group being taken in: hash of its own key, of its parent's, two words of its duplicate key. */
  private readonly hashes = new Int32Array(GROUP * HASHES);
  /** Keeps the reads of `touch` from being left out. */
  touched = 0;

  constructor(
    options: CorrelationOptions,
    identities: Identities,
    plans: Plans,
    merge: MergePlans,
    sink: InteractionSink,
  ) {
    this.options = options;
    this.sink = sink;
    this.rows = new Rows(options.maxPending);
    this.seen = new Seen(options.maxSeen, Math.max(options.lateMs, options.waitMs));
    this.late = new LateEntries(options.maxLate, options.lateMs);
    const { rows, fates, late } = this;
    this.chains = new Chains(rows, identities);
    const { chains } = this;
    const emitter = new Emitter(rows, plans, identities, sink);
    const crossings = new Crossings(rows, emitter);
    this.links = new Links(rows, chains);
    this.outbound = new Outbound({ rows, fates, chains, emitter, crossings, plans, merge });
    this.latePartners = new LatePartners({ rows, fates, late, emitter, sink, outbound: this.outbound });
    this.inbound = new Inbound({
      rows,
      fates,
      chains,
      emitter,
      crossings,
      links: this.links,
      outbound: this.outbound,
      latePartners: this.latePartners,
    });
    this.outbound.inbound = this.inbound;
    this.expiry = new Expiry({
      rows,
      fates,
      late,
      emitter,
      sink,
      crossings,
      inbound: this.inbound,
      outbound: this.outbound,
      latePartners: this.latePartners,
      budget: this.budget,
      waitMs: options.waitMs,
    });
  }

  /** Takes in a frame. `arrivalMs` is the frame's stamp; what is due by then is decided first. */
  apply(batch: ObservationBatch, arrivalMs: number): void {
    if (!this.options.offline) this.tick(arrivalMs);
    else if (this.seen.since === 0) this.tick(arrivalMs);
    for (const [reason, count] of batch.rejected) {
      this.fates.received += count;
      this.fates.count(REJECTED, reasonNumber(reason), count);
    }
    for (let from = 0; from < batch.rows; from += GROUP) {
      const to = Math.min(from + GROUP, batch.rows);
      this.prepare(batch, from, to);
      for (let i = from; i < to; i++) this.take(batch, i, i - from, arrivalMs * 1000);
    }
  }

  /** Hashes the keys of a group of rows, and reads what taking them in needs of the large tables. */
  private prepare(batch: ObservationBatch, from: number, to: number): void {
    const { hashes } = this;
    const { words } = batch;
    for (let i = from, at = 0; i < to; i++, at += HASHES) {
      const offset = i * ROW_WORDS;
      hashes[at] = ownHash(words, offset);
      hashes[at + 1] = parentHash(words, offset);
      hashDuplicate(words, offset);
      hashes[at + 2] = hash.a;
      hashes[at + 3] = hash.b;
    }
    this.touch((to - from) * HASHES);
  }

  /**
   * Close together these reads wait for the memory at the same time; one after the other, between the work, each would
   * wait by itself. So nothing else is done in these loops.
   */
  private touch(end: number): void {
    const { hashes, seen, rows } = this;
    let touched = 0;
    for (let at = 0; at < end; at += HASHES) touched ^= seen.touch(hashes[at + 2]!, hashes[at + 3]!);
    for (let at = 0; at < end; at += HASHES) touched ^= rows.touch(hashes[at]!, hashes[at + 1]!);
    for (let at = 0; at < end; at += HASHES) touched ^= rows.touchRelatives(hashes[at]!, hashes[at + 1]!);
    this.touched = touched;
  }

  /** Decides what is due at this time. */
  tick(nowMs: number): void {
    this.seen.advance(nowMs);
    this.late.advance(nowMs);
    if (!this.options.offline) this.expiry.expireBefore(nowMs);
    this.expiry.stamp(nowMs);
  }

  /** Decides everything that waits. */
  finish(): void {
    const { batch } = this.held;
    const time = this.newest > 0 ? this.newest : this.heldAt;
    for (let i = 0; i < batch.rows; i++) this.admitUnhashed(batch, i * ROW_WORDS, time);
    batch.reset();
    this.expiry.expireAll();
  }

  private take(batch: ObservationBatch, index: number, inGroup: number, arrivalUs: number): void {
    const { fates, hashes } = this;
    const offset = index * ROW_WORDS;
    fates.received++;
    const at = inGroup * HASHES;
    if (this.seen.test(hashes[at + 2]!, hashes[at + 3]!)) fates.count(DUPLICATE, 0, 1);
    else if (this.options.offline) this.takeOffline(batch, offset, arrivalUs);
    else this.admitRow(batch, offset, arrivalUs, hashes[at]!, hashes[at + 1]!);
  }

  private takeOffline(batch: ObservationBatch, offset: number, arrivalUs: number): void {
    const start = batch.floats[(offset + START) >> 1]!;
    if (!isBadTime(start, batch.words[offset + SHAPE]!, arrivalUs)) {
      this.newest = Math.max(this.newest, start);
      this.admitUnhashed(batch, offset, arrivalUs);
    } else if (this.held.add(batch, offset)) this.heldAt = arrivalUs;
    else this.admitUnhashed(batch, offset, this.newest > 0 ? this.newest : arrivalUs);
  }

  private admitUnhashed(batch: ObservationBatch, offset: number, arrivalUs: number): void {
    this.admitRow(batch, offset, arrivalUs, ownHash(batch.words, offset), parentHash(batch.words, offset));
  }

  /** Makes a row of an observed span and decides it, and what depends on it. */
  private admitRow(batch: ObservationBatch, offset: number, arrivalUs: number, own: number, parent: number): void {
    const { rows } = this;
    if (rows.count >= rows.limit) this.expiry.evictOldest();
    const row = rows.push(batch.words, offset, own, parent);
    this.admit(row, arrivalUs);
    if (batch.words[offset + LINK] !== 0) this.keepLinks(batch, offset, row);
    this.decide(row);
  }

  private admit(row: number, arrivalUs: number): void {
    const { rows, fates } = this;
    const { words: w, floats } = rows;
    const start = floats[(row + START) >> 1]!;
    const shape = w[row + SHAPE]!;
    if (isBadTime(start, shape, arrivalUs)) {
      floats[(row + START) >> 1] = arrivalUs;
      w[row + DURATION] = 0;
      fates.note('bad_time');
    } else {
      if ((shape & NEGATIVE_DURATION) !== 0) fates.note('negative_duration');
      if (!this.options.offline && start > arrivalUs + SKEW_AHEAD) {
        floats[(row + START) >> 1] = arrivalUs + SKEW_AHEAD;
        fates.note('clock_skew');
      }
    }
    w[row + STATE] = w[row + PARTNER] = w[row + EXTRA] = w[row + LINK] = 0;
    if ((shape & CLASS_MASK) === DATABASE) {
      w[row + OWN_PLAN] = w[row + TARGET]!;
      w[row + SERVER_JOINS] = 0;
    }
    if (w[row + SERVICE] !== 0 && (shape & FILTERED) === 0)
      this.sink.service(w[row + SERVICE]!, floats[(row + START) >> 1]!);
  }

  private keepLinks(batch: ObservationBatch, offset: number, row: number): void {
    const { rows } = this;
    for (let i = batch.words[offset + LINK]! - 1; i < batch.links; i++) {
      if (batch.linkWords[i * LINK_WORDS + LINK_OWNER] !== offset) break;
      if (rows.linkCount >= rows.linkLimit) this.expiry.dropOldestLink();
      const sequence = rows.nextLink;
      const link = rows.pushLink(batch.linkWords, i * LINK_WORDS, row, rows.words[row + LINK]!);
      rows.words[row + LINK] = sequence;
      if (this.links.look(link, row)) this.links.accept(link);
    }
  }

  /** Decides a row from the rows as they are now. False when its trace has no steps left for more. */
  private readonly resolveRow = (row: number): boolean => {
    if (isInbound(this.rows.words[row + SHAPE]!)) this.inbound.resolve(row);
    else this.outbound.resolve(row);
    return this.hasSteps();
  };

  private readonly hasSteps = (): boolean => this.chains.steps < this.stepsAllowed;

  /** Decides the new row, and again what may depend on it, as far as its trace's budget goes. */
  private decide(row: number): void {
    const { budget, chains, rows, fates } = this;
    const traceHash = rows.words[row + TRACE + 3]!;
    chains.steps = 0;
    this.stepsAllowed = budget.earn(traceHash);
    this.resolveRow(row);
    if (!this.hasSteps() || !this.resolveDependents(row)) {
      fates.note('decisions_deferred');
      budget.defer(traceHash, rows.next);
    }
    budget.spend(traceHash, chains.steps);
  }

  /** Rows under the new row's id, all that climb through it, links to it. False when the budget ended it. */
  private resolveDependents(row: number): boolean {
    const { rows } = this;
    const w = rows.words;
    const shape = w[row + SHAPE]!;
    if (isCaller(shape)) {
      this.inbound.resolveSharers(row, this.hasSteps);
      this.latePartners.meetWaiters(row);
    } else if (isOutbound(shape)) this.latePartners.meetWaiters(row);
    const whole = visitBelow(rows, row, isPassedThrough, this.resolveRow);
    if (rows.linkCount === 0) return whole;
    for (let link = rows.firstLinkTo(row); link >= 0; link = rows.nextLinkTo(link, row)) this.relink(link);
    return whole;
  }

  private relink(link: number): void {
    const { rows } = this;
    const sequence = rows.links[link + LINK_ROW]!;
    if (!rows.alive(sequence)) return;
    const owner = rows.base(sequence);
    if (!this.links.look(link, owner)) return;
    const shape = rows.words[owner + SHAPE]!;
    if (isTransparent(shape)) return;
    const cls = shape & CLASS_MASK;
    if (cls === PRODUCER || cls === CREATE) this.outbound.changeLinks(owner, () => this.links.accept(link));
    else if (cls !== INTERNAL && cls !== SETTLE_CLASS) this.inbound.changeLinks(owner, () => this.links.accept(link));
  }
}

/** @param nowUs what the time is held against, µs. */
function isBadTime(start: number, shape: number, nowUs: number): boolean {
  return start < EARLIEST_TIME || start > nowUs + LATEST_AHEAD || (shape & BAD_TIME) !== 0;
}
