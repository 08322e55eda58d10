/** A reader's copy equals the graph at the moment a delta began, whatever happens while it is copied. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
import { EMPTY_STATS } from '../kits/view.ts';
import { Random } from '../oracle/random.ts';

const BEGIN_MS = Date.UTC(2026, 7, 1, 12);
const NODES = 24;
const VERBS = ['GET', 'SELECT', 'publish', 'HGET'];

class Subject {
  nowMs = BEGIN_MS;
  readonly identities = new Identities(1000);
  readonly store = new GraphStore(this.identities, { maxNodes: 20, maxEdges: 150 });
  readonly source: DeltaSource;
  /** The graph when the last delta began, read from the store itself. */
  direct: GraphView | undefined;
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
    this.direct = this.builder.build({
      ...context,
      paths: this.paths.table(),
      nowMs: this.nowMs,
      groupNames: this.groups,
      revision: 0,
    });
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

function follow(source: DeltaSource, hear: (part: DeltaPart) => void = () => {}) {
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
function comparable({ asOf, nodes, edges, paths }: GraphView) {
  return { asOf, nodes, paths, edges: edges.map(edge => ({ ...edge, rate: Number(edge.rate.toPrecision(9)) })) };
}

/** Steps go on while the answer is under way. */
async function viewWhile(subject: Subject, ask: () => Promise<GraphView>): Promise<GraphView> {
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

describe('a copy of the graph', () => {
  it('equals the store at the moment each delta began, while the store goes on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(fc.nat({ max: 400 }), { maxLength: 5 }), async (seed, pauses) => {
        const subject = new Subject(seed);
        const { graph } = follow(subject.source);
        for (const steps of [300, ...pauses]) {
          for (let step = 0; step < steps; step++) subject.step();
          const view = await viewWhile(subject, () => graph.view());
          expect(comparable(view)).toEqual(comparable(subject.direct!));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is right for every one of several readers, also one that comes later', async () => {
    const subject = new Subject(7);
    for (let step = 0; step < 500; step++) subject.step();
    const first = follow(subject.source);
    await viewWhile(subject, () => first.graph.view());
    const second = follow(subject.source);
    for (let round = 0; round < 5; round++) {
      for (const { graph } of [first, second]) {
        const view = await viewWhile(subject, () => graph.view());
        expect(comparable(view)).toEqual(comparable(subject.direct!));
      }
    }
    second.close();
    expect(comparable(await viewWhile(subject, () => first.graph.view()))).toEqual(comparable(subject.direct!));
  });

  it('is told only what changed, and nothing when nothing did', async () => {
    const subject = new Subject(11);
    for (let step = 0; step < 1000; step++) subject.step();
    const parts: DeltaPart[] = [];
    const { graph } = follow(subject.source, part => parts.push(part));
    const view = await graph.view();
    expect(view.edges.length).toBeGreaterThan(50);
    parts.length = 0;
    expect(await graph.view()).toBe(view);
    expect(parts.map(part => part.type)).toEqual(['unchanged']);
    parts.length = 0;
    const i = new Interaction();
    const node = subject.identities.intern(0, '', ['a', 'n1', 'x']);
    i.begin(0, node, node, BEGIN_MS * 1000, 1);
    subject.store.apply(i);
    await graph.view();
    const records = parts.filter(part => part.type === 'edges');
    expect(records).toHaveLength(1);
    expect(records[0]!.records[0]).toBe(records[0]!.length);
  });

  it('shows what was taken in before it was asked for, also when an answer is under way', async () => {
    const subject = new Subject(13);
    for (let step = 0; step < 1000; step++) subject.step();
    const { graph } = follow(subject.source);
    void graph.view();
    await nextTurn();
    const i = new Interaction();
    const node = subject.identities.intern(0, '', ['a', 'n1', 'x']);
    i.begin(3, node, node, BEGIN_MS * 1000, 1);
    const countOf = (view: GraphView) =>
      view.edges.reduce((sum, { kind, count }) => (kind === 'routes' ? sum + count : sum), 0);
    const before = countOf(subject.direct!);
    subject.store.apply(i);
    expect(countOf(await graph.view())).toBe(before + 1);
  });

  it('that cannot be made is told to who asked, and the next one is whole', async () => {
    const subject = new Subject(17);
    for (let step = 0; step < 500; step++) subject.step();
    const parts: DeltaPart[] = [];
    const { graph } = follow(subject.source, part => parts.push(part));
    await graph.view();
    for (let step = 0; step < 100; step++) subject.step();
    const edge = subject.store.edges.find(one => one.mark === subject.store.mark)!;
    Object.defineProperty(edge, 'index', { configurable: true, get: () => raise('broken') });
    await expect(graph.view()).rejects.toThrow(/the graph could not be read: .*broken/);
    Object.defineProperty(edge, 'index', { value: subject.store.edges.indexOf(edge) });
    parts.length = 0;
    expect(comparable(await viewWhile(subject, () => graph.view()))).toEqual(comparable(subject.direct!));
    expect(parts[0]).toMatchObject({ type: 'begin', full: true });
  });
});

function raise(message: string): never {
  throw new Error(message);
}
