/**
 * Which nodes and edges a view shows, in order of their ids, and how they hang together. Made anew when nodes or edges
 * came or went; what was in order stays so, and only what is new is sorted in.
 */
import type { Adjacency } from '../contract/graph-view.ts';
import type { EdgeIdentity } from './edge-document.ts';
import type { GraphSource } from './graph-source.ts';
import type { NodeIdentity } from './node-document.ts';

export interface Structure {
  /** The source's number of it. */
  readonly of: number;
  /** Numbers of the visible nodes and edges in the source, in order of their ids. */
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  /** Places in these by number, -1 for what does not show. */
  readonly nodePlaces: Int32Array;
  readonly edgePlaces: Int32Array;
  readonly adjacency: Adjacency;
}

export class Structures {
  private nodeOrder: readonly number[] = [];
  private edgeOrder: readonly number[] = [];

  /** @param nodeIds,edgeIds of everything in the source, by number. */
  build(source: GraphSource, nodeIds: readonly NodeIdentity[], edgeIds: readonly EdgeIdentity[]): Structure {
    this.nodeOrder = sortedIn(this.nodeOrder, nodeIds);
    this.edgeOrder = sortedIn(this.edgeOrder, edgeIds);
    const edges = this.edgeOrder.filter(e => source.edges[e]!.count > 0);
    const isEnd = new Uint8Array(nodeIds.length);
    for (const e of edges) isEnd[source.edges[e]!.source] = isEnd[source.edges[e]!.target] = 1;
    const nodes = this.nodeOrder.filter(n => isEnd[n] === 1 || Number.isFinite(source.nodes[n]!.first));
    const nodePlaces = placesOf(nodes, nodeIds.length);
    const edgeSource = Uint32Array.from(edges, e => nodePlaces[source.edges[e]!.source]!);
    const edgeTarget = Uint32Array.from(edges, e => nodePlaces[source.edges[e]!.target]!);
    const [outStart, outEdges] = adjacency(nodes.length, edgeSource);
    const [inStart, inEdges] = adjacency(nodes.length, edgeTarget);
    return {
      of: source.structure,
      nodes,
      edges,
      nodePlaces,
      edgePlaces: placesOf(edges, edgeIds.length),
      adjacency: { outStart, outEdges, inStart, inEdges, edgeSource, edgeTarget },
    };
  }
}

/** The order of all numbers, from that of the first ones. */
function sortedIn(order: readonly number[], items: readonly { readonly id: string }[]): readonly number[] {
  if (order.length === items.length) return order;
  const added = Array.from({ length: items.length - order.length }, (_, i) => order.length + i);
  added.sort((a, b) => compare(items[a]!.id, items[b]!.id));
  if (order.length === 0) return added;
  const merged: number[] = [];
  let next = 0;
  for (const item of order) {
    while (next < added.length && items[added[next]!]!.id < items[item]!.id) merged.push(added[next++]!);
    merged.push(item);
  }
  while (next < added.length) merged.push(added[next++]!);
  return merged;
}

function placesOf(order: readonly number[], count: number): Int32Array {
  const places = new Int32Array(count).fill(-1);
  order.forEach((item, place) => {
    places[item] = place;
  });
  return places;
}

/** Edges by one of their ends, as starts and a flat list. */
function adjacency(nodes: number, ends: Uint32Array): readonly [Uint32Array, Uint32Array] {
  const starts = new Uint32Array(nodes + 1);
  for (const end of ends) starts[end + 1]!++;
  for (let n = 0; n < nodes; n++) starts[n + 1]! += starts[n]!;
  const next = starts.slice(0, nodes);
  const flat = new Uint32Array(ends.length);
  ends.forEach((end, e) => {
    flat[next[end]!++] = e;
  });
  return [starts, flat];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
