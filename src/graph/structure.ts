/**
 * Which nodes and edges a view shows, in order of their ids, and how they hang together. Made anew when nodes or edges
 * came or went, or when the rules of identities changed; what was in order stays so, and only what is new is sorted in.
 * Where nothing resolves to anything else, there is no work but that.
 */
import type { Diagnostic } from '../contract/graph-document.ts';
import type { Adjacency, NodeFacts } from '../contract/graph-view.ts';
import type { IdentityRules } from '../contract/identity-rules.ts';
import { crowdDiagnostics, crowdedOut } from './crowd.ts';
import type { EdgeIdentity } from './edge-document.ts';
import type { GraphSource } from './graph-source.ts';
import { sharedLoopbacks } from './loopbacks.ts';
import { type MergedEdge, MergedEdges } from './merged-edges.ts';
import { type MergedNode, mergedNodes } from './merged-nodes.ts';
import { Resolver } from './resolve.ts';

export interface Structure {
  /** The source's number of it. */
  readonly of: number;
  readonly rules: IdentityRules;
  /** What shows, in order of the ids: numbers in the source, or what stands for several. */
  readonly nodes: readonly (number | MergedNode)[];
  readonly edges: readonly (number | MergedEdge)[];
  /** Places in these by number in the source, -1 for what does not show. */
  readonly nodePlaces: Int32Array;
  readonly edgePlaces: Int32Array;
  /** Places of what stands for several, by id and by key. */
  readonly mergedNodes: ReadonlyMap<string, number>;
  readonly mergedEdges: ReadonlyMap<string, number>;
  readonly adjacency: Adjacency;
  readonly diagnostics: readonly Diagnostic[];
}

export class Structures {
  private nodeOrder: readonly number[] = [];
  private edgeOrder: readonly number[] = [];
  private resolver: Resolver | undefined;
  private readonly mergedEdges = new MergedEdges();

  /** @param nodeIds,edgeIds of everything in the source, by number. */
  build(source: GraphSource, nodeIds: readonly NodeFacts[], edgeIds: readonly EdgeIdentity[]): Structure {
    const { rules } = source;
    if (this.resolver?.rules !== rules) this.resolver = new Resolver(rules);
    this.nodeOrder = sortedIn(this.nodeOrder, nodeIds);
    this.edgeOrder = sortedIn(this.edgeOrder, edgeIds);
    const shownEdges = this.edgeOrder.filter(e => source.edges[e]!.count > 0);
    const shows = Uint8Array.from(nodeIds, (_, n) => (Number.isFinite(source.nodes[n]!.first) ? 1 : 0));
    for (const e of shownEdges) shows[source.edges[e]!.source] = shows[source.edges[e]!.target] = 1;
    const shownNodes = this.nodeOrder.filter(n => shows[n] === 1);
    const { moved, diagnostics } = this.resolver.resolve(nodeIds.length, n => source.identityOf(n), shows);
    const crowded = crowdedOut(source, { nodes: shownNodes, edges: shownEdges }, moved);
    const shownAs = crowded.size === 0 ? moved : new Map([...moved, ...crowded]);

    const nodes = withMerged(shownNodes, nodeIds, mergedNodes(shownAs, shownNodes, nodeIds));
    const nodePlaces = placesOf(nodes, nodeIds.length);
    const placed = { source, nodes, nodePlaces, nodeIds, edgeIds };
    const edges = withMerged(shownEdges, edgeIds, this.mergedEdges.between(placed, shownEdges));
    const endsOf = (end: 'source' | 'target') =>
      Uint32Array.from(edges, e => nodePlaces[source.edges[memberOf(e)]![end]]!);
    const edgeSource = endsOf('source');
    const edgeTarget = endsOf('target');
    const [outStart, outEdges] = adjacency(nodes.length, edgeSource);
    const [inStart, inEdges] = adjacency(nodes.length, edgeTarget);
    return {
      of: source.structure,
      rules,
      nodes,
      edges,
      nodePlaces,
      edgePlaces: placesOf(edges, edgeIds.length),
      mergedNodes: new Map(namesOf(nodes)),
      mergedEdges: new Map(namesOf(edges)),
      adjacency: { outStart, outEdges, inStart, inEdges, edgeSource, edgeTarget },
      diagnostics: [...diagnostics, ...sharedLoopbacks(placed, shownEdges), ...crowdDiagnostics(source, crowded.size)],
    };
  }
}

interface Merged {
  readonly fixed: { readonly id: string; readonly key: string };
  readonly members: readonly number[];
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

/** Members give way to what stands for them. */
function withMerged<M extends Merged>(
  order: readonly number[],
  items: readonly { readonly id: string }[],
  merged: readonly M[],
): readonly (number | M)[] {
  if (merged.length === 0) return order;
  const gone = new Set(merged.flatMap(one => one.members));
  const added = merged.toSorted((a, b) => compare(a.fixed.id, b.fixed.id));
  const all: (number | M)[] = [];
  let next = 0;
  for (const item of order) {
    if (gone.has(item)) continue;
    while (next < added.length && added[next]!.fixed.id < items[item]!.id) all.push(added[next++]!);
    all.push(item);
  }
  all.push(...added.slice(next));
  return all;
}

function memberOf(shown: number | Merged): number {
  return typeof shown === 'number' ? shown : shown.members[0]!;
}

function placesOf(order: readonly (number | Merged)[], count: number): Int32Array {
  const places = new Int32Array(count).fill(-1);
  order.forEach((item, place) => {
    if (typeof item === 'number') places[item] = place;
    else for (const member of item.members) places[member] = place;
  });
  return places;
}

function* namesOf(order: readonly (number | Merged)[]): Generator<readonly [string, number]> {
  for (const [place, item] of order.entries()) {
    if (typeof item === 'number') continue;
    yield [item.fixed.id, place];
    yield [item.fixed.key, place];
  }
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
