/**
 * Decisions about inbound spans (servers, consumers): whom each is joined with, at the best rank that the kept rows
 * allow, and what follows when nobody is found.
 */
import {
  BY_MESSAGE_ID,
  BY_PAIR,
  BY_PARENT_CHILD,
  BY_SERVER_SPAN,
  BY_LINK as LINK_EVIDENCE,
  BY_OFFSET as OFFSET_EVIDENCE,
  SETTLE,
} from '../contract/interaction.ts';
import {
  CLASS_MASK,
  CONSUMER,
  DATABASE,
  LINK_TOPIC,
  PEER,
  SERVER,
  SERVICE,
  SHAPE,
  SPAN,
  TARGET,
} from '../contract/observation.ts';
import { visitBelow } from './below.ts';
import type { Chains } from './chains.ts';
import type { Checkup } from './checkup.ts';
import type { Crossings } from './crossings.ts';
import type { Deliveries } from './deliveries.ts';
import type { Emitter } from './emitter.ts';
import { type Fates, INFERRED, MISSING_PARENT, NO_REASON, PAIRED, PENDING, UNPAIRED } from './fates.ts';
import { type InboundChoice, isOpen, next } from './inbound-choice.ts';
import { isJoined, isPair, isRemote, reasonFor, serverFate } from './inbound-fates.ts';
import { Joins } from './joins.ts';
import { LINK_STATE } from './kept-links.ts';
import type { LatePartners } from './late-partners.ts';
import type { Layers } from './layers.ts';
import { joinsThrough, LINK_TOLD } from './link-state.ts';
import type { Links } from './links.ts';
import type { MeetingParty, Meetings } from './meetings.ts';
import type { Outbound } from './outbound.ts';
import { AT_OFFSET } from './positions.ts';
import type { Redeliveries } from './redeliveries.ts';
import { EXTRA, PARTNER, type Rows } from './rows.ts';
import { setFate } from './set-fate.ts';
import {
  BY_LATE,
  BY_LINKS,
  BY_PARENT,
  BY_SHARED_ID,
  decisionOf,
  ENTRY,
  FATED,
  INSIDE_LAYER,
  isInbound,
  isPassedThrough,
  isProcess,
  JOINS,
  MISSING_ABOVE_REMOTE,
  PARENT_CHILD,
  SERVER_JOINS,
  SETTLED,
  STATE,
  TOLD_EARLIER,
  UNDECIDED,
  withDecision,
} from './state.ts';

interface Parts {
  readonly choice: InboundChoice;
  readonly rows: Rows;
  readonly fates: Fates;
  readonly checkup: Checkup;
  readonly chains: Chains;
  readonly emitter: Emitter;
  readonly deliveries: Deliveries;
  readonly layers: Layers;
  readonly meetings: Meetings;
  readonly redeliveries: Redeliveries;
  readonly crossings: Crossings;
  readonly links: Links;
  readonly outbound: Outbound;
  readonly latePartners: LatePartners;
}

export class Inbound implements MeetingParty {
  private readonly rows: Rows;
  private readonly parts: Parts;
  private readonly joins = new Joins();

  constructor(parts: Parts) {
    this.rows = parts.rows;
    this.parts = parts;
  }

  /** Decides the row; a decision that stands is left alone. */
  resolve(row: number): void {
    const w = this.rows.words;
    const state = w[row + STATE]!;
    if ((state & SETTLED) !== 0 || this.partnerLeft(row, state)) return;
    this.parts.choice.decide(row);
    if (isProcess(w[row + SHAPE]!)) this.compareOthers(row);
    const fresh = (state & FATED) === 0;
    if (!fresh && this.stands(row)) return;
    if (fresh && next.open && this.parts.latePartners.joinInbound(row, next.isRoot)) return;
    if (!fresh) this.withdraw(row);
    this.take(row);
    if (fresh && next.decision === BY_LINKS) {
      this.parts.latePartners.joinLinked(row, this.parts.links.joinedTopics(row));
    }
  }

  /** Other process spans may have the row's messages, too: another layer, or the group before. */
  private compareOthers(row: number): void {
    // Counting others anew decides them, too.
    const { decision, partner, remote, outer, open, isRoot } = next;
    this.parts.layers.compare(row, decision, this);
    if (decision !== INSIDE_LAYER) this.compareGroup(row);
    next.decision = decision;
    next.partner = partner;
    next.remote = remote;
    next.outer = outer;
    next.open = open;
    next.isRoot = isRoot;
  }

  private compareGroup(row: number): void {
    const w = this.rows.words;
    if (w[row + EXTRA] !== 0 && (w[row + STATE]! & TOLD_EARLIER) === 0) this.parts.redeliveries.compare(row, this);
  }

  /** Counts a consumer anew around a change of what it says; once that is final, nothing changes. */
  recount(row: number, change: () => void): void {
    if (this.isFinal(row)) return;
    const counted = (this.rows.words[row + STATE]! & FATED) !== 0;
    if (counted) this.emit(row, -1);
    change();
    if (!counted) return;
    this.emit(row, 1);
    if (isProcess(this.rows.words[row + SHAPE]!) && !this.isSilent(row)) this.compareGroup(row);
  }

  isSilent(row: number): boolean {
    return this.parts.deliveries.isSilent(row);
  }

  isFinal(row: number): boolean {
    const state = this.rows.words[row + STATE]!;
    return (state & SETTLED) !== 0 || this.partnerLeft(row, state);
  }

  /** A pair whose other row has left is final. */
  private partnerLeft(row: number, state: number): boolean {
    return isPair(decisionOf(state)) && !this.rows.alive(this.rows.words[row + PARTNER]!);
  }

  /** The row leaves, and what came after it may not have been looked at: an open decision is taken again. */
  resolveLast(row: number): void {
    if (isOpen(decisionOf(this.rows.words[row + STATE]!))) this.resolve(row);
  }

  private stands(row: number): boolean {
    const w = this.rows.words;
    if (decisionOf(w[row + STATE]!) !== next.decision || this.parts.layers.outerOf(row) !== next.outer) return false;
    if (next.decision === BY_SHARED_ID || next.decision === BY_PARENT) {
      return w[row + PARTNER] === this.rows.sequenceAt(next.partner);
    }
    return !isRemote(next.decision) || w[row + PARTNER] === next.remote;
  }

  private isConsumer(row: number): boolean {
    return (this.rows.words[row + SHAPE]! & CLASS_MASK) !== SERVER;
  }

  /** Takes the decision in `next`: notes it, tells the partners, counts it. */
  private take(row: number): void {
    const w = this.rows.words;
    w[row + STATE] = withDecision(w[row + STATE]!, next.decision);
    w[row + PARTNER] = next.partner >= 0 ? this.rows.sequenceAt(next.partner) : next.remote;
    this.rows.changed(row);
    const { outer } = next;
    this.tellPartners(row, 1);
    this.emit(row, 1);
    this.updateFate(row);
    this.parts.layers.setOuter(row, outer, this);
  }

  private withdraw(row: number): void {
    this.emit(row, -1);
    this.tellPartners(row, -1);
  }

  /** What a consumer is joined with, without what another layer tells. */
  private joinsOf(row: number): Joins {
    const { rows, joins } = this;
    const w = rows.words;
    const decision = decisionOf(w[row + STATE]!);
    joins.begin();
    if (isPair(decision)) {
      if (rows.intact(w[row + PARTNER]!)) joins.add(rows.base(w[row + PARTNER]!), BY_PAIR, w[row + TARGET]!);
    } else if (decision === BY_LINKS) {
      for (const link of this.parts.links.joining(row)) {
        if ((rows.links[link + LINK_STATE]! & LINK_TOLD) !== 0) continue;
        joins.add(rows.base(rows.linkTarget(link)), LINK_EVIDENCE, rows.links[link + LINK_TOPIC]! || w[row + TARGET]!);
      }
    }
    if (w[row + EXTRA] !== 0) this.addSenders(row);
    return joins;
  }

  private addSenders(row: number): void {
    const { meetings } = this.parts;
    meetings.forEachSender(row, (position, entry) => {
      this.joins.addSender(entry, meetings.evidence(position), meetings.topicAt(row, position));
    });
  }

  private tellPartners(row: number, sign: number): void {
    const w = this.rows.words;
    const decision = decisionOf(w[row + STATE]!);
    if (isPair(decision)) return this.tell(this.rows.base(w[row + PARTNER]!), row, sign);
    if (w[row + EXTRA] !== 0) this.tellSenders(row, sign);
    if (decision !== BY_LINKS) return;
    for (const link of this.parts.links.joining(row, true))
      this.tell(this.rows.base(this.rows.linkTarget(link)), row, sign);
  }

  private tellSenders(row: number, sign: number): void {
    this.parts.meetings.forEachSender(row, (_, entry) => this.tellSender(entry, sign));
  }

  /** A sender that has left stays joined. */
  private tellSender(entry: number, sign: number): void {
    const { ledger } = this.parts.meetings;
    if (!ledger.hasLeft(entry) && this.rows.alive(ledger.row(entry))) {
      const partner = this.rows.base(ledger.row(entry));
      this.rows.words[partner + JOINS]! += sign;
      this.rows.changed(partner);
      this.parts.outbound.refresh(partner);
    } else if (sign > 0) this.parts.latePartners.joinSender(ledger, entry);
  }

  private tell(partner: number, row: number, sign: number): void {
    const w = this.rows.words;
    w[partner + JOINS]! += sign;
    if (!this.isConsumer(row) && (w[partner + SHAPE]! & CLASS_MASK) === DATABASE) w[partner + SERVER_JOINS]! += sign;
    this.rows.changed(partner);
    this.parts.crossings.addPair(partner, w[row + SERVICE]!, sign);
    this.parts.outbound.refresh(partner);
  }

  /** Counts, takes back or settles what the decision means. */
  emit(row: number, sign: number): void {
    const w = this.rows.words;
    const { emitter } = this.parts;
    const decision = decisionOf(w[row + STATE]!);
    if (this.isConsumer(row)) {
      const caller = decision === PARENT_CHILD ? w[row + PARTNER]! : 0;
      return this.parts.deliveries.consumer(row, this.joinsOf(row), caller, sign);
    }
    if (decision === BY_SHARED_ID || decision === BY_PARENT) {
      if (this.rows.intact(w[row + PARTNER]!)) emitter.pair(this.rows.base(w[row + PARTNER]!), row, sign);
    } else if (decision === PARENT_CHILD) emitter.served(row, w[row + PARTNER]!, BY_PARENT_CHILD, sign);
    else if (decision === ENTRY) {
      if (w[row + PEER] !== 0) emitter.served(row, w[row + PEER]!, BY_SERVER_SPAN, sign);
      else if (sign !== SETTLE) emitter.entry(row, sign);
    }
  }

  private updateFate(row: number): void {
    const w = this.rows.words;
    const decision = decisionOf(w[row + STATE]!);
    const fate = this.isConsumer(row) ? this.consumerFate(row, decision) : serverFate(decision);
    setFate(this.parts.fates, this.rows, row, fate, reasonFor(fate, decision));
  }

  private consumerFate(row: number, decision: number): number {
    const w = this.rows.words;
    if (isJoined(decision)) return PAIRED;
    if (w[row + TARGET] !== 0 || w[row + PEER] !== 0 || decision === PARENT_CHILD) return INFERRED;
    return decision === UNDECIDED || decision === MISSING_ABOVE_REMOTE ? PENDING : UNPAIRED;
  }

  /** The wait is over: what is still open is decided by what is known. */
  close(row: number): void {
    const w = this.rows.words;
    const decision = decisionOf(w[row + STATE]!);
    if (decision === MISSING_ABOVE_REMOTE) {
      const remote = w[row + PARTNER]!;
      this.withdraw(row);
      next.decision = PARENT_CHILD;
      next.partner = -1;
      next.remote = remote;
      this.take(row);
    } else if (decision === UNDECIDED && (!this.isConsumer(row) || (w[row + TARGET] === 0 && w[row + PEER] === 0))) {
      setFate(this.parts.fates, this.rows, row, UNPAIRED, MISSING_PARENT);
    }
  }

  /** Makes final what the row counts; it leaves. */
  settle(row: number): void {
    if ((this.rows.words[row + STATE]! & SETTLED) === 0) this.emit(row, SETTLE);
  }

  /** Calls `visit` with the service of each inbound span joined with the outbound row. */
  forEachJoined(outbound: number, visit: (service: number) => void): void {
    const { rows } = this;
    const w = rows.words;
    const sequence = rows.sequenceAt(outbound);
    const joined = (row: number) =>
      isInbound(w[row + SHAPE]!) && w[row + PARTNER] === sequence && isPair(decisionOf(w[row + STATE]!));
    const [s0, s1] = [w[outbound + SPAN]!, w[outbound + SPAN + 1]!];
    for (let row = rows.firstRow(w, outbound, s0, s1); row >= 0; row = rows.nextRow(row, w, outbound, s0, s1)) {
      if (row !== outbound && joined(row)) visit(w[row + SERVICE]!);
    }
    const beneath = new Set<number>();
    visitBelow(rows, outbound, isPassedThrough, row => {
      if (joined(row)) beneath.add(row);
      return true;
    });
    for (const row of beneath) visit(w[row + SERVICE]!);
    for (let link = rows.firstLinkTo(outbound); link >= 0; link = rows.nextLinkTo(link, outbound)) {
      const owner = rows.linkOwner(link);
      if (owner >= 0 && decisionOf(w[owner + STATE]!) === BY_LINKS && rows.linkTarget(link) === sequence)
        visit(w[owner + SERVICE]!);
    }
  }

  /** Decides again the inbound spans that share the id of a new client or producer and are older than `age`, while `goOn` says so. */
  resolveSharers(caller: number, age: number, goOn: () => boolean): void {
    const { rows } = this;
    const w = rows.words;
    const [s0, s1] = [w[caller + SPAN]!, w[caller + SPAN + 1]!];
    for (
      let row = rows.firstRow(w, caller, s0, s1, age);
      row >= 0 && goOn();
      row = rows.nextRow(row, w, caller, s0, s1)
    ) {
      if (row !== caller && isInbound(w[row + SHAPE]!)) this.resolve(row);
    }
  }

  /**
   * What the ledger knows of a consumer's sender changes. Its context is not asked again: what stands above may have left.
   */
  changeSender(row: number, change: () => void): void {
    const w = this.rows.words;
    const state = w[row + STATE]!;
    if ((state & FATED) === 0 || isPair(decisionOf(state))) return change();
    if (this.isFinal(row)) return;
    this.withdraw(row);
    change();
    this.parts.choice.joinAnew(row, decisionOf(state), w[row + PARTNER]!, this.parts.layers.outerOf(row));
    this.take(row);
  }

  meetLate(sender: number, topic: number, service: number, start: number, rank: number): void {
    const { deliveries, fates, outbound } = this.parts;
    deliveries.meetLate(sender, topic, service, start, rank === AT_OFFSET ? OFFSET_EVIDENCE : BY_MESSAGE_ID);
    this.rows.words[sender + JOINS]!++;
    this.rows.changed(sender);
    outbound.refresh(sender);
    fates.count(INFERRED, NO_REASON, -1);
    fates.count(PAIRED, NO_REASON, 1);
    this.parts.checkup.joinedByLedger(service, CONSUMER);
  }

  meetBothLate(sender: number, topic: number, service: number, start: number, rank: number): void {
    const { deliveries, fates, latePartners, meetings } = this.parts;
    deliveries.meetLate(-1 - sender, topic, service, start, rank === AT_OFFSET ? OFFSET_EVIDENCE : BY_MESSAGE_ID);
    latePartners.joinSender(meetings.ledger, sender);
    fates.count(INFERRED, NO_REASON, -1);
    fates.count(PAIRED, NO_REASON, 1);
    this.parts.checkup.joinedByLedger(service, CONSUMER);
  }

  /** What a link of the row points at became known: the row is counted anew around the change. */
  changeLinks(row: number, link: number, change: () => void): void {
    const w = this.rows.words;
    const state = w[row + STATE]!;
    if (decisionOf(state) === BY_LATE) return this.joinLateLink(row, link, change);
    if ((state & SETTLED) !== 0 || this.partnerLeft(row, state)) return change();
    this.withdraw(row);
    change();
    this.parts.choice.decide(row);
    this.take(row);
  }

  /** The consumer is joined with a late entry, for good; its other links may still find kept rows. */
  private joinLateLink(row: number, link: number, change: () => void): void {
    const { links, latePartners } = this.parts;
    const before = joinsThrough(this.rows.links[link + LINK_STATE]!);
    change();
    if (before || !joinsThrough(this.rows.links[link + LINK_STATE]!)) return;
    const partner = this.rows.base(this.rows.linkTarget(link));
    const routed = links.joinedTopics(row, link).includes(this.rows.words[partner + TARGET]!);
    latePartners.joinKept(row, link, partner, !routed);
  }
}
