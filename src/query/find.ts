/**
 * What a reader means by a text: a node by id, key or unambiguous bare name, an edge by id or key; else what was near.
 */
import type { GraphView, NodeFacts } from '../contract/graph-view.ts';
import { parseIdentity } from '../lib/identities.ts';
import { nearestBy } from './words.ts';

export type NodeMatch =
  | { readonly found: 'one'; readonly index: number }
  | { readonly found: 'many'; readonly candidates: readonly NodeFacts[] }
  | { readonly found: 'none'; readonly near: readonly NodeFacts[] };

export type EdgeMatch =
  | { readonly found: 'one'; readonly index: number }
  | { readonly found: 'none'; readonly near: readonly string[] };

const NEAR = 5;

/** `isInScope` narrows bare names only: an id or a key is its node's whatever was asked beside it. */
export function findNode(
  view: GraphView,
  text: string,
  isInScope: (node: NodeFacts) => boolean = () => true,
): NodeMatch {
  const index = view.nodeIndex(text);
  if (index >= 0) return { found: 'one', index };
  const scope = view.nodeFacts.filter(isInScope);
  const named = scope.filter(node => node.name === text);
  if (named.length === 0) named.push(...scope.filter(node => goesByName(node, text)));
  const isLive = ({ id }: NodeFacts) => view.node(view.nodeIndex(id)).state !== 'gone';
  const live = named.length > 1 ? named.filter(isLive) : named;
  const candidates = live.length > 0 ? live : named;
  if (candidates.length === 1) return { found: 'one', index: view.nodeIndex(candidates[0]!.id) };
  if (candidates.length > 1) return { found: 'many', candidates };
  const isId = text.includes(':');
  const near = isId
    ? nearestBy(bareId(text), view.nodeFacts, node => bareId(node.id), NEAR)
    : nearestBy(text, view.nodeFacts, node => node.name, NEAR);
  return { found: 'none', near };
}

/** True for a node that was merged from others, of which one has this name. */
function goesByName({ id, rawIds }: NodeFacts, name: string): boolean {
  return rawIds.some(raw => raw !== id && parseIdentity(raw)?.parts.at(-1) === name);
}

/** As `findNode`, but where a service has the name, no other kind of node is meant. */
export function findService(
  view: GraphView,
  text: string,
  isInScope: (node: NodeFacts) => boolean = () => true,
): NodeMatch {
  const service = findNode(view, text, node => node.kind === 'service' && isInScope(node));
  return service.found === 'none' ? findNode(view, text, isInScope) : service;
}

/** An id without kind and environment: what ids have in common makes them no nearer. */
function bareId(id: string): string {
  return id.replace(/^[a-z]*:/, '').replace(/@[^@]*$/, '');
}

/** Near edges are those with the same source, kind or target as the parts of the unknown id, two parts of three. */
export function findEdge(view: GraphView, text: string): EdgeMatch {
  const index = view.edgeIndex(text);
  if (index >= 0) return { found: 'one', index };
  const [source, kind, target] = text.split('#');
  const near: string[] = [];
  for (const edge of view.edges) {
    if (near.length >= NEAR) break;
    const shared = Number(edge.source === source) + Number(edge.kind === kind) + Number(edge.target === target);
    if (shared >= 2) near.push(edge.id);
  }
  return { found: 'none', near };
}
