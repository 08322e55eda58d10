/** Diffs of two pictures of a graph: exact, they add up, and what they show is what changed most. */
import { describe, expect, it } from 'vitest';
import type { Edge, Node } from '../../src/contract/graph-document.ts';
import { composeDiffs, diffGraphs, summaryOf } from '../../src/query/diff.ts';
import { diffDocument } from '../../src/query/diff-document.ts';
import { randomView } from '../kits/random-view.ts';
import { edgeOf, nodeOf } from '../kits/view.ts';
import { Random } from '../oracle/random.ts';

const graphOf = (nodes: readonly Node[], edges: readonly Edge[]) => summaryOf({ nodes, edges });
const QUESTION = { startMs: 0, endMs: 60_000, minRatio: 1.5, limit: 100, filter: {} };

describe('diffs', () => {
  it('add up, are empty between the same, and are undone by the way back', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = new Random(seed);
      const [a, b, c] = [0, 1, 2].map(() => {
        const { nodes, edges } = randomView(random, 2 + random.below(7), 0.3);
        const isThere = () => random.chance(0.7);
        const states = ['active', 'fading', 'gone', 'candidate'] as const;
        const some = <T extends Node | Edge>(items: readonly T[]) =>
          items.filter(isThere).map(item => ({ ...item, state: random.pick(states) }));
        return graphOf(some(nodes), some(edges));
      }) as [ReturnType<typeof graphOf>, ReturnType<typeof graphOf>, ReturnType<typeof graphOf>];
      const ac = diffGraphs(a, c);
      expect(composeDiffs(diffGraphs(a, b), diffGraphs(b, c)), `seed ${seed}`).toEqual(ac);
      expect(diffGraphs(a, a)).toEqual({ nodes: new Map(), edges: new Map() });
      expect(composeDiffs(ac, diffGraphs(c, a))).toEqual({ nodes: new Map(), edges: new Map() });
    }
  });

  it('show what was added, removed and changed, each with its numbers', () => {
    const [shop, cart, pay] = ['shop', 'cart', 'pay'].map(name => nodeOf('service', name)) as [Node, Node, Node];
    const before = graphOf([shop, cart], [edgeOf(shop, 'calls', cart, { count: 100, errors: 1, rate: 2 })]);
    const after = graphOf(
      [shop, { ...cart, state: 'gone' }, pay],
      [
        edgeOf(shop, 'calls', cart, { count: 300, errors: 31, rate: 2.1 }),
        edgeOf(shop, 'calls', pay, { count: 7, rate: 1 }),
      ],
    );
    const document = diffDocument(diffGraphs(before, after), [before, after], QUESTION);
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
    const ends = [graphOf(nodes, edges(1)), graphOf(nodes, edges(2))] as const;
    const show = (more: object) =>
      diffDocument(diffGraphs(...ends), ends, { ...QUESTION, ...more }).changed.map(({ edge, ratio }) => [
        edge.kind,
        ratio,
      ]);
    expect(show({})).toEqual([
      ['messages', 4],
      ['calls', 2],
    ]);
    expect(show({ minRatio: 3 })).toEqual([['messages', 4]]);
    expect(show({ filter: { edgeKinds: new Set(['calls']) } })).toEqual([['calls', 2]]);
    expect(show({ filter: { environments: new Set(['prod']) } })).toEqual([['calls', 2]]);
    const cut = diffDocument(diffGraphs(...ends), ends, { ...QUESTION, limit: 1 });
    expect([cut.changed.length, cut.truncated]).toEqual([1, true]);
  });
});
