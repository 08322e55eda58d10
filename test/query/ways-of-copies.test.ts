/** Answers about ways from what is kept from view to view equal those of a graph read anew, whatever changed between. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { GraphView } from '../../src/contract/graph-view.ts';
import { findCouplings } from '../../src/query/couplings.ts';
import { graphDocument } from '../../src/query/document.ts';
import { viewOfDocument } from '../../src/query/document-view.ts';
import { pathIndex } from '../../src/query/path-index.ts';
import { findPaths } from '../../src/query/paths.ts';
import { selectGraph } from '../../src/query/select.ts';
import { strengthsOf } from '../../src/query/strengths.ts';
import { ChangingGraph, comparable, follow, viewWhile } from '../kits/changing-graph.ts';
import { Random } from '../oracle/random.ts';

/** Numbers by place, without room to spare. */
function weightsOf({ weights, edgeSource, nodeFacts }: GraphView) {
  const { kinds, states, counts, messages, confidences, entries } = weights;
  const ofEdges = [kinds, states, counts, messages, confidences].map(column => [...column.slice(0, edgeSource.length)]);
  return [...ofEdges, [...entries.slice(0, nodeFacts.length)]];
}

function tablesOf(view: GraphView) {
  const { size, above, nodes, visits, entered, began } = pathIndex(view);
  const rows = [above, nodes, visits].map(column => [...column.slice(0, size)]);
  const { shares, costs } = strengthsOf(view);
  return { rows, entered: [...entered], began: [...began], shares: [...shares], costs: [...costs] };
}

function answersOf(view: GraphView, random: Random) {
  const places = view.nodeFacts.length;
  const question = { k: 5, maxHops: 6, via: [], avoid: [], filter: {} };
  const paths = Array.from({ length: places === 0 ? 0 : 8 }, () =>
    findPaths(view, { ...question, from: random.below(places), to: random.below(places) }),
  );
  const all = { filter: {}, minStrength: 0, limit: 10_000 };
  const services = view.nodeFacts.flatMap(({ kind }, place) => (kind === 'service' ? [place] : []));
  const couplings = services.slice(0, 2).map(service => findCouplings(view, { ...all, service }));
  return { paths, couplings };
}

it('equal those of a graph read anew', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.array(fc.nat({ max: 60 }), { maxLength: 8 }), async (seed, pauses) => {
      const graph = new ChangingGraph(seed);
      const reader = follow(graph.source);
      for (const steps of [300, ...pauses]) {
        for (let step = 0; step < steps; step++) graph.step();
        const view = await viewWhile(graph, () => reader.graph.view());
        const fresh = graph.anew!;
        expect(weightsOf(view)).toEqual(weightsOf(fresh));
        expect(tablesOf(view)).toEqual(tablesOf(fresh));
        expect(answersOf(view, new Random(seed))).toEqual(answersOf(fresh, new Random(seed)));
        const single = {
          nodes: places(view).map(place => view.node(place)),
          edges: edgePlaces(view).map(e => view.edge(e)),
        };
        expect(single).toEqual({ nodes: view.nodes, edges: view.edges });
        expect(comparable(view)).toEqual(comparable(fresh));
        const read = viewOfDocument(graphDocument(view, selectGraph(view, {})));
        expect(weightsOf(read)).toEqual(weightsOf(view));
      }
    }),
    { numRuns: 8 },
  );
}, 60_000);

it('cannot be had from a view once the next one began, but what was taken stays', async () => {
  const graph = new ChangingGraph(3);
  const { graph: reader } = follow(graph.source);
  for (let step = 0; step < 300; step++) graph.step();
  const kept = await viewWhile(graph, () => reader.view());
  const edges = kept.edges;
  const before = JSON.stringify(edges);
  for (let step = 0; step < 300; step++) graph.step();
  await viewWhile(graph, () => reader.view());
  expect(kept.edges).toBe(edges);
  expect(JSON.stringify(edges)).toBe(before);
  expect(() => kept.weights).toThrow(/revision \d+ was asked after the next one began/);
  expect(() => findPaths(kept, { from: 0, to: 1, k: 1, maxHops: 1, via: [], avoid: [], filter: {} })).toThrow();
});

const places = (view: GraphView) => view.nodeFacts.map((_, place) => place);
const edgePlaces = (view: GraphView) => Array.from(view.edgeSource, (_, place) => place);
