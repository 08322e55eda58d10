/**
 * What each span counts in the tree of causal paths: the interactions that end with it, on the chain of nodes they took.
 * Counted when its row leaves.
 */
import {
  CLASS_MASK,
  CLIENT,
  CONSUMER,
  DATABASE,
  PEER,
  PROCESS,
  PRODUCER,
  SHAPE,
  TARGET,
} from '../contract/observation.ts';
import type { PathSink } from '../contract/path-sink.ts';
import { ACCESS_CONSUME, ACCESS_READ, type Plans } from '../lib/plans.ts';
import type { Crossings } from './crossings.ts';
import type { Deliveries } from './deliveries.ts';
import type { PathPlaces } from './path-places.ts';
import type { Rows } from './rows.ts';
import {
  COUNTED_OWN,
  CROSSING_ALONE,
  decisionOf,
  ENTRY,
  HAS_GROUPS,
  isInbound,
  isLocal,
  isMessage,
  isTransparent,
  STATE,
} from './state.ts';

interface Parts {
  readonly rows: Rows;
  readonly places: PathPlaces;
  readonly crossings: Crossings;
  readonly deliveries: Pick<Deliveries, 'tells'>;
  readonly plans: Plans;
  readonly tree: PathSink;
}

export class Paths {
  private readonly rows: Rows;
  private readonly tree: PathSink;
  private readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
    this.rows = parts.rows;
    this.tree = parts.tree;
  }

  /** The row leaves: counts the interactions that end with it, before anything of it is forgotten. */
  leave(row: number): void {
    const w = this.rows.words;
    const shape = w[row + SHAPE]!;
    if (isTransparent(shape)) return;
    if (!isInbound(shape)) return this.leaveOther(row, shape & CLASS_MASK);
    if ((shape & CLASS_MASK) === CONSUMER) this.leaveConsumer(row);
    else this.leaveServer(row);
    this.parts.places.forget(row);
  }

  private leaveServer(row: number): void {
    const w = this.rows.words;
    const decision = decisionOf(w[row + STATE]!);
    if (isLocal(decision)) return;
    this.tree.visit(this.parts.places.placeOf(row));
    if (decision === ENTRY && w[row + PEER] !== 0) this.visitSource(row);
  }

  private leaveConsumer(row: number): void {
    const w = this.rows.words;
    // Also where another layer tells: what stands beneath may stay longer than the row's links.
    const place = this.parts.places.placeOf(row);
    if (!this.parts.deliveries.tells(row)) return;
    const joined = this.parts.places.joinedPlaces(row, true);
    if (joined.length > 0) {
      for (const one of joined) this.visitJoined(row, one);
      return;
    }
    if (w[row + TARGET] !== 0) return this.visitConsumer(row, place);
    const decision = decisionOf(w[row + STATE]!);
    if (isLocal(decision)) return;
    this.visitConsumer(row, place);
    if (this.parts.places.isFromPeer(row, decision)) this.visitSource(row);
  }

  /** Who is only named begins a path with each message or request. */
  private visitSource(row: number): void {
    this.tree.visit(this.tree.parentOf(this.parts.places.placeOf(row)));
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
    if (this.parts.places.isRoot(row) || (state & CROSSING_ALONE) !== 0) tree.visit(this.parts.places.placeOf(row));
    if ((state & HAS_GROUPS) !== 0) this.visitExplained(row, cls);
    if ((state & COUNTED_OWN) === 0) return;
    if (cls === PRODUCER) tree.visit(tree.extend(this.parts.places.placeOf(row), w[row + TARGET]!));
    else if (cls === CLIENT) tree.visit(tree.extend(this.parts.places.placeOf(row), w[row + PEER]!));
    else if (cls === DATABASE) this.visitTables(row);
  }

  /** Reading is not on the way of the trace: data comes from the table. */
  private visitTables(row: number): void {
    const { effects } = this.parts.plans.get(this.rows.words[row + TARGET]!);
    for (let i = 0; i < effects.length; i++) {
      const { access, node } = effects[i]!;
      if (access !== ACCESS_READ && access !== ACCESS_CONSUME)
        this.tree.visit(this.tree.extend(this.parts.places.placeOf(row), node));
    }
  }

  /** Changes of service that the client or producer explains. */
  private visitExplained(row: number, cls: number): void {
    const topic = isMessage(cls) ? this.rows.words[row + TARGET]! : 0;
    const place = this.parts.places.placeOf(row);
    this.parts.crossings.forEachCounted(row, (service, delivery) => {
      const above = delivery && topic !== 0 ? this.tree.extend(place, topic) : place;
      this.tree.visit(this.tree.extend(above, service));
    });
  }
}
