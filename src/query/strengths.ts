/**
 * How likely each edge passes on what reached its source: the conditional probability of a hop. Made once per view.
 */
import type { Edge, Node } from '../contract/graph-document.ts';
import type { GraphView } from '../contract/graph-view.ts';
import { pathIndex } from './path-index.ts';

const known = new WeakMap<GraphView, Float64Array>();

/**
 * By edge, 0..1. Out of a service or external: the edge's count of the interactions that entered it (requests, messages
 * and entries; where there are none, what began there), 1 where nothing is known to enter. Out of a topic: messages
 * consumed (routed) of those published, 1 where no publisher is seen. Out of a table or database: 1.
 */
export function strengths(view: GraphView): Float64Array {
  const made = known.get(view) ?? makeStrengths(view);
  known.set(view, made);
  return made;
}

function makeStrengths(view: GraphView): Float64Array {
  const { nodes, edges, edgeSource, edgeTarget } = view;
  const { began } = pathIndex(view);
  const arrived = Float64Array.from(nodes, node => node.entry?.count ?? 0);
  edges.forEach((edge, e) => {
    arrived[edgeTarget[e]!]! += arrivalsBy(edge);
  });
  const strength = new Float64Array(edges.length);
  edges.forEach((edge, e) => {
    const source = edgeSource[e]!;
    strength[e] = strengthOf(edge, nodes[source]!, arrived[source]! || began[source]!);
  });
  return strength;
}

/** Interactions that enter a service, or messages that enter a topic. */
function arrivalsBy({ kind, count, messages }: Edge): number {
  if (kind === 'publishes') return messages ?? count;
  return kind === 'calls' || kind === 'consumes' || kind === 'messages' ? count : 0;
}

function strengthOf(edge: Edge, source: Node, arrived: number): number {
  switch (source.kind) {
    case 'service':
    case 'external':
      return share(edge.count, arrived);
    case 'topic':
      return share(edge.kind === 'consumes' ? (edge.messages ?? edge.count) : edge.count, arrived);
    default:
      return 1;
  }
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 1;
}
