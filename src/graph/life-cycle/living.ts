/**
 * Nodes and edges as they live: what the store counted since the last look → when each was seen, on the clock of its
 * input, and its state. Nothing is told here.
 */
import { EVIDENCE } from '../../contract/counters.ts';
import { EVIDENCE_KINDS } from '../../contract/graph-document.ts';
import { CALLS, CAPTURES, MESSAGES_EDGE } from '../../contract/interaction.ts';
import { LIFE_CYCLE } from '../../contract/life-cycle.ts';
import { EXTERNAL, type Identity, SERVICE } from '../../lib/identities.ts';
import { MINUTE_MS } from '../../lib/units.ts';
import type { EdgeAggregate } from '../edge-aggregate.ts';
import { EdgeSum } from '../edge-sum.ts';
import { isIncomplete } from '../incomplete.ts';
import type { GraphStore } from '../store.ts';
import type { Input, Inputs } from './inputs.ts';
import { Resolution } from './resolution.ts';
import { FRESH, Subjects } from './subjects.ts';
import { CANDIDATE, fadeAfter, GONE, goneAfter, meanWith, stateAt } from './transitions.ts';

/** Proof that both halves gave, or that speaks for the whole way. */
const SURE = placesOf('paired', 'span_link', 'offset', 'message_id', 'cdc');
const BY_SPANS = placesOf('client_span', 'server_span', 'paired', 'parent_child', 'span_link', 'log', 'statement');
const MOST_SIGHTINGS = 255;

function placesOf(...kinds: readonly (typeof EVIDENCE_KINDS)[number][]): readonly number[] {
  return kinds.map(kind => EVIDENCE + EVIDENCE_KINDS.indexOf(kind));
}

const has = (edge: EdgeAggregate, places: readonly number[]) => places.some(place => edge.counter(place) > 0);

export class Living {
  readonly nodes = new Subjects('life/nodes');
  readonly edges = new Subjects('life/edges');
  readonly resolution: Resolution;
  /** Of those that share a life with others, all of them, by their leaders. */
  readonly nodeMembers = new Map<number, readonly number[]>();
  readonly edgeMembers = new Map<number, readonly number[]>();
  settings = LIFE_CYCLE;
  lateMs = 0;
  waitMs = 0;
  /** Stamp of the frame, and the clock by which everything waits. */
  nowMs = 0;
  waitedMs = 0;
  /** Leaders of edges by kind and leaders of their ends, where one of these has members. */
  private readonly byEnds = new Map<string, number>();
  private readonly store: GraphStore;
  private readonly inputs: Inputs;

  constructor(store: GraphStore, inputs: Inputs) {
    this.store = store;
    this.inputs = inputs;
    this.resolution = new Resolution(store);
  }

  /** To be called when leaders are others. */
  readMembers(): void {
    const { nodes, edges, byEnds } = this;
    byEnds.clear();
    readMembers(nodes, this.nodeMembers);
    readMembers(edges, this.edgeMembers);
    if (this.nodeMembers.size === 0) return;
    for (let edge = 0; edge < edges.size; edge++) {
      if (edges.leader[edge] === edge && this.isBetweenGroups(edge)) byEnds.set(this.endsOf(edge), edge);
    }
  }

  /** A new edge between nodes that are one with others may be one with another. */
  join(edge: number): void {
    if (this.nodeMembers.size === 0 || !this.isBetweenGroups(edge)) return;
    const ends = this.endsOf(edge);
    const leader = this.byEnds.get(ends) ?? edge;
    this.byEnds.set(ends, leader);
    if (leader === edge) return;
    this.edges.touch(edge);
    this.edges.leader[edge] = leader;
    this.edgeMembers.set(leader, [...(this.edgeMembers.get(leader) ?? [leader]), edge]);
  }

  private isBetweenGroups(edge: number): boolean {
    return this.nodeMembers.has(this.sourceOf(edge)) || this.nodeMembers.has(this.targetOf(edge));
  }

  private endsOf(edge: number): string {
    return `${this.store.edges[edge]!.kind} ${this.sourceOf(edge)} ${this.targetOf(edge)}`;
  }

  /** What a leader's members counted together. */
  aggregate(edge: number): EdgeAggregate {
    const members = this.edgeMembers.get(edge);
    if (members === undefined) return this.store.edges[edge]!;
    return new EdgeSum(members.map(member => this.store.edges[member]!)).weights();
  }

  sourceOf(edge: number): number {
    return this.nodes.leader[this.store.edges[edge]!.source]!;
  }

  targetOf(edge: number): number {
    return this.nodes.leader[this.store.edges[edge]!.target]!;
  }

  identityOf(node: number): Identity {
    return this.resolution.identityOf(node);
  }

  /** Looks at what an edge counted; gives its count. */
  readEdge(edge: number): number {
    const { store, edges } = this;
    const members = this.edgeMembers.get(edge);
    let [count, last] = [0, Number.NEGATIVE_INFINITY];
    if (members === undefined) {
      count = store.edges[edge]!.count;
      if (count > 0) last = store.edges[edge]!.lastSeen(store.epoch);
    } else {
      for (const member of members) {
        count += store.edges[member]!.count;
        last = Math.max(last, store.edges[member]!.lastSeen(store.epoch));
      }
    }
    const before = edges.counted[edge]!;
    if (count === before) return count;
    edges.touch(edge);
    edges.counted[edge] = count;
    if (count < before || count <= 0) return count;
    this.chooseInput(edge);
    const { nodes } = this;
    this.sight(edges, edge, last / 1000);
    this.sight(nodes, this.sourceOf(edge), last / 1000);
    this.sight(nodes, this.targetOf(edge), last / 1000);
    return count;
  }

  /** Looks at what a node's own spans said of it. */
  readNode(node: number): void {
    const { nodes, store } = this;
    let last = Number.NEGATIVE_INFINITY;
    for (const member of this.nodeMembers.get(node) ?? [node]) last = Math.max(last, store.nodes[member]!.last);
    if (last === Number.NEGATIVE_INFINITY || last === nodes.counted[node]) return;
    nodes.touch(node);
    nodes.counted[node] = last;
    const { kind } = this.identityOf(node);
    if (nodes.input[node] === 0) this.giveInput(node, kind !== SERVICE && kind !== EXTERNAL);
    this.sight(nodes, node, last / 1000);
  }

  private chooseInput(edge: number): void {
    const { inputs, edges, store } = this;
    const known = edges.input[edge]!;
    if (known !== 0 && inputs.rows[known - 1]!.family === 'spans') return;
    const aggregate = store.edges[edge]!;
    const byRecords = aggregate.kind === CAPTURES || !has(aggregate, BY_SPANS);
    if (known !== 0 && byRecords) return;
    const [source, target] = [this.sourceOf(edge), this.targetOf(edge)];
    const environment = this.identityOf(source).environment || this.identityOf(target).environment;
    const input = inputs.numberOf(environment, byRecords, this.nowMs) + 1;
    if (known !== 0) edges.lastSeen[edge]! += this.clock(input) - this.clock(known);
    edges.input[edge] = input;
    if (this.nodes.input[source] === 0) this.giveInput(source, byRecords);
    if (this.nodes.input[target] === 0) this.giveInput(target, byRecords);
  }

  giveInput(node: number, byRecords: boolean): void {
    this.nodes.touch(node);
    this.nodes.input[node] = this.inputs.numberOf(this.identityOf(node).environment, byRecords, this.nowMs) + 1;
  }

  private clock(input: number): number {
    return this.inputs.covered(input - 1, this.nowMs);
  }

  inputOf(edge: number): Input {
    return this.inputs.rows[this.edges.input[edge]! - 1]!;
  }

  clockOf({ input }: Subjects, at: number): number {
    return this.clock(input[at]!);
  }

  /** Something came of it, that happened then. */
  private sight(subjects: Subjects, at: number, eventMs: number): void {
    const { nowMs, settings } = this;
    const input = subjects.input[at]!;
    this.inputs.heard(input - 1, nowMs, Math.min(eventMs, nowMs), settings);
    const covered = this.clock(input);
    const ageMs = Math.max(0, nowMs - eventMs);
    const isFresh = (subjects.flags[at]! & FRESH) !== 0;
    subjects.touch(at);
    if (ageMs >= settings.fadeAfterMs) {
      // What is old when it comes says nothing of now.
      if (!isFresh) subjects.lastSeen[at] = covered;
      return;
    }
    const seen = covered - ageMs;
    if (!isFresh) {
      subjects.flags[at]! |= FRESH;
      subjects.lastSeen[at] = seen;
      subjects.sightings[at] = 1;
      return;
    }
    const interval = seen - subjects.lastSeen[at]!;
    if (interval <= 0) return;
    if (interval > MINUTE_MS) subjects.mean[at] = meanWith(subjects.mean[at]!, interval);
    if (subjects.sightings[at]! < MOST_SIGHTINGS) subjects.sightings[at]!++;
    subjects.lastSeen[at] = seen;
  }

  /** By now, of what lives or has lived: a candidate is one until it is told. */
  stateOf(subjects: Subjects, at: number): number {
    const { settings } = this;
    const mean = subjects.mean[at]!;
    const absent = this.clock(subjects.input[at]!) - subjects.lastSeen[at]!;
    const goneMs = goneAfter(settings, mean, subjects.sightings[at]!);
    if ((subjects.flags[at]! & FRESH) === 0 || subjects.told[at] === CANDIDATE) {
      return absent < goneMs ? CANDIDATE : GONE;
    }
    return stateAt(absent, fadeAfter(settings, mean), goneMs);
  }

  isOther(edge: number): boolean {
    return this.identityOf(this.sourceOf(edge)).overflow || this.identityOf(this.targetOf(edge)).overflow;
  }

  /** An edge may be told: it happened now, often enough, and neither it nor its ends may turn out to be something else. */
  isSure(edge: number): boolean {
    const { edges, settings, waitMs, lateMs } = this;
    if ((edges.flags[edge]! & FRESH) === 0 || edges.counted[edge]! < settings.confirm) return false;
    const known = this.waitedMs - edges.since[edge]!;
    if (known < waitMs + lateMs && this.isInferred(edge)) return false;
    return this.isSettled(this.sourceOf(edge)) && this.isSettled(this.targetOf(edge));
  }

  private isInferred(edge: number): boolean {
    const members = this.edgeMembers.get(edge) ?? [edge];
    const { kind } = this.store.edges[edge]!;
    if (kind !== CALLS && kind !== MESSAGES_EDGE) return false;
    return !members.some(member => has(this.store.edges[member]!, SURE));
  }

  /** What a node is does not change any more, as far as can be told. */
  isSettled(node: number): boolean {
    const { resolution, nodes, waitMs } = this;
    const isLooked = node < resolution.looked;
    if (!isLooked && resolution.isRuled) return false;
    const identity = this.identityOf(node);
    if (identity.kind === SERVICE || !isIncomplete(identity)) return true;
    return isLooked && this.waitedMs - nodes.since[node]! >= waitMs;
  }
}

function readMembers({ size, leader }: Subjects, members: Map<number, readonly number[]>): void {
  const found = new Map<number, number[]>();
  for (let item = 0; item < size; item++) {
    const first = leader[item]!;
    if (first === item) continue;
    const known = found.get(first);
    if (known === undefined) found.set(first, [first, item]);
    else known.push(item);
  }
  members.clear();
  for (const [first, all] of found) members.set(first, all);
}
