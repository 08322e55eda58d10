/**
 * Joins across the wait: a span that arrives within `late` after its partner was decided moves exactly one
 * interaction, from the inferred edge to the real one. Such joins are final.
 */
import { BY_PAIR, type InteractionSink, BY_LINK as LINK_EVIDENCE, SETTLE } from '../contract/interaction.ts';
import {
  CLASS_MASK,
  CLIENT,
  CONSUMER,
  CREATE,
  DATABASE,
  INTERNAL,
  LINK,
  LINK_TOPIC,
  PARENT,
  PRODUCER,
  SERVER,
  SERVICE,
  SHAPE,
  SPAN,
  TARGET,
  TRACE,
} from '../contract/observation.ts';
import { found } from './chains.ts';
import type { Checkup } from './checkup.ts';
import type { Deliveries } from './deliveries.ts';
import type { Emitter } from './emitter.ts';
import { Facts } from './facts.ts';
import { type Fates, INFERRED, NO_REASON, PAIRED, UNPAIRED } from './fates.ts';
import { hash, hashKey } from './hash.ts';
import { LINK_STATE, LINK_TARGET } from './kept-links.ts';
import {
  BY_LINK,
  COUNTED,
  FLAGS,
  fateOfClass,
  type LateEntries,
  lateClass,
  reasonOfClass,
  SIBLING,
  WAITER,
} from './late.ts';
import { isUnseen, LINK_LATE } from './link-state.ts';
import type { Meetings } from './meetings.ts';
import type { MessageLedger } from './message-ledger.ts';
import type { Outbound } from './outbound.ts';
import type { PathPlaces } from './path-places.ts';
import type { Rows } from './rows.ts';
import { setFate } from './set-fate.ts';
import { BY_LATE, isOutbound, JOINS, SERVER_JOINS, SETTLED, STATE, withDecision } from './state.ts';

interface Parts {
  readonly rows: Rows;
  readonly fates: Fates;
  readonly checkup: Checkup;
  readonly late: LateEntries;
  readonly emitter: Emitter;
  readonly deliveries: Deliveries;
  readonly meetings: Meetings;
  readonly sink: InteractionSink;
  readonly outbound: Outbound;
  readonly places: PathPlaces;
}

/** A trace id without its high half, and a span id. */
const ID = new Int32Array(SPAN + 2);

export class LatePartners {
  private readonly rows: Rows;
  private readonly parts: Parts;
  private readonly partner = new Facts();
  private readonly own = new Facts();

  constructor(parts: Parts) {
    this.rows = parts.rows;
    this.parts = parts;
  }

  /** Reads what the decision about a new row will ask of the late entries. Returns something of it. `own`: its `ownHash`. */
  touch(row: number, own: number): number {
    const w = this.rows.words;
    if (isOutbound(w[row + SHAPE]!)) return this.parts.late.touch(own, true);
    return (w[row + PARENT]! | w[row + PARENT + 1]!) === 0 ? this.parts.late.touch(own, false) : 0;
  }

  /**
   * Looks for the partner of a new inbound span among the late entries, after a climb that found none. `root`: also one
   * that shares its id; else that is asked when the wait ends.
   */
  joinInbound(row: number, root: boolean): boolean {
    if (this.parts.late.count === 0) return false;
    const w = this.rows.words;
    const below = found.below;
    const [p0, p1] = [w[below + PARENT]!, w[below + PARENT + 1]!];
    if ((p0 | p1) !== 0 && this.joinUnder(row, p0, p1, false)) return true;
    if (root && this.joinUnder(row, w[row + SPAN]!, w[row + SPAN + 1]!, true)) return true;
    return (w[row + SHAPE]! & CLASS_MASK) === CONSUMER && this.joinLinked(row, []);
  }

  /** Looks for a late client or producer under the span's own id, when its wait has ended. */
  joinSharer(row: number): boolean {
    const w = this.rows.words;
    return this.parts.late.count > 0 && this.joinUnder(row, w[row + SPAN]!, w[row + SPAN + 1]!, true);
  }

  private joinUnder(row: number, s0: number, s1: number, shared: boolean): boolean {
    const { late } = this.parts;
    const w = this.rows.words;
    hashKey(w, row, s0, s1);
    for (let entry = late.first(hash, false); entry >= 0; entry = late.nextEntry(entry, hash, false)) {
      const cls = late.classOf(entry);
      if (!isOutbound(cls) || (shared && (cls & CLASS_MASK) === DATABASE)) continue;
      if (found.remote !== 0 && !shared && late.service(entry) !== found.remote) continue;
      this.join(row, entry, s0, s1, w[row + TARGET]!, BY_PAIR);
      return true;
    }
    return false;
  }

  /** Joins the links of a consumer that point at late entries. `sources`: topics of those joined already. */
  joinLinked(row: number, sources: number[]): boolean {
    const { rows, parts } = this;
    if (parts.late.count === 0) return false;
    for (let link = rows.firstLink(rows.words[row + LINK]!); link >= 0; link = rows.siblingLink(link)) {
      if (!isUnseen(rows.links[link + LINK_STATE]!)) continue;
      hashKey(rows.links, link, rows.links[link + SPAN]!, rows.links[link + SPAN + 1]!);
      const entry = parts.late.first(hash, false);
      if (entry < 0 || !this.mayLink(row, entry)) continue;
      const [s0, s1] = [rows.links[link + SPAN]!, rows.links[link + SPAN + 1]!];
      const source = parts.late.target(entry);
      const named = rows.links[link + LINK_TOPIC]! || rows.words[row + TARGET]!;
      const isFirst = sources.length === 0;
      rows.links[link + LINK_STATE] = LINK_LATE;
      rows.links[link + LINK_TARGET] = source;
      rows.changedLink(link);
      if (isFirst) this.join(row, entry, s0, s1, named, LINK_EVIDENCE);
      else this.joinAgain(row, entry, s0, s1, named, !sources.includes(source));
      sources.push(source);
    }
    return sources.length > 0;
  }

  private mayLink(row: number, entry: number): boolean {
    const cls = this.parts.late.classOf(entry) & CLASS_MASK;
    if (cls === PRODUCER || cls === CREATE) return true;
    return cls === CLIENT && this.parts.late.service(entry) !== this.rows.words[row + SERVICE];
  }

  /** Joins the inbound row with an outbound entry, for good. */
  private join(row: number, entry: number, s0: number, s1: number, named: number, evidence: number): void {
    const { rows, parts } = this;
    const w = rows.words;
    const partner = this.partner.ofEntry(parts.late, entry, s0, s1);
    const own = this.own.ofRow(rows, row);
    w[row + STATE] = withDecision(w[row + STATE]!, BY_LATE) | SETTLED;
    rows.changed(row);
    const isServer = (own.shape & CLASS_MASK) === SERVER;
    if (isServer || (partner.shape & CLASS_MASK) === CLIENT) this.takeBackInferred(entry, partner, row);
    if (isServer) {
      parts.emitter.call(partner, own, row, 1);
      parts.emitter.call(partner, own, row, SETTLE);
    } else parts.deliveries.lateConsumer(row, partner, named, evidence);
    this.placeBelow(row, entry, named);
    this.markJoined(entry);
    setFate(parts.fates, rows, row, PAIRED, NO_REASON);
  }

  private placeBelow(row: number, entry: number, named: number): void {
    const { late, places } = this.parts;
    const cls = late.classOf(entry) & CLASS_MASK;
    places.joinLate(row, late.path(entry), cls === PRODUCER || cls === CREATE ? late.target(entry) : 0, named);
  }

  /** One more link of a consumer that was joined with a late entry, to a kept row: for good, too. */
  joinKept(row: number, link: number, partner: number, routes: boolean): void {
    const { deliveries, outbound } = this.parts;
    const w = this.rows.words;
    const topic = this.rows.links[link + LINK_TOPIC]! || w[row + TARGET]!;
    if (topic !== 0) deliveries.lateJoin(row, this.partner.ofRow(this.rows, partner), topic, LINK_EVIDENCE, routes);
    w[partner + JOINS]!++;
    this.rows.changed(partner);
    outbound.refresh(partner);
  }

  /** One more link of a consumer that is joined; `routes`: the first to a message of its topic. */
  private joinAgain(row: number, entry: number, s0: number, s1: number, topic: number, routes: boolean): void {
    const { late, deliveries } = this.parts;
    if (topic !== 0) deliveries.lateJoin(row, this.partner.ofEntry(late, entry, s0, s1), topic, LINK_EVIDENCE, routes);
    this.placeBelow(row, entry, topic);
    this.markJoined(entry);
  }

  /** The entry's inferred edge gives its interaction back. */
  private takeBackInferred(entry: number, client: Facts, row: number): void {
    const { late, emitter, sink } = this.parts;
    const cls = late.classOf(entry);
    if ((cls & COUNTED) !== 0) {
      if ((cls & CLASS_MASK) === DATABASE) emitter.database(client, row, -1);
      else if ((cls & CLASS_MASK) === CLIENT) emitter.external(client, client.target, row, -1);
    } else if ((cls & CLASS_MASK) === CLIENT && fateOfClass(cls) === UNPAIRED)
      sink.unresolved(client.service, client.start, -1);
    if ((cls & CLASS_MASK) !== PRODUCER) late.reclass(entry, cls & ~COUNTED);
  }

  /** A sender that has left is joined through the ledger: its late entry tells what it counts as, while it is there. */
  joinSender(ledger: MessageLedger, sender: number): void {
    const { late, fates } = this.parts;
    if (ledger.isMet(sender)) return;
    ledger.meet(sender);
    for (let i = 0; i < 4; i++) ID[TRACE + 2 + i] = ledger.id(sender, i);
    hashKey(ID, 0, ID[SPAN]!, ID[SPAN + 1]!);
    for (let entry = late.first(hash, false); entry >= 0; entry = late.nextEntry(entry, hash, false)) {
      if ((late.classOf(entry) & CLASS_MASK) === PRODUCER) return this.markJoined(entry);
    }
    fates.count(INFERRED, NO_REASON, -1);
    fates.count(PAIRED, NO_REASON, 1);
    this.parts.checkup.joinedByLedger(ledger.service(sender), PRODUCER);
  }

  private markJoined(entry: number): void {
    const { late, fates } = this.parts;
    const cls = late.classOf(entry);
    if (fateOfClass(cls) === PAIRED || (cls & CLASS_MASK) === CREATE) return;
    fates.count(fateOfClass(cls), reasonOfClass(cls), -1);
    fates.count(PAIRED, NO_REASON, 1);
    this.parts.checkup.joinedLate(late, entry);
    late.reclass(entry, lateClass(cls, cls & COUNTED, PAIRED, NO_REASON));
  }

  /** A new outbound row meets the inbound spans and links that waited for it in vain. */
  meetWaiters(row: number): void {
    const { late } = this.parts;
    if (late.count === 0) return;
    const w = this.rows.words;
    hashKey(w, row, w[row + SPAN]!, w[row + SPAN + 1]!);
    for (let entry = late.first(hash, true); entry >= 0; entry = late.nextEntry(entry, hash, true))
      this.meet(row, entry);
  }

  private meet(row: number, entry: number): void {
    const { late, emitter, deliveries, fates, outbound } = this.parts;
    const w = this.rows.words;
    const cls = late.classOf(entry);
    if ((cls & CLASS_MASK) !== SERVER && (cls & CLASS_MASK) !== CONSUMER) return;
    const waiter = this.partner.ofEntry(late, entry, 0, 0);
    const rowClass = w[row + SHAPE]! & CLASS_MASK;
    if ((cls & CLASS_MASK) === CONSUMER) this.parts.meetings.noteMet(waiter.service, waiter.start);
    if ((cls & BY_LINK) !== 0 && rowClass !== PRODUCER && rowClass !== CREATE) return;
    if ((cls & CLASS_MASK) === SERVER) {
      if (rowClass === DATABASE) w[row + SERVER_JOINS]!++;
      emitter.call(this.own.ofRow(this.rows, row), waiter, row, 1);
      emitter.call(this.own, waiter, row, SETTLE);
    } else {
      const evidence = (cls & BY_LINK) !== 0 ? LINK_EVIDENCE : BY_PAIR;
      deliveries.lateProducer(row, waiter, evidence, !this.isRouted(entry, w[row + TARGET]!));
    }
    w[row + JOINS]!++;
    this.rows.changed(row);
    outbound.refresh(row);
    if (fateOfClass(cls) !== PAIRED) {
      fates.count(fateOfClass(cls), reasonOfClass(cls), -1);
      fates.count(PAIRED, NO_REASON, 1);
      this.parts.checkup.joinedLate(late, entry);
      // All entries of the span speak of its one fate.
      late.forEachSibling(entry, other => {
        const its = late.classOf(other);
        late.reclass(other, lateClass(its, its & FLAGS, PAIRED, NO_REASON));
      });
    }
    late.reclass(entry, lateClass(0, WAITER | (cls & SIBLING), PAIRED, NO_REASON));
    late.retarget(entry, w[row + TARGET]!);
  }

  /** Another link of the waiting consumer was joined to a message of this topic; such entries hold its topic. */
  private isRouted(entry: number, topic: number): boolean {
    const { late } = this.parts;
    let routed = false;
    late.forEachSibling(entry, other => {
      if ((late.classOf(other) & CLASS_MASK) === INTERNAL && late.target(other) === topic) routed = true;
    });
    return routed;
  }
}
