/**
 * A reader's copy of a store, brought up to date by deltas. Edges stay as the records they came in; a view reads each
 * of those that changed once.
 */
import { type DeltaBegin, type DeltaPart, type DeltaStates, NODE_NUMBERS } from '../contract/graph-delta.ts';
import { STATES } from '../contract/graph-document.ts';
import type { GraphView } from '../contract/graph-view.ts';
import { type IdentityRules, NO_RULES } from '../contract/identity-rules.ts';
import type { Identity } from '../lib/identities.ts';
import type { EdgeAggregate } from './edge-aggregate.ts';
import { EdgeArena } from './edge-arena.ts';
import {
  RECORD_COUNT,
  RECORD_COUNTERS,
  RECORD_INDEX,
  RECORD_KIND,
  RECORD_LENGTH,
  RECORD_SOURCE,
  RECORD_TARGET,
  RecordReader,
} from './edge-record.ts';
import type { EdgeSource, GraphSource, NodeNumbers } from './graph-source.ts';
import { PathCopy } from './path-table.ts';
import { ViewBuilder } from './view.ts';

const ACTIVE = STATES.indexOf('active');

/** The newest record of an edge. */
class ReplicaEdge implements EdgeSource {
  readonly index: number;
  readonly kind: number;
  readonly source: number;
  readonly target: number;
  count = 0;
  version = 0;
  private readonly replica: ReplicaSource;

  constructor(replica: ReplicaSource, index: number, from: Float64Array, at: number) {
    this.replica = replica;
    this.index = index;
    this.kind = from[at + RECORD_KIND]!;
    this.source = from[at + RECORD_SOURCE]!;
    this.target = from[at + RECORD_TARGET]!;
  }

  counter(index: number): number {
    return this.replica.counter(this.index, index);
  }

  weights(): EdgeAggregate {
    return this.replica.read(this.index);
  }
}

class ReplicaSource implements GraphSource {
  readonly shownNodes = Number.POSITIVE_INFINITY;
  structure = -1;
  rules: IdentityRules = NO_RULES;
  readonly nodes: NodeNumbers[] = [];
  readonly edges: ReplicaEdge[] = [];
  readonly identities: Identity[] = [];
  readonly names: string[] = [];
  private readonly arena = new EdgeArena();
  private readonly reader = new RecordReader();
  private changed: number[] = [];
  private edgeStates = new Uint8Array(0);
  private nodeStates = new Uint8Array(0);

  identityOf(node: number): Identity {
    return this.identities[node]!;
  }

  edgeState(edge: number): number {
    return this.edgeStates[edge]!;
  }

  nodeState(node: number): number {
    return this.nodeStates[node]!;
  }

  setStates({ edges, nodes }: DeltaStates): void {
    for (let i = 0; i < edges.length; i += 2) {
      this.edgeStates[edges[i]!] = edges[i + 1]!;
      this.changed.push(edges[i]!);
    }
    for (let i = 0; i < nodes.length; i += 2) this.nodeStates[nodes[i]!] = nodes[i + 1]!;
  }

  read(edge: number): EdgeAggregate {
    return this.reader.read(this.arena.data(edge), this.arena.start(edge), this.names);
  }

  counter(edge: number, index: number): number {
    return this.arena.data(edge)[this.arena.start(edge) + RECORD_COUNTERS + index]!;
  }

  takeChanged(): readonly number[] {
    const { changed } = this;
    this.changed = [];
    return changed;
  }

  /** Makes place for so many edges, whose records follow in any order. */
  expect(edges: number): void {
    this.arena.expect(edges);
    this.edgeStates = withPlaces(this.edgeStates, edges);
    while (this.edges.length < edges) (this.edges as unknown[]).push(undefined);
  }

  put(records: Float64Array, length: number): void {
    for (let at = 0; at < length; at += records[at + RECORD_LENGTH]!) {
      this.arena.put(records, at);
      const index = records[at + RECORD_INDEX]!;
      const edge = this.edges[index] ?? new ReplicaEdge(this, index, records, at);
      this.edges[index] = edge;
      edge.count = records[at + RECORD_COUNT]!;
      edge.version++;
      this.changed.push(index);
    }
  }

  setNodes(numbers: Float64Array): void {
    this.nodeStates = withPlaces(this.nodeStates, numbers.length / NODE_NUMBERS);
    for (let n = 0; n * NODE_NUMBERS < numbers.length; n++) {
      this.nodes[n] ??= { first: 0, last: 0, entries: 0, unresolved: 0, outside: false };
      const node = this.nodes[n]!;
      node.first = numbers[n * NODE_NUMBERS]!;
      node.last = numbers[n * NODE_NUMBERS + 1]!;
      node.entries = numbers[n * NODE_NUMBERS + 2]!;
      node.unresolved = numbers[n * NODE_NUMBERS + 3]!;
      node.outside = numbers[n * NODE_NUMBERS + 4] === 1;
    }
  }
}

export class Replica {
  private source = new ReplicaSource();
  private builder = new ViewBuilder(this.source);
  private groups: string[] = [];
  private paths = new PathCopy();
  private begun: DeltaBegin | undefined;
  private view: GraphView | undefined;

  get rules(): IdentityRules {
    return this.source.rules;
  }

  /** Parts in the order in which they were sent; what comes before the first `begin` is meant for others. */
  take(part: DeltaPart): void {
    if (part.type === 'begin') this.begin(part);
    else if (this.begun === undefined) return;
    else if (part.type === 'nodes') this.source.identities.push(...(JSON.parse(part.identities) as Identity[]));
    else if (part.type === 'edges') {
      this.source.names.push(...part.names);
      this.source.put(part.records, part.length);
    } else if (part.type === 'paths') this.paths.take(part);
    else if (part.type === 'states') this.source.setStates(part);
  }

  /** The graph of the last delta, to be asked for between an `end` or `unchanged` and the next `begin`. */
  current(): GraphView {
    if (this.begun === undefined) throw new Error('no delta was taken yet');
    const { asOfMs, halfLifeMs, epoch, revision, stats, diagnostics } = this.begun;
    const { groups, paths } = this;
    const context = { nowMs: asOfMs, halfLifeMs, epoch, groupNames: groups, paths, revision, stats, diagnostics };
    this.view ??= this.builder.build(context);
    return this.view;
  }

  private begin(part: DeltaBegin): void {
    this.builder.outdate();
    if (part.full) {
      this.source = new ReplicaSource();
      this.builder = new ViewBuilder(this.source);
      this.groups = [];
      this.paths = new PathCopy();
    }
    this.begun = { ...part, nodes: new Float64Array(0) };
    this.view = undefined;
    this.source.structure = part.structure;
    if (part.rules !== undefined) this.source.rules = part.rules;
    this.source.setNodes(part.nodes);
    this.source.expect(part.edges);
    this.groups.push(...part.groups);
  }
}

/** What is new is active. */
function withPlaces(states: Uint8Array<ArrayBuffer>, count: number): Uint8Array<ArrayBuffer> {
  if (count <= states.length) return states;
  const more = new Uint8Array(Math.max(count, states.length * 2)).fill(ACTIVE);
  more.set(states);
  return more;
}
