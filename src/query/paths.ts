/**
 * `/v1/paths`: the k best simple paths from one node to another. One that was seen whole is `observed`, with its count;
 * one made of edges that were seen apart is `composed`, with the product of conditional probabilities as estimate.
 */
import type { Edge } from '../contract/graph-document.ts';
import type { GraphView } from '../contract/graph-view.ts';
import type { GraphFilter } from './filter.ts';
import { COST_OF_ROUNDING, type Hops, hopsOf } from './hops.ts';
import { type ObservedPaths, observedPaths, pathKey } from './observed-paths.ts';
import { PathSearch, type SearchRules } from './path-search.ts';
import { pathWords } from './path-words.ts';
import { strengthsOf } from './strengths.ts';

export const DEFAULT_PATHS = 5;
export const MAX_PATHS = 100;
export const DEFAULT_HOPS = 8;
export const MAX_HOPS = 32;

export interface PathQuestion {
  /** Places in the view. */
  readonly from: number;
  readonly to: number;
  readonly k: number;
  readonly maxHops: number;
  /** Nodes to pass, in any order, at most `MAX_VIA`; and not to. */
  readonly via: readonly number[];
  readonly avoid: readonly number[];
  readonly filter: GraphFilter;
  /** True: only without `calls`; false: only with. */
  readonly implicit?: boolean | undefined;
}

export interface Path {
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
  /** Edges. */
  readonly hops: number;
  /** Seen whole, `count` times; else composed, and `count` is 0. */
  readonly observed: boolean;
  readonly count: number;
  readonly probability: number;
  readonly strength: number;
  /** Seconds that messages wait on the way; null where no hop's is known. */
  readonly lag: { readonly p50: number; readonly p95: number } | null;
  readonly confidence: number;
  readonly implicit: boolean;
  /** The path in words. */
  readonly text: string;
}

export interface PathsAnswer {
  readonly from: string;
  readonly to: string;
  readonly paths: readonly Path[];
  /** There may be better ones: not all could be looked at. */
  readonly truncated: boolean;
}

export function findPaths(view: GraphView, question: PathQuestion): PathsAnswer {
  const { from, to, implicit } = question;
  const ends = { from: view.nodeFacts[from]!.id, to: view.nodeFacts[to]!.id };
  const avoid = new Set(question.avoid);
  if (from === to || avoid.has(from) || avoid.has(to)) return { ...ends, paths: [], truncated: false };
  const via = [...new Set(question.via)].filter(node => node !== from && node !== to);
  const hops = hopsOf(view, { filter: question.filter, ends: [from, to], avoid, withoutCalls: implicit === true });
  const rules = { from, to, via, maxHops: question.maxHops };
  const observed = observedPaths(hops, rules);
  const seen = [...observed.paths.values()].map(({ nodes, count }) =>
    describePath(hops, nodes, count, observed.entered),
  );
  const isWanted = (path: Path) => implicit === undefined || path.implicit === implicit;
  const composed = composedPaths(hops, rules, observed, question.k, isWanted);
  const paths = [...seen.filter(isWanted), ...composed.paths].sort(comparePaths).slice(0, question.k);
  return { ...ends, paths, truncated: composed.truncated || observed.truncated };
}

/** Paths beyond the last one wanted that are looked at because they may be as strong. */
const EQUALLY_STRONG = 200;

/** The strongest of those that were not seen whole. */
function composedPaths(
  hops: Hops,
  rules: SearchRules,
  observed: ObservedPaths,
  k: number,
  isWanted: (path: Path) => boolean,
): { readonly paths: readonly Path[]; readonly truncated: boolean } {
  const search = new PathSearch(hops, rules);
  const paths: Path[] = [];
  let dearest = Number.POSITIVE_INFINITY;
  for (let more = 0; more < EQUALLY_STRONG; ) {
    const nodes = search.next();
    if (nodes === undefined || search.cost > dearest) break;
    if (paths.length >= k) more++;
    if (observed.paths.has(pathKey(nodes))) continue;
    const path = describePath(hops, nodes, 0, 0);
    if (!isWanted(path)) continue;
    paths.push(path);
    // What costs nearly the same may be as strong, and shorter.
    if (paths.length === k) dearest = search.cost + COST_OF_ROUNDING;
  }
  return { paths, truncated: search.truncated };
}

/** @param count times it was seen whole; 0: it is composed. */
function describePath(hops: Hops, nodes: readonly number[], count: number, entered: number): Path {
  const { view } = hops;
  const { shares } = strengthsOf(view);
  const places = nodes.slice(1).map((node, i) => hops.between(nodes[i]!, node));
  const edges = places.map(place => view.edge(place));
  const strength = rounded(places.reduce((product, place) => product * shares[place]!, 1));
  // One edge is always seen whole, also while its interactions have no place yet.
  const alone = count === 0 && edges.length === 1;
  const probability = count > 0 ? rounded(entered > 0 ? Math.min(1, count / entered) : 1) : strength;
  const facts = {
    hops: edges.length,
    observed: count > 0 || alone,
    count: alone ? edges[0]!.count : count,
    probability,
    strength,
    lag: lagOf(edges),
    confidence: Math.min(...edges.map(edge => edge.confidence)),
    implicit: edges.every(edge => edge.kind !== 'calls'),
  };
  const passed = nodes.map(node => view.nodeFacts[node]!);
  return {
    nodes: passed.map(node => node.id),
    edges: edges.map(edge => edge.id),
    ...facts,
    text: pathWords(passed, facts),
  };
}

/** So that the same product, multiplied in another order, is the same number. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

/** Medians and high quantiles of the hops added up: near the truth for the one, at most that for the other. */
function lagOf(edges: readonly Edge[]): Path['lag'] {
  const lags = edges.flatMap(edge => edge.lag ?? []);
  if (lags.length === 0) return null;
  const sum = (quantile: 'p50' | 'p95') => lags.reduce((total, lag) => total + lag[quantile], 0);
  return { p50: sum('p50'), p95: sum('p95') };
}

/** The more probable first, then what was seen, then the shorter, then by the ids of the nodes. */
function comparePaths(a: Path, b: Path): number {
  return (
    b.probability - a.probability ||
    Number(b.observed) - Number(a.observed) ||
    a.hops - b.hops ||
    compareIds(a.nodes, b.nodes)
  );
}

function compareIds(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((id, i) => id !== b[i]);
  return at < 0 ? 0 : a[at]! < b[at]! ? -1 : 1;
}
