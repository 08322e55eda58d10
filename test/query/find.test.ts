import { describe, expect, it } from 'vitest';
import { findEdge, findNode } from '../../src/query/find.ts';
import { editDistance, nearestWords } from '../../src/query/words.ts';
import { edgeOf, nodeOf, viewOf } from '../kits/view.ts';

const cart = nodeOf('service', 'cart');
const topic = nodeOf('topic', 'orders');
const service = nodeOf('service', 'orders');
const gone = nodeOf('service', 'cart', { environment: 'old', state: 'gone' });
const edge = edgeOf(cart, 'publishes', topic);
const view = viewOf([cart, topic, service, gone], [edge]);

describe('findNode', () => {
  it('takes id, key and a bare name that one living node has', () => {
    for (const text of [cart.id, cart.key, 'cart']) {
      const match = findNode(view, text);
      expect(match.found === 'one' && view.nodes[match.index]).toBe(cart);
    }
    expect(findNode(view, gone.id).found).toBe('one');
  });

  it('lists the nodes that share a name', () => {
    const match = findNode(view, 'orders');
    expect(match.found === 'many' && match.candidates).toEqual([service, topic]);
    expect(findNode(view, 'orders', node => node.kind === 'topic').found).toBe('one');
  });

  it('lists what was near an unknown name or id', () => {
    const byName = findNode(view, 'order');
    expect(byName.found === 'none' && byName.near).toEqual([service, topic]);
    const byId = findNode(view, 'service:crat');
    expect(byId.found === 'none' && byId.near[0]).toBe(cart);
    expect(findNode(view, 'zzzzzzzz')).toEqual({ found: 'none', near: [] });
  });

  it('takes names like __proto__ for names', () => {
    expect(findNode(view, '__proto__').found).toBe('none');
    expect(findNode(view, 'constructor').found).toBe('none');
  });
});

describe('findEdge', () => {
  it('lists edges that differ in one part', () => {
    expect(findEdge(view, edge.key)).toEqual({ found: 'one', index: 0 });
    expect(findEdge(view, `${cart.id}#writes#${topic.id}`)).toEqual({ found: 'none', near: [edge.id] });
    expect(findEdge(view, 'nothing')).toEqual({ found: 'none', near: [] });
  });
});

describe('near words', () => {
  it('counts edits up to a limit', () => {
    expect(editDistance('calls', 'calls', 3)).toBe(0);
    expect(editDistance('clals', 'calls', 3)).toBe(1);
    expect(editDistance('kitten', 'sitting', 3)).toBe(3);
    expect(editDistance('kitten', 'sitting', 2)).toBe(3);
  });

  it('puts the nearest first', () => {
    expect(nearestWords('limt', ['min_count', 'limit', 'kind'])).toEqual(['limit']);
    expect(nearestWords('environment', ['env', 'kind'])).toEqual(['env']);
  });
});
