/**
 * Cuts a graph to a size that can be looked at: at most `limit` nodes and `limit` edges, the most counted edges first.
 * What is left is a graph again (every edge has its nodes), in the order of the input.
 */
import type { Edge } from '../contract/graph-document.ts';
import type { Selection } from './select.ts';

export function limitGraph(graph: Selection, limit: number): Selection {
  if (graph.nodes.length <= limit && graph.edges.length <= limit) return graph;
  const { edges, nodeIds } = heaviestEdges(graph.edges, limit);
  for (const node of graph.nodes) {
    if (nodeIds.size >= limit) break;
    nodeIds.add(node.id);
  }
  return {
    nodes: graph.nodes.filter(node => nodeIds.has(node.id)),
    edges: graph.edges.filter(edge => edges.has(edge)),
    truncated: true,
  };
}

/** Edges by count (ties in the order given) as long as their nodes fit in. */
function heaviestEdges(edges: readonly Edge[], limit: number): { edges: Set<Edge>; nodeIds: Set<string> } {
  const kept = new Set<Edge>();
  const nodeIds = new Set<string>();
  for (const edge of edges.toSorted((a, b) => b.count - a.count)) {
    if (kept.size >= limit) break;
    const added = new Set([edge.source, edge.target]).difference(nodeIds);
    if (nodeIds.size + added.size > limit) continue;
    for (const id of added) nodeIds.add(id);
    kept.add(edge);
  }
  return { edges: kept, nodeIds };
}
