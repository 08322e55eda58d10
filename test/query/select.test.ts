import { describe, expect, it } from 'vitest';
import type { GraphFilter } from '../../src/query/filter.ts';
import { limitGraph } from '../../src/query/limit.ts';
import { type GraphParts, selectGraph, selectNodes } from '../../src/query/select.ts';
import { edgeOf, nodeOf, viewOf } from '../kits/view.ts';

const web = nodeOf('service', 'web', { environment: 'prod' });
const cart = nodeOf('service', 'cart', { environment: 'prod', namespace: 'shop' });
const staged = nodeOf('service', 'cart', { environment: 'staging' });
const orders = nodeOf('topic', 'orders', { environment: 'prod' });
const idle = nodeOf('service', 'idle', { environment: 'prod' });
const old = nodeOf('service', 'old', { environment: 'prod', state: 'gone' });
const call = edgeOf(web, 'calls', cart, { count: 10 });
const publish = edgeOf(cart, 'publishes', orders, { count: 3, state: 'fading' });
const consume = edgeOf(orders, 'consumes', web, { count: 2 });
const stagedCall = edgeOf(staged, 'calls', staged, { loop: true });
const oldCall = edgeOf(web, 'calls', old, { state: 'gone', count: 99 });
const view = viewOf([web, cart, staged, orders, idle, old], [call, publish, consume, stagedCall, oldCall]);
const live = new Set(['candidate', 'active', 'fading'] as const);

function names(parts: GraphParts): { nodes: string[]; edges: string[] } {
  return { nodes: parts.nodes.map(node => node.id).sort(), edges: parts.edges.map(edge => edge.kind).sort() };
}

function select(filter: GraphFilter) {
  return names(selectGraph(view, filter));
}

describe('selectGraph', () => {
  it('keeps an edge only with both of its nodes', () => {
    expect(select({ environments: new Set(['prod']), states: live })).toEqual({
      nodes: ['service:cart@prod', 'service:idle@prod', 'service:web@prod', 'topic:orders@prod'],
      edges: ['calls', 'consumes', 'publishes'],
    });
    expect(select({ namespaces: new Set(['shop']) })).toEqual({ nodes: [cart.id], edges: [] });
    expect(select({ namespaces: new Set(['~']), nodeKinds: new Set(['topic']) })).toEqual({
      nodes: [orders.id],
      edges: [],
    });
  });

  it('keeps the edges between nodes of the kinds named', () => {
    expect(select({ nodeKinds: new Set(['service']), states: live }).edges).toEqual(['calls', 'calls']);
  });

  it('keeps the nodes of edges of the kinds named, and no others', () => {
    expect(select({ edgeKinds: new Set(['publishes']) })).toEqual({
      nodes: [cart.id, orders.id],
      edges: ['publishes'],
    });
  });

  it('keeps those edges between those nodes when both kinds are named', () => {
    const { nodes, edges } = select({
      nodeKinds: new Set(['service', 'topic']),
      edgeKinds: new Set(['consumes']),
      states: live,
    });
    expect(edges).toEqual(['consumes']);
    expect(nodes).toContain(idle.id);
  });

  it('keeps the nodes an edge in a wanted state needs', () => {
    expect(select({ states: new Set(['fading']) })).toEqual({ nodes: [cart.id, orders.id], edges: ['publishes'] });
    expect(selectNodes(view, { states: new Set(['fading']) })).toEqual([]);
  });

  it('drops nodes without an edge that is counted often enough', () => {
    expect(select({ minCount: 3, states: live })).toEqual({
      nodes: [cart.id, web.id, orders.id].sort(),
      edges: ['calls', 'publishes'],
    });
    expect(selectNodes(view, { minCount: 3, states: live }).map(node => node.id)).not.toContain(idle.id);
  });
});

describe('limitGraph', () => {
  it('keeps the most counted edges and stays a graph', () => {
    const cut = limitGraph(selectGraph(view, { states: live }), 2);
    expect(names(cut)).toEqual({ nodes: [cart.id, web.id], edges: ['calls'] });
    expect(cut.truncated).toBe(true);
  });

  it('leaves a graph that fits as it is', () => {
    const whole = selectGraph(view, {});
    expect(limitGraph(whole, 6)).toBe(whole);
  });
});
