import { describe, expect, it } from 'vitest';
import { type Direction, selectNeighbors } from '../../src/query/neighbors.ts';
import { edgeOf, nodeOf, viewOf } from '../kits/view.ts';

const a = nodeOf('service', 'a');
const b = nodeOf('service', 'b');
const c = nodeOf('service', 'c');
const d = nodeOf('service', 'd');
const view = viewOf(
  [a, b, c, d],
  [edgeOf(a, 'calls', b), edgeOf(b, 'calls', c), edgeOf(c, 'calls', d), edgeOf(d, 'calls', a), edgeOf(b, 'calls', b)],
);
const root = view.nodeIndex('service:b');

function around(direction: Direction, depth: number, limit = 1000) {
  const { nodes, edges, truncated } = selectNeighbors(view, root, {}, { direction, depth, limit });
  return { nodes: nodes.map(node => node.name).join(''), edges: edges.length, truncated };
}

describe('selectNeighbors', () => {
  it('goes along, against or both ways', () => {
    expect(around('out', 1)).toEqual({ nodes: 'bc', edges: 2, truncated: false });
    expect(around('in', 1)).toEqual({ nodes: 'ab', edges: 2, truncated: false });
    expect(around('both', 1)).toEqual({ nodes: 'abc', edges: 3, truncated: false });
  });

  it('ends on a cycle', () => {
    expect(around('out', 64)).toEqual({ nodes: 'abcd', edges: 5, truncated: false });
  });

  it('takes the nearest nodes up to the limit and says that it cut', () => {
    expect(around('out', 64, 3)).toEqual({ nodes: 'bcd', edges: 3, truncated: true });
  });

  it('keeps the root whatever the filter', () => {
    const filter = { nodeKinds: new Set(['topic'] as const) };
    const { nodes, edges } = selectNeighbors(view, root, filter, { direction: 'both', depth: 3, limit: 10 });
    expect(nodes.map(node => node.name)).toEqual(['b']);
    expect(edges.map(edge => edge.id)).toEqual(['service:b#calls#service:b']);
  });
});
