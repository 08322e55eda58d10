/**
 * What is counted, by edge and minute of event time, for the history. Only the first interaction of an edge in a minute
 * costs more than a look: the edge is copied then, and what it has beyond the copy is told when a later minute has its
 * turn, or when the edges are closed, once a minute of frame time and a part of them with each frame. What comes of
 * earlier minutes meanwhile is counted a second time, aside.
 *
 * Everything up to a frame is one batch. What is counted while the edges of a batch are still being closed belongs to
 * the next one: an edge that is about to change before its turn has come is closed first.
 */
import { BEFORE_HISTORY, type IncrementPart } from '../contract/increments.ts';
import type { Interaction } from '../contract/interaction.ts';
import { MINUTE_MS, MINUTE_US } from '../lib/units.ts';
import type { EdgeAggregate } from './edge-aggregate.ts';
import { EdgeBase, type WordNumbers } from './edge-base.ts';
import { IncrementParts } from './increment-parts.ts';
import { NodeIncrements } from './node-increments.ts';
import { StateIncrements } from './state-increments.ts';
import type { EdgeRecorder, GraphStore } from './store.ts';

const EDGES_A_FRAME = 2000;
/** Copies at once, some 500 bytes each, before a batch is closed early. */
const MOST_OPEN = 65_536;
/** Earlier minutes of an edge that are counted at once. */
const MOST_ASIDE = 8;
/** Of all edges, some 1,500 bytes each, before a batch is closed early. */
const MOST_ASIDES = 16_384;
const EDGES_A_STEP = 64;

const NOTHING = new EdgeBase();

export class IncrementRecorder implements EdgeRecorder {
  batch = 1;
  private readonly store: GraphStore;
  private readonly parts: IncrementParts;
  private readonly nodes: NodeIncrements;
  private readonly states: StateIncrements;
  private readonly words: WordNumbers;
  private readonly spare: EdgeBase[] = [];
  private open: EdgeAggregate[] = [];
  /** Of the batch that is being closed. */
  private closing: EdgeAggregate[] = [];
  private closed = 0;
  private closingFrame = 0;
  private closingMs = 0;
  private minute = 0;
  private nowMs = 0;
  private mustHurry = false;
  /** Minutes that are counted aside, of all edges. */
  private asides = 0;
  /** All that was counted in frames of before this (ms) is told. */
  drainedMs = Number.NEGATIVE_INFINITY;

  /** @param groups names of consumer groups by number. */
  constructor(store: GraphStore, groups: () => readonly string[], send: (part: IncrementPart) => void) {
    this.store = store;
    this.parts = new IncrementParts(store, send);
    this.nodes = new NodeIncrements(store, this.parts);
    this.states = new StateIncrements(store, this.parts);
    this.words = {
      verb: verb => this.parts.wordNumber(`v${verb}`),
      group: group => this.parts.wordNumber(`g${groups()[group]}`),
    };
  }

  turn(edge: EdgeAggregate, minute: number, i: Interaction): void {
    let { base } = edge;
    if (base === undefined || base.batch !== this.batch) {
      if (base !== undefined) this.write(edge, base, this.batch - 1);
      base ??= this.spare.pop() ?? new EdgeBase();
      // What was seen last lies in the minute that is open: what is late stands aside from the beginning.
      this.begin(edge, base, Math.max(minute, Math.floor(edge.lastSeen(this.store.epoch) / MINUTE_US)));
      if (minute < base.minute) return this.countAside(edge, base, minute, i);
    } else if (minute > base.minute) {
      this.write(edge, base, this.batch);
      base.copy(edge);
      base.minute = minute;
    } else if (minute < base.minute) return this.countAside(edge, base, minute, i);
    edge.batch = this.batch;
    edge.minute = minute;
  }

  private countAside(edge: EdgeAggregate, base: EdgeBase, minute: number, i: Interaction): void {
    if (base.aside.length >= MOST_ASIDE) this.writeAside(edge, base, this.batch);
    const before = base.aside.length;
    base.sideOf(edge, minute).apply(i, 0);
    this.asides += base.aside.length - before;
  }

  seen(node: number, time: number): void {
    this.nodes.seen(node, time);
  }

  node(node: number, time: number, entries: number, unresolved: number): void {
    this.nodes.add(node, time, entries, unresolved, this.batch);
  }

  /** At the end of every frame. */
  advance(frame: number, nowMs: number, isTick: boolean): void {
    this.nowMs = nowMs;
    this.states.collect(nowMs);
    if (this.isClosing) return this.close(EDGES_A_FRAME);
    const minute = Math.floor(nowMs / MINUTE_MS);
    const isDue = isTick && (minute > this.minute || this.mustHurry);
    if (!isDue && this.open.length < MOST_OPEN && this.asides + this.nodes.asides < MOST_ASIDES) return;
    this.minute = minute;
    this.mustHurry = false;
    if (this.open.length === 0 && this.states.isEmpty && !this.nodes.haveChanged()) return;
    this.beginClosing(frame);
    this.close(EDGES_A_FRAME);
  }

  /** Edges that something was counted at and not told. */
  get openEdges(): number {
    return this.open.length + this.closing.length - this.closed;
  }

  /** The next tick closes, whatever the minute. */
  hurry(): void {
    this.mustHurry = true;
  }

  /** Everything up to this frame, which is the last one, is told in steps between which there may be others. */
  *drain(frame: number): Iterable<void> {
    if (!this.isClosing && this.open.length > 0) this.beginClosing(frame);
    for (; this.isClosing; this.close(EDGES_A_STEP)) yield;
  }

  /** Everything up to this frame, which is the last one, is told at once. */
  cut(frame: number): void {
    this.close(Number.POSITIVE_INFINITY);
    this.beginClosing(frame);
    this.close(Number.POSITIVE_INFINITY);
  }

  /** What was counted and not told is not to be told any more; states are told anew. */
  reset(nowMs: number): void {
    this.nowMs = nowMs;
    for (const edge of [...this.open, ...this.closing.slice(this.closed)]) edge.base = undefined;
    this.open = [];
    this.closing = [];
    this.closed = 0;
    this.closingFrame = 0;
    this.asides = 0;
    this.parts.reset();
    this.nodes.reset();
    this.states.collectAll(nowMs);
    this.nextGeneration();
  }

  /** All that the store holds, as counted before history; to be followed by `cut`. Not to be mixed with frames. */
  *everything(): Iterable<void> {
    const nothing = new EdgeBase();
    nothing.minute = BEFORE_HISTORY;
    const { edges } = this.store;
    for (let e = 0; e < edges.length; e++) {
      if (isUsed(edges[e]!)) this.write(edges[e]!, nothing, this.batch);
      if (e % EDGES_A_STEP === 0) yield;
    }
    this.nodes.writeAll(this.batch);
  }

  private get isClosing(): boolean {
    return this.closingFrame > 0;
  }

  private begin(edge: EdgeAggregate, base: EdgeBase, minute: number): void {
    base.copy(edge);
    base.minute = minute;
    base.batch = this.batch;
    edge.base = base;
    this.open.push(edge);
  }

  private beginClosing(frame: number): void {
    this.closing = this.open;
    this.closed = 0;
    this.closingFrame = frame;
    this.closingMs = this.nowMs;
    this.open = [];
    this.nodes.writeChanged(this.batch);
    this.states.writeAll(this.batch);
    this.nextGeneration();
  }

  private nextGeneration(): void {
    this.batch++;
  }

  private close(most: number): void {
    if (!this.isClosing) return;
    const { closing } = this;
    const end = Math.min(closing.length, this.closed + most);
    for (; this.closed < end; this.closed++) {
      const edge = closing[this.closed]!;
      const { base } = edge;
      if (base === undefined || base.batch === this.batch) continue;
      this.write(edge, base, this.batch - 1);
      edge.base = undefined;
      if (this.spare.length < MOST_OPEN) this.spare.push(base);
    }
    if (this.closed < closing.length) return;
    this.closing = [];
    this.closed = 0;
    this.parts.complete(this.batch - 1, this.closingFrame);
    this.drainedMs = this.closingMs;
    this.closingFrame = 0;
  }

  private writeAside(edge: EdgeAggregate, base: EdgeBase, batch: number): void {
    this.asides -= base.aside.length;
    for (const { minute, sum } of base.aside) {
      base.include(edge, sum);
      const out = this.parts.beginEdge(edge, minute, sum.seen(0), EdgeBase.room(sum), batch);
      NOTHING.writeDifference(sum, out, this.words);
      this.parts.endRecord(batch);
    }
    base.aside = [];
  }

  private write(edge: EdgeAggregate, base: EdgeBase, batch: number): void {
    if (base.aside.length > 0) this.writeAside(edge, base, batch);
    const out = this.parts.beginEdge(edge, base.minute, edge.seen(this.store.epoch), EdgeBase.room(edge), batch);
    base.writeDifference(edge, out, this.words);
    this.parts.endRecord(batch);
  }
}

function isUsed(edge: EdgeAggregate): boolean {
  return edge.client !== undefined || edge.server !== undefined || edge.counters().some(count => count !== 0);
}
