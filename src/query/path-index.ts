/**
 * The tree of causal paths of a view, under the names that its nodes resolve to: what was counted on each chain, and
 * how many interactions entered each node. Made once per view.
 */
import type { GraphView } from '../contract/graph-view.ts';

export interface PathIndex {
  readonly size: number;
  /** Row of the chain without its last node; 0 where it begins, −1 where what was above is missing. */
  readonly above: Int32Array;
  /** Place of the last node in the view; −1 where it does not show, and for rows that repeat the one above. */
  readonly nodes: Int32Array;
  /** Interactions that took exactly this chain. */
  readonly visits: Float64Array;
  /** Rows by their last node: those of node n are rows[start[n] .. start[n+1]-1]. */
  readonly start: Int32Array;
  readonly rows: Int32Array;
  /** By node: interactions that entered it and have a place in the tree, and those that began there. */
  readonly entered: Float64Array;
  readonly began: Float64Array;
}

const indexes = new WeakMap<GraphView, PathIndex>();

export function pathIndex(view: GraphView): PathIndex {
  const known = indexes.get(view);
  if (known !== undefined) return known;
  const index = buildIndex(view);
  indexes.set(view, index);
  return index;
}

function buildIndex(view: GraphView): PathIndex {
  const { size } = view.paths;
  const { above, nodes } = resolveRows(view);
  const visits = visitsOf(view, above, nodes);
  const start = new Int32Array(view.nodes.length + 1);
  for (let row = 1; row < size; row++) if (nodes[row]! >= 0) start[nodes[row]! + 1]!++;
  for (let n = 0; n < view.nodes.length; n++) start[n + 1]! += start[n]!;
  const next = start.slice();
  const rows = new Int32Array(start[view.nodes.length]!);
  const entered = new Float64Array(view.nodes.length);
  const began = new Float64Array(view.nodes.length);
  for (let row = 1; row < size; row++) {
    const node = nodes[row]!;
    if (node < 0) continue;
    rows[next[node]!++] = row;
    entered[node]! += visits[row]!;
    if (above[row]! <= 0) began[node]! += visits[row]!;
  }
  return { size, above, nodes, visits, start, rows, entered, began };
}

/** A topic that resolves to the one before it is the same step: one message under two spellings of its topic. */
function resolveRows({ paths, nodes: viewNodes, nodeOfRaw }: GraphView): { above: Int32Array; nodes: Int32Array } {
  const { size, parents } = paths;
  const above = new Int32Array(size);
  const nodes = new Int32Array(size).fill(-1);
  /** The row that stands for each. */
  const stands = new Int32Array(size);
  for (let row = 1; row < size; row++) {
    const parent = parents[row]! > 0 ? stands[parents[row]!]! : parents[row]!;
    const node = nodeOfRaw(paths.nodes[row]!);
    above[row] = parent;
    if (parent > 0 && node >= 0 && nodes[parent] === node && viewNodes[node]!.kind === 'topic') stands[row] = parent;
    else {
      stands[row] = row;
      nodes[row] = node;
    }
  }
  return { above, nodes };
}

/** Of a topic's consumer only process spans count, where there are any; as on its edge. */
function visitsOf({ paths, nodes: viewNodes }: GraphView, above: Int32Array, nodes: Int32Array): Float64Array {
  const { size, counts, received } = paths;
  const topicAbove = (row: number): number => {
    const node = above[row]! > 0 ? nodes[above[row]!]! : -1;
    return node >= 0 && viewNodes[node]!.kind === 'topic' ? node : -1;
  };
  const processed = new Set<number>();
  const pair = (topic: number, node: number) => topic * viewNodes.length + node;
  const anyReceived = received.some(count => count > 0);
  for (let row = 1; anyReceived && row < size; row++) {
    if (nodes[row]! < 0 || counts[row] === 0) continue;
    const topic = topicAbove(row);
    if (topic >= 0) processed.add(pair(topic, nodes[row]!));
  }
  const visits = new Float64Array(size);
  for (let row = 1; row < size; row++) {
    if (nodes[row]! < 0) continue;
    visits[row] = counts[row]!;
    if (received[row] === 0) continue;
    const topic = topicAbove(row);
    if (topic < 0 || !processed.has(pair(topic, nodes[row]!))) visits[row]! += received[row]!;
  }
  return visits;
}
