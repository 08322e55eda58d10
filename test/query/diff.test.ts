/** Diffs of two pictures of a graph: exact, they add up, and what they show is what changed most. */
import { describe, expect, it } from 'vitest';
import { EDGE_KINDS, type Edge, NODE_KINDS, type Node } from '../../src/contract/graph-document.ts';
import type { Figures } from '../../src/contract/graph-view.ts';
import { NO_RULES } from '../../src/contract/identity-rules.ts';
import { figuresOfDocuments } from '../../src/graph/figures.ts';
import { diffGraphs } from '../../src/query/diff.ts';
import { type DiffQuestion, diffDocument } from '../../src/query/diff-document.ts';
import type { GraphFilter } from '../../src/query/filter.ts';
import { PastGraph } from '../../src/query/past.ts';
import { PastSubject } from '../kits/past.ts';
import { randomView } from '../kits/random-view.ts';
import { edgeOf, nodeOf } from '../kits/view.ts';
import { composeDiffs, diffPlainly, type PlainDiff, plainDocument, type Summary, summaryOf } from '../oracle/diff.ts';
import { Random } from '../oracle/random.ts';

const QUESTION: DiffQuestion = { startMs: 0, endMs: 60_000, minRatio: 1.5, limit: 100, filter: {} };
const MINUTE = 60_000;

/** The same picture in numbers, and as its documents say it. */
interface Picture {
  readonly figures: Figures;
  readonly plain: Summary;
}

function pictureOf(nodes: readonly Node[], edges: readonly Edge[]): Picture {
  const byId = (a: Node | Edge, b: Node | Edge) => (a.id < b.id ? -1 : 1);
  const figures = figuresOfDocuments(nodes.toSorted(byId), edges.toSorted(byId));
  return { figures, plain: summaryOf({ nodes, edges }) };
}

function randomPicture(random: Random): Picture {
  const { nodes, edges } = randomView(random, 2 + random.below(7), 0.3);
  const states = ['active', 'fading', 'gone', 'candidate'] as const;
  const some = <T extends Node | Edge>(items: readonly T[]) =>
    items.filter(() => random.chance(0.7)).map(item => ({ ...item, state: random.pick(states) }));
  const environments = ['prod', 'dev', undefined];
  const scoped = some(nodes).map(({ environment: _, ...node }) => {
    // The same whenever it is there, as its id says.
    const environment = environments[node.id.length % 3];
    return environment === undefined ? node : { ...node, environment };
  });
  return pictureOf(
    scoped,
    some(edges).map(edge => weighed(random, edge)),
  );
}

/** Few values, so that some stay as they were. */
function weighed(random: Random, edge: Edge): Edge {
  const latency = () => {
    const p95 = random.pick([0, 1e-7, 0.1, 0.2, 3]);
    return { p50: p95 / random.pick([1, 2]), p95, p99: p95, mean: p95, count: 1 };
  };
  return {
    ...edge,
    errors: random.below(edge.count + 1),
    rate: random.pick([0, 1e-9, 0.1, 0.15, 4]),
    ...(random.chance(0.7) && {
      latency: { ...(random.chance(0.7) && { client: latency() }), ...(random.chance(0.7) && { server: latency() }) },
    }),
  };
}

function randomQuestion(random: Random): DiffQuestion {
  const some = <T>(all: readonly T[]) => new Set(all.filter(() => random.chance(0.5)));
  const filter: GraphFilter = {
    ...(random.chance(0.3) && { environments: some(['prod', 'dev', '~']) }),
    ...(random.chance(0.2) && { namespaces: some(['shop', '~']) }),
    ...(random.chance(0.2) && { nodeKinds: some(NODE_KINDS) }),
    ...(random.chance(0.2) && { edgeKinds: some(EDGE_KINDS) }),
  };
  return { ...QUESTION, minRatio: random.pick([1, 1.5, 3]), limit: random.pick([1, 3, 1000]), filter };
}

const numbersOf = ({ nodes: _, edges: __, ...numbers }: Figures) => numbers;

/** What differs by id, with the weights of the documents. */
function byId(a: Picture, b: Picture): PlainDiff {
  const { nodes, edges } = diffGraphs(a.figures, b.figures);
  const named = <T>(
    kind: 'nodes' | 'edges',
    { before, after }: typeof nodes,
    of: (plain: Summary) => ReadonlyMap<string, T>,
  ) =>
    new Map(
      before.map((place, i) => {
        const { id } = (a.figures[kind][place] ?? b.figures[kind][after[i]!])!;
        const at = (one: Picture, there: number) => (there < 0 ? null : of(one.plain).get(id)!);
        return [id, { before: at(a, place), after: at(b, after[i]!) }];
      }),
    );
  return { nodes: named('nodes', nodes, plain => plain.nodes), edges: named('edges', edges, plain => plain.edges) };
}

function shown({ figures: a }: Picture, { figures: b }: Picture, more: Partial<DiffQuestion> = {}) {
  return diffDocument(diffGraphs(a, b), { ...QUESTION, ...more });
}

function expectPlain(a: Picture, b: Picture, question: DiffQuestion, what: string): void {
  expect(byId(a, b), what).toEqual(diffPlainly(a.plain, b.plain));
  const expected = plainDocument(diffPlainly(a.plain, b.plain), [a.plain, b.plain], question);
  expect(JSON.stringify(shown(a, b, question)), what).toBe(JSON.stringify(expected));
}

describe('diffs', () => {
  it('add up, are empty between the same, and are undone by the way back', () => {
    const nothing = { nodes: new Map(), edges: new Map() };
    for (let seed = 0; seed < 200; seed++) {
      const random = new Random(seed);
      const [a, b, c] = [0, 1, 2].map(() => randomPicture(random)) as [Picture, Picture, Picture];
      const ac = byId(a, c);
      expect(composeDiffs(byId(a, b), byId(b, c)), `seed ${seed}`).toEqual(ac);
      expect(byId(a, a)).toEqual(nothing);
      expect(composeDiffs(ac, byId(c, a))).toEqual(nothing);
    }
  });

  it('are those of the documents, to the last byte', () => {
    for (let seed = 0; seed < 400; seed++) {
      const random = new Random(seed);
      const [a, b] = [randomPicture(random), randomPicture(random)];
      expectPlain(a, b, randomQuestion(random), `seed ${seed}`);
    }
  });

  it('are those of the documents where times are of a kept past, of which no document is made', async () => {
    const aliases = [
      { kind: 'service', from: 's1', to: 's2' } as const,
      { kind: 'service', from: 's3', to: 's9' } as const,
    ];
    for (let seed = 0; seed < 20; seed++) {
      const random = new Random(seed);
      const subject = new PastSubject(seed);
      for (let minute = 0; minute < 12; minute++) {
        subject.happen(random.below(40), 5 * MINUTE);
        subject.tick();
        subject.nowMs += MINUTE;
      }
      subject.cut();
      const rules = random.chance(0.5) ? NO_RULES : { ...NO_RULES, aliases };
      const past = new PastGraph(
        question => Promise.resolve(subject.keeper.ask(question)),
        () => rules,
      );
      const pictures: Picture[] = [];
      for (let ago = 0; ago < 8; ago += 1 + random.below(3)) {
        const view = await past.view({ at: subject.nowMs - ago * MINUTE }, random.pick(['all', 'all', 'counts']));
        const figures = view.figures();
        pictures.push({ figures, plain: summaryOf(view) });
        expect(numbersOf(view.figures()), 'once there are documents').toEqual(numbersOf(figures));
      }
      for (const a of pictures) for (const b of pictures) expectPlain(a, b, randomQuestion(random), `seed ${seed}`);
    }
  });

  it('show what was added, removed and changed, each with its numbers', () => {
    const [shop, cart, pay] = ['shop', 'cart', 'pay'].map(name => nodeOf('service', name)) as [Node, Node, Node];
    const before = pictureOf([shop, cart], [edgeOf(shop, 'calls', cart, { count: 100, errors: 1, rate: 2 })]);
    const after = pictureOf(
      [shop, { ...cart, state: 'gone' }, pay],
      [
        edgeOf(shop, 'calls', cart, { count: 300, errors: 31, rate: 2.1 }),
        edgeOf(shop, 'calls', pay, { count: 7, rate: 1 }),
      ],
    );
    const document = shown(before, after);
    expect(document).toMatchObject({
      schema: 'tacit.diff/v1',
      start: '1970-01-01T00:00:00.000Z',
      end: '1970-01-01T00:01:00.000Z',
      added: { nodes: [{ id: 'service:pay' }], edges: [{ target: 'service:pay', weights: { count: 7 } }] },
      removed: { nodes: [{ id: 'service:cart', kind: 'service', name: 'cart' }], edges: [] },
      truncated: false,
    });
    expect(document.changed).toHaveLength(1);
    expect(document.changed[0]).toMatchObject({
      edge: { source: 'service:shop', target: 'service:cart' },
      before: { count: 100, errorRatio: 0.01 },
      after: { count: 300 },
      metric: 'error_ratio',
    });
    expect(document.changed[0]!.ratio).toBeCloseTo(31 / 3, 6);
  });

  it('leave out small changes, other kinds and environments, and what is beyond the limit', () => {
    const nodes = ['a', 'b', 'c'].map(name => nodeOf('service', name, { environment: name === 'c' ? 'dev' : 'prod' }));
    const [a, b, c] = nodes as [Node, Node, Node];
    const edges = (rate: number) => [edgeOf(a, 'calls', b, { rate }), edgeOf(a, 'messages', c, { rate: rate * rate })];
    const ends = [pictureOf(nodes, edges(1)), pictureOf(nodes, edges(2))] as const;
    const show = (more: object) => shown(...ends, more).changed.map(({ edge, ratio }) => [edge.kind, ratio]);
    expect(show({})).toEqual([
      ['messages', 4],
      ['calls', 2],
    ]);
    expect(show({ minRatio: 3 })).toEqual([['messages', 4]]);
    expect(show({ filter: { edgeKinds: new Set(['calls']) } })).toEqual([['calls', 2]]);
    expect(show({ filter: { environments: new Set(['prod']) } })).toEqual([['calls', 2]]);
    const cut = shown(...ends, { limit: 1 });
    expect([cut.changed.length, cut.truncated]).toEqual([1, true]);
  });
});
