/**
 * The hops that a search may take: of the edges a question allows, the strongest between each two nodes. Costs are those
 * of the question asked last.
 */
import type { GraphView } from '../contract/graph-view.ts';
import { edgeTest, type GraphFilter, isNodeWanted } from './filter.ts';
import { strengthsOf } from './strengths.ts';

/** Paths of the same strength differ in cost by at most so much: half a unit for each hop of both. */
export const COST_OF_ROUNDING = 64;

export interface Hops {
  readonly view: GraphView;
  /** By edge, a whole number; infinite where it is not to be taken. */
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

/** What the edges of a structure have in common. */
interface Parallels {
  /** Edges between the same two nodes, where there are several. */
  readonly groups: readonly (readonly number[])[];
  /** Used from question to question. */
  readonly costs: Float64Array;
}

const known = new WeakMap<object, Parallels>();

function parallelsOf(view: GraphView): Parallels {
  const parallels = known.get(view.structure) ?? findParallels(view);
  known.set(view.structure, parallels);
  return parallels;
}

function findParallels({ nodeFacts, outStart, outEdges, edgeTarget }: GraphView): Parallels {
  const groups: number[][] = [];
  /** The first edge to each node from the one looked at, which that was, and their group. */
  const first = new Int32Array(nodeFacts.length);
  const from = new Int32Array(nodeFacts.length).fill(-1);
  const groupOf = new Map<number, number[]>();
  for (let node = 0; node < nodeFacts.length; node++) {
    for (let i = outStart[node]!; i < outStart[node + 1]!; i++) {
      const edge = outEdges[i]!;
      const to = edgeTarget[edge]!;
      if (from[to] !== node) {
        from[to] = node;
        first[to] = edge;
        continue;
      }
      const group = groupOf.get(first[to]!) ?? [first[to]!];
      if (group.length === 1) groups.push(group);
      groupOf.set(first[to]!, group);
      group.push(edge);
    }
  }
  return { groups, costs: new Float64Array(outEdges.length) };
}

export function hopsOf(view: GraphView, rules: HopRules): Hops {
  const { edgeSource, edgeTarget } = view;
  const { shares, costs: all } = strengthsOf(view);
  const { groups, costs } = parallelsOf(view);
  const isClosed = closedNodes(view, rules);
  const isWanted = edgeTest(view, rules.filter, rules.withoutCalls);
  for (let e = 0; e < costs.length; e++) {
    const source = edgeSource[e]!;
    const target = edgeTarget[e]!;
    const isOpen = source !== target && isClosed[source] === 0 && isClosed[target] === 0 && isWanted(e);
    costs[e] = isOpen ? all[e]! : Number.POSITIVE_INFINITY;
  }
  for (const group of groups) keepBest(group, shares, costs);
  return { view, costs, between: (from, to) => edgeBetween(view, costs, from, to) };
}

/** Of the strongest the first. */
function keepBest(group: readonly number[], shares: Float64Array, costs: Float64Array): void {
  let best = -1;
  for (const edge of group) {
    if (costs[edge] === Number.POSITIVE_INFINITY) continue;
    const isBetter = best < 0 || shares[edge]! > shares[best]!;
    const worse = isBetter ? best : edge;
    if (worse >= 0) costs[worse] = Number.POSITIVE_INFINITY;
    if (isBetter) best = edge;
  }
}

function closedNodes({ nodeFacts }: GraphView, { filter, ends, avoid }: HopRules): Uint8Array {
  const closed = new Uint8Array(nodeFacts.length);
  const { environments, namespaces, nodeKinds } = filter;
  if (environments !== undefined || namespaces !== undefined || nodeKinds !== undefined) {
    for (let n = 0; n < closed.length; n++) if (!isNodeWanted(filter, nodeFacts[n]!)) closed[n] = 1;
  }
  for (const node of avoid) closed[node] = 1;
  for (const end of ends) closed[end] = 0;
  return closed;
}

function edgeBetween(view: GraphView, costs: Float64Array, from: number, to: number): number {
  const { edgeSource, edgeTarget, outStart, outEdges, inStart, inEdges } = view;
  const isShort = outStart[from + 1]! - outStart[from]! <= inStart[to + 1]! - inStart[to]!;
  const [start, list, node] = isShort ? [outStart, outEdges, from] : [inStart, inEdges, to];
  for (let i = start[node]!; i < start[node + 1]!; i++) {
    const e = list[i]!;
    if (edgeSource[e] === from && edgeTarget[e] === to && costs[e] !== Number.POSITIVE_INFINITY) return e;
  }
  return -1;
}
