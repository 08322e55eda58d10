/** The table of instrumentations: each case through decoder, normalizer and correlator, as `analyze` does, from protobuf and from JSON. */
import { describe, expect, it } from 'vitest';
import type { Edge, GraphDocument } from '../../../src/contract/graph-document.ts';
import { analyzeJson, analyzeRequests } from '../../kits/subject.ts';
import { FAMILIES } from './all.ts';
import type { InstrumentationCase } from './case.ts';
import { requestOf } from './request.ts';

describe.each(Object.entries(FAMILIES))('%s', (_, cases) => {
  it.each(cases.map(one => [one.name, one] as const))('%s', (_, one) => {
    const request = requestOf(one.spans);
    const graph = analyzeRequests([request]);
    holdAgainst(one, graph);
    expect(comparable(analyzeJson([request]))).toEqual(comparable(graph));
  });
});

function holdAgainst(
  { edges, nodes = [], fates = {}, reasons = {}, spans }: InstrumentationCase,
  graph: GraphDocument,
) {
  expect(Object.keys(namedEdges(graph)).sort()).toEqual(Object.keys(edges).sort());
  const wanted = Object.entries(edges).map(([name, weights]) => [name, { count: 1, ...weights }]);
  expect(namedEdges(graph)).toMatchObject(Object.fromEntries(wanted));
  const ends = graph.edges.flatMap(({ source, target }) => [source, target]);
  const alone = graph.nodes.filter(({ id, kind }) => kind !== 'service' && !ends.includes(id)).map(({ id }) => id);
  expect(alone).toEqual(nodes);
  expect(graph.stats.spans).toMatchObject({ received: spans.length, pending: 0, ...fates });
  expect(graph.stats.reasons).toEqual(reasons);
}

const bare = (id: string) => id.replace(/^service:/, '');

function namedEdges({ edges }: GraphDocument): Record<string, Edge> {
  return Object.fromEntries(edges.map(edge => [`${bare(edge.source)} ${edge.kind} ${bare(edge.target)}`, edge]));
}

const comparable = ({ nodes, edges, stats }: GraphDocument) => ({
  nodes,
  edges: edges.map(({ rate: _, ...edge }) => edge),
  stats,
});

describe('the table', () => {
  it('holds each case once', () => {
    const names = Object.entries(FAMILIES).flatMap(([family, cases]) => cases.map(({ name }) => `${family}: ${name}`));
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(250);
  });
});
