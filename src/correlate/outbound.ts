/**
 * Everything but inbound spans: what outbound and database spans count by themselves, changes of service across a
 * parent link, database spans inside others, and nameless spans.
 */
import {
  CLASS_MASK,
  CLIENT,
  DATABASE,
  DURATION,
  FILTERED,
  INTERNAL,
  NAMELESS,
  PRODUCER,
  RPC,
  SERVICE,
  SETTLE as SETTLE_CLASS,
  SHAPE,
  SPAN,
  START,
  TARGET,
  unpackDuration,
} from '../contract/observation.ts';
import type { Plans } from '../lib/plans.ts';
import { visitBelow } from './below.ts';
import { type Chains, MAX_HOPS } from './chains.ts';
import type { Crossings } from './crossings.ts';
import type { Emitter } from './emitter.ts';
import { Facts } from './facts.ts';
import {
  type Fates,
  FILTERED_OUT,
  INFERRED,
  INTERNAL_SPAN,
  NO_REASON,
  NO_SERVICE_NAME,
  PAIRED,
  PENDING,
  reasonNumber,
  SKIPPED,
} from './fates.ts';
import type { Inbound } from './inbound.ts';
import type { MergePlans } from './options.ts';
import { EXTRA, PARTNER, type Rows } from './rows.ts';
import { setFate } from './set-fate.ts';
import {
  COUNTED_OWN,
  CROSSING_ALONE,
  CROSSING_CLIENT,
  CROSSING_DELIVERY,
  isTransparent,
  JOINS,
  NAMELESS_BELOW,
  NESTED,
  OWN_PLAN,
  SERVER_JOINS,
  STATE,
} from './state.ts';

interface Parts {
  readonly rows: Rows;
  readonly fates: Fates;
  readonly chains: Chains;
  readonly emitter: Emitter;
  readonly crossings: Crossings;
  readonly plans: Plans;
  readonly merge: MergePlans;
}

const CROSSING = CROSSING_CLIENT | CROSSING_ALONE | CROSSING_DELIVERY;

export class Outbound {
  /** Set once both exist. */
  inbound!: Inbound;
  private readonly rows: Rows;
  private readonly parts: Parts;
  private readonly facts = new Facts();

  constructor(parts: Parts) {
    this.rows = parts.rows;
    this.parts = parts;
  }

  resolve(row: number): void {
    const shape = this.rows.words[row + SHAPE]!;
    const ancestor = this.parts.chains.nearestNamed(row);
    if (isTransparent(shape)) {
      if (ancestor >= 0) {
        this.rows.words[ancestor + STATE]! |= NAMELESS_BELOW;
        this.rows.changed(ancestor);
      }
      return this.pass(row, shape);
    }
    this.rows.setAbove(row, ancestor);
    // A span is nested or crosses, never both: what it was gives PARTNER free before the other takes it.
    const isDatabase = (shape & CLASS_MASK) === DATABASE;
    const wasNested = (this.rows.words[row + STATE]! & NESTED) !== 0;
    if (isDatabase && wasNested) this.resolveNesting(row);
    this.resolveCrossing(row, ancestor);
    if (isDatabase && !wasNested) this.resolveNesting(row);
    this.refresh(row);
  }

  /** The row leaves, and what came after it may not have been looked at. */
  resolveLast(row: number): void {
    if ((this.rows.words[row + STATE]! & (CROSSING | NESTED)) === 0) this.resolve(row);
  }

  private pass(row: number, shape: number): void {
    const { fates } = this.parts;
    if ((shape & FILTERED) !== 0) setFate(fates, this.rows, row, FILTERED_OUT, NO_REASON);
    else if ((shape & NAMELESS) !== 0) setFate(fates, this.rows, row, SKIPPED, NO_SERVICE_NAME);
  }

  /** Only spans without a service stand beneath the client: also of those that left before it. */
  isNamelessBelow(client: number): boolean {
    let named = false;
    let nameless = false;
    this.rows.reachesGone = true;
    visitBelow(this.rows, client, isTransparent, row => {
      if (this.parts.chains.nearestNamed(row) !== client) return true;
      if (isTransparent(this.rows.words[row + SHAPE]!)) nameless = true;
      else named = true;
      return !named;
    });
    this.rows.reachesGone = false;
    return nameless && !named;
  }

  /** Holds the row's own edges and fate against what is known of it now. */
  refresh(row: number): void {
    const w = this.rows.words;
    const shape = w[row + SHAPE]!;
    const cls = shape & CLASS_MASK;
    const counts = cls === PRODUCER ? w[row + TARGET] !== 0 : cls === DATABASE && this.countsTables(row);
    if (counts !== ((w[row + STATE]! & COUNTED_OWN) !== 0)) {
      if (counts) w[row + STATE]! |= COUNTED_OWN;
      this.emitOwn(row, counts ? 1 : -1);
      if (!counts) w[row + STATE]! &= ~COUNTED_OWN;
      this.rows.changed(row);
    }
    this.updateFate(row, cls);
  }

  private countsTables(row: number): boolean {
    const w = this.rows.words;
    return (w[row + STATE]! & NESTED) === 0 && w[row + SERVER_JOINS] === 0 && this.works(row);
  }

  /** A database span that does something on data. */
  private works(row: number): boolean {
    return this.parts.plans.get(this.rows.words[row + OWN_PLAN]!).skipReason === '';
  }

  private updateFate(row: number, cls: number): void {
    const w = this.rows.words;
    const { fates, crossings } = this.parts;
    if (cls !== CLIENT && cls !== PRODUCER && cls !== DATABASE)
      return setFate(fates, this.rows, row, INTERNAL_SPAN, NO_REASON);
    if (w[row + JOINS]! > 0) return setFate(fates, this.rows, row, PAIRED, NO_REASON);
    if (cls === DATABASE) {
      const { skipReason } = this.parts.plans.get(w[row + OWN_PLAN]!);
      if (skipReason !== '') return setFate(fates, this.rows, row, SKIPPED, reasonNumber(skipReason));
      return setFate(fates, this.rows, row, INFERRED, NO_REASON);
    }
    const inferred = (cls === PRODUCER && w[row + TARGET] !== 0) || crossings.explains(row);
    setFate(fates, this.rows, row, inferred ? INFERRED : PENDING, NO_REASON);
  }

  /** Counts, takes back or settles the row's own edges. */
  emitOwn(row: number, sign: number): void {
    if ((this.rows.words[row + STATE]! & COUNTED_OWN) === 0) return;
    const cls = this.rows.words[row + SHAPE]! & CLASS_MASK;
    if (cls === PRODUCER) this.parts.emitter.publish(row, sign);
    else if (cls === DATABASE) this.parts.emitter.database(this.facts.ofRow(this.rows, row), row, sign);
  }

  /** What a link of a producer points at became known: its messages are counted anew around the change. */
  changeLinks(row: number, change: () => void): void {
    this.emitOwn(row, -1);
    change();
    this.emitOwn(row, 1);
  }

  private resolveCrossing(row: number, ancestor: number): void {
    const w = this.rows.words;
    const state = w[row + STATE]!;
    let flags = 0;
    let partner = 0;
    let client = -1;
    if (ancestor >= 0 && w[ancestor + SERVICE] !== w[row + SERVICE]) {
      client = this.parts.chains.clientAbove(ancestor);
      flags = client >= 0 ? CROSSING_CLIENT : CROSSING_ALONE;
      if (this.isDelivery(row)) flags |= CROSSING_DELIVERY;
      partner = client >= 0 ? this.rows.sequenceAt(client) : w[ancestor + SERVICE]!;
    }
    if ((state & CROSSING) === 0 && flags === 0) return;
    if ((state & CROSSING) === flags && w[row + PARTNER] === partner) return;
    if (!this.withdrawCrossing(row)) return;
    w[row + STATE] = (w[row + STATE]! & ~CROSSING) | flags;
    w[row + PARTNER] = partner;
    this.rows.changed(row);
    this.countCrossing(row, 1);
  }

  /** False when the client span that proved it has left: then it stays. */
  private withdrawCrossing(row: number): boolean {
    const w = this.rows.words;
    if ((w[row + STATE]! & CROSSING_CLIENT) !== 0 && !this.rows.alive(w[row + PARTNER]!)) return false;
    this.countCrossing(row, -1);
    return true;
  }

  private countCrossing(row: number, sign: number): void {
    const w = this.rows.words;
    const state = w[row + STATE]!;
    const delivery = (state & CROSSING_DELIVERY) !== 0;
    const service = w[row + SERVICE]!;
    if ((state & CROSSING_ALONE) !== 0)
      this.parts.emitter.crossing(-1, row, w[row + PARTNER]!, service, delivery, sign);
    if ((state & CROSSING_CLIENT) === 0) return;
    const client = this.rows.base(w[row + PARTNER]!);
    this.parts.crossings.addChild(client, service, delivery, sign, visit => this.inbound.forEachJoined(client, visit));
    this.refresh(client);
  }

  /** The row leaves: a change of service that it proves alone becomes final. */
  settleCrossing(row: number): void {
    if ((this.rows.words[row + STATE]! & CROSSING_ALONE) !== 0) this.countCrossing(row, 0);
  }

  /** Nothing of a call about it, and it started after its parent had ended. */
  private isDelivery(row: number): boolean {
    const { words: w, floats } = this.rows;
    if ((w[row + SHAPE]! & RPC) !== 0) return false;
    const parent = this.parts.chains.parent(row);
    if (parent < 0) return false;
    return floats[(row + START) >> 1]! > floats[(parent + START) >> 1]! + unpackDuration(w[parent + DURATION]!);
  }

  private resolveNesting(row: number): void {
    const w = this.rows.words;
    const outer = this.works(row) ? this.outermost(row) : -1;
    const sequence = outer >= 0 ? this.rows.sequenceAt(outer) : 0;
    const nested = (w[row + STATE]! & NESTED) !== 0;
    if (outer < 0 ? !nested : nested && w[row + PARTNER] === sequence) return;
    this.rows.changed(row);
    if (nested) {
      const before = w[row + PARTNER]!;
      w[row + STATE]! &= ~NESTED;
      w[row + PARTNER] = 0;
      if (this.rows.alive(before)) this.chooseInner(this.rows.base(before));
    }
    if (outer < 0) return;
    this.takeBack(row);
    w[row + STATE]! |= NESTED;
    w[row + PARTNER] = sequence;
    this.offerInner(outer, row);
  }

  /** The outermost database span of the same service and system that this one runs in; -1 none. */
  private outermost(row: number): number {
    const w = this.rows.words;
    const { chains } = this.parts;
    const system = this.systemOf(row);
    let outer = -1;
    let at = row;
    for (let hops = 0; hops < MAX_HOPS; hops++) {
      at = chains.parent(at);
      if (at < 0 || at === row) break;
      const shape = w[at + SHAPE]!;
      if (isTransparent(shape)) continue;
      const cls = shape & CLASS_MASK;
      if (w[at + SERVICE] !== w[row + SERVICE] || (cls !== INTERNAL && cls !== DATABASE && cls !== SETTLE_CLASS)) break;
      if (cls === DATABASE && this.works(at) && this.systemOf(at) === system) outer = at;
    }
    return outer;
  }

  private systemOf(row: number): string {
    return this.parts.plans.get(this.rows.words[row + OWN_PLAN]!).target.system;
  }

  /** A database span's own edges are taken back before it becomes part of another. */
  private takeBack(row: number): void {
    this.emitOwn(row, -1);
    this.rows.words[row + STATE]! &= ~COUNTED_OWN;
    this.rows.changed(row);
  }

  private offerInner(outer: number, inner: number): void {
    const w = this.rows.words;
    const first = w[outer + EXTRA]!;
    if (first !== 0 && this.rows.alive(first) && !this.isEarlier(inner, this.rows.base(first))) return;
    this.complete(outer, inner);
  }

  /** The inner span that completed the outer has left it: looks for the next. */
  private chooseInner(outer: number): void {
    const w = this.rows.words;
    const sequence = this.rows.sequenceAt(outer);
    let best = -1;
    visitBelow(this.rows, outer, isWithinWork, row => {
      const shape = w[row + SHAPE]!;
      const nested = !isTransparent(shape) && (shape & CLASS_MASK) === DATABASE && (w[row + STATE]! & NESTED) !== 0;
      if (nested && w[row + PARTNER] === sequence && (best < 0 || this.isEarlier(row, best))) best = row;
      return true;
    });
    this.complete(outer, best);
  }

  private isEarlier(a: number, b: number): boolean {
    const { words: w, floats } = this.rows;
    const start = floats[(a + START) >> 1]! - floats[(b + START) >> 1]!;
    if (start !== 0) return start < 0;
    if (w[a + SPAN] !== w[b + SPAN]) return w[a + SPAN]! >>> 0 < w[b + SPAN]! >>> 0;
    return w[a + SPAN + 1]! >>> 0 < w[b + SPAN + 1]! >>> 0;
  }

  /** Puts the outer span's plan, completed by the inner's (-1 none), in force. */
  private complete(outer: number, inner: number): void {
    const w = this.rows.words;
    const plan = inner < 0 ? w[outer + OWN_PLAN]! : this.parts.merge(w[outer + OWN_PLAN]!, w[inner + OWN_PLAN]!);
    w[outer + EXTRA] = inner < 0 ? 0 : this.rows.sequenceAt(inner);
    this.rows.changed(outer);
    if (plan === w[outer + TARGET]) return;
    this.emitOwn(outer, -1);
    w[outer + TARGET] = plan;
    this.emitOwn(outer, 1);
  }
}

/** Database work goes on beneath spans that only carry the chain, and beneath database spans. */
function isWithinWork(shape: number): boolean {
  const cls = shape & CLASS_MASK;
  return isTransparent(shape) || cls === INTERNAL || cls === SETTLE_CLASS || cls === DATABASE;
}
