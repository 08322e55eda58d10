/** A store that random steps change, and readers of it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeltaPart } from '../../src/contract/graph-delta.ts';
import type { GraphView } from '../../src/contract/graph-view.ts';
import { NO_RULES } from '../../src/contract/identity-rules.ts';
import { ADD, Interaction, REVERSE } from '../../src/contract/interaction.ts';
import { DeltaSource } from '../../src/graph/delta-source.ts';
import { PathTree } from '../../src/graph/path-tree.ts';
import { GraphStore } from '../../src/graph/store.ts';
import { ViewBuilder } from '../../src/graph/view.ts';
import { EXTERNAL, Identities, SERVICE, TOPIC } from '../../src/lib/identities.ts';
import { LiveGraph } from '../../src/query/live-graph.ts';
import { Random } from '../oracle/random.ts';
import { columnsOf, EMPTY_STATS } from './view.ts';

export const BEGIN_MS = Date.UTC(2026, 7, 1, 12);
const NODES = 24;
const VERBS = ['GET', 'SELECT', 'publish', 'HGET'];

export class ChangingGraph {
  nowMs = BEGIN_MS;
  readonly identities = new Identities(1000);
  readonly store = new GraphStore(this.identities, { maxNodes: 20, maxEdges: 150 });
  readonly source: DeltaSource;
  /** The graph when the last delta began, read from the store itself. */
  direct: GraphView | undefined;
  /** The same, without anything kept from the one before. */
  anew: GraphView | undefined;
  private readonly paths = new PathTree(this.store, 200);
  private readonly builder = new ViewBuilder(this.store);
  private readonly groups = [''];
  private readonly done: Interaction[] = [];
  private readonly random: (below: number) => number;

  constructor(seed: number) {
    const numbers = new Random(seed);
    this.random = below => numbers.below(below);
    this.source = new DeltaSource(this.store, this.paths, () => this.context(), 0);
  }

  private context() {
    const context = {
      changes: this.store.revision + this.paths.revision,
      asOfMs: this.nowMs,
      halfLifeMs: 60_000,
      epoch: this.store.epoch,
      groups: this.groups,
      stats: EMPTY_STATS,
      diagnostics: [],
    };
    const named = { ...context, nowMs: this.nowMs, groupNames: this.groups, revision: 0 };
    this.direct = this.builder.build({ ...named, paths: this.paths.table() });
    this.anew = new ViewBuilder(this.store).build({ ...named, paths: this.paths.table() });
    return context;
  }

  step(): void {
    const dice = this.random(100);
    const { store, random } = this;
    if (dice < 60) this.add();
    else if (dice < 80) this.takeBack();
    else if (dice < 90) this.settle();
    else if (dice < 93) this.nowMs += random(30_000);
    else if (dice < 95) store.epoch += 1 + random(2);
    else if (dice < 96) store.seen(this.node(), this.nowMs * 1000);
    else if (dice < 97) store.rules = { ...NO_RULES, aliases: [{ kind: 'service', from: `n${random(4)}`, to: 'n0' }] };
    else if (dice < 98) {
      this.takePath();
      if (random(2) === 0) store.compact();
    } else if (dice < 99) store.entry(this.node(), this.nowMs * 1000, 1);
    else store.unresolved(this.node(), this.nowMs * 1000, 1);
  }

  private node(): number {
    const { random } = this;
    const name = `n${random(NODES / 4)}`;
    switch (random(4)) {
      case 0:
        return this.identities.intern(EXTERNAL, '', [random(2) === 0 ? name : `${name}:8080`]);
      case 1:
        return this.identities.intern(TOPIC, random(2) === 0 ? '' : 'prod', [
          'kafka',
          random(2) === 0 ? '' : 'c',
          name,
        ]);
      default:
        return this.identities.intern(SERVICE, '', [random(8) === 0 ? 'shop' : '', name]);
    }
  }

  private add(): void {
    const { random } = this;
    const i = new Interaction();
    // Some of it ahead of the time of the view, some long before.
    const timeUs = (this.nowMs + 60_000 - random(4) * random(5_000_000)) * 1000;
    i.begin(random(9), this.node(), this.node(), timeUs, random(63));
    i.sign = ADD;
    i.count = random(10) === 0 ? 0 : 1;
    i.lane = random(3);
    i.messages = random(3);
    i.group = random(3) === 0 ? this.groups.push(`group ${this.groups.length}`) - 1 : 0;
    i.served = random(2);
    i.serverError = random(5) === 0;
    if (random(2) === 0) i.clientDuration = random(5_000_000);
    if (random(2) === 0) i.lag = random(50_000);
    i.verbs = [VERBS[random(VERBS.length)]!];
    i.traces = Int32Array.from({ length: 4 }, () => random(2 ** 31));
    i.span0 = random(2 ** 31);
    i.span1 = random(2 ** 31);
    this.done.push(i);
    this.store.apply(i);
  }

  private takePath(): void {
    let path = this.paths.begin(this.node(), this.random(4) === 0);
    while (this.random(3) > 0) path = this.paths.extend(path, this.node());
    if (this.random(3) > 0) this.paths.visit(path);
    else this.paths.visitReceived(path);
  }

  private takeBack(): void {
    const [i] = this.done.splice(this.random(this.done.length), 1);
    if (i === undefined) return;
    i.sign = REVERSE;
    this.store.apply(i);
  }

  private settle(): void {
    const i = this.done[this.random(this.done.length)];
    if (i !== undefined) this.store.settle(i.kind, i.source, i.target, i.time, i.traces, i.traceAt, i.span0, i.span1);
  }
}

export function follow(source: DeltaSource, hear: (part: DeltaPart) => void = () => {}) {
  const graph = new LiveGraph(question => following.ask(question));
  const following = source.follow(part => {
    hear(part);
    graph.take(part);
    if (part.type !== 'edges') return;
    following.release(part.buffer);
  });
  return { graph, close: () => following.close() };
}

/** Rates that decayed differ in the last digits. */
export function comparable(view: GraphView) {
  const { asOf, nodes, edges, paths } = view;
  return {
    asOf,
    nodes,
    edges: edges.map(edge => ({ ...edge, rate: Number(edge.rate.toPrecision(9)) })),
    paths: columnsOf(paths),
  };
}

/** Steps go on while the answer is under way. */
export async function viewWhile(subject: ChangingGraph, ask: () => Promise<GraphView>): Promise<GraphView> {
  let view: GraphView | undefined;
  void ask().then(answer => {
    view = answer;
  });
  for (let step = 0; view === undefined; step++) {
    if (step % 3 === 0) await nextTurn();
    if (step < 2000) subject.step();
  }
  return view;
}
