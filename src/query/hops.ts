/**
 * The hops that a search may take: of the edges a question allows, the strongest between each two nodes. What a hop
 * costs is a whole number, so that ways of the same strength cost the same in whatever order it is added up.
 */
import type { GraphView } from '../contract/graph-view.ts';
import { type GraphFilter, isEdgeWanted, isNodeWanted } from './filter.ts';
import { strengths } from './strengths.ts';

/** Of one natural logarithm: ways whose strengths differ by less than one part in 10^11 cost the same. */
const UNITS = 2 ** 40;
/** Paths of the same strength differ in cost by at most so much: half a unit for each hop of both. */
export const COST_OF_ROUNDING = 64;

export interface Hops {
  readonly view: GraphView;
  /** By edge; infinite where it is not to be taken. */
  readonly costs: Float64Array;
  /** The edge of the hop; -1 when there is none. */
  between(from: number, to: number): number;
}

export interface HopRules {
  readonly filter: GraphFilter;
  /** Where paths begin and end, whatever the filter says of them. */
  readonly ends: readonly number[];
  /** Nodes not to pass. */
  readonly avoid: ReadonlySet<number>;
  /** No calls. */
  readonly withoutCalls: boolean;
}

const known = new WeakMap<GraphView, Float64Array>();

/** Of every edge; made once per view. */
function edgeCosts(view: GraphView): Float64Array {
  const costs = known.get(view) ?? strengths(view).map(strength => Math.round(-Math.log(strength) * UNITS));
  known.set(view, costs);
  return costs;
}

export function hopsOf(view: GraphView, { filter, ends, avoid, withoutCalls }: HopRules): Hops {
  const { nodes, edges, edgeSource, edgeTarget, outStart, outEdges } = view;
  const strength = strengths(view);
  const costOf = edgeCosts(view);
  const closed = Uint8Array.from(nodes, (node, n) => (avoid.has(n) || !isNodeWanted(filter, node) ? 1 : 0));
  for (const end of ends) closed[end] = 0;
  const costs = new Float64Array(edges.length).fill(Number.POSITIVE_INFINITY);
  /** The best edge to each node from the one looked at, and which that was. */
  const best = new Int32Array(nodes.length);
  const bestFrom = new Int32Array(nodes.length).fill(-1);
  for (let from = 0; from < nodes.length; from++) {
    if (closed[from] === 1) continue;
    for (let i = outStart[from]!; i < outStart[from + 1]!; i++) {
      const e = outEdges[i]!;
      const to = edgeTarget[e]!;
      if (to === from || closed[to] === 1) continue;
      const edge = edges[e]!;
      if ((withoutCalls && edge.kind === 'calls') || !isEdgeWanted(filter, edge)) continue;
      const other = bestFrom[to] === from ? best[to]! : -1;
      if (other >= 0 && strength[other]! >= strength[e]!) continue;
      if (other >= 0) costs[other] = Number.POSITIVE_INFINITY;
      costs[e] = costOf[e]!;
      best[to] = e;
      bestFrom[to] = from;
    }
  }
  const found = new Map<number, number>();
  const find = (from: number, to: number): number => {
    const [start, list] = shorterList(view, from, to);
    for (let i = start[0]; i < start[1]; i++) {
      const e = list[i]!;
      if (edgeSource[e] === from && edgeTarget[e] === to && Number.isFinite(costs[e])) return e;
    }
    return -1;
  };
  return {
    view,
    costs,
    between: (from, to) => {
      const key = from * nodes.length + to;
      const edge = found.get(key) ?? find(from, to);
      found.set(key, edge);
      return edge;
    },
  };
}

function shorterList(view: GraphView, from: number, to: number): readonly [readonly [number, number], Uint32Array] {
  const { outStart, outEdges, inStart, inEdges } = view;
  const out = [outStart[from]!, outStart[from + 1]!] as const;
  const into = [inStart[to]!, inStart[to + 1]!] as const;
  return out[1] - out[0] <= into[1] - into[0] ? [out, outEdges] : [into, inEdges];
}
