/** Lives of what is in the graph already, without any change: kept without them, or recorded and over. */
import { liveliest } from '../shown-states.ts';
import type { GraphStore } from '../store.ts';
import type { Living } from './living.ts';
import { countOpen } from './regroup.ts';
import { FRESH, type Subjects } from './subjects.ts';
import { ACTIVE, CANDIDATE, fadeAfter, goneAfter, stateAt } from './transitions.ts';

/** Nothing may be said to be rare by it. */
const SIGHTINGS = 255;

/** Everything that counts is active, was seen just now, and need not be told. */
export function adoptLives(living: Living, store: GraphStore): void {
  const { nodes, edges } = living;
  nodes.reach(store.nodes.length);
  edges.reach(store.edges.length);
  for (let edge = 0; edge < edges.size; edge++) {
    if (living.readEdge(edge) <= 0) continue;
    const { source, target } = store.edges[edge]!;
    know(living, edges, edge);
    know(living, nodes, source);
    know(living, nodes, target);
  }
  for (let node = 0; node < nodes.size; node++) {
    living.readNode(node);
    if (nodes.input[node] !== 0) know(living, nodes, node);
  }
  countOpen(living, store);
}

function know(living: Living, subjects: Subjects, at: number): void {
  subjects.touch(at);
  subjects.state[at] = subjects.told[at] = ACTIVE;
  subjects.flags[at]! |= FRESH;
  subjects.sightings[at] = SIGHTINGS;
  subjects.lastSeen[at] = living.clockOf(subjects, at);
}

/** States by age alone, as of a time. */
export function judgeAges(living: Living, store: GraphStore, nowMs: number): void {
  const { nodes, edges, settings } = living;
  nodes.reach(store.nodes.length);
  edges.reach(store.edges.length);
  const stateOf = (lastUs: number) =>
    stateAt(nowMs - lastUs / 1000, fadeAfter(settings, 0), goneAfter(settings, 0, SIGHTINGS));
  for (let node = 0; node < nodes.size; node++) nodes.touch(node);
  nodes.state.fill(CANDIDATE);
  store.nodes.forEach(({ last }, node) => {
    if (last !== Number.NEGATIVE_INFINITY) nodes.state[node] = stateOf(last);
  });
  store.edges.forEach((edge, at) => {
    if (edge.count <= 0) return;
    const state = stateOf(edge.lastSeen(store.epoch));
    edges.touch(at);
    edges.state[at] = state;
    for (const end of [edge.source, edge.target]) nodes.state[end] = liveliest(nodes.state[end]!, state);
  });
}
