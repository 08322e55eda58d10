/**
 * Which nodes and edges a view shows, in order of their ids, and how they hang together. Made anew when nodes or edges
 * came or went, or when the rules of identities changed; what was in order stays so, and only what is new is sorted in.
 * Where nothing resolves to anything else, there is no work but that.
 */
import type { Diagnostic } from '../contract/graph-document.ts';
import type { Adjacency, EdgeFacts, NodeFacts } from '../contract/graph-view.ts';
import type { IdentityRules } from '../contract/identity-rules.ts';
import { crowdDiagnostics, crowdedOut } from './crowd.ts';
import { EdgeEnds } from './edge-ends.ts';
import type { GraphSource } from './graph-source.ts';
import { sharedLoopbacks } from './loopbacks.ts';
import { type MergedEdge, MergedEdges } from './merged-edges.ts';
import { type MergedNode, mergedNodes } from './merged-nodes.ts';
import { placesOf, sortedIn, withMerged } from './orders.ts';
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
  /** By place. */
  readonly edgeKinds: Uint8Array;
  readonly diagnostics: readonly Diagnostic[];
}

export class Structures {
  private nodeOrder = new Int32Array(0);
  private edgeOrder = new Int32Array(0);
  private resolver: Resolver | undefined;
  private readonly ends = new EdgeEnds();
  private readonly mergedEdges = new MergedEdges();

  /** @param nodeIds,edgeIds of everything in the source, by number. */
  build(source: GraphSource, nodeIds: readonly NodeFacts[], edgeIds: readonly EdgeFacts[]): Structure {
    const { rules } = source;
    const { ends } = this;
    if (this.resolver?.rules !== rules) this.resolver = new Resolver(rules);
    ends.take(source.edges);
    this.nodeOrder = sortedIn(this.nodeOrder, nodeIds);
    this.edgeOrder = sortedIn(this.edgeOrder, edgeIds);
    const shows = this.whatShows(source);
    const shownNodes = inOrder(this.nodeOrder, shows.nodes);
    const shownEdges = inOrder(this.edgeOrder, shows.edges);
    const { moved, diagnostics } = this.resolver.resolve(nodeIds.length, n => source.identityOf(n), shows.nodes);
    const crowded = crowdedOut(source, { nodes: shownNodes, edges: shownEdges }, moved);
    const shownAs = crowded.size === 0 ? moved : new Map([...moved, ...crowded]);

    const nodes = withMerged(shownNodes, nodeIds, mergedNodes(shownAs, shownNodes, nodeIds));
    const nodePlaces = placesOf(nodes, nodeIds.length);
    const placed = { source, ends, nodes, nodePlaces, nodeIds, edgeIds };
    const edges = withMerged(shownEdges, edgeIds, this.mergedEdges.between(placed, shownEdges));
    return {
      of: source.structure,
      rules,
      nodes,
      edges,
      nodePlaces,
      edgePlaces: placesOf(edges, edgeIds.length),
      mergedNodes: namesOf(nodes),
      mergedEdges: namesOf(edges),
      ...adjacencyOf(nodes.length, nodePlaces, edges, ends),
      diagnostics: [...diagnostics, ...sharedLoopbacks(placed, shownEdges), ...crowdDiagnostics(source, crowded.size)],
    };
  }

  /** By number: edges that count something, their ends, and nodes that something speaks for. */
  private whatShows({ nodes, edges }: GraphSource): { readonly nodes: Uint8Array; readonly edges: Uint8Array } {
    const { sources, targets } = this.ends;
    const shows = { nodes: new Uint8Array(nodes.length), edges: new Uint8Array(edges.length) };
    for (let n = 0; n < nodes.length; n++) if (Number.isFinite(nodes[n]!.first)) shows.nodes[n] = 1;
    for (let e = 0; e < edges.length; e++) {
      if (edges[e]!.count <= 0) continue;
      shows.edges[e] = shows.nodes[sources[e]!] = shows.nodes[targets[e]!] = 1;
    }
    return shows;
  }
}

interface Merged {
  readonly fixed: { readonly id: string; readonly key: string };
  readonly members: readonly number[];
}

function inOrder(order: Int32Array, isWanted: Uint8Array): number[] {
  const wanted: number[] = [];
  for (const item of order) if (isWanted[item] === 1) wanted.push(item);
  return wanted;
}

function namesOf(order: readonly (number | Merged)[]): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (let place = 0; place < order.length; place++) {
    const item = order[place]!;
    if (typeof item !== 'number') names.set(item.fixed.id, place).set(item.fixed.key, place);
  }
  return names;
}

function adjacencyOf(
  nodes: number,
  nodePlaces: Int32Array,
  edges: readonly (number | Merged)[],
  ends: EdgeEnds,
): Pick<Structure, 'adjacency' | 'edgeKinds'> {
  const edgeKinds = new Uint8Array(edges.length);
  const edgeSource = new Uint32Array(edges.length);
  const edgeTarget = new Uint32Array(edges.length);
  for (let place = 0; place < edges.length; place++) {
    const edge = edges[place]!;
    const number = typeof edge === 'number' ? edge : edge.members[0]!;
    edgeKinds[place] = ends.kinds[number]!;
    edgeSource[place] = nodePlaces[ends.sources[number]!]!;
    edgeTarget[place] = nodePlaces[ends.targets[number]!]!;
  }
  const [outStart, outEdges] = byEnd(nodes, edgeSource);
  const [inStart, inEdges] = byEnd(nodes, edgeTarget);
  return { edgeKinds, adjacency: { outStart, outEdges, inStart, inEdges, edgeSource, edgeTarget } };
}

/** Edges by one of their ends, as starts and a flat list. */
function byEnd(nodes: number, ends: Uint32Array): readonly [Uint32Array, Uint32Array] {
  const starts = new Uint32Array(nodes + 1);
  for (const end of ends) starts[end + 1]!++;
  for (let n = 0; n < nodes; n++) starts[n + 1]! += starts[n]!;
  const next = starts.slice(0, nodes);
  const flat = new Uint32Array(ends.length);
  for (let e = 0; e < ends.length; e++) flat[next[ends[e]!]!++] = e;
  return [starts, flat];
}
