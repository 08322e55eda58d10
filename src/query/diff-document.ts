/** A diff → the answer that shows it: what was added and removed, and the edges whose weights changed most. */
import type { EdgeWeights } from '../contract/change.ts';
import type { Difference, EdgeFacts, GraphDiff, GraphSummary } from './diff.ts';
import type { GraphFilter } from './filter.ts';
import { isScopeWanted } from './filter.ts';

export const DEFAULT_MIN_RATIO = 1.5;
export const DEFAULT_DIFF_LIMIT = 1000;

type DiffNode = GraphSummary['nodes'] extends ReadonlyMap<string, infer N> ? N : never;

export interface ChangedEdge {
  readonly edge: Omit<EdgeFacts, 'weights'>;
  readonly before: EdgeWeights;
  readonly after: EdgeWeights;
  /** What of it changed most. */
  readonly metric: (typeof METRICS)[number];
  /** After / before. */
  readonly ratio: number;
}

interface Part {
  readonly nodes: readonly DiffNode[];
  readonly edges: readonly EdgeFacts[];
}

export interface DiffDocument {
  readonly schema: 'tacit.diff/v1';
  readonly start: string;
  readonly end: string;
  readonly added: Part;
  readonly removed: Part;
  readonly changed: readonly ChangedEdge[];
  /** There is more than the limit lets through. */
  readonly truncated: boolean;
}

export interface DiffQuestion {
  readonly startMs: number;
  readonly endMs: number;
  readonly minRatio: number;
  readonly limit: number;
  readonly filter: GraphFilter;
}

export const METRICS = ['rate', 'error_ratio', 'latency'] as const;
/** What is smaller is as good as none. */
const LEAST: Readonly<Record<(typeof METRICS)[number], number>> = { rate: 1e-6, error_ratio: 1e-3, latency: 1e-6 };

/** @param ends both summaries: an edge is in an environment when one of its nodes is. */
export function diffDocument(diff: GraphDiff, ends: readonly GraphSummary[], question: DiffQuestion): DiffDocument {
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

function partOf(nodes: readonly Difference<DiffNode>[], edges: readonly Difference<EdgeFacts>[], side: Side): Part {
  return { nodes: listOf(nodes, side), edges: listOf(edges, side) };
}

function listOf<T extends { readonly id: string }>(differences: readonly Difference<T>[], side: Side): readonly T[] {
  const list = differences.map(difference => side(difference)).filter(one => one !== null) as T[];
  return list.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function cut({ nodes, edges }: Part, limit: number): Part {
  return { nodes: nodes.slice(0, limit), edges: edges.slice(0, limit) };
}

function isNodeWanted(filter: GraphFilter, node: DiffNode): boolean {
  const { nodeKinds, edgeKinds } = filter;
  if (nodeKinds === undefined && edgeKinds !== undefined) return false;
  return isScopeWanted(filter, node) && (nodeKinds === undefined || nodeKinds.has(node.kind));
}

function isEdgeWanted(filter: GraphFilter, edge: EdgeFacts, ends: readonly GraphSummary[]): boolean {
  const { nodeKinds, edgeKinds } = filter;
  if (edgeKinds !== undefined && !edgeKinds.has(edge.kind)) return false;
  const nodes = [edge.source, edge.target].map(id =>
    ends.map(({ nodes }) => nodes.get(id)).find(node => node !== undefined),
  );
  const isFitting = (node: DiffNode | undefined) =>
    node !== undefined && isScopeWanted(filter, node) && (nodeKinds === undefined || nodeKinds.has(node.kind));
  const isOpen = filter.environments === undefined && filter.namespaces === undefined && nodeKinds === undefined;
  return isOpen || nodes.every(isFitting);
}

function changeOf({ before, after }: Difference<EdgeFacts>): ChangedEdge | undefined {
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
