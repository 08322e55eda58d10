/**
 * What a reader wants to see of a graph: a filter in, predicates over nodes and edges out.
 * An absent part of a filter lets everything through.
 */
import {
  EDGE_KINDS,
  type Edge,
  type EdgeKind,
  NODE_KINDS,
  type NodeKind,
  STATES,
  type State,
} from '../contract/graph-document.ts';
import type { GraphView, NodeFacts } from '../contract/graph-view.ts';

export interface GraphFilter {
  /** `~` stands for nodes that have none. */
  readonly environments?: ReadonlySet<string>;
  readonly namespaces?: ReadonlySet<string>;
  readonly nodeKinds?: ReadonlySet<NodeKind>;
  readonly edgeKinds?: ReadonlySet<EdgeKind>;
  readonly states?: ReadonlySet<State>;
  /** Edges counted at least so often. */
  readonly minCount?: number;
}

/** What readers see unless they ask otherwise. */
export const DEFAULT_STATES: ReadonlySet<State> = new Set(STATES.filter(state => state !== 'gone'));

const NONE = '~';

/** Environment, namespace and kind: what a node must be, whatever its edges are. */
export function isNodeWanted(filter: GraphFilter, node: NodeFacts): boolean {
  return isScopeWanted(filter, node) && (filter.nodeKinds === undefined || filter.nodeKinds.has(node.kind));
}

/** Environment and namespace alone, to tell apart nodes of one name. */
export function isScopeWanted(filter: GraphFilter, node: Pick<NodeFacts, 'environment' | 'namespace'>): boolean {
  const { environments, namespaces } = filter;
  if (environments !== undefined && !environments.has(node.environment ?? NONE)) return false;
  return namespaces === undefined || namespaces.has(node.namespace ?? NONE);
}

/** Kind, state and count of an edge; its nodes are judged by themselves. */
export function isEdgeWanted(filter: GraphFilter, edge: Edge): boolean {
  if (filter.edgeKinds !== undefined && !filter.edgeKinds.has(edge.kind)) return false;
  if (filter.states !== undefined && !filter.states.has(edge.state)) return false;
  return edge.count >= (filter.minCount ?? 0);
}

/** As `isEdgeWanted`, by the edge's place in a view, without its document. */
export function edgeTest(view: GraphView, filter: GraphFilter, withoutCalls = false): (edge: number) => boolean {
  const { kinds, states, counts } = view.weights;
  const { edgeKinds, minCount = 0 } = filter;
  const isKind = Uint8Array.from(EDGE_KINDS, kind => {
    if (withoutCalls && kind === 'calls') return 0;
    return edgeKinds === undefined || edgeKinds.has(kind) ? 1 : 0;
  });
  const isState = Uint8Array.from(STATES, state => (filter.states === undefined || filter.states.has(state) ? 1 : 0));
  return edge => isKind[kinds[edge]!] === 1 && isState[states[edge]!] === 1 && counts[edge]! >= minCount;
}

/** True when the filter asks for edges, so that nodes without any of them are of no interest. */
export function asksForEdges(filter: GraphFilter): boolean {
  return (filter.edgeKinds !== undefined && filter.nodeKinds === undefined) || (filter.minCount ?? 0) > 0;
}

export function isNodeKind(text: string): text is NodeKind {
  return (NODE_KINDS as readonly string[]).includes(text);
}

export function isEdgeKind(text: string): text is EdgeKind {
  return (EDGE_KINDS as readonly string[]).includes(text);
}

export function isState(text: string): text is State {
  return (STATES as readonly string[]).includes(text);
}
