/**
 * Where each span stands in the tree of causal paths, and what it counts there. A span's place is the path that ends in
 * its service; it is found once, when its own wait ends or that of a span which stands beneath it, from the rows above
 * it and the late entries it was joined with, and does not move afterwards. What a span counts is counted when its row
 * leaves.
 */
import {
  BAD_PARENT,
  CLASS_MASK,
  CLIENT,
  CONSUMER,
  CREATE,
  DATABASE,
  PARENT,
  PEER,
  PROCESS,
  PRODUCER,
  ROW_WORDS,
  SERVICE,
  SHAPE,
  TARGET,
} from '../contract/observation.ts';
import { MAX_PATH_DEPTH, NO_PATH, type PathSink } from '../contract/path-sink.ts';
import { ACCESS_CONSUME, ACCESS_READ, type Plans } from '../lib/plans.ts';
import { type Chains, MAX_HOPS, ROOT } from './chains.ts';
import type { Crossings } from './crossings.ts';
import type { Links } from './links.ts';
import type { Meetings } from './meetings.ts';
import { PARTNER, type Rows } from './rows.ts';
import {
  BY_ID,
  BY_LATE,
  BY_LINKS,
  BY_OFFSET,
  BY_PARENT,
  BY_SHARED_ID,
  COUNTED_OWN,
  CROSSING_ALONE,
  CROSSING_CLIENT,
  CROSSING_DELIVERY,
  decisionOf,
  ENTRY,
  HAS_GROUPS,
  isInbound,
  isLocal,
  isTransparent,
  PLACED,
  PLACING,
  STATE,
  UNDECIDED,
} from './state.ts';

interface Parts {
  readonly rows: Rows;
  readonly chains: Chains;
  readonly crossings: Crossings;
  readonly links: Links;
  readonly meetings: Meetings;
  readonly plans: Plans;
  readonly tree: PathSink;
}

export class Paths {
  readonly tree: PathSink;
  private readonly rows: Rows;
  private readonly parts: Parts;
  /** Places of inbound rows joined with late entries, by sequence number. */
  private readonly lateJoins = new Map<number, number[]>();
  /** Joins through links that are being followed. */
  private nested = 0;

  constructor(parts: Parts) {
    this.parts = parts;
    this.rows = parts.rows;
    this.tree = parts.tree;
  }

  /** The place of a named row; NO_PATH where the tree has none for it. */
  placeOf(row: number): number {
    const state = this.rows.words[row + STATE]!;
    if ((state & PLACED) !== 0) return this.pathAt(row);
    return (state & PLACING) !== 0 ? this.rootless(row) : this.find(row);
  }

  /** An inbound row is joined with a late entry that stands at `path` and names `topic` (0 none). */
  joinLate(row: number, path: number, topic: number): void {
    const joined = this.joinedPlace(row, path, topic);
    const sequence = this.rows.sequenceAt(row);
    const places = this.lateJoins.get(sequence);
    if (places === undefined) this.lateJoins.set(sequence, [joined]);
    else if (!places.includes(joined)) places.push(joined);
  }

  /** The row leaves: counts the interactions that end with it, before anything of it is forgotten. */
  leave(row: number): void {
    const w = this.rows.words;
    const shape = w[row + SHAPE]!;
    if (isTransparent(shape)) return;
    if (!isInbound(shape)) return this.leaveOther(row, shape & CLASS_MASK);
    if ((shape & CLASS_MASK) === CONSUMER) this.leaveConsumer(row);
    else this.leaveServer(row);
    if (this.lateJoins.size > 0) this.lateJoins.delete(this.rows.sequenceAt(row));
  }

  private leaveServer(row: number): void {
    const w = this.rows.words;
    const decision = decisionOf(w[row + STATE]!);
    if (isLocal(decision)) return;
    this.tree.visit(this.placeOf(row));
    if (decision === ENTRY && w[row + PEER] !== 0) this.visitSource(row);
  }

  private leaveConsumer(row: number): void {
    const w = this.rows.words;
    const place = this.placeOf(row);
    const joined = this.joinedPlaces(row);
    if (joined.length > 0) {
      for (const one of joined) this.visitJoined(row, one);
      return;
    }
    if (w[row + TARGET] !== 0) return this.visitConsumer(row, place);
    const decision = decisionOf(w[row + STATE]!);
    if (isLocal(decision)) return;
    this.visitConsumer(row, place);
    if (this.isFromPeer(row, decision)) this.visitSource(row);
  }

  /** Who is only named begins a path with each message or request. */
  private visitSource(row: number): void {
    this.tree.visit(this.tree.parentOf(this.placeOf(row)));
  }

  /** A consumer of an unknown topic that only names who sent the message. */
  private isFromPeer(row: number, decision: number): boolean {
    const w = this.rows.words;
    return w[row + TARGET] === 0 && w[row + PEER] !== 0 && (decision === ENTRY || decision === UNDECIDED);
  }

  private visitJoined(row: number, joined: number): void {
    const place = Math.abs(joined);
    this.visitConsumer(row, place);
    if (joined < 0) this.tree.visit(this.tree.parentOf(place));
  }

  private visitConsumer(row: number, place: number): void {
    if ((this.rows.words[row + SHAPE]! & PROCESS) !== 0) this.tree.visit(place);
    else this.tree.visitReceived(place);
  }

  private leaveOther(row: number, cls: number): void {
    const w = this.rows.words;
    const { tree } = this;
    const state = w[row + STATE]!;
    if (this.isRoot(row) || (state & CROSSING_ALONE) !== 0) tree.visit(this.placeOf(row));
    if ((state & HAS_GROUPS) !== 0) this.visitExplained(row, cls);
    if ((state & COUNTED_OWN) === 0) return;
    if (cls === PRODUCER) tree.visit(tree.extend(this.placeOf(row), w[row + TARGET]!));
    else if (cls === CLIENT) tree.visit(tree.extend(this.placeOf(row), w[row + PEER]!));
    else if (cls === DATABASE) this.visitTables(row);
  }

  /** Reading is not on the way of the trace: data comes from the table. */
  private visitTables(row: number): void {
    const { effects } = this.parts.plans.get(this.rows.words[row + TARGET]!);
    for (let i = 0; i < effects.length; i++) {
      const { access, node } = effects[i]!;
      if (access !== ACCESS_READ && access !== ACCESS_CONSUME)
        this.tree.visit(this.tree.extend(this.placeOf(row), node));
    }
  }

  /** Changes of service that the client or producer explains. */
  private visitExplained(row: number, cls: number): void {
    const topic = isMessage(cls) ? this.rows.words[row + TARGET]! : 0;
    const place = this.placeOf(row);
    this.parts.crossings.forEachCounted(row, (service, delivery) => {
      const above = delivery && topic !== 0 ? this.tree.extend(place, topic) : place;
      this.tree.visit(this.tree.extend(above, service));
    });
  }

  private isRoot(row: number): boolean {
    const w = this.rows.words;
    return (w[row + PARENT]! | w[row + PARENT + 1]! | (w[row + SHAPE]! & BAD_PARENT)) === 0;
  }

  /** Climbs to the first row whose place is known, or that nothing stands above, and places all on the way down. */
  private find(row: number): number {
    const w = this.rows.words;
    const above = this.rowAbove(row);
    if (above < 0) {
      w[row + STATE]! |= PLACING;
      return this.settle(row, this.placeUnder(row, -1, NO_PATH));
    }
    if ((w[above + STATE]! & PLACED) !== 0) return this.settle(row, this.placeUnder(row, above, this.pathAt(above)));
    return this.findFar(row);
  }

  private findFar(row: number): number {
    const w = this.rows.words;
    const way: number[] = [];
    let at = row;
    while (at >= 0 && way.length < MAX_HOPS && (w[at + STATE]! & (PLACED | PLACING)) === 0) {
      w[at + STATE]! |= PLACING;
      way.push(at);
      at = this.rowAbove(at);
    }
    if (at >= 0 && (w[at + STATE]! & PLACED) === 0) {
      // The way goes round: what stands on the circle, or below one that waits for this, has no beginning.
      const circle = (w[at + STATE]! & PLACING) !== 0 ? way.indexOf(at) : -1;
      const from = circle >= 0 ? circle : way.length - 1;
      for (let i = from; i < way.length; i++) this.settle(way[i]!, this.rootless(way[i]!));
      at = way[from]!;
      way.length = from;
    }
    let place = at >= 0 ? this.pathAt(at) : NO_PATH;
    for (let i = way.length - 1; i >= 0; i--) {
      place = this.settle(way[i]!, this.placeUnder(way[i]!, at, place));
      at = way[i]!;
    }
    return this.pathAt(row);
  }

  private pathAt(row: number): number {
    return this.rows.above[row / ROW_WORDS]!;
  }

  private settle(row: number, place: number): number {
    const w = this.rows.words;
    w[row + STATE] = (w[row + STATE]! & ~PLACING) | PLACED;
    this.rows.above[row / ROW_WORDS] = place;
    return place;
  }

  private rootless(row: number): number {
    return this.tree.begin(this.rows.words[row + SERVICE]!, true);
  }

  /** The row whose place decides that of this one; -1 where there is none, or several. */
  private rowAbove(row: number): number {
    const { rows } = this;
    const w = rows.words;
    let sequence = this.pathAt(row);
    if (isInbound(w[row + SHAPE]!)) {
      const decision = decisionOf(w[row + STATE]!);
      if (decision === BY_LINKS || decision === BY_LATE) return -1;
      if (decision === BY_SHARED_ID || decision === BY_PARENT) sequence = w[row + PARTNER]!;
    }
    return sequence !== 0 && rows.intact(sequence) ? rows.base(sequence) : -1;
  }

  /** The row's place below the row above it (-1 none). */
  private placeUnder(row: number, above: number, path: number): number {
    const shape = this.rows.words[row + SHAPE]!;
    if (!isInbound(shape)) return this.placeOther(row, above, path);
    return (shape & CLASS_MASK) === CONSUMER
      ? this.placeConsumer(row, above, path)
      : this.placeServer(row, above, path);
  }

  private placeOther(row: number, above: number, path: number): number {
    const w = this.rows.words;
    const service = w[row + SERVICE]!;
    if (above < 0) return this.tree.begin(service, !this.beginsTrace(row));
    if (w[above + SERVICE] === service) return path;
    const topic = this.deliveredFrom(row);
    return this.tree.extend(topic === 0 ? path : this.tree.extend(path, topic), service);
  }

  /** Topic of the message that the span, of another service than the one above it, goes back to; 0 none. */
  private deliveredFrom(row: number): number {
    const { rows } = this;
    const w = rows.words;
    const delivered = CROSSING_CLIENT | CROSSING_DELIVERY;
    if ((w[row + STATE]! & delivered) !== delivered || !rows.intact(w[row + PARTNER]!)) return 0;
    return this.messageTopic(rows.base(w[row + PARTNER]!));
  }

  /** Topic of a producer or create span; 0 when it names none or is another kind. */
  private messageTopic(row: number): number {
    const w = this.rows.words;
    return isMessage(w[row + SHAPE]! & CLASS_MASK) ? w[row + TARGET]! : 0;
  }

  private placeServer(row: number, above: number, path: number): number {
    const { tree } = this;
    const w = this.rows.words;
    const service = w[row + SERVICE]!;
    const decision = decisionOf(w[row + STATE]!);
    if (decision === BY_LATE) return this.lateJoins.get(this.rows.sequenceAt(row))?.[0] ?? NO_PATH;
    if (above >= 0) {
      const isPair = decision === BY_SHARED_ID || decision === BY_PARENT;
      return isPair || w[above + SERVICE] !== service ? tree.extend(path, service) : path;
    }
    if (decision !== ENTRY) return tree.begin(service, true);
    return w[row + PEER] === 0 ? tree.begin(service, false) : tree.extend(tree.begin(w[row + PEER]!, false), service);
  }

  private placeConsumer(row: number, above: number, path: number): number {
    const { tree } = this;
    const w = this.rows.words;
    const joined = this.joinedPlaces(row, path);
    if (joined.length === 1) return Math.abs(joined[0]!);
    const service = w[row + SERVICE]!;
    const topic = w[row + TARGET]!;
    // Several ways lead here: what follows begins at the topic.
    if (joined.length > 1) return this.beginAt(topic || this.firstTopic(row), service, false);
    if (above < 0) return this.placeAlone(row);
    if (w[above + SERVICE] !== service) {
      return tree.extend(topic === 0 ? path : tree.extend(path, topic), service);
    }
    const isInside = topic === 0 ? !this.isFromPeer(row, decisionOf(w[row + STATE]!)) : tree.comesThrough(path, topic);
    return isInside ? path : this.placeAlone(row);
  }

  /** A consumer that nothing of another service stands above. */
  private placeAlone(row: number): number {
    const w = this.rows.words;
    const decision = decisionOf(w[row + STATE]!);
    const source = this.isFromPeer(row, decision) ? w[row + PEER]! : w[row + TARGET]!;
    return this.beginAt(source, w[row + SERVICE]!, decision === UNDECIDED);
  }

  /** @param source 0 none. */
  private beginAt(source: number, service: number, rootless: boolean): number {
    if (source === 0) return this.tree.begin(service, rootless);
    return this.tree.extend(this.tree.begin(source, rootless), service);
  }

  private firstTopic(row: number): number {
    const { links } = this.parts;
    for (const partner of links.partners(row)) {
      if (this.messageTopic(partner) !== 0) return this.messageTopic(partner);
    }
    return links.joinedTopics(row).find(topic => topic !== 0) ?? 0;
  }

  /**
   * Where a joined consumer is reached by different ways: one place each, negative where the message was seen under two
   * destinations. @param path of the one partner of a pair, where it is known.
   */
  private joinedPlaces(row: number, path = NO_PATH): readonly number[] {
    const { rows } = this;
    const w = rows.words;
    const decision = decisionOf(w[row + STATE]!);
    if (decision === BY_SHARED_ID || decision === BY_PARENT) {
      if (!rows.intact(w[row + PARTNER]!)) return NOWHERE;
      const partner = rows.base(w[row + PARTNER]!);
      return [this.joinedPlace(row, path === NO_PATH ? this.placeOf(partner) : path, this.messageTopic(partner))];
    }
    if (decision !== BY_LINKS && decision !== BY_LATE && decision !== BY_OFFSET && decision !== BY_ID) return NOWHERE;
    const places = new Set(this.lateJoins.get(rows.sequenceAt(row)));
    this.nested++;
    const { meetings } = this.parts;
    meetings.forEachSender(row, (_, sender) => {
      const at = this.nested > MAX_PATH_DEPTH ? NO_PATH : meetings.placeOf(sender, kept => this.placeOf(kept), NO_PATH);
      places.add(this.joinedPlace(row, at, meetings.ledger.topic(sender)));
    });
    for (const partner of this.parts.links.partners(row)) {
      const above = this.nested > MAX_PATH_DEPTH ? NO_PATH : this.placeOf(partner);
      places.add(this.joinedPlace(row, above, this.messageTopic(partner)));
    }
    this.nested--;
    if (places.size > 1) places.delete(NO_PATH);
    return [...places];
  }

  /** Place of an inbound row whose partner stands at `path` and names `topic`; negative: see `joinedPlaces`. */
  private joinedPlace(row: number, path: number, topic: number): number {
    const { tree } = this;
    const w = this.rows.words;
    const service = w[row + SERVICE]!;
    if ((w[row + SHAPE]! & CLASS_MASK) !== CONSUMER) return tree.extend(path, service);
    const own = w[row + TARGET]!;
    const first = topic || own;
    if (first === 0) return tree.extend(path, service);
    const routed = own !== 0 && own !== first;
    const last = tree.extend(path, first);
    const place = tree.extend(routed ? tree.extend(last, own) : last, service);
    return routed ? -place : place;
  }

  /** Nothing stands above but, at most, spans without a service up to the beginning of the trace. */
  private beginsTrace(row: number): boolean {
    if (this.isRoot(row)) return true;
    const { rows } = this;
    rows.reachesGone = true;
    let at = row;
    for (let hops = 0; hops < MAX_HOPS && at >= 0; hops++) {
      at = this.parts.chains.parent(at);
      if (at >= 0 && !isTransparent(rows.words[at + SHAPE]!)) break;
    }
    rows.reachesGone = false;
    return at === ROOT;
  }
}

const NOWHERE: readonly number[] = [];

const isMessage = (cls: number): boolean => cls === PRODUCER || cls === CREATE;
