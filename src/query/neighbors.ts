/**
 * The surroundings of one node: breadth first along edges a filter keeps, so many hops far, the nearest nodes first
 * when a limit cuts it.
 */
import type { GraphView } from '../contract/graph-view.ts';
import { type GraphFilter, isEdgeWanted, isNodeWanted } from './filter.ts';
import type { Selection } from './select.ts';

export const DIRECTIONS = ['in', 'out', 'both'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface Reach {
  readonly direction: Direction;
  /** Hops; an edge counts as one, so a consumer is two hops from the producer of its topic. */
  readonly depth: number;
  /** Most nodes in the answer. */
  readonly limit: number;
}

/** The root, always; then every edge walked and the nodes it leads to. */
export function selectNeighbors(view: GraphView, root: number, filter: GraphFilter, reach: Reach): Selection {
  const seen = new Set([root]);
  const walked = new Set<number>();
  let truncated = false;
  let frontier = [root];
  for (let depth = 0; depth < reach.depth && frontier.length > 0; depth++) {
    const next: number[] = [];
    for (const [edge, neighbor] of stepsFrom(view, frontier, reach.direction)) {
      if (walked.has(edge) || !isEdgeWanted(filter, view.edge(edge))) continue;
      if (neighbor !== root && !isNodeWanted(filter, view.nodeFacts[neighbor]!)) continue;
      if (!seen.has(neighbor)) {
        if (seen.size >= reach.limit) {
          truncated = true;
          continue;
        }
        seen.add(neighbor);
        next.push(neighbor);
      }
      walked.add(edge);
    }
    frontier = next;
  }
  return {
    nodes: inOrder(seen).map(index => view.node(index)),
    edges: inOrder(walked).map(index => view.edge(index)),
    truncated,
  };
}

/** Pairs of edge index and the node index at its other end. */
function* stepsFrom(view: GraphView, nodes: readonly number[], direction: Direction): Generator<[number, number]> {
  for (const node of nodes) {
    if (direction !== 'in') {
      for (let i = view.outStart[node]!; i < view.outStart[node + 1]!; i++) {
        const edge = view.outEdges[i]!;
        yield [edge, view.edgeTarget[edge]!];
      }
    }
    if (direction !== 'out') {
      for (let i = view.inStart[node]!; i < view.inStart[node + 1]!; i++) {
        const edge = view.inEdges[i]!;
        yield [edge, view.edgeSource[edge]!];
      }
    }
  }
}

function inOrder(indexes: ReadonlySet<number>): number[] {
  return [...indexes].sort((a, b) => a - b);
}
