/**
 * When rows are decided, and decided again. A new row waits a moment, so that the other half of what it tells is often
 * there and one decision is enough; then it is decided, and so is every older row whose decision may depend on it. Rows
 * that waited together see each other, and need not be looked at twice.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { CLASS_MASK, CREATE, INTERNAL, PRODUCER, SETTLE, SHAPE, TRACE } from '../contract/observation.ts';
import { visitBelow } from './below.ts';
import type { Budget } from './budget.ts';
import type { Chains } from './chains.ts';
import type { Checkup } from './checkup.ts';
import type { Fates } from './fates.ts';
import { ownHash, parentHash } from './hash.ts';
import type { Inbound } from './inbound.ts';
import { LINK_ROW } from './kept-links.ts';
import type { LatePartners } from './late-partners.ts';
import type { Links } from './links.ts';
import type { Meetings } from './meetings.ts';
import type { Outbound } from './outbound.ts';
import { EXTRA, type Rows } from './rows.ts';
import { isCaller, isInbound, isOutbound, isPassedThrough, isTransparent } from './state.ts';

interface Parts {
  readonly rows: Rows;
  readonly fates: Fates;
  readonly checkup: Checkup;
  readonly chains: Chains;
  readonly links: Links;
  readonly inbound: Inbound;
  readonly outbound: Outbound;
  readonly latePartners: LatePartners;
  readonly meetings: Meetings;
  readonly budget: Budget;
}

/** Rows wait so long at most, while frames come; without frames until the next tick. */
const WAIT_MS = 20;
const MAX_WAITING = 8192;
/** Rows whose memory is fetched together. */
const GROUP = 64;

interface Saved {
  readonly first: number;
  readonly firstLink: number;
  readonly sinceMs: number;
}

export class Decisions implements Kept {
  private readonly parts: Parts;
  private readonly rows: Rows;
  /** Sequence number of the first row that waits. */
  private first: number;
  /** Sequence number of the first link of a row that waits. */
  private firstLink: number;
  private sinceMs = 0;
  /** Of the row being decided: `chains.steps` at which its trace's budget ends. */
  private stepsAllowed = 0;
  private readonly hashes = new Int32Array(GROUP * 2);
  /** Keeps the reads of `touch` from being left out. */
  touched = 0;

  constructor(parts: Parts) {
    this.parts = parts;
    this.rows = parts.rows;
    this.first = this.rows.next;
    this.firstLink = this.rows.nextLink;
  }

  *save(out: ImageWriter): Iterable<void> {
    const { first, firstLink, sinceMs } = this;
    out.value('correlate/decisions', { first, firstLink, sinceMs } satisfies Saved);
    yield;
  }

  *load(from: ImageReader): Iterable<void> {
    const saved = from.value('correlate/decisions') as Saved;
    this.first = saved.first;
    this.firstLink = saved.firstLink;
    this.sinceMs = saved.sinceMs;
    yield;
  }

  get waiting(): number {
    return (this.rows.next - this.first) >>> 0;
  }

  /** Decides the rows that waited long enough, or are too many. Called after each frame. */
  afterFrame(nowMs: number): void {
    if (this.waiting === 0) return;
    if (this.sinceMs === 0) this.sinceMs = nowMs;
    if (nowMs - this.sinceMs >= WAIT_MS || this.waiting >= MAX_WAITING) this.decideWaiting();
  }

  /** Room is made: none of the oldest rows may be undecided. */
  beforeEviction(count: number): void {
    if ((this.first - this.rows.oldest) >>> 0 < count) this.decideWaiting();
  }

  decideWaiting(): void {
    const { rows } = this;
    const end = rows.next;
    this.lookAlongLinks();
    for (let from = this.first; from !== end; ) {
      const count = Math.min((end - from) >>> 0, GROUP);
      this.touch(from, count);
      for (let i = 0; i < count; i++) this.decide(rows.base((from + i) | 0));
      from = (from + count) | 0;
    }
    this.first = end;
    this.sinceMs = 0;
  }

  /** Close together these reads wait for the memory at the same time; so nothing else is done in the loops that read. */
  private touch(from: number, count: number): void {
    const { rows, hashes } = this;
    const { latePartners, meetings } = this.parts;
    for (let i = 0; i < count; i++) {
      const row = rows.base((from + i) | 0);
      hashes[i * 2] = ownHash(rows.words, row);
      hashes[i * 2 + 1] = parentHash(rows.words, row);
    }
    let touched = 0;
    for (let i = 0; i < count; i++) touched ^= rows.touchRelatives(hashes[i * 2]!, hashes[i * 2 + 1]!);
    for (let i = 0; i < count; i++) {
      const row = rows.base((from + i) | 0);
      touched ^= latePartners.touch(row, hashes[i * 2]!);
      if (rows.words[row + EXTRA] !== 0) touched ^= meetings.touch(row);
    }
    this.touched = touched;
  }

  /** Decides a row, and again what may depend on it, as far as its trace's budget goes. */
  private decide(row: number): void {
    const { budget, chains, checkup, fates } = this.parts;
    const traceHash = this.rows.words[row + TRACE + 3]!;
    chains.steps = 0;
    this.stepsAllowed = budget.earn(traceHash);
    this.resolveRow(row);
    if (!this.hasSteps() || !this.resolveDependents(row)) {
      fates.note('decisions_deferred');
      checkup.note('decisions_deferred', this.rows.words, row);
      budget.defer(traceHash, this.rows.next);
    }
    this.parts.meetings.finish(row);
    budget.spend(traceHash, chains.steps);
  }

  /** What the links of waiting rows point at: before any is decided, since deciding one may count another. */
  private lookAlongLinks(): void {
    const { rows } = this;
    const { links } = this.parts;
    for (let sequence = this.firstLink; sequence !== rows.nextLink; sequence = (sequence + 1) | 0) {
      if (!rows.linkAlive(sequence)) continue;
      const link = rows.linkBase(sequence);
      if (links.look(link, rows.linkOwner(link))) links.accept(link);
    }
    this.firstLink = rows.nextLink;
  }

  /** Decides a row from the rows as they are now. */
  private resolveRow(row: number): void {
    if (isInbound(this.rows.words[row + SHAPE]!)) this.parts.inbound.resolve(row);
    else this.parts.outbound.resolve(row);
  }

  private readonly hasSteps = (): boolean => this.parts.chains.steps < this.stepsAllowed;

  /** Decides again a row older than those that wait. */
  private readonly resolveAgain = (row: number): boolean => {
    this.resolveRow(row);
    return this.hasSteps();
  };

  /** Older rows under the new row's id, that climb through it, or link to it. False when the budget ended it. */
  private resolveDependents(row: number): boolean {
    const { rows } = this;
    const age = rows.ageBefore(this.first);
    const shape = rows.words[row + SHAPE]!;
    if (isCaller(shape)) this.parts.inbound.resolveSharers(row, age, this.hasSteps);
    if (isOutbound(shape)) this.parts.latePartners.meetWaiters(row);
    const whole = visitBelow(rows, row, isPassedThrough, this.resolveAgain, age);
    if (rows.linkCount === 0) return whole;
    for (let link = rows.firstLinkTo(row); link >= 0; link = rows.nextLinkTo(link, row)) this.relink(link);
    return whole;
  }

  private relink(link: number): void {
    const { rows } = this;
    const sequence = rows.links[link + LINK_ROW]!;
    if (!rows.alive(sequence)) return;
    const owner = rows.base(sequence);
    // Owners that wait look by themselves.
    if (((sequence - this.first) | 0) >= 0) return;
    const { links, inbound, outbound } = this.parts;
    const shape = rows.words[owner + SHAPE]!;
    if (!links.look(link, owner) || isTransparent(shape)) return;
    const cls = shape & CLASS_MASK;
    if (cls === PRODUCER || cls === CREATE) outbound.changeLinks(owner, () => links.accept(link));
    else if (cls !== INTERNAL && cls !== SETTLE) inbound.changeLinks(owner, link, () => links.accept(link));
  }
}
