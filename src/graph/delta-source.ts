/**
 * Deltas of a store for readers in other threads. Nothing is done before somebody asks. A delta is the graph at the
 * moment it begins, though it is copied in short slices between which the graph goes on: an edge that is about to
 * change before its turn has come is copied first.
 */
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { type DeltaBegin, type DeltaPart, type Following, NODE_NUMBERS } from '../contract/graph-delta.ts';
import { STATES } from '../contract/graph-document.ts';
import type { IdentityRules } from '../contract/identity-rules.ts';
import type { Identity } from '../lib/identities.ts';
import { NumberWriter } from '../lib/number-records.ts';
import type { EdgeAggregate } from './edge-aggregate.ts';
import { recordRoom, writeRecord } from './edge-record.ts';
import type { PathTree } from './path-tree.ts';
import { type RecordBuffer, RecordBuffers } from './record-buffers.ts';
import type { EdgeWatcher, GraphStore } from './store.ts';

/** What a delta holds beside the store's own numbers. */
export type DeltaContext = Pick<DeltaBegin, 'asOfMs' | 'halfLifeMs' | 'epoch' | 'stats' | 'diagnostics'> & {
  /** Another number means that something changed. */
  readonly changes: number;
  /** All names of groups so far. */
  readonly groups: readonly string[];
};

const ACTIVE = STATES.indexOf('active');
/** Longest turn of copying. */
const SLICE_MS = 3;
const EDGES_A_LOOK = 16;
const IDENTITIES_A_PART = 500;
/** Between two deltas there is at least this many times what the last one cost, up to a limit, so that readers cannot starve the ingest. */
const PAUSE = 2;
const LONGEST_PAUSE_MS = 250;
/** Rates decay without any change; a difference of this share of the half-life is worth a new revision. */
const DECAY_SHARE = 0.01;
const LEAST_DECAY_MS = 1000;

const NOTHING = new Float64Array(0);

interface Follower {
  readonly receive: (part: DeltaPart) => void;
  asked: number;
}

export class DeltaSource implements EdgeWatcher {
  private readonly store: GraphStore;
  private readonly paths: PathTree;
  private readonly begin: () => DeltaContext;
  private readonly followers = new Set<Follower>();
  /** Since the last delta began. */
  private changed: EdgeAggregate[] = [];
  private readonly names = new Map<string, number>();
  private newNames: string[] = [];
  private sentRules: IdentityRules | undefined;
  private sent = { nodes: 0, groups: 0, paths: 1, changes: -1, asOfMs: 0, halfLifeMs: 0, epoch: 0, epochOfChange: 0 };
  private deltas = 0;
  private isFull = true;
  private running = false;
  private asked = false;
  private copying = false;
  private readonly out = new NumberWriter();
  private buffers = new RecordBuffers();
  private buffer: RecordBuffer | undefined;
  private busyMs = 0;

  private readonly sliceMs: number;

  /** @param begin called when a delta begins: decides what waits and tells the rest. */
  constructor(store: GraphStore, paths: PathTree, begin: () => DeltaContext, sliceMs = SLICE_MS) {
    this.sliceMs = sliceMs;
    this.store = store;
    this.paths = paths;
    this.begin = begin;
  }

  follow(receive: (part: DeltaPart) => void): Following {
    const follower: Follower = { receive, asked: 0 };
    this.followers.add(follower);
    this.isFull = true;
    return {
      ask: question => {
        follower.asked = question;
        this.asked = true;
        if (!this.running) void this.run();
      },
      release: buffer => this.buffers.release(buffer),
      close: () => this.leave(follower),
    };
  }

  /** What it still held is lost. */
  private leave(follower: Follower): void {
    this.followers.delete(follower);
    this.buffers = new RecordBuffers();
  }

  beforeChange(edge: EdgeAggregate): void {
    const { store } = this;
    if (this.copying && edge.mark === store.mark - 1) this.copy(edge);
    edge.mark = store.mark;
    this.changed.push(edge);
  }

  replaced(): void {
    this.isFull = true;
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      while (this.asked && this.followers.size > 0) {
        this.asked = false;
        this.busyMs = 0;
        await this.answer().catch(error => this.fail(error));
        if (this.busyMs >= 1) await wait(Math.min(this.busyMs * PAUSE, LONGEST_PAUSE_MS), undefined, { ref: false });
      }
    } finally {
      this.running = false;
    }
  }

  /** What is half made is given up: readers are told, and the next delta is whole. The graph itself goes on. */
  private fail(error: unknown): void {
    const failure = (error instanceof Error && error.stack) || String(error);
    this.isFull = true;
    this.copying = false;
    this.buffer = undefined;
    this.out.writeTo(NOTHING);
    this.buffers = new RecordBuffers();
    for (const follower of this.followers) {
      try {
        follower.receive({ type: 'failed', answers: follower.asked, failure });
      } catch {
        // One that cannot be told any more is about to leave.
      }
    }
  }

  private async answer(): Promise<void> {
    const started = performance.now();
    const context = this.begin();
    const asked = [...this.followers].map(follower => ({ follower, answers: follower.asked }));
    const isNew =
      this.isFull ||
      this.store.rules !== this.sentRules ||
      context.changes !== this.sent.changes ||
      this.isOutdated(context);
    if (!isNew) {
      for (const { follower, answers } of asked) follower.receive({ type: 'unchanged', answers });
      return;
    }
    const knownNodes = this.isFull ? 0 : this.sent.nodes;
    const edges = this.start(context);
    this.busyMs += performance.now() - started;
    await this.inSlices(this.sendNodes(knownNodes, this.sent.nodes));
    await this.inSlices(this.copyEdges(edges));
    for (const { follower, answers } of asked) {
      if (this.followers.has(follower)) follower.receive({ type: 'end', answers });
    }
  }

  /** Without any change time has its say: what is provisional ends with its epoch, and rates decay. */
  private isOutdated({ asOfMs, halfLifeMs, epoch }: DeltaContext): boolean {
    const { sent } = this;
    if (epoch !== sent.epoch && sent.epoch <= sent.epochOfChange + 1) return true;
    if (halfLifeMs !== sent.halfLifeMs) return true;
    return asOfMs - sent.asOfMs >= Math.max(LEAST_DECAY_MS, halfLifeMs * DECAY_SHARE);
  }

  /** The moment of the delta. Edges to be copied have the mark before the store's from now on. */
  private start(context: DeltaContext): readonly EdgeAggregate[] {
    const { store } = this;
    const full = this.isFull;
    if (full) this.startAnew();
    const edges = full ? store.edges.slice() : this.changed;
    this.changed = [];
    store.mark++;
    this.copying = true;
    const { changes, groups, ...rest } = context;
    this.send(() => ({
      type: 'begin',
      full,
      revision: changes + ++this.deltas,
      structure: store.structure,
      ...(store.rules !== this.sentRules && { rules: store.rules }),
      groups: groups.slice(this.sent.groups),
      nodes: this.nodeNumbers(),
      edges: store.edges.length,
      ...rest,
    }));
    this.sentRules = store.rules;
    this.sendPaths(full);
    this.sendStates(full);
    const { asOfMs, halfLifeMs, epoch } = context;
    const epochOfChange = changes === this.sent.changes ? this.sent.epochOfChange : epoch;
    this.sent = {
      nodes: store.nodes.length,
      groups: groups.length,
      paths: this.paths.size,
      ...{ changes, asOfMs, halfLifeMs, epoch, epochOfChange },
    };
    return edges;
  }

  /** All at once: a tree is small beside the edges. */
  private sendPaths(all: boolean): void {
    const { parents, nodes, changed, counts, received } = this.paths.takeChanged(this.sent.paths, all);
    if (parents.length + changed.length === 0) return;
    this.send(() => ({
      type: 'paths',
      parents: parents.slice(),
      nodes: nodes.slice(),
      changed: changed.slice(),
      counts: counts.slice(),
      received: received.slice(),
    }));
  }

  private sendStates(all: boolean): void {
    const changes = this.store.states.takeStateChanges();
    const { edges, nodes } = all ? statesOf(this.store) : changes;
    if (edges.length + nodes.length === 0) return;
    this.send(() => ({ type: 'states', edges: edges.slice(), nodes: nodes.slice() }));
  }

  private startAnew(): void {
    const { store } = this;
    this.isFull = false;
    this.sentRules = undefined;
    this.sent = { ...this.sent, nodes: 0, groups: 0, paths: 1 };
    this.newNames = [...this.names.keys()];
    store.watcher = this;
    store.mark += 2;
    for (const edge of store.edges) edge.mark = store.mark;
  }

  private nodeNumbers(): Float64Array<ArrayBuffer> {
    const { nodes } = this.store;
    const numbers = new Float64Array(nodes.length * NODE_NUMBERS);
    let at = 0;
    for (const { first, last, entries, unresolved, outside } of nodes) {
      numbers[at++] = first;
      numbers[at++] = last;
      numbers[at++] = entries;
      numbers[at++] = unresolved;
      numbers[at++] = outside ? 1 : 0;
    }
    return numbers;
  }

  private *sendNodes(from: number, to: number): Generator<void> {
    for (let at = from; at < to; at += IDENTITIES_A_PART) {
      const part: Identity[] = [];
      for (let n = at; n < Math.min(at + IDENTITIES_A_PART, to); n++) part.push(this.store.identityOf(n));
      const identities = JSON.stringify(part);
      this.send(() => ({ type: 'nodes', identities }));
      yield;
    }
  }

  private *copyEdges(edges: readonly EdgeAggregate[]): Generator<void> {
    const waiting = this.store.mark - 1;
    for (let i = 0; i < edges.length; i++) {
      const edge = edges[i]!;
      if (edge.mark === waiting) {
        this.copy(edge);
        edge.mark = 0;
      }
      if (i % EDGES_A_LOOK === 0) yield;
    }
    this.copying = false;
    this.flush();
  }

  private async inSlices(work: Generator<void>): Promise<void> {
    let began = performance.now();
    while (work.next().done !== true) {
      const now = performance.now();
      if (now - began < this.sliceMs) continue;
      this.busyMs += now - began;
      await nextTurn();
      while (this.buffers.areShort) await wait(1);
      began = performance.now();
    }
    this.busyMs += performance.now() - began;
  }

  private copy(edge: EdgeAggregate): void {
    const room = recordRoom(edge);
    if (this.out.length + room > this.out.data.length) {
      this.flush();
      this.buffer = this.buffers.take(room);
      this.out.writeTo(this.buffer.data);
    }
    writeRecord(edge, this.out, this.numberOf);
  }

  private readonly numberOf = (verb: string): number => {
    const known = this.names.get(verb);
    if (known !== undefined) return known;
    this.names.set(verb, this.names.size);
    this.newNames.push(verb);
    return this.names.size - 1;
  };

  private flush(): void {
    const { buffer } = this;
    const { length } = this.out;
    if (buffer === undefined || length === 0) return;
    const names = this.newNames;
    this.newNames = [];
    this.buffer = undefined;
    this.out.writeTo(NOTHING);
    this.buffers.lend(buffer, this.followers.size);
    this.send(() => ({ type: 'edges', names, records: buffer.data, length, buffer: buffer.number }));
  }

  /** Each reader gets numbers of its own: it may hand them on to its thread. */
  private send(part: () => DeltaPart): void {
    const parts = [...this.followers].map(follower => [follower, part()] as const);
    for (const [follower, own] of parts) follower.receive(own);
  }
}

/** Of those that are not active. */
function statesOf({ edges, nodes, states }: GraphStore) {
  const pairs = (count: number, stateOf: (number: number) => number) => {
    const found: number[] = [];
    for (let n = 0; n < count; n++) if (stateOf(n) !== ACTIVE) found.push(n, stateOf(n));
    return Int32Array.from(found);
  };
  return {
    edges: pairs(edges.length, edge => states.stateOfEdge(edge)),
    nodes: pairs(nodes.length, node => states.stateOfNode(node)),
  };
}
