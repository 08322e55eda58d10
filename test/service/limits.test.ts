/** Names by the hundred thousand: memory has its bounds, nothing waits, and each kind of edge counts as much as without limits. */
import { describe, expect, it } from 'vitest';
import { NAME_ATTACKS } from '../../benchmarks/attack/names.ts';
import { encodeSpans } from '../../benchmarks/attack/spans.ts';
import { COUNT, ERRORS, SERVED } from '../../src/contract/counters.ts';
import { EDGE_KINDS } from '../../src/contract/graph-document.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import type { GraphStore } from '../../src/graph/store.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { analyzed, SMALL } from '../kits/subject.ts';
import { generateTraceSet } from '../oracle/generate.ts';
import { disorder, splitRequests } from '../oracle/requests.ts';

const NAMES = 10_000;
const LARGE_NAMES = 200;
const PER_REQUEST = 200;
const BEGIN_MS = Date.UTC(2024, 0, 15);
const ROOM_FOR_ALL = { maxPending: 100_000, maxLate: 100_000, maxSeen: 200_000 };

/** By kind of edge: interactions, served, errors. */
function sums({ edges }: GraphStore): Record<string, readonly number[]> {
  const all: Record<string, number[]> = {};
  for (const edge of edges) {
    const name = EDGE_KINDS[edge.kind]!;
    all[name] = [COUNT, SERVED, ERRORS].map((counter, i) => (all[name]?.[i] ?? 0) + edge.counter(counter));
  }
  return all;
}

describe.each(NAME_ATTACKS)('$name', ({ spans, edges, nameBytes = 0 }) => {
  it('count exactly by kind of edge, within the limits', () => {
    const count = nameBytes > 10_000 ? LARGE_NAMES : NAMES;
    let nowMs = BEGIN_MS;
    const topology = new Topology(
      { ...SMALL, ...ROOM_FOR_ALL, maxNodes: 10, maxEdges: 10 },
      { now: () => nowMs },
      false,
    );
    const view = createSpanView();
    for (let from = 0; from < count; from += PER_REQUEST, nowMs += 10) {
      const names = Array.from({ length: Math.min(PER_REQUEST, count - from) }, (_, i) => spans(from + i, nowMs));
      topology.sink.begin();
      decodeTraces(encodeSpans(names.flat()), view, topology.sink);
      topology.sink.commit();
    }
    nowMs += SMALL.waitMs;
    topology.tick();
    const { store } = topology;
    expect(store.nodes.length).toBeLessThanOrEqual(10 + 5);
    expect(store.edges.length).toBeLessThanOrEqual(40);
    for (const edge of store.edges) {
      expect(edge.verbs.length).toBeLessThanOrEqual(65);
      expect(edge.groups?.size ?? 0).toBeLessThanOrEqual(65);
    }
    const counts = Object.entries(sums(store)).map(([kind, [interactions]]) => [kind, interactions]);
    expect(Object.fromEntries(counts)).toEqual(
      Object.fromEntries(Object.entries(edges).map(([kind, each]) => [kind, each * count])),
    );
  });
});

describe('any trace set', () => {
  function graphOf(requests: readonly object[], limits: { maxNodes: number; maxEdges: number }): GraphStore {
    return analyzed(requests, { ...SMALL, ...limits }, { now: () => BEGIN_MS }, false).store;
  }

  it.each([0, 0.1, 1, 3])('counts as much by kind of edge within limits of %d nodes as without', maxNodes => {
    for (let seed = 0; seed < 200; seed++) {
      const requests = splitRequests(disorder(generateTraceSet(seed), seed), seed);
      const limited = sums(graphOf(requests, { maxNodes, maxEdges: 1 }));
      expect({ seed, ...limited }).toEqual({ seed, ...sums(graphOf(requests, SMALL)) });
    }
  });
});
