/**
 * Joins by position and id: rows post what they know of their messages to the ledger, and learn who else did. A consumer
 * that no context joins is joined with the sender at its offset, else with the one of its message's id; of several with
 * the smaller (trace id, span id). A message that its group processed before is a redelivery.
 */

import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { BY_MESSAGE_ID, BY_OFFSET } from '../contract/interaction.ts';
import { CLASS_MASK, LINK_TOPIC, SHAPE, TARGET } from '../contract/observation.ts';
import type { Rendezvous } from '../contract/rendezvous.ts';
import { SENT, Rendezvous as Side, SOUGHT } from '../contract/rendezvous.ts';
import { isPair } from './inbound-fates.ts';
import { LINK_STATE } from './kept-links.ts';
import { joinsThrough, LINK_LATE, LINK_TOLD } from './link-state.ts';
import type { MessageLedger } from './message-ledger.ts';
import { PositionKeeper, setKey } from './position-keeper.ts';
import {
  AT_ID,
  AT_OFFSET,
  FOUND,
  FOUND_MASK,
  GROUP_ENTRY,
  GROUP_KEY,
  ID_ENTRY,
  ID_KEY,
  MORE,
  OF_LINK,
  OFFSET_ENTRY,
  OFFSET_KEY,
  POSTED,
  type Positions,
  SENDER,
} from './positions.ts';
import { describeSide } from './row-side.ts';
import { EXTRA, type Rows } from './rows.ts';
import {
  BY_ID as DECIDED_BY_ID,
  BY_LINKS as DECIDED_BY_LINKS,
  BY_OFFSET as DECIDED_BY_OFFSET,
  decisionOf,
  FATED,
  isMessage,
  STATE,
} from './state.ts';
import type { TopicKeys } from './topic-keys.ts';

/** What the rows do about it. */
export interface MeetingParty {
  /** Changes how a kept consumer is joined. */
  changeSender(row: number, change: () => void): void;
  /** Counts a consumer anew around a change, unless what it counts is final. */
  recount(row: number, change: () => void): void;
  isFinal(row: number): boolean;
  /** A consumer that says nothing of its messages. */
  isSilent(row: number): boolean;
  /** A sender that has left, by its entry, meets a consumer that has left, too. */
  meetBothLate(sender: number, topic: number, service: number, start: number, rank: number): void;
  /** A kept sender meets a consumer that has left. */
  meetLate(sender: number, topic: number, service: number, start: number, rank: number): void;
}

export class Meetings implements Kept {
  readonly ledger: MessageLedger;
  readonly positions: Positions;
  /** Set once all exist. */
  party!: MeetingParty;
  private readonly rows: Rows;
  private readonly keys: TopicKeys;
  readonly keeper: PositionKeeper;
  private readonly side: Rendezvous = new Side();
  /** Consumers that have left and that the sender being decided met by its context: service, start. */
  private readonly metByContext: number[] = [];

  constructor(rows: Rows, positions: Positions, ledger: MessageLedger, keys: TopicKeys) {
    this.rows = rows;
    this.positions = positions;
    this.ledger = ledger;
    ledger.isRowKept = row => rows.alive(row);
    this.keys = keys;
    this.keeper = new PositionKeeper(rows, positions, keys);
  }

  *ahead(out: ImageWriter, round: number): Iterable<void> {
    yield* this.ledger.ahead(out, round);
    yield* this.positions.ahead(out, round);
  }

  *save(out: ImageWriter): Iterable<void> {
    yield* this.ledger.save(out);
    yield* this.positions.save(out);
  }

  read(from: ImageReader): void {
    this.ledger.read(from);
    this.positions.read(from);
  }

  *load(from: ImageReader): Iterable<void> {
    const moved = yield* this.ledger.load(from);
    yield* this.positions.load(from);
    if (moved !== undefined) this.positions.renumber(moved);
  }

  /**
   * A record says where a message of a sender is, and what it is called (words at `offset` and `id`, zeros where it does
   * not), in a topic.
   */
  tie(row: number, topic: number, words: Int32Array, offset: number, id: number): void {
    if (!this.keeper.keepTold(row, topic, words, offset, id)) return;
    // One that is not decided yet tells all it has when it is.
    if ((this.rows.words[row + STATE]! & FATED) !== 0) this.announce(row);
  }

  /** As `tie`, of a sender that has left: everything but its place in the tree of paths is in `side`. */
  tieLeft(side: Rendezvous, path: number, topic: number, words: Int32Array, offset: number, id: number): void {
    this.setKeys(KEY_WORDS, 0, topic, words, offset, id);
    this.postLeft(side, path, KEY_WORDS, 0, false);
  }

  /** Sets the keys, two words each, of a place and an id of a topic; zeros where one joins nothing. */
  setKeys(to: Int32Array, at: number, topic: number, words: Int32Array, offset: number, id: number): void {
    const salts = this.keys.of(topic);
    to.fill(0, at, at + 4);
    if (words[offset + 1] !== 0 && salts.offset !== 0) setKey(to, at, words[offset]!, words[offset + 1]!, salts.offset);
    if (words[id + 1] !== 0 && salts.id !== 0) setKey(to, at + 2, words[id]!, words[id + 1]!, salts.id);
  }

  /** A sender that is no kept row, under keys that `setKeys` made. @param met what became of it does not change. */
  postLeft(side: Rendezvous, path: number, keys: Int32Array, at: number, met: boolean): void {
    for (const [key, rank] of [
      [at, AT_OFFSET],
      [at + 2, AT_ID],
    ] as const) {
      if (keys[key + 1] === 0) continue;
      side.a = keys[key]!;
      side.b = keys[key + 1]!;
      const sender = this.ledger.post(side);
      this.ledger.leave(sender, path);
      if (met) this.ledger.meet(sender);
      this.offer(-1, side.a, side.b, sender, rank);
    }
  }

  /** Calls `visit` with the keys under which a consumer, whose joins may still change, seeks who sent its messages. */
  forEachSought(row: number, visit: (a: number, b: number) => void): void {
    const { rows } = this;
    if (isPair(decisionOf(rows.words[row + STATE]!)) || this.party.isFinal(row)) return;
    for (let position = this.first(row); position >= 0; position = this.more(position)) {
      if (!this.isOpen(position)) continue;
      const p = this.positions.words;
      for (const [key] of RANKS) if (p[position + key + 1] !== 0) visit(p[position + key]!, p[position + key + 1]!);
    }
  }

  /** Calls `visit` with the kept consumers that seek messages of a sender. */
  forEachSeeker(row: number, visit: (seeker: number) => void): void {
    const { ledger, rows } = this;
    for (let position = this.first(row); position >= 0; position = this.more(position)) {
      const p = this.positions.words;
      for (const [key] of RANKS) {
        const [a, b] = [p[position + key]!, p[position + key + 1]!];
        if (b === 0) continue;
        for (let entry = ledger.first(SOUGHT, a, b); entry >= 0; entry = ledger.next(entry, SOUGHT, b)) {
          if (!ledger.hasLeft(entry) && rows.alive(ledger.row(entry))) visit(rows.base(ledger.row(entry)));
        }
      }
    }
  }

  /** Reads the places in the ledger of what a row's newest position tells. Returns something of them. */
  touch(row: number): number {
    const position = this.first(row);
    if (position < 0) return 0;
    const p = this.positions.words;
    let touched = 0;
    for (let key = OFFSET_KEY; key <= GROUP_KEY; key += 2) {
      if (p[position + key + 1] !== 0) touched ^= this.ledger.touch(p[position + key]!);
    }
    return touched;
  }

  /** The first position of a row, as a place; -1 none. */
  first(row: number): number {
    return this.positions.at(this.rows.words[row + EXTRA]!);
  }

  more(position: number): number {
    return this.positions.at(this.positions.words[position + MORE]!);
  }

  /** How the sender of a consumer's own position was found; 0: it was not. */
  seek(row: number): number {
    let found = 0;
    for (let position = this.first(row); position >= 0; position = this.more(position)) {
      this.seekAt(row, position);
      if (this.positions.words[position + OF_LINK] === 0) found = this.positions.words[position + FOUND]! & FOUND_MASK;
    }
    return found;
  }

  /** The position joins the row: its sender was found, and no context joins its link. */
  joins(position: number): boolean {
    const p = this.positions.words;
    return (p[position + FOUND]! & FOUND_MASK) !== 0 && this.isOpen(position);
  }

  /** No context joins its link, nor does another layer tell of it. */
  private isOpen(position: number): boolean {
    const link = this.positions.words[position + OF_LINK]!;
    if (link === 0) return true;
    if (!this.rows.linkAlive(link)) return false;
    const state = this.rows.links[this.rows.linkBase(link) + LINK_STATE]!;
    return !joinsThrough(state) && (state & (LINK_LATE | LINK_TOLD)) === 0;
  }

  isOfLink(position: number): boolean {
    return this.positions.words[position + OF_LINK] !== 0;
  }

  /** Bit of EVIDENCE_KINDS by which the sender was found. */
  evidence(position: number): number {
    return (this.positions.words[position + FOUND]! & FOUND_MASK) === AT_OFFSET ? BY_OFFSET : BY_MESSAGE_ID;
  }

  /** Ledger entry of the sender found. */
  sender(position: number): number {
    return this.positions.words[position + SENDER]! - 1;
  }

  /** Path of a sender, by its kept row or as it was when that left. */
  placeOf(sender: number, pathOf: (row: number) => number, none: number): number {
    const { ledger, rows } = this;
    if (ledger.hasLeft(sender)) return ledger.row(sender);
    return rows.alive(ledger.row(sender)) ? pathOf(rows.base(ledger.row(sender))) : none;
  }

  topicAt(row: number, position: number): number {
    const { rows } = this;
    const link = this.positions.words[position + OF_LINK]!;
    const named = link !== 0 && rows.linkAlive(link) ? rows.links[rows.linkBase(link) + LINK_TOPIC]! : 0;
    return named || rows.words[row + TARGET]!;
  }

  /** Calls `visit` with the positions that join a consumer, as it is decided, and the ledger's entry of each sender. */
  forEachSender(row: number, visit: (position: number, entry: number) => void): void {
    const w = this.rows.words;
    if (w[row + EXTRA] === 0) return;
    const decision = decisionOf(w[row + STATE]!);
    if (decision !== DECIDED_BY_LINKS && decision !== DECIDED_BY_OFFSET && decision !== DECIDED_BY_ID) return;
    for (let position = this.first(row); position >= 0; position = this.more(position)) {
      if (this.isOfLink(position) === (decision === DECIDED_BY_LINKS) && this.joins(position))
        visit(position, this.sender(position));
    }
  }

  private seekAt(row: number, position: number): void {
    const p = this.positions.words;
    if ((p[position + FOUND]! & POSTED) !== 0 || !this.isOpen(position)) return;
    this.positions.changed(position);
    p[position + FOUND]! |= POSTED;
    describeSide(this.side, this.rows, row, SOUGHT, this.topicAt(row, position));
    this.postBoth(position);
    for (const [key, rank] of RANKS) {
      if (p[position + key + 1] === 0) continue;
      const entry = this.smallestSender(p[position + key]!, p[position + key + 1]!);
      if (entry < 0) continue;
      p[position + FOUND]! |= rank;
      p[position + SENDER] = entry + 1;
      return;
    }
  }

  private postBoth(position: number): void {
    const p = this.positions.words;
    for (const [key, , own] of RANKS) {
      if (p[position + key + 1] === 0) continue;
      this.side.a = p[position + key]!;
      this.side.b = p[position + key + 1]!;
      p[position + own] = this.ledger.post(this.side) + 1;
    }
  }

  private smallestSender(a: number, b: number): number {
    const { ledger } = this;
    let best = -1;
    for (let entry = ledger.first(SENT, a, b); entry >= 0; entry = ledger.next(entry, SENT, b)) {
      if (best < 0 || this.isSmaller(entry, best)) best = entry;
    }
    return best;
  }

  private isSmaller(a: number, b: number): boolean {
    const { ledger } = this;
    for (let i = 0; i < 4; i++) {
      if (ledger.id(a, i) !== ledger.id(b, i)) return ledger.id(a, i) >>> 0 < ledger.id(b, i) >>> 0;
    }
    return this.keys.isBefore(ledger.topic(a), ledger.topic(b));
  }

  /** The sender being decided met a consumer that has left by its context. */
  noteMet(service: number, start: number): void {
    if (this.ledger.count > 0) this.metByContext.push(service, start);
  }

  /** A row that others may seek is decided: consumers that sought it learn of it. */
  finish(row: number): void {
    if (this.isSender(row)) this.announce(row);
    if (this.metByContext.length > 0) this.metByContext.length = 0;
  }

  private announce(row: number): void {
    const p = this.positions.words;
    for (let position = this.first(row); position >= 0; position = this.more(position)) {
      if ((p[position + FOUND]! & POSTED) !== 0) continue;
      this.positions.changed(position);
      p[position + FOUND]! |= POSTED;
      describeSide(this.side, this.rows, row, SENT, this.topicAt(row, position));
      this.postBoth(position);
      for (const [key, rank, own] of RANKS) {
        if (p[position + key + 1] !== 0)
          this.offer(row, p[position + key]!, p[position + key + 1]!, p[position + own]! - 1, rank);
      }
    }
  }

  /** @param row the sender's; -1 when it has left. */
  private offer(row: number, a: number, b: number, sender: number, rank: number): void {
    const { ledger, rows } = this;
    for (let entry = ledger.first(SOUGHT, a, b); entry >= 0; entry = ledger.next(entry, SOUGHT, b)) {
      if (ledger.hasLeft(entry)) this.offerLate(row, sender, entry, rank);
      else if (rows.alive(ledger.row(entry))) this.offerKept(rows.base(ledger.row(entry)), a, b, sender, rank);
    }
  }

  private offerLate(row: number, sender: number, entry: number, rank: number): void {
    const { ledger } = this;
    const [service, start] = [ledger.service(entry), ledger.time(entry)];
    for (let i = 0; i < this.metByContext.length; i += 2) {
      if (this.metByContext[i] === service && this.metByContext[i + 1] === start) return this.markMet(entry);
    }
    this.markMet(entry);
    if (row >= 0) this.party.meetLate(row, ledger.topic(entry), service, start, rank);
    else this.party.meetBothLate(sender, ledger.topic(entry), service, start, rank);
  }

  /** Under its offset and its id a consumer stands in two entries, one after the other. */
  private markMet(entry: number): void {
    const { ledger } = this;
    for (const near of [ledger.near(entry, -1), entry, ledger.near(entry, 1)]) {
      if (near >= 0 && [0, 1, 2, 3].every(i => ledger.id(near, i) === ledger.id(entry, i))) ledger.meet(near);
    }
  }

  private offerKept(consumer: number, a: number, b: number, sender: number, rank: number): void {
    const p = this.positions.words;
    for (let position = this.first(consumer); position >= 0; position = this.more(position)) {
      const key = position + (rank === AT_OFFSET ? OFFSET_KEY : ID_KEY);
      if (p[key] !== a || p[key + 1] !== b || !this.isBetter(position, sender, rank)) continue;
      this.party.changeSender(consumer, () => {
        this.positions.changed(position);
        p[position + FOUND] = (p[position + FOUND]! & ~FOUND_MASK) | rank;
        p[position + SENDER] = sender + 1;
      });
    }
  }

  private isBetter(position: number, sender: number, rank: number): boolean {
    const found = this.positions.words[position + FOUND]! & FOUND_MASK;
    if (found === 0 || rank < found) return true;
    return rank === found && this.isSmaller(sender, this.sender(position));
  }

  /** The row leaves. `met`: it needs no partner any more, or is a sender that was joined. */
  leave(row: number, met: boolean, path: number): void {
    const { ledger, rows } = this;
    const p = this.positions.words;
    const sequence = rows.sequenceAt(row);
    for (let position = this.first(row); position >= 0; position = this.more(position)) {
      for (let own = OFFSET_ENTRY; own <= GROUP_ENTRY; own++) {
        const entry = p[position + own]! - 1;
        if (entry < 0 || !ledger.isThere(entry) || ledger.hasLeft(entry) || ledger.row(entry) !== sequence) continue;
        ledger.leave(entry, path);
        if (met && own !== GROUP_ENTRY) ledger.meet(entry);
      }
    }
  }

  private isSender(row: number): boolean {
    const w = this.rows.words;
    return isMessage(w[row + SHAPE]! & CLASS_MASK) && w[row + EXTRA] !== 0;
  }
}

const KEY_WORDS = new Int32Array(4);

/** Key, how it is told, the row's own entry: best rank first. */
const RANKS = [
  [OFFSET_KEY, AT_OFFSET, OFFSET_ENTRY],
  [ID_KEY, AT_ID, ID_ENTRY],
] as const;
