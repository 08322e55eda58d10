/**
 * What a reader wants to see of a graph: a filter in, predicates over nodes and edges out.
 * An absent part of a filter lets everything through.
 */
import {
  EDGE_KINDS,
  type Edge,
  type EdgeKind,
  NODE_KINDS,
  type Node,
  type NodeKind,
  STATES,
  type State,
} from '../contract/graph-document.ts';

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
export function isNodeWanted(filter: GraphFilter, node: Node): boolean {
  return isScopeWanted(filter, node) && (filter.nodeKinds === undefined || filter.nodeKinds.has(node.kind));
}

/** Environment and namespace alone, to tell apart nodes of one name. */
export function isScopeWanted(filter: GraphFilter, node: Node): boolean {
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
