/**
 * The graph in memory: nodes and edges by identity, within hard limits. What no longer fits goes to the `(other)` node
 * of its kind, so that the sum per kind of edge stays exact.
 */
import { type IdentityRules, NO_RULES } from '../contract/identity-rules.ts';
import type { Interaction, InteractionSink } from '../contract/interaction.ts';
import { mix } from '../lib/bytes.ts';
import { type Identities, type Identity, isUnnamed } from '../lib/identities.ts';
import { COUNT, EdgeAggregate } from './edge-aggregate.ts';
import type { GraphSource, NodeNumbers } from './graph-source.ts';
import { Room, roomForEdges } from './room.ts';

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
}

const NOBODY: EdgeWatcher = { beforeChange: () => {} };

export class GraphStore implements InteractionSink, GraphSource {
  readonly nodes: NodeAggregate[] = [];
  readonly edges: EdgeAggregate[] = [];
  /** Grows with every change of weights, and with every change of structure. */
  revision = 0;
  structure = 0;
  epoch = 0;
  /** What views resolve identities by. */
  rules: IdentityRules = NO_RULES;
  /** Edges that have it too are known to have changed; all of them as long as nobody watches. */
  mark = 0;
  watcher = NOBODY;
  /** Newest good event time, µs. */
  newest = 0;
  /** Identities and interactions that went to an `(other)` node or edge, by what was full. */
  readonly overflowed = { nodes: 0, edges: 0 };
  readonly room: Room;
  private readonly identities: Identities;
  private limits: GraphLimits;
  /** Node + 1 by identity. */
  private nodeOf = new Int32Array(1024);
  private admitted = 0;
  private slots = new Int32Array(1024);

  constructor(identities: Identities, limits: GraphLimits) {
    this.identities = identities;
    this.limits = limits;
    this.room = new Room(roomForEdges(limits.maxEdges));
  }

  /** What is in the graph stays, and so does what went to an `(other)` node. */
  setLimits(limits: GraphLimits): void {
    this.limits = limits;
  }

  apply(i: Interaction): void {
    const source = this.node(i.source);
    const target = this.node(i.target);
    const edge = this.edge(i.kind, source, target);
    if (edge.mark !== this.mark) this.watcher.beforeChange(edge);
    this.revision++;
    if (i.count !== 0) {
      if (i.time > this.newest) this.newest = i.time;
      const before = edge.counters[COUNT]!;
      edge.apply(i, this.epoch);
      if ((before === 0) !== (edge.counters[COUNT] === 0)) this.structure++;
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
    const edge = this.edge(kind, this.node(source), this.node(target));
    if (edge.mark !== this.mark) this.watcher.beforeChange(edge);
    edge.settle(time, traces, at, span0, span1);
  }

  service(identity: number, time: number): void {
    const node = this.nodes[this.node(identity)]!;
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

  entry(identity: number, sign: number): void {
    this.nodes[this.node(identity)]!.entries += sign;
    this.revision++;
  }

  unresolved(identity: number, sign: number): void {
    this.nodes[this.node(identity)]!.unresolved += sign;
    this.revision++;
  }

  identityOf(node: number): Identity {
    return this.identities.get(this.nodes[node]!.identity);
  }

  /** The number of an identity's node, which is admitted now if there is room. */
  numberOf(identity: number): number {
    return this.node(identity);
  }

  private node(identity: number): number {
    if (isUnnamed(identity)) return this.node(this.identities.overflow(this.identities.get(identity).kind));
    if (identity >= this.nodeOf.length) this.growNodes(identity);
    const known = this.nodeOf[identity]!;
    if (known !== 0) return known - 1;
    const { overflow, kind } = this.identities.get(identity);
    if (!overflow) {
      if (this.admitted >= this.limits.maxNodes) {
        this.overflowed.nodes++;
        const other = this.node(this.identities.overflow(kind));
        this.nodeOf[identity] = other + 1;
        return other;
      }
      this.admitted++;
    }
    const node = this.nodes.push({
      identity,
      first: Number.POSITIVE_INFINITY,
      last: Number.NEGATIVE_INFINITY,
      entries: 0,
      unresolved: 0,
    });
    this.nodeOf[identity] = node;
    this.structure++;
    return node - 1;
  }

  private growNodes(identity: number): void {
    const grown = new Int32Array(Math.max(this.nodeOf.length * 2, identity + 1));
    grown.set(this.nodeOf);
    this.nodeOf = grown;
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
    return this.node(this.identities.overflow(this.identities.get(this.nodes[node]!.identity).kind));
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
    if (this.edges.length * 2 > this.slots.length) this.rehash();
    else this.link(this.edges.length, edge);
    return edge;
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2);
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
