/**
 * A diff → the answer that shows it: what was added and removed, and the edges whose weights changed most. Only what it
 * shows is written out.
 */
import type { EdgeWeights, NodeRef } from '../contract/change.ts';
import { STATES } from '../contract/graph-document.ts';
import type { EdgeFacts, Figures, NodeFacts } from '../contract/graph-view.ts';
import { type Differences, type GraphDiff, isThere } from './diff.ts';
import { errorRatioOf, factorOf, type METRICS, strongest } from './diff-ratios.ts';
import { type GraphFilter, isNodeWanted } from './filter.ts';

export const DEFAULT_MIN_RATIO = 1.5;
export const DEFAULT_DIFF_LIMIT = 1000;

/** Source and target by their ids. */
type WeighedEdge = EdgeFacts & { readonly weights: EdgeWeights };

export interface ChangedEdge {
  readonly edge: EdgeFacts;
  readonly before: EdgeWeights;
  readonly after: EdgeWeights;
  /** What of it changed most. */
  readonly metric: (typeof METRICS)[number];
  /** After / before. */
  readonly ratio: number;
}

interface Part {
  readonly nodes: readonly NodeRef[];
  readonly edges: readonly WeighedEdge[];
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

export function diffDocument(diff: GraphDiff, question: DiffQuestion): DiffDocument {
  const { startMs, endMs, limit, minRatio, filter } = question;
  const nodes = wantedNodes(diff, filter);
  const edges = wantedEdges(diff, filter);
  const added = { nodes: placesIn(nodes.after, nodes.before), edges: placesIn(edges.after, edges.before) };
  const removed = { nodes: placesIn(nodes.before, nodes.after), edges: placesIn(edges.before, edges.after) };
  const changed = changes(diff, edges, minRatio);
  const lists = [added.nodes, added.edges, removed.nodes, removed.edges, changed.indexes];
  return {
    schema: 'tacit.diff/v1',
    start: new Date(startMs).toISOString(),
    end: new Date(endMs).toISOString(),
    added: part(diff.after, added, limit),
    removed: part(diff.before, removed, limit),
    changed: greatest(changed, limit).map(i => changedEdge(diff, edges.before[i]!, edges.after[i]!)),
    truncated: lists.some(list => list.length > limit),
  };
}

/** Those that are not in the other picture. */
function placesIn(one: readonly number[], other: readonly number[]): readonly number[] {
  return one.filter((_, i) => other[i] === -1);
}

function part(figures: Figures, places: { readonly [K in keyof Part]: readonly number[] }, limit: number): Part {
  return {
    nodes: places.nodes.slice(0, limit).map(place => shownNode(figures, place)),
    edges: places.edges.slice(0, limit).map(place => shownEdge(figures, place)),
  };
}

function wantedNodes({ before, after, nodes }: GraphDiff, filter: GraphFilter): Differences {
  if (filter.nodeKinds === undefined && filter.edgeKinds !== undefined) return { before: [], after: [] };
  return wanted(nodes, (a, b) => isNodeWanted(filter, a < 0 ? after.nodes[b]! : before.nodes[a]!));
}

/** An edge is in an environment when both its nodes are. */
function wantedEdges({ before, after, edges }: GraphDiff, filter: GraphFilter): Differences {
  const { environments, namespaces, nodeKinds, edgeKinds } = filter;
  if ([environments, namespaces, nodeKinds, edgeKinds].every(part => part === undefined)) return edges;
  const isOpen = environments === undefined && namespaces === undefined && nodeKinds === undefined;
  const fitting = new Set(
    [...nodesThere(before), ...nodesThere(after)].filter(node => isNodeWanted(filter, node)).map(({ id }) => id),
  );
  return wanted(edges, (a, b) => {
    const { kind, source, target } = a < 0 ? after.edges[b]! : before.edges[a]!;
    if (edgeKinds !== undefined && !edgeKinds.has(kind)) return false;
    return isOpen || (fitting.has(source) && fitting.has(target));
  });
}

function nodesThere({ nodes, nodeStates }: Figures): readonly NodeFacts[] {
  return nodes.filter((_, place) => isThere(nodeStates, place));
}

function wanted({ before, after }: Differences, isWanted: (a: number, b: number) => boolean): Differences {
  const is = (_: number, i: number) => isWanted(before[i]!, after[i]!);
  return { before: before.filter(is), after: after.filter(is) };
}

interface Changes {
  /** Of differences, in their order. */
  readonly indexes: readonly number[];
  /** By index. */
  readonly factors: Float64Array;
}

function changes(diff: GraphDiff, { before, after }: Differences, minRatio: number): Changes {
  const indexes: number[] = [];
  const factors = new Float64Array(before.length);
  for (let i = 0; i < before.length; i++) {
    if (before[i] === -1 || after[i] === -1) continue;
    factors[i] = factorOf(strongest(diff, before[i]!, after[i]!).ratio);
    if (factors[i]! >= minRatio) indexes.push(i);
  }
  return { indexes, factors };
}

/** The `limit` greatest changes, of equal ones the first, the greatest first. */
function greatest({ indexes, factors }: Changes, limit: number): readonly number[] {
  let shown = indexes;
  if (indexes.length > limit) {
    const sorted = Float64Array.from(indexes, i => factors[i]!).sort();
    const least = sorted[sorted.length - limit]!;
    let equalOnes = limit - (sorted.length - (sorted.lastIndexOf(least) + 1));
    shown = indexes.filter(i => factors[i]! > least || (factors[i] === least && equalOnes-- > 0));
  }
  return shown.toSorted((a, b) => factors[b]! - factors[a]! || a - b);
}

function changedEdge(diff: GraphDiff, a: number, b: number): ChangedEdge {
  const { before, after } = diff;
  return {
    edge: factsOf(after.edges[b]!),
    before: weightsOf(before, a),
    after: weightsOf(after, b),
    ...strongest(diff, a, b),
  };
}

function shownNode({ nodes }: Figures, place: number): NodeRef {
  const { id, key, kind, name, environment, namespace } = nodes[place]!;
  return {
    ...{ id, key, kind, name },
    ...(environment === undefined ? {} : { environment }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function shownEdge(figures: Figures, place: number): WeighedEdge {
  return { ...factsOf(figures.edges[place]!), weights: weightsOf(figures, place) };
}

function factsOf({ id, key, kind, source, target }: EdgeFacts): EdgeFacts {
  return { id, key, kind, source, target };
}

function weightsOf(figures: Figures, place: number): EdgeWeights {
  const { counts, errors, rates, medians, p95s, edgeStates } = figures;
  const p50 = medians[place]!;
  return {
    ...{ count: counts[place]!, errors: errors[place]!, rate: rates[place]! },
    errorRatio: errorRatioOf(figures, place),
    ...(Number.isNaN(p50) ? {} : { latency: { p50, p95: p95s[place]! } }),
    state: STATES[edgeStates[place]!]!,
  };
}
