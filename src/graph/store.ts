/**
 * The graph in memory: nodes and edges by identity, within hard limits. What no longer fits goes to the `(other)` node
 * of its kind, so that the sum per kind of edge stays exact.
 */

import { EDGE_KINDS } from '../contract/graph-document.ts';
import { type IdentityRules, NO_RULES } from '../contract/identity-rules.ts';
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import type { Interaction, InteractionSink } from '../contract/interaction.ts';
import { mix } from '../lib/bytes.ts';
import type { ChangedLines } from '../lib/changed-lines.ts';
import { type Identities, type Identity, isUnnamed } from '../lib/identities.ts';
import { MINUTE_US } from '../lib/units.ts';
import { Admission, OUTSIDE, UNKNOWN } from './admission.ts';
import { EdgeAggregate } from './edge-aggregate.ts';
import { loadEdges, newEdgeLines, SLAB_SHIFT, saveEdges, saveEdgesAhead } from './edge-slabs.ts';
import { addEdge } from './edge-sum.ts';
import { exchanges } from './exchanges.ts';
import type { GraphSource, NodeNumbers } from './graph-source.ts';
import { loadNodes, saveNodes } from './node-sections.ts';
import { Room, type RoomLimits, roomForEdges } from './room.ts';
import { LIVELY } from './states.ts';

export interface GraphLimits {
  readonly maxNodes: number;
  readonly maxEdges: number;
}

export interface NodeAggregate extends NodeNumbers {
  readonly identity: number;
}

/** Beyond the limit of edges, this share more may name their source. */
const OVERFLOW_SHARE = 0.25;

/** Hears of edges that are about to change. */
export interface EdgeWatcher {
  /** Called while the edge's mark is not the store's; gives it that mark. */
  beforeChange(edge: EdgeAggregate): void;
  /** The graph is another one now. */
  replaced(): void;
}

/** Keeps what is counted by the minute. */
export interface EdgeRecorder {
  /** Number of the batch that is being counted, from 1 on; 0 where there is none. */
  readonly batch: number;
  /** Called before something is counted, while the edge is not open for its minute and this batch; opens it. */
  turn(edge: EdgeAggregate, minute: number, i: Interaction): void;
  /** The node was seen at this time (µs). */
  seen(node: number, time: number): void;
  /** These were added at this time (µs). */
  node(node: number, time: number, entries: number, unresolved: number): void;
}

/** Nothing is kept by the minute. */
export const NO_RECORDER: EdgeRecorder = {
  batch: 0,
  turn(edge, minute) {
    edge.batch = this.batch;
    edge.minute = minute;
  },
  seen() {},
  node() {},
};

const NOBODY: EdgeWatcher = { beforeChange: () => {}, replaced: () => {} };

/** The store's own numbers in an image. */
interface StoreNumbers extends Pick<GraphStore, 'revision' | 'structure' | 'epoch' | 'newest' | 'overflowed'> {
  readonly admitted: number;
  readonly taken: RoomLimits;
  readonly refused: RoomLimits;
}

export class GraphStore implements InteractionSink, GraphSource, Kept {
  readonly nodes: NodeAggregate[] = [];
  readonly edges: EdgeAggregate[] = [];
  /** Grows with every change of weights, and with every change of structure. */
  revision = 0;
  structure = 0;
  epoch = 0;
  shownNodes = Number.POSITIVE_INFINITY;
  /** What views resolve identities by. */
  rules: IdentityRules = NO_RULES;
  /** Edges that have it too are known to have changed; all of them as long as nobody watches. */
  mark = 0;
  watcher = NOBODY;
  recorder = NO_RECORDER;
  /** All of them active as long as nobody judges. */
  states = LIVELY;
  /** Newest good event time, µs. */
  newest = 0;
  /** Identities and interactions that went to an `(other)` node or edge, and names that would have taken a place, by what was full. */
  readonly overflowed = { nodes: 0, edges: 0, exchanges: 0 };
  readonly room: Room;
  private readonly identities: Identities;
  private limits: GraphLimits;
  private readonly admission = new Admission();
  private admitted = 0;
  private slots = new Int32Array(1024);
  private readonly lines: ChangedLines;

  /** @param slabShift a slab of edges in an image has 2^slabShift. */
  constructor(identities: Identities, limits: GraphLimits, slabShift = SLAB_SHIFT) {
    this.lines = newEdgeLines(slabShift);
    this.identities = identities;
    this.limits = limits;
    this.room = new Room(roomForEdges(limits.maxEdges));
  }

  /** What is in the graph stays, and so does what went to an `(other)` node. */
  setLimits(limits: GraphLimits): void {
    this.limits = limits;
    this.room.setLimits(roomForEdges(limits.maxEdges));
  }

  /** Whatever the limits were then: those of now hold for what comes. */
  *load(from: ImageReader): Iterable<void> {
    const numbers = from.value('graph') as StoreNumbers;
    this.revision = numbers.revision;
    this.structure = numbers.structure;
    this.epoch = numbers.epoch;
    this.newest = numbers.newest;
    this.admitted = numbers.admitted;
    Object.assign(this.overflowed, numbers.overflowed);
    Object.assign(this.room.taken, numbers.taken);
    Object.assign(this.room.refused, numbers.refused);
    yield* this.admission.load(from);
    yield* loadNodes(from, this.nodes);
    yield* loadEdges(from, this.edges, this.lines, this.room);
    while (this.edges.length * 2 > this.slots.length) this.slots = new Int32Array(this.slots.length * 2);
    this.linkAll();
    this.watcher.replaced();
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return saveEdgesAhead(this.edges, this.lines, out, round);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { revision, structure, epoch, newest, admitted, overflowed, room } = this;
    const { taken, refused } = room;
    const numbers: StoreNumbers = { revision, structure, epoch, newest, admitted, overflowed, taken, refused };
    out.value('graph', numbers);
    yield* this.admission.save(out);
    yield* saveNodes(this.nodes, out);
    yield* saveEdges(this.edges, this.lines, out);
  }

  /** Nobody here keeps account for readers. */
  takeChanged(): undefined {}

  apply(i: Interaction): void {
    const source = this.node(i.source, i.time);
    const target = this.node(i.target, i.time);
    const edge = this.edge(i.kind, source, target);
    if (edge.mark !== this.mark) this.watcher.beforeChange(edge);
    this.lines.touch(edge.index);
    const minute = Math.floor(i.time / MINUTE_US);
    if (edge.minute !== minute || edge.batch !== this.recorder.batch) this.recorder.turn(edge, minute, i);
    this.revision++;
    if (i.count !== 0) {
      if (i.time > this.newest) this.newest = i.time;
      this.admission.use(i.source, i.sign);
      if (i.target !== i.source) this.admission.use(i.target, i.sign);
      const before = edge.count;
      edge.apply(i, this.epoch);
      if ((before === 0) !== (edge.count === 0)) this.structure++;
    } else edge.apply(i, this.epoch);
  }

  settle(
    kind: number,
    source: number,
    target: number,
    time: number,
    traces: Int32Array,
    at: number,
    span0: number,
    span1: number,
  ): void {
    const edge = this.edge(kind, this.node(source, time), this.node(target, time));
    if (edge.mark !== this.mark) this.watcher.beforeChange(edge);
    this.lines.touch(edge.index);
    edge.settle(time, traces, at, span0, span1);
  }

  seen(identity: number, time: number): void {
    const number = this.node(identity, time);
    const node = this.nodes[number]!;
    this.recorder.seen(number, time);
    if (time < node.first) {
      // A node that only an edge without count knew shows from now on.
      if (node.first === Number.POSITIVE_INFINITY) this.structure++;
      node.first = time;
    }
    if (time > node.last) {
      node.last = time;
      if (time > this.newest) this.newest = time;
    }
    this.revision++;
  }

  entry(identity: number, time: number, sign: number): void {
    const node = this.node(identity, time);
    this.nodes[node]!.entries += sign;
    this.recorder.node(node, time, sign, 0);
    this.admission.use(identity, sign);
    this.revision++;
  }

  unresolved(identity: number, time: number, sign: number): void {
    const node = this.node(identity, time);
    this.nodes[node]!.unresolved += sign;
    this.recorder.node(node, time, 0, sign);
    this.admission.use(identity, sign);
    this.revision++;
  }

  identityOf(node: number): Identity {
    return this.identities.get(this.nodes[node]!.identity);
  }

  edgeState(edge: number): number {
    return this.states.stateOfEdge(edge);
  }

  nodeState(node: number): number {
    return this.states.stateOfNode(node);
  }

  /**
   * Names outside that are clearly more used than the least used ones inside take their places, for what happens from
   * now on; where there is room they come in beside. What was counted stays where it is; that of a node which leaves shows at the `(other)` of its kind. Not to
   * be called again before everything counted by now is settled.
   */
  compact(): void {
    if (this.overflowed.nodes === 0) return;
    const { admission, identities } = this;
    const named = (isIn: boolean) => [...admission.now(isIn)].filter(identity => !identities.get(identity).overflow);
    const room = this.limits.maxNodes - this.admitted;
    const usesOf = (identity: number) => admission.usesOf(identity);
    const idOf = (identity: number) => identities.get(identity).id;
    for (const { enters, leaves } of exchanges(named(false), named(true), room, usesOf, idOf)) {
      const former = admission.formerNode(enters);
      if (former === UNKNOWN && this.nodes.length >= this.limits.maxNodes * 2 + identities.kinds) {
        this.overflowed.exchanges++;
        continue;
      }
      if (leaves === undefined) this.admitted++;
      else this.leave(leaves);
      this.enter(enters, former === UNKNOWN ? this.addNode(enters) : former);
    }
    admission.halveUses();
  }

  private leave(identity: number): void {
    this.nodes[this.admission.find(identity, Number.POSITIVE_INFINITY)]!.outside = true;
    this.admission.leave(identity, this.newest);
    this.structure++;
    this.revision++;
  }

  private enter(identity: number, node: number): void {
    this.admission.enter(identity, node, this.newest);
    this.nodes[node]!.outside = false;
    this.structure++;
    this.revision++;
  }

  /**
   * All but the most used edges give what they counted to `(other)` ones, ties by id. For a graph from which nothing is
   * taken back any more.
   */
  keepMostUsed(maxEdges: number): void {
    const isOther = (node: number) => this.identityOf(node).overflow;
    const used = this.edges.filter(({ count, source, target }) => count > 0 && !isOther(source) && !isOther(target));
    if (used.length <= maxEdges) return;
    const idOf = ({ source, kind, target }: EdgeAggregate) =>
      `${this.identityOf(source).id}#${EDGE_KINDS[kind]}#${this.identityOf(target).id}`;
    const ranked = used.map(edge => ({ edge, id: idOf(edge) }));
    ranked.sort((a, b) => b.edge.count - a.edge.count || (a.id < b.id ? -1 : 1));
    const named = new Set<EdgeAggregate>();
    for (const { edge } of ranked.slice(maxEdges)) {
      const { kind, source, target, index } = edge;
      const other = this.otherOf(target);
      const known = this.find(kind, source, other);
      const mayName = (known !== undefined && named.has(known)) || named.size < Math.ceil(maxEdges * OVERFLOW_SHARE);
      const from = mayName ? source : this.otherOf(source);
      const sum = this.find(kind, from, other) ?? this.add(kind, from, other);
      if (mayName) named.add(sum);
      addEdge(sum, edge);
      this.edges[index] = new EdgeAggregate(index, kind, source, target, this.room);
      this.lines.touch(sum.index);
      this.lines.touch(index);
      this.overflowed.edges++;
    }
    this.structure++;
    this.revision++;
  }

  /** The number of the node where an identity counts now, which is admitted if there is room. */
  numberOf(identity: number): number {
    return this.node(identity, Number.POSITIVE_INFINITY);
  }

  /** The node of an identity at this time, admitted now if there is room. */
  private node(identity: number, time: number): number {
    if (isUnnamed(identity)) return this.otherOfKind(this.identities.get(identity).kind);
    const found = this.admission.find(identity, time);
    if (found >= 0) return found;
    const { overflow, kind } = this.identities.get(identity);
    if (found === OUTSIDE) return this.otherOfKind(kind);
    if (!overflow) {
      if (this.admitted >= this.limits.maxNodes) {
        this.overflowed.nodes++;
        this.admission.admit(identity, OUTSIDE);
        return this.otherOfKind(kind);
      }
      this.admitted++;
    }
    const node = this.addNode(identity);
    this.admission.admit(identity, node);
    return node;
  }

  private addNode(identity: number): number {
    this.structure++;
    const numbers = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY, entries: 0, unresolved: 0 };
    return this.nodes.push({ identity, ...numbers, outside: false }) - 1;
  }

  private otherOfKind(kind: number): number {
    return this.node(this.identities.overflow(kind), 0);
  }

  private edge(kind: number, source: number, target: number): EdgeAggregate {
    const known = this.find(kind, source, target);
    if (known !== undefined) return known;
    const { maxEdges } = this.limits;
    if (this.edges.length < maxEdges) return this.add(kind, source, target);
    const other = this.otherOf(target);
    if (other === target && this.otherOf(source) === source) return this.add(kind, source, target);
    this.overflowed.edges++;
    const named = this.find(kind, source, other);
    if (named !== undefined) return named;
    if (this.edges.length < maxEdges * (1 + OVERFLOW_SHARE)) return this.add(kind, source, other);
    const last = this.find(kind, this.otherOf(source), other);
    return last ?? this.add(kind, this.otherOf(source), other);
  }

  private otherOf(node: number): number {
    return this.otherOfKind(this.identities.get(this.nodes[node]!.identity).kind);
  }

  private find(kind: number, source: number, target: number): EdgeAggregate | undefined {
    const mask = this.slots.length - 1;
    for (let i = slot(kind, source, target) & mask; ; i = (i + 1) & mask) {
      const entry = this.slots[i]!;
      if (entry === 0) return undefined;
      const edge = this.edges[entry - 1]!;
      if (edge.source === source && edge.target === target && edge.kind === kind) return edge;
    }
  }

  private add(kind: number, source: number, target: number): EdgeAggregate {
    const edge = new EdgeAggregate(this.edges.length, kind, source, target, this.room);
    this.edges.push(edge);
    this.lines.reach(edge.index);
    this.lines.touch(edge.index);
    if (this.edges.length * 2 > this.slots.length) this.rehash();
    else this.link(this.edges.length, edge);
    return edge;
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2);
    this.linkAll();
  }

  private linkAll(): void {
    this.edges.forEach((edge, i) => {
      this.link(i + 1, edge);
    });
  }

  private link(entry: number, edge: EdgeAggregate): void {
    const mask = this.slots.length - 1;
    let i = slot(edge.kind, edge.source, edge.target) & mask;
    while (this.slots[i] !== 0) i = (i + 1) & mask;
    this.slots[i] = entry;
  }
}

function slot(kind: number, source: number, target: number): number {
  return mix(mix(mix(0, source), target), kind);
}
