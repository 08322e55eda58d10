/**
 * The part of a view that a filter keeps, in the view's order. An edge is kept only with both of its nodes.
 */
import type { Edge, Node } from '../contract/graph-document.ts';
import type { GraphView } from '../contract/graph-view.ts';
import { asksForEdges, type GraphFilter, isEdgeWanted, isNodeWanted } from './filter.ts';

export interface GraphParts {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

export interface Selection extends GraphParts {
  /** True when a limit left something out. */
  readonly truncated: boolean;
}

/**
 * Nodes that fit the filter and the edges between them. A node whose own state is not asked for is kept where a kept
 * edge needs it; a filter on edges (their kinds, a least count) keeps those edges and their nodes only.
 */
export function selectGraph(view: GraphView, filter: GraphFilter): Selection {
  const { nodes, edges, edgeSource, edgeTarget } = view;
  const wanted = Uint8Array.from(nodes, node => (isNodeWanted(filter, node) ? 1 : 0));
  const touched = new Uint8Array(nodes.length);
  const keptEdges = edges.filter((edge, index) => {
    const source = edgeSource[index]!;
    const target = edgeTarget[index]!;
    if (wanted[source] === 0 || wanted[target] === 0 || !isEdgeWanted(filter, edge)) return false;
    touched[source] = 1;
    touched[target] = 1;
    return true;
  });
  const touchedOnly = asksForEdges(filter);
  const keptNodes = nodes.filter((node, index) => {
    if (touched[index] === 1) return true;
    if (wanted[index] === 0 || touchedOnly) return false;
    return filter.states === undefined || filter.states.has(node.state);
  });
  return { nodes: keptNodes, edges: keptEdges, truncated: false };
}

/** As `selectGraph`, but nodes alone, each in a state that is asked for. */
export function selectNodes(view: GraphView, filter: GraphFilter): readonly Node[] {
  const { states } = filter;
  const candidates = asksForEdges(filter)
    ? selectGraph(view, filter).nodes
    : view.nodes.filter(node => isNodeWanted(filter, node));
  return states === undefined ? candidates : candidates.filter(node => states.has(node.state));
}
