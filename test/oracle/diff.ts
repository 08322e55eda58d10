/**
 * Two pictures of the graph compared the plain way, by the documents of all their nodes and edges: what is in one and not
 * in the other, what changed, and the answer that shows it. What is gone is in neither.
 */
import type { EdgeWeights, NodeRef } from '../../src/contract/change.ts';
import type { Edge, Node } from '../../src/contract/graph-document.ts';
import type { EdgeFacts, GraphView } from '../../src/contract/graph-view.ts';
import type { ChangedEdge, DiffDocument, DiffQuestion } from '../../src/query/diff-document.ts';
import { METRICS } from '../../src/query/diff-ratios.ts';
import { type GraphFilter, isScopeWanted } from '../../src/query/filter.ts';

type WeighedEdge = EdgeFacts & { readonly weights: EdgeWeights };

/** What a diff needs of a view, by id. */
export interface Summary {
  readonly nodes: ReadonlyMap<string, NodeRef>;
  readonly edges: ReadonlyMap<string, WeighedEdge>;
}

interface Difference<T> {
  readonly before: T | null;
  readonly after: T | null;
}

export interface PlainDiff {
  readonly nodes: ReadonlyMap<string, Difference<NodeRef>>;
  readonly edges: ReadonlyMap<string, Difference<WeighedEdge>>;
}

export function summaryOf({ nodes, edges }: Pick<GraphView, 'nodes' | 'edges'>): Summary {
  const live = <T extends Node | Edge>(items: readonly T[]) => items.filter(({ state }) => state !== 'gone');
  return {
    nodes: new Map(live(nodes).map(node => [node.id, nodeFacts(node)])),
    edges: new Map(live(edges).map(edge => [edge.id, edgeFacts(edge)])),
  };
}

export function diffPlainly(a: Summary, b: Summary): PlainDiff {
  return { nodes: differences(a.nodes, b.nodes, isSameNode), edges: differences(a.edges, b.edges, isSameEdge) };
}

/** The second diff begins where the first ends. */
export function composeDiffs(ab: PlainDiff, bc: PlainDiff): PlainDiff {
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

function isSameEdge({ weights: a }: WeighedEdge, { weights: b }: WeighedEdge): boolean {
  return (
    a.count === b.count &&
    a.errors === b.errors &&
    a.rate === b.rate &&
    a.state === b.state &&
    a.latency?.p50 === b.latency?.p50 &&
    a.latency?.p95 === b.latency?.p95
  );
}

function nodeFacts({ id, key, kind, name, environment, namespace }: Node): NodeRef {
  return {
    ...{ id, key, kind, name },
    ...(environment === undefined ? {} : { environment }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function edgeFacts(edge: Edge): WeighedEdge {
  const { id, key, kind, source, target, count, errors, rate, state } = edge;
  const latency = edge.latency?.client ?? edge.latency?.server;
  const errorRatio = count === 0 ? 0 : errors / count;
  const times = latency === undefined ? {} : { latency: { p50: latency.p50, p95: latency.p95 } };
  return { id, key, kind, source, target, weights: { count, errors, rate, errorRatio, ...times, state } };
}

/** What is smaller is as good as none. */
const LEAST: Readonly<Record<(typeof METRICS)[number], number>> = { rate: 1e-6, error_ratio: 1e-3, latency: 1e-6 };

/** @param ends both summaries: an edge is in an environment when both its nodes are. */
export function plainDocument(diff: PlainDiff, ends: readonly Summary[], question: DiffQuestion): DiffDocument {
  const { startMs, endMs, limit, minRatio, filter } = question;
  const nodes = [...diff.nodes.values()].filter(({ before, after }) => isNodeWanted(filter, (before ?? after)!));
  const edges = [...diff.edges.values()].filter(({ before, after }) => isEdgeWanted(filter, (before ?? after)!, ends));
  const changed = edges
    .map(changeOf)
    .filter(one => one !== undefined && factor(one.ratio) >= minRatio) as ChangedEdge[];
  changed.sort((a, b) => factor(b.ratio) - factor(a.ratio) || (a.edge.id < b.edge.id ? -1 : 1));
  const added = partOf(nodes, edges, ({ before, after }) => (before === null ? after : null));
  const removed = partOf(nodes, edges, ({ before, after }) => (after === null ? before : null));
  const lists = [added.nodes, added.edges, removed.nodes, removed.edges, changed];
  return {
    schema: 'tacit.diff/v1',
    start: new Date(startMs).toISOString(),
    end: new Date(endMs).toISOString(),
    added: cut(added, limit),
    removed: cut(removed, limit),
    changed: changed.slice(0, limit),
    truncated: lists.some(list => list.length > limit),
  };
}

type Side = <T>(difference: Difference<T>) => T | null;

function partOf(
  nodes: readonly Difference<NodeRef>[],
  edges: readonly Difference<WeighedEdge>[],
  side: Side,
): DiffDocument['added'] {
  return { nodes: listOf(nodes, side), edges: listOf(edges, side) };
}

function listOf<T extends { readonly id: string }>(differences: readonly Difference<T>[], side: Side): readonly T[] {
  const list = differences.map(difference => side(difference)).filter(one => one !== null) as T[];
  return list.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function cut({ nodes, edges }: DiffDocument['added'], limit: number): DiffDocument['added'] {
  return { nodes: nodes.slice(0, limit), edges: edges.slice(0, limit) };
}

function isNodeWanted(filter: GraphFilter, node: NodeRef): boolean {
  const { nodeKinds, edgeKinds } = filter;
  if (nodeKinds === undefined && edgeKinds !== undefined) return false;
  return isScopeWanted(filter, node) && (nodeKinds === undefined || nodeKinds.has(node.kind));
}

function isEdgeWanted(filter: GraphFilter, edge: WeighedEdge, ends: readonly Summary[]): boolean {
  const { nodeKinds, edgeKinds } = filter;
  if (edgeKinds !== undefined && !edgeKinds.has(edge.kind)) return false;
  const nodes = [edge.source, edge.target].map(id =>
    ends.map(({ nodes }) => nodes.get(id)).find(node => node !== undefined),
  );
  const isFitting = (node: NodeRef | undefined) =>
    node !== undefined && isScopeWanted(filter, node) && (nodeKinds === undefined || nodeKinds.has(node.kind));
  const isOpen = filter.environments === undefined && filter.namespaces === undefined && nodeKinds === undefined;
  return isOpen || nodes.every(isFitting);
}

function changeOf({ before, after }: Difference<WeighedEdge>): ChangedEdge | undefined {
  if (before === null || after === null) return undefined;
  const [a, b] = [before.weights, after.weights];
  const ratios = METRICS.map(metric => ({ metric, ratio: ratioOf(metric, a, b) }));
  const most = ratios.reduce((best, one) => (factor(one.ratio) > factor(best.ratio) ? one : best));
  const { weights: _, ...edge } = after;
  return { edge, before: a, after: b, ...most };
}

function ratioOf(metric: (typeof METRICS)[number], a: EdgeWeights, b: EdgeWeights): number {
  const of = ({ rate, errorRatio, latency }: EdgeWeights) =>
    metric === 'rate' ? rate : metric === 'error_ratio' ? errorRatio : latency?.p95;
  const [before, after] = [of(a), of(b)];
  if (before === undefined || after === undefined) return 1;
  return Math.max(after, LEAST[metric]) / Math.max(before, LEAST[metric]);
}

/** How far from 1, whichever way. */
function factor(ratio: number): number {
  return Math.max(ratio, 1 / ratio);
}
