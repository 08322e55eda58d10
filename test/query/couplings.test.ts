/** Couplings, held against all ways found one by one. */
import { describe, expect, it } from 'vitest';
import type { GraphView } from '../../src/contract/graph-view.ts';
import { findCouplings } from '../../src/query/couplings.ts';
import { viewOfDocument } from '../../src/query/document-view.ts';
import { strengthsOf } from '../../src/query/strengths.ts';
import { randomView } from '../kits/random-view.ts';
import { documentOf, edgeOf, nodeOf } from '../kits/view.ts';
import { Random } from '../oracle/random.ts';

const GRAPHS = Number(process.env.TACIT_PROPERTY_RUNS ?? 2000);
const ALL = { filter: {}, minStrength: 0, limit: 10_000 };

/** `source target` → product of doubts, via and types. */
function bruteForce(view: GraphView) {
  const all = strengthsOf(view).shares;
  const pairs = new Map<string, { doubt: number; via: Set<string>; types: Set<string>; least: number }>();
  const walk = (
    source: string,
    nodes: readonly string[],
    strength: number,
    kinds: readonly string[],
    least: number,
  ) => {
    view.edges.forEach((edge, e) => {
      if (edge.source !== nodes.at(-1) || nodes.includes(edge.target)) return;
      const next = { strength: strength * all[e]!, kinds: [...kinds, edge.kind], least: Math.min(least, edge.count) };
      if (edge.target.startsWith('service:')) {
        const key = `${source} ${edge.target}`;
        const pair = pairs.get(key) ?? { doubt: 1, via: new Set(), types: new Set(), least: 0 };
        pair.doubt *= 1 - next.strength;
        for (const node of nodes.slice(1)) pair.via.add(node);
        pair.types.add(typeOf(next.kinds, nodes));
        pairs.set(key, pair);
      } else if (nodes.length <= 4) walk(source, [...nodes, edge.target], next.strength, next.kinds, next.least);
    });
  };
  for (const { id, kind } of view.nodes) if (kind === 'service') walk(id, [id], 1, [], Number.POSITIVE_INFINITY);
  return pairs;
}

function typeOf(kinds: readonly string[], nodes: readonly string[]): string {
  if (kinds.includes('calls')) return 'call';
  if (kinds.includes('captures')) return 'cdc';
  return nodes.some(node => node.startsWith('table:')) ? 'shared_table' : 'event';
}

describe('couplings', () => {
  it('are all pairs of services, by all their ways', () => {
    for (let seed = 0; seed < GRAPHS; seed++) {
      const random = new Random(seed);
      const view = randomView(random, 2 + random.below(7), random.pick([0.2, 0.4, 0.6]));
      const expected = bruteForce(view);
      const { couplings, truncated } = findCouplings(view, ALL);
      expect(truncated).toBe(false);
      expect(couplings.map(({ source, target }) => `${source} ${target}`).sort(), `seed ${seed}`).toEqual(
        [...expected.keys()].sort(),
      );
      for (const { source, target, strength, via, type, implicit } of couplings) {
        const pair = expected.get(`${source} ${target}`)!;
        expect(strength).toBeCloseTo(1 - pair.doubt, 9);
        expect(new Set(via)).toEqual(pair.via);
        expect(type).toBe(pair.types.size > 1 ? 'mixed' : [...pair.types][0]);
        const calls = (one: string, other: string) => expected.get(`${one} ${other}`)?.types.has('call') === true;
        expect(implicit).toBe(!calls(source, target) && !calls(target, source));
      }
      const ranks = couplings.map(({ strength }) => strength);
      expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
      const service = view.nodes.findIndex(({ kind }) => kind === 'service');
      if (service < 0) continue;
      const { id } = view.nodes[service]!;
      const own = findCouplings(view, { ...ALL, service }).couplings;
      expect(own).toEqual(couplings.filter(({ source, target }) => source === id || target === id));
    }
  }, 120_000);

  const [orders, mail, bi, web] = ['orders', 'mail', 'bi', 'web'].map(name =>
    nodeOf('service', name, name === 'orders' ? { entry: { count: 10 } } : {}),
  );
  const events = nodeOf('topic', 'events', { system: 'kafka' });
  const table = nodeOf('table', 'sales');
  const view = viewOfDocument(
    documentOf(
      [bi!, mail!, orders!, web!, table, events],
      [
        edgeOf(orders!, 'publishes', events, { count: 5, messages: 5, confidence: 0.4 }),
        edgeOf(events, 'consumes', mail!, { count: 5, messages: 5, confidence: 0.9 }),
        edgeOf(orders!, 'writes', table, { count: 10 }),
        edgeOf(table, 'reads', bi!, { count: 2 }),
        edgeOf(web!, 'calls', orders!, { count: 10 }),
      ],
      // orders → events → mail, five times.
      { paths: { parents: [-1, 0, 1], nodes: [2, 5, 1], counts: [10, 5, 5] } },
    ),
  );

  it('say what they go through, how often it was seen, and that in words', () => {
    const { couplings } = findCouplings(view, { ...ALL, implicit: true });
    expect(couplings).toMatchObject([
      { target: 'service:bi', via: ['table:sales'], type: 'shared_table', observed: false, count: 2, implicit: true },
      {
        target: 'service:mail',
        via: ['topic:events'],
        type: 'event',
        strength: 0.25,
        observed: true,
        count: 5,
        confidence: 0.4,
        declared: null,
      },
    ]);
    expect(couplings[1]!.text).toBe('orders → Kafka topic events → mail, implicitly, observed 5 times, strength 25 %');
  });

  it('leave out the weak, and say that there are more', () => {
    expect(findCouplings(view, { ...ALL, implicit: true, minStrength: 0.3 }).couplings).toHaveLength(1);
    expect(findCouplings(view, { ...ALL, limit: 1 })).toMatchObject({ truncated: true });
    expect(findCouplings(view, { ...ALL, implicit: false }).couplings).toMatchObject([
      { type: 'call', implicit: false },
    ]);
  });

  it('of a hub that everybody uses are cut, not endless', () => {
    const hub = nodeOf('topic', 'hub');
    const services = Array.from({ length: 2000 }, (_, n) => nodeOf('service', `s${n}`));
    const edges = services.flatMap(one => [edgeOf(one, 'publishes', hub), edgeOf(hub, 'consumes', one)]);
    const answer = findCouplings(viewOfDocument(documentOf([hub, ...services], edges)), { ...ALL, limit: 1000 });
    expect(answer.truncated).toBe(true);
    expect(answer.couplings).toHaveLength(1000);
  });
});
