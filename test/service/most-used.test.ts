/** `analyze` within limits: the most used nodes and edges show, ties by id; the rest of a kind adds up at its `(other)`. */
import { describe, expect, it } from 'vitest';
import type { Edge, GraphDocument } from '../../src/contract/graph-document.ts';
import { graphDocument } from '../../src/query/document.ts';
import type { TopologyOptions } from '../../src/service/topology/config.ts';
import { analyzed, SMALL } from '../kits/subject.ts';
import { client, server } from '../oracle/cases.ts';
import { generateTraceSet } from '../oracle/generate.ts';
import { Random } from '../oracle/random.ts';
import { disorder, splitRequests, toRequest } from '../oracle/requests.ts';
import type { Span } from '../oracle/span.ts';

const NOW = { now: () => Date.UTC(2024, 0, 15, 13) };

function graphOf(requests: readonly object[], limits: Partial<TopologyOptions>): GraphDocument {
  const view = analyzed(requests, { ...SMALL, ...limits }, NOW).view();
  return graphDocument(view, { nodes: view.nodes, edges: view.edges, truncated: false });
}

/** `calls` calls of each of the named services to `shop`. */
function calls(counts: Readonly<Record<string, number>>): Span[] {
  let id = 0;
  return Object.entries(counts).flatMap(([service, count]) =>
    Array.from({ length: count }, () => [client(service, ++id, 0), server('shop', ++id, id - 1)]).flat(),
  );
}

const edgesOf = ({ edges }: GraphDocument): string[] =>
  edges.map(({ source, kind, target, count }) => `${source} ${kind} ${target} ${count}`);

/** What of all edges of a kind adds up, whatever they are split into. */
function sumsOf({ edges, nodes }: GraphDocument): Record<string, number> {
  const sums: Record<string, number> = {};
  const add = (name: string, value = 0) => {
    if (value !== 0) sums[name] = (sums[name] ?? 0) + value;
  };
  for (const edge of edges)
    for (const [name, value] of Object.entries(weightsOf(edge))) add(`${edge.kind} ${name}`, value);
  for (const { entry, unresolved } of nodes) {
    add('entries', entry?.count);
    add('unresolved', unresolved);
  }
  return sums;
}

function weightsOf(edge: Edge): Record<string, number | undefined> {
  const { served, received, processed, batches, clientErrors, serverErrors, errors, evidence, operations, latency } =
    edge;
  const of = (prefix: string, counts: Readonly<Record<string, number>> = {}) =>
    Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${prefix} ${name}`, count]));
  // The count of a `consumes` edge is that of its process spans, if there are any: no sum.
  const count = edge.kind === 'consumes' ? undefined : edge.count;
  const latencies = { client: latency?.client?.count, server: latency?.server?.count, lag: edge.lag?.count };
  const own = { count, served, received, processed, batches, clientErrors, serverErrors, errors, ...latencies };
  return { ...own, ...of('by', evidence), ...of('verb', operations) };
}

describe('nodes', () => {
  const used = calls({ a: 1, b: 5, c: 3, d: 3, e: 3, f: 9 });

  it('the most used show, ties by id, in whatever order they came', () => {
    const random = new Random(7);
    for (let round = 0; round < 5; round++) {
      const spans = used.toSorted(() => random.next() - 0.5);
      const graph = graphOf([toRequest(spans)], { maxNodes: 4 });
      expect(edgesOf(graph)).toEqual([
        'service:(other) calls service:shop 7',
        'service:b calls service:shop 5',
        'service:c calls service:shop 3',
        'service:f calls service:shop 9',
      ]);
      expect(graph.nodes.find(({ overflow }) => overflow === true)).toMatchObject({
        id: 'service:(other)',
        rawIds: ['service:(other)'],
      });
      expect(graph.diagnostics).toMatchObject([{ code: 'nodes_limit' }]);
      expect(graph.diagnostics[0]?.message).toContain('3 less used ones');
    }
  });

  it('within the limit nothing changes', () => {
    const graph = graphOf([toRequest(used)], { maxNodes: 7 });
    expect(edgesOf(graph)).toEqual(edgesOf(graphOf([toRequest(used)], {})));
    expect(graph.diagnostics).toEqual([]);
  });

  it('a call between two that are crowded out is a loop of the (other)', () => {
    const spans = [...used, ...calls({}), client('x', 900, 0), server('y', 901, 900)];
    expect(edgesOf(graphOf([toRequest(spans)], { maxNodes: 4 }))).toContain('service:(other) calls service:(other) 1');
  });

  it('what resolves to one node counts as one', () => {
    const named = { attributes: { 'peer.service': 'b' } };
    const spans = [...used, ...Array.from({ length: 9 }, (_, i) => client('f', 900 + i, 0, named))];
    const edges = edgesOf(graphOf([toRequest(spans)], { maxNodes: 3 }));
    expect(edges).toEqual([
      'service:(other) calls service:shop 10',
      'service:b calls service:shop 5',
      'service:f calls service:b 9',
      'service:f calls service:shop 9',
    ]);
  });
});

describe('edges', () => {
  it('the most used show, ties by id; the rest keeps its source as far as there is room', () => {
    const graph = graphOf([toRequest(calls({ a: 1, b: 5, c: 3, d: 3, e: 3, f: 9 }))], { maxEdges: 3 });
    expect(edgesOf(graph)).toEqual([
      'service:(other) calls service:(other) 4',
      'service:b calls service:shop 5',
      'service:c calls service:shop 3',
      'service:d calls service:(other) 3',
      'service:f calls service:shop 9',
    ]);
    expect(graph.diagnostics).toMatchObject([{ code: 'edges_limit' }]);
  });
});

it.each([
  { maxNodes: 0 },
  { maxNodes: 1 },
  { maxNodes: 3 },
  { maxEdges: 0 },
  { maxEdges: 1 },
  { maxNodes: 2, maxEdges: 2 },
])('whatever the limits (%j), what adds up adds up to the same by kind, whatever the order', limits => {
  for (let seed = 0; seed < 40; seed++) {
    const requests = splitRequests(disorder(generateTraceSet(seed), seed), seed);
    const limited = graphOf(requests, limits);
    expect({ seed, ...sumsOf(limited) }).toEqual({ seed, ...sumsOf(graphOf(requests, {})) });
    const { maxNodes = Number.POSITIVE_INFINITY } = limits as Partial<TopologyOptions>;
    expect(limited.nodes.filter(({ overflow }) => overflow !== true).length).toBeLessThanOrEqual(maxNodes);
    const again = graphOf(splitRequests(disorder(generateTraceSet(seed), seed + 1), seed + 1), limits);
    expect({ seed, edges: edgesOf(again) }).toEqual({ seed, edges: edgesOf(limited) });
  }
});
