/** Names in requests → nodes and edges of the view, or the `Problem` that says what they could have been. */
import type { FastifyRequest } from 'fastify';
import type { Edge, Node } from '../contract/graph-document.ts';
import type { GraphView } from '../contract/graph-view.ts';
import { type GraphFilter, isScopeWanted } from '../query/filter.ts';
import { findEdge, findNode, findService, type NodeMatch } from '../query/find.ts';
import { Problem } from './problem.ts';

const MAX_CANDIDATES = 20;

/** Index of the node that `text` names; environment and namespace of the filter tell nodes of one name apart. */
export function resolveNode(view: GraphView, text: string, filter: GraphFilter = {}): number {
  return matched(
    text,
    findNode(view, text, node => isScopeWanted(filter, node)),
  );
}

/** As `resolveNode`; of a service and other nodes of one name the service is meant. */
export function resolveService(view: GraphView, text: string, filter: GraphFilter = {}): number {
  const match = findService(view, text, node => isScopeWanted(filter, node));
  return matched(text, match);
}

function matched(text: string, match: NodeMatch): number {
  if (match.found === 'one') return match.index;
  if (match.found === 'many') {
    const detail = `"${text}" names ${match.candidates.length} nodes; give the id or key of the one you mean`;
    const candidates = match.candidates.slice(0, MAX_CANDIDATES).map(node => node.id);
    throw new Problem(400, 'ambiguous-node', detail, { candidates });
  }
  const near = match.near.map(node => node.id);
  throw new Problem(404, 'unknown-node', `no node has the id, key or name "${text}"${meant(near)}`, { near });
}

export function resolveEdge(view: GraphView, text: string): number {
  const match = findEdge(view, text);
  if (match.found === 'one') return match.index;
  const hint =
    match.near.length > 0 ? meant(match.near) : '; an edge id is source#kind#target, percent-encoded in a path';
  throw new Problem(404, 'unknown-edge', `no edge has the id or key "${text}"${hint}`, { near: match.near });
}

/** The node named by a path: ids are to be percent-encoded there, but one that was pasted as it is serves as well. */
export function nodeOfPath(view: GraphView, path: PathText): Node {
  const isRaw = view.nodeIndex(path.raw) >= 0;
  return nodeAnswer(view, isRaw ? path.raw : path.decoded);
}

export function edgeOfPath(view: GraphView, path: PathText): Edge {
  const isRaw = view.edgeIndex(path.raw) >= 0;
  return edgeAnswer(view, isRaw ? path.raw : path.decoded);
}

/** One node alone. An old id or key, of what is shown as another by now, is answered with that one. */
export function nodeAnswer(view: GraphView, text: string, filter: GraphFilter = {}): Node {
  const node = view.node(resolveNode(view, text, filter));
  return [node.id, node.key, node.name].includes(text) ? node : { ...node, resolvedTo: node.id };
}

/** One edge alone, with the edges that are added up in it. */
export function edgeAnswer(view: GraphView, text: string): Edge {
  const index = resolveEdge(view, text);
  const edge = view.edge(index);
  const isItself = text === edge.id || text === edge.key;
  return { ...edge, rawIds: view.rawEdgeIds(index), ...(!isItself && { resolvedTo: edge.id }) };
}

export interface PathText {
  readonly raw: string;
  readonly decoded: string;
}

/** What stands in a request's path after `prefix` (routes `…/:id` and `…/*`): as sent, and percent-decoded once. */
export function pathAfter(prefix: string, request: FastifyRequest): PathText {
  const [path] = request.url.split('?', 1);
  const params = request.params as { id?: string; '*'?: string };
  return { raw: path!.slice(path!.indexOf(prefix) + prefix.length), decoded: params.id ?? params['*'] ?? '' };
}

function meant(near: readonly string[]): string {
  return near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
}
