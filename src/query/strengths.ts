/**
 * How likely each edge passes on what reached its source: the conditional probability of a hop. Made once per view.
 */
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

/** Large graphs: each edge is looked at once, the rest is done on plain numbers. */
function makeStrengths(view: GraphView): Float64Array {
  const { nodes, edges, edgeSource, edgeTarget } = view;
  const { began } = pathIndex(view);
  const arrived = new Float64Array(nodes.length);
  const isSure = new Uint8Array(nodes.length);
  for (let n = 0; n < nodes.length; n++) {
    const { entry, kind } = nodes[n]!;
    if (entry !== undefined) arrived[n] = entry.count;
    if (kind === 'table' || kind === 'database') isSure[n] = 1;
  }
  const parts = new Float64Array(edges.length);
  for (let e = 0; e < edges.length; e++) {
    const { kind, count, messages } = edges[e]!;
    parts[e] = kind === 'consumes' ? (messages ?? count) : count;
    if (kind === 'publishes') arrived[edgeTarget[e]!]! += messages ?? count;
    else if (kind === 'calls' || kind === 'consumes' || kind === 'messages') arrived[edgeTarget[e]!]! += count;
  }
  for (let e = 0; e < edges.length; e++) {
    const source = edgeSource[e]!;
    const whole = arrived[source]! || began[source]!;
    parts[e] = isSure[source] === 1 || whole <= 0 ? 1 : Math.min(1, parts[e]! / whole);
  }
  return parts;
}
