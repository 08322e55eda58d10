/** The best paths, held against all simple paths found one by one, and against a simulation. */
import { describe, expect, it } from 'vitest';
import type { Edge } from '../../src/contract/graph-document.ts';
import type { GraphView } from '../../src/contract/graph-view.ts';
import { viewOfDocument } from '../../src/query/document-view.ts';
import { findPaths, type PathQuestion } from '../../src/query/paths.ts';
import { randomView } from '../kits/random-view.ts';
import { documentOf, edgeOf, nodeOf } from '../kits/view.ts';
import { Random } from '../oracle/random.ts';

const GRAPHS = Number(process.env.TACIT_PROPERTY_RUNS ?? 3000);

interface Plain {
  readonly nodes: readonly string[];
  readonly observed: boolean;
  readonly count: number;
  readonly probability: number;
  readonly strength: number;
  readonly implicit: boolean;
}

/** The strength of a hop by the letter: the best edge between two nodes, where a question leaves one. */
function hop(
  view: GraphView,
  question: PathQuestion,
  source: string,
  target: string,
): { edge: Edge; strength: number } | undefined {
  const into = (id: string, kinds: readonly string[]) =>
    view.edges.filter(edge => edge.target === id && kinds.includes(edge.kind));
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const node = view.nodes.find(one => one.id === source)!;
  const began = beginnings(view, source);
  const entered =
    sum(into(source, ['calls', 'consumes', 'messages']).map(edge => edge.count)) + (node.entry?.count ?? 0) || began;
  const published = sum(into(source, ['publishes']).map(edge => edge.messages!)) || began;
  const strength = (edge: Edge) => {
    if (node.kind === 'table') return 1;
    const [part, whole] = node.kind === 'topic' ? [edge.messages ?? edge.count, published] : [edge.count, entered];
    return whole > 0 ? Math.min(1, part / whole) : 1;
  };
  const { edgeKinds } = question.filter;
  return view.edges
    .filter(edge => edge.source === source && edge.target === target && source !== target)
    .filter(edge => edgeKinds === undefined || edgeKinds.has(edge.kind))
    .filter(edge => question.implicit !== true || edge.kind !== 'calls')
    .map(edge => ({ edge, strength: strength(edge) }))
    .sort((a, b) => b.strength - a.strength)[0];
}

/** Chains as lists of ids, with how often each was taken. */
function chainsOf({ paths, nodes }: GraphView): { readonly ids: readonly string[]; readonly count: number }[] {
  return Array.from({ length: paths.size - 1 }, (_, i) => {
    const ids: string[] = [];
    for (let row = i + 1; row > 0; row = paths.parents[row]!) ids.unshift(nodes[paths.nodes[row]!]!.id);
    return { ids, count: paths.counts[i + 1]! };
  });
}

function beginnings(view: GraphView, id: string): number {
  return chainsOf(view).reduce((sum, { ids, count }) => sum + (ids.length === 1 && ids[0] === id ? count : 0), 0);
}

function bruteForce(view: GraphView, question: PathQuestion): Plain[] {
  const [from, to] = [view.nodes[question.from]!.id, view.nodes[question.to]!.id];
  const chains = chainsOf(view);
  const entered = chains.reduce((sum, { ids, count }) => sum + (ids.at(-1) === from ? count : 0), 0);
  const found: Plain[] = [];
  const walk = (nodes: readonly string[], strength: number, edges: readonly Edge[]) => {
    const last = nodes.at(-1)!;
    if (last === to) {
      const text = `${nodes}`;
      const count = chains.reduce((sum, one) => sum + (`${one.ids.slice(-nodes.length)}` === text ? one.count : 0), 0);
      const alone = count === 0 && edges.length === 1;
      found.push({
        nodes,
        observed: count > 0 || alone,
        count: alone ? edges[0]!.count : count,
        probability: count > 0 ? (entered > 0 ? Math.min(1, count / entered) : 1) : strength,
        strength,
        implicit: edges.every(edge => edge.kind !== 'calls'),
      });
      return;
    }
    if (edges.length === question.maxHops) return;
    for (const [place, { id }] of view.nodes.entries()) {
      const inner = place !== question.to && question.avoid.includes(place);
      const next = nodes.includes(id) || inner ? undefined : hop(view, question, last, id);
      if (next !== undefined) walk([...nodes, id], strength * next.strength, [...edges, next.edge]);
    }
  };
  walk([from], 1, []);
  return found
    .filter(path => question.via.every(place => path.nodes.includes(view.nodes[place]!.id)))
    .filter(path => question.implicit === undefined || path.implicit === question.implicit)
    .map(path => ({ ...path, probability: round(path.probability), strength: round(path.strength) }))
    .sort(
      (a, b) =>
        b.probability - a.probability ||
        Number(b.observed) - Number(a.observed) ||
        a.nodes.length - b.nodes.length ||
        (a.nodes.join('\u0000') < b.nodes.join('\u0000') ? -1 : 1),
    )
    .slice(0, question.k);
}

const round = (value: number) => Number(value.toPrecision(12));

function randomQuestion(random: Random, view: GraphView): PathQuestion | undefined {
  const place = () => random.below(view.nodes.length);
  const [from, to] = [place(), place()];
  if (from === to) return undefined;
  const others = (chance: number) => (random.chance(chance) ? [place()].filter(n => n !== from && n !== to) : []);
  return {
    from,
    to,
    k: 1 + random.below(8),
    maxHops: 1 + random.below(6),
    via: others(0.25),
    avoid: others(0.25),
    filter: random.chance(0.15) ? { edgeKinds: new Set(['publishes', 'consumes', 'routes', 'calls']) } : {},
    implicit: random.chance(0.6) ? undefined : random.chance(0.5),
  };
}

describe('the best paths', () => {
  it('are those of all simple paths, in order', () => {
    let answers = 0;
    for (let seed = 0; seed < GRAPHS; seed++) {
      const random = new Random(seed);
      const view = randomView(random, 2 + random.below(7), random.pick([0.2, 0.4, 0.7]));
      const question = randomQuestion(random, view);
      if (question === undefined) continue;
      const { paths, truncated } = findPaths(view, question);
      const got = paths.map(({ nodes, observed, count, probability, strength, implicit }) => ({
        ...{ nodes, observed, count, probability, strength, implicit },
      }));
      expect({ seed, truncated, paths: got }).toEqual({ seed, truncated: false, paths: bruteForce(view, question) });
      answers += paths.length;
    }
    expect(answers).toBeGreaterThan(GRAPHS / 2);
  }, 120_000);

  it('are found where nodes are many and all hops sure', () => {
    const random = new Random(1);
    const nodes = Array.from({ length: 200 }, (_, n) => nodeOf('service', `s${String(n).padStart(3, '0')}`));
    const edges = nodes.flatMap(source =>
      nodes.filter(() => random.chance(0.2)).map(target => edgeOf(source, 'calls', target)),
    );
    const view = viewOfDocument(documentOf(nodes, edges));
    const question = { from: 0, to: 199, k: 100, maxHops: 32, via: [], avoid: [], filter: {} };
    const { paths } = findPaths(view, question);
    expect(paths).toHaveLength(100);
    expect(paths.every(path => new Set(path.nodes).size === path.nodes.length)).toBe(true);
  });

  it('do not take what only pairs of edges suggest for seen', () => {
    const [a1, a2, b, d, e] = ['a1', 'a2', 'b', 'd', 'e'].map(name =>
      nodeOf('service', name, { entry: { count: name.startsWith('a') ? 4 : 0 } }),
    );
    const calls = [
      [a1, b],
      [a2, b],
      [b, d],
      [b, e],
    ].map(([source, target]) => edgeOf(source!, 'calls', target!, { count: 4 }));
    // a1 → b → d and a2 → b → e, four times each.
    const paths = { parents: [-1, 0, 1, -1, 3, 4], nodes: [0, 2, 3, 1, 2, 4], counts: [4, 4, 4, 4, 4, 4] };
    const view = viewOfDocument(documentOf([a1!, a2!, b!, d!, e!], calls, { paths }));
    const ask = (to: string) =>
      findPaths(view, {
        from: view.nodeIndex('service:a1'),
        to: view.nodeIndex(to),
        k: 5,
        maxHops: 8,
        via: [],
        avoid: [],
        filter: {},
      });
    expect(ask('service:d').paths).toMatchObject([{ observed: true, count: 4, probability: 1, strength: 0.5 }]);
    expect(ask('service:e').paths).toMatchObject([{ observed: false, count: 0, probability: 0.5, strength: 0.5 }]);
  });

  it('estimate within two percent what happens where hops do not depend on each other', () => {
    for (let seed = 0; seed < 6; seed++) holdAgainstSimulation(new Random(seed));
  });
});

/** Requests enter the first of some layers; each service calls each of the next layer by its own chance. */
function holdAgainstSimulation(random: Random): void {
  const layers = Array.from({ length: 4 }, (_, layer) =>
    Array.from({ length: layer === 0 || layer === 3 ? 1 : 2 }, (_, n) => nodeOf('service', `l${layer}n${n}`)),
  );
  const chances = new Map<string, number>();
  const counts = new Map<string, number>();
  const reached = new Map<string, number>();
  const REQUESTS = 150_000;
  const call = (layer: number, n: number, way: string) => {
    reached.set(way, (reached.get(way) ?? 0) + 1);
    if (layer === 3) return;
    for (let next = 0; next < layers[layer + 1]!.length; next++) {
      const hopKey = `${layer} ${n} ${next}`;
      if (!chances.has(hopKey)) chances.set(hopKey, 0.5 + random.next() / 2);
      if (random.next() >= chances.get(hopKey)!) continue;
      counts.set(hopKey, (counts.get(hopKey) ?? 0) + 1);
      call(layer + 1, next, `${way} > ${layers[layer + 1]![next]!.id}`);
    }
  };
  for (let request = 0; request < REQUESTS; request++) call(0, 0, layers[0]![0]!.id);
  const edges = [...counts].map(([key, count]) => {
    const [layer, n, next] = key.split(' ').map(Number);
    return edgeOf(layers[layer!]![n!]!, 'calls', layers[layer! + 1]![next!]!, { count });
  });
  const first = { ...layers[0]![0]!, entry: { count: REQUESTS } };
  const view = viewOfDocument(documentOf([first, ...layers.slice(1).flat()], edges));
  const [from, to] = [view.nodeIndex(first.id), view.nodeIndex(layers[3]![0]!.id)];
  const { paths } = findPaths(view, { from, to, k: 10, maxHops: 8, via: [], avoid: [], filter: {} });
  expect(paths).toHaveLength(4);
  for (const { nodes, observed, probability } of paths) {
    expect(observed).toBe(false);
    const share = reached.get(nodes.join(' > '))! / REQUESTS;
    expect(Math.abs(probability - share) / share).toBeLessThan(0.02);
  }
}
