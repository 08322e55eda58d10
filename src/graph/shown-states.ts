/** States of what a view shows: of several that show as one, that of the liveliest. Indexes into `STATES`. */
import { STATES } from '../contract/graph-document.ts';
import type { GraphSource } from './graph-source.ts';
import type { MergedEdge } from './merged-edges.ts';
import type { MergedNode } from './merged-nodes.ts';

const LIVELINESS = STATES.map(state => ['candidate', 'gone', 'fading', 'active'].indexOf(state));

/** Of two. */
export function liveliest(a: number, b: number): number {
  return LIVELINESS[a]! >= LIVELINESS[b]! ? a : b;
}

export function edgeState(source: GraphSource, edge: number | MergedEdge): number {
  if (typeof edge === 'number') return source.edgeState(edge);
  return edge.members.map(member => source.edgeState(member)).reduce(liveliest);
}

export function nodeState(source: GraphSource, node: number | MergedNode): number {
  if (typeof node === 'number') return source.nodeState(node);
  return node.members.map(member => source.nodeState(member)).reduce(liveliest);
}
