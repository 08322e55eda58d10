/**
 * Where each span stands in the tree of causal paths. A span's place is the path that ends in its service; it is found
 * once, when its own wait ends or that of a span which stands beneath it, from the rows above it, the late entries it was
 * joined with and the ledger, and does not move afterwards.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import {
  BAD_PARENT,
  CLASS_MASK,
  CONSUMER,
  LINK,
  LINK_TOPIC,
  PARENT,
  PEER,
  SERVICE,
  SHAPE,
  TARGET,
} from '../contract/observation.ts';
import { MAX_PATH_DEPTH, NO_PATH, type PathSink } from '../contract/path-sink.ts';
import { type Chains, MAX_HOPS, ROOT } from './chains.ts';
import { LINK_STATE } from './kept-links.ts';
import { LINK_TOLD } from './link-state.ts';
import type { Links } from './links.ts';
import type { Meetings } from './meetings.ts';
import { loadRecords, saveRecords } from './pieces.ts';
import { EXTRA, PARTNER, type Rows } from './rows.ts';
import {
  BY_ID,
  BY_LATE,
  BY_LINKS,
  BY_OFFSET,
  BY_PARENT,
  BY_SHARED_ID,
  CROSSING_CLIENT,
  CROSSING_DELIVERY,
  decisionOf,
  ENTRY,
  isInbound,
  isMessage,
  isTransparent,
  STATE,
  UNDECIDED,
} from './state.ts';

interface Parts {
  readonly rows: Rows;
  readonly chains: Chains;
  readonly links: Links;
  readonly meetings: Meetings;
  readonly tree: PathSink;
}

/** Messages whose sender may be decided when a consumer that seeks it is placed. */
export interface OpenEvents {
  readonly areOpen: boolean;
  decideFor(row: number): void;
}

export class PathPlaces implements Kept {
  /** Set once all exist. */
  events!: OpenEvents;
  private readonly tree: PathSink;
  private readonly rows: Rows;
  private readonly parts: Parts;
  /** Places of inbound rows joined with late entries, by sequence number. */
  private readonly lateJoins = new Map<number, number[]>();
  /** Joins through links that are being followed. */
  private nested = 0;
  /** Rows on the ways that are being climbed, one way upon the other: placing a row may begin another. */
  private readonly way: number[] = [];
  private wayEnd = 0;

  constructor(parts: Parts) {
    this.parts = parts;
    this.rows = parts.rows;
    this.tree = parts.tree;
  }

  *save(out: ImageWriter): Iterable<void> {
    const { lateJoins } = this;
    function* records(): Iterable<readonly number[]> {
      for (const [sequence, places] of lateJoins) for (const place of places) yield [sequence, place];
    }
    yield* saveRecords(out, 'correlate/late_joins', 2, records());
  }

  *load(from: ImageReader): Iterable<void> {
    yield* loadRecords(from, 'correlate/late_joins', 2, (n, at) => this.addLateJoin(n[at]!, n[at + 1]!));
  }

  /** The row leaves: what is known of its joins alone is forgotten. */
  forget(row: number): void {
    if (this.lateJoins.size > 0) this.lateJoins.delete(this.rows.sequenceAt(row));
  }

  /** The place of a named row; NO_PATH where the tree has none for it. */
  placeOf(row: number): number {
    if (this.events.areOpen) this.decideEvents(row);
    const { rows } = this;
    if (rows.places.isPlaced(row)) return this.pathAt(row);
    return rows.places.isVisited(row) ? this.rootless(row) : this.find(row);
  }

  /** Before consumers are placed, what may have sent their messages is decided. That may place them, too. */
  private decideEvents(row: number): void {
    const { rows } = this;
    const w = rows.words;
    let at = row;
    for (let hops = 0; hops < MAX_HOPS && at >= 0 && !rows.places.isVisited(at); hops++) {
      if ((w[at + SHAPE]! & CLASS_MASK) === CONSUMER && w[at + EXTRA] !== 0) this.events.decideFor(at);
      at = this.rowAbove(at);
    }
  }

  /**
   * An inbound row is joined with a late entry that stands at `path` and names `topic`, for a message that the row says
   * is of topic `named` (0 none).
   */
  joinLate(row: number, path: number, topic: number, named: number): void {
    this.addLateJoin(this.rows.sequenceAt(row), this.joinedPlace(row, path, topic, named));
  }

  private addLateJoin(sequence: number, joined: number): void {
    const places = this.lateJoins.get(sequence);
    if (places === undefined) this.lateJoins.set(sequence, [joined]);
    else addOnce(places, joined);
  }

  /** A consumer of an unknown topic that only names who sent the message. */
  isFromPeer(row: number, decision: number): boolean {
    const w = this.rows.words;
    return w[row + TARGET] === 0 && w[row + PEER] !== 0 && (decision === ENTRY || decision === UNDECIDED);
  }

  isRoot(row: number): boolean {
    const w = this.rows.words;
    return (w[row + PARENT]! | w[row + PARENT + 1]! | (w[row + SHAPE]! & BAD_PARENT)) === 0;
  }

  /** Climbs to the first row whose place is known, or that nothing stands above, and places all on the way down. */
  private find(row: number): number {
    const { rows } = this;
    const above = this.rowAbove(row);
    if (above < 0) {
      rows.places.visit(row);
      return this.settle(row, this.placeUnder(row, -1, NO_PATH));
    }
    if (rows.places.isPlaced(above)) return this.settle(row, this.placeUnder(row, above, this.pathAt(above)));
    return this.findFar(row);
  }

  private findFar(row: number): number {
    const { rows, way, wayEnd: begin } = this;
    let end = begin;
    let at = row;
    while (at >= 0 && end - begin < MAX_HOPS && !rows.places.isVisited(at)) {
      rows.places.visit(at);
      way[end++] = at;
      at = this.rowAbove(at);
    }
    if (at >= 0 && !rows.places.isPlaced(at)) {
      // The way goes round: what stands on the circle, or below one that waits for this, has no beginning.
      const circle = rows.places.isVisited(at) ? way.indexOf(at, begin) : -1;
      const from = circle >= 0 && circle < end ? circle : end - 1;
      for (let i = from; i < end; i++) this.settle(way[i]!, this.rootless(way[i]!));
      at = way[from]!;
      end = from;
    }
    this.wayEnd = end;
    let place = at >= 0 ? this.pathAt(at) : NO_PATH;
    for (let i = end - 1; i >= begin; i--) {
      place = this.settle(way[i]!, this.placeUnder(way[i]!, at, place));
      at = way[i]!;
    }
    this.wayEnd = begin;
    return this.pathAt(row);
  }

  private pathAt(row: number): number {
    return this.rows.places.at(row);
  }

  private settle(row: number, place: number): number {
    this.rows.places.place(row, place);
    return place;
  }

  private rootless(row: number): number {
    return this.tree.begin(this.rows.words[row + SERVICE]!, true);
  }

  /** The row whose place decides that of this one, and a pair's partner; -1 where there is none, or several. */
  rowAbove(row: number): number {
    const { rows } = this;
    const sequence = this.sequenceAbove(row);
    return sequence !== 0 && rows.intact(sequence) ? rows.base(sequence) : -1;
  }

  private sequenceAbove(row: number): number {
    const w = this.rows.words;
    const state = w[row + STATE]!;
    if (isInbound(w[row + SHAPE]!)) {
      const decision = decisionOf(state);
      if (isByMessages(decision)) return 0;
      if (isByContext(decision)) return w[row + PARTNER]!;
    }
    return this.rows.places.isPlaced(row) ? 0 : this.pathAt(row);
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
      return isByContext(decision) || w[above + SERVICE] !== service ? tree.extend(path, service) : path;
    }
    if (decision !== ENTRY) return tree.begin(service, true);
    return w[row + PEER] === 0 ? tree.begin(service, false) : tree.extend(tree.begin(w[row + PEER]!, false), service);
  }

  private placeConsumer(row: number, above: number, path: number): number {
    const { tree } = this;
    const w = this.rows.words;
    if (isByContext(decisionOf(w[row + STATE]!)) && above >= 0) return Math.abs(this.pairedPlace(row, above, path));
    const joined = this.joinedPlaces(row, false);
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
   * destinations. @param told only by messages of which no other layer tells.
   */
  joinedPlaces(row: number, told: boolean): readonly number[] {
    const { rows } = this;
    const decision = decisionOf(rows.words[row + STATE]!);
    if (isByContext(decision)) {
      const partner = this.rowAbove(row);
      return partner < 0 ? NOWHERE : [this.pairedPlace(row, partner, this.placeOf(partner))];
    }
    if (!isByMessages(decision)) return NOWHERE;
    const places = this.lateJoins.size === 0 ? [] : [...(this.lateJoins.get(rows.sequenceAt(row)) ?? [])];
    this.nested++;
    if (rows.words[row + EXTRA] !== 0) this.addSenders(row, places);
    if (rows.words[row + LINK] !== 0) this.addLinked(row, told, places);
    this.nested--;
    const nowhere = places.length > 1 ? places.indexOf(NO_PATH) : -1;
    if (nowhere >= 0) places.splice(nowhere, 1);
    return places;
  }

  /** Of a pair, whose other row stands at `path`. */
  private pairedPlace(row: number, partner: number, path: number): number {
    return this.joinedPlace(row, path, this.messageTopic(partner), this.rows.words[row + TARGET]!);
  }

  private addSenders(row: number, places: number[]): void {
    const { meetings } = this.parts;
    meetings.forEachSender(row, (_, sender) => {
      const at = this.nested > MAX_PATH_DEPTH ? NO_PATH : meetings.placeOf(sender, kept => this.placeOf(kept), NO_PATH);
      addOnce(places, this.joinedPlace(row, at, meetings.ledger.topic(sender), this.rows.words[row + TARGET]!));
    });
  }

  private addLinked(row: number, told: boolean, places: number[]): void {
    const { rows } = this;
    for (const link of this.parts.links.joining(row)) {
      if (told && (rows.links[link + LINK_STATE]! & LINK_TOLD) !== 0) continue;
      const partner = rows.base(rows.linkTarget(link));
      const above = this.nested > MAX_PATH_DEPTH ? NO_PATH : this.placeOf(partner);
      const named = rows.links[link + LINK_TOPIC]! || rows.words[row + TARGET]!;
      addOnce(places, this.joinedPlace(row, above, this.messageTopic(partner), named));
    }
  }

  /**
   * Place of an inbound row whose partner stands at `path` and names `topic`, where the row names `own` for the message;
   * negative: see `joinedPlaces`.
   */
  private joinedPlace(row: number, path: number, topic: number, own: number): number {
    const { tree } = this;
    const w = this.rows.words;
    const service = w[row + SERVICE]!;
    if ((w[row + SHAPE]! & CLASS_MASK) !== CONSUMER) return tree.extend(path, service);
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

/** Joined with the one row that the context names. */
const isByContext = (decision: number): boolean => decision === BY_SHARED_ID || decision === BY_PARENT;

/** Joined by what is said of each message, perhaps to several senders. */
const isByMessages = (decision: number): boolean =>
  decision === BY_LINKS || decision === BY_LATE || decision === BY_OFFSET || decision === BY_ID;

function addOnce(places: number[], place: number): void {
  if (!places.includes(place)) places.push(place);
}
