/**
 * Cuts a graph to a size that can be looked at: at most `limit` nodes and `limit` edges, the most counted edges first.
 * What is left is a graph again (every edge has its nodes), in the order of the input.
 */
import type { Edge } from '../contract/graph-document.ts';
import type { Selection } from './select.ts';

export function limitGraph(graph: Selection, limit: number): Selection {
  if (graph.nodes.length <= limit && graph.edges.length <= limit) return graph;
  const edges = edgesWithin(mostCounted(graph.edges, limit), limit);
  const nodeIds = nodeIdsOf(edges);
  for (const node of graph.nodes) {
    if (nodeIds.size >= limit) break;
    nodeIds.add(node.id);
  }
  return { nodes: graph.nodes.filter(node => nodeIds.has(node.id)), edges, truncated: true };
}

/** The `limit` edges of the largest counts, of equal ones the first. Linear but for a sort of plain numbers. */
function mostCounted(edges: readonly Edge[], limit: number): readonly Edge[] {
  if (edges.length <= limit) return edges;
  const counts = Float64Array.from(edges, edge => edge.count).sort();
  const least = counts[counts.length - limit]!;
  let equalOnes = limit - (counts.length - (counts.lastIndexOf(least) + 1));
  return edges.filter(edge => edge.count > least || (edge.count === least && equalOnes-- > 0));
}

/** Leaves out edges, the least counted first, whose nodes would be more than `limit`. */
function edgesWithin(edges: readonly Edge[], limit: number): readonly Edge[] {
  if (nodeIdsOf(edges).size <= limit) return edges;
  const kept = new Set<Edge>();
  const nodeIds = new Set<string>();
  for (const edge of edges.toSorted((a, b) => b.count - a.count)) {
    const added = Number(!nodeIds.has(edge.source)) + Number(edge.source !== edge.target && !nodeIds.has(edge.target));
    if (nodeIds.size + added > limit) continue;
    nodeIds.add(edge.source).add(edge.target);
    kept.add(edge);
  }
  return edges.filter(edge => kept.has(edge));
}

function nodeIdsOf(edges: readonly Edge[]): Set<string> {
  const ids = new Set<string>();
  for (const edge of edges) ids.add(edge.source).add(edge.target);
  return ids;
}
