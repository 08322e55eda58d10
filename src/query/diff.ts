/**
 * Two pictures of the graph → what is in one and not in the other, and what changed between them. Exact, so that diffs
 * add up: `compose(diff(a, b), diff(b, c))` equals `diff(a, c)`. What is gone is in neither.
 */
import type { EdgeRef, EdgeWeights, NodeRef } from '../contract/change.ts';
import type { Edge, Node } from '../contract/graph-document.ts';
import type { GraphView } from '../contract/graph-view.ts';

type NodeFacts = NodeRef;

export interface EdgeFacts extends Omit<EdgeRef, 'source' | 'target'> {
  /** Ids. */
  readonly source: string;
  readonly target: string;
  readonly weights: EdgeWeights;
}

/** What a diff needs of a view, by id; it outlives the view. */
export interface GraphSummary {
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  readonly edges: ReadonlyMap<string, EdgeFacts>;
}

export interface Difference<T> {
  readonly before: T | null;
  readonly after: T | null;
}

export interface GraphDiff {
  readonly nodes: ReadonlyMap<string, Difference<NodeFacts>>;
  readonly edges: ReadonlyMap<string, Difference<EdgeFacts>>;
}

export function summaryOf({ nodes, edges }: Pick<GraphView, 'nodes' | 'edges'>): GraphSummary {
  const live = <T extends Node | Edge>(items: readonly T[]) => items.filter(({ state }) => state !== 'gone');
  return {
    nodes: new Map(live(nodes).map(node => [node.id, nodeFacts(node)])),
    edges: new Map(live(edges).map(edge => [edge.id, edgeFacts(edge)])),
  };
}

export function diffGraphs(a: GraphSummary, b: GraphSummary): GraphDiff {
  return { nodes: differences(a.nodes, b.nodes, isSameNode), edges: differences(a.edges, b.edges, isSameEdge) };
}

/** The second diff begins where the first ends. */
export function composeDiffs(ab: GraphDiff, bc: GraphDiff): GraphDiff {
  return { nodes: composed(ab.nodes, bc.nodes, isSameNode), edges: composed(ab.edges, bc.edges, isSameEdge) };
}

type IsSame<T> = (a: T, b: T) => boolean;
type Differences<T> = ReadonlyMap<string, Difference<T>>;

function differences<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>, isSame: IsSame<T>): Differences<T> {
  const found = new Map<string, Difference<T>>();
  for (const [id, before] of a) {
    const after = b.get(id) ?? null;
    if (after === null || !isSame(before, after)) found.set(id, { before, after });
  }
  for (const [id, after] of b) if (!a.has(id)) found.set(id, { before: null, after });
  return found;
}

function composed<T>(ab: Differences<T>, bc: Differences<T>, isSame: IsSame<T>): Differences<T> {
  const found = new Map<string, Difference<T>>();
  for (const id of new Set([...ab.keys(), ...bc.keys()])) {
    const before = (ab.get(id) ?? bc.get(id)!).before;
    const after = (bc.get(id) ?? ab.get(id)!).after;
    if (before === null && after === null) continue;
    if (before === null || after === null || !isSame(before, after)) found.set(id, { before, after });
  }
  return found;
}

/** A node has no weights: it is there, or not. */
function isSameNode(): boolean {
  return true;
}

function isSameEdge({ weights: a }: EdgeFacts, { weights: b }: EdgeFacts): boolean {
  return (
    a.count === b.count &&
    a.errors === b.errors &&
    a.rate === b.rate &&
    a.state === b.state &&
    a.latency?.p50 === b.latency?.p50 &&
    a.latency?.p95 === b.latency?.p95
  );
}

function nodeFacts({ id, key, kind, name, environment, namespace }: Node): NodeFacts {
  return {
    ...{ id, key, kind, name },
    ...(environment === undefined ? {} : { environment }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function edgeFacts(edge: Edge): EdgeFacts {
  const { id, key, kind, source, target, count, errors, rate, state } = edge;
  const latency = edge.latency?.client ?? edge.latency?.server;
  const errorRatio = count === 0 ? 0 : errors / count;
  const times = latency === undefined ? {} : { latency: { p50: latency.p50, p95: latency.p95 } };
  return { id, key, kind, source, target, weights: { count, errors, rate, errorRatio, ...times, state } };
}
