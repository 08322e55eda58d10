/** The life of nodes and edges. */
import { define, type MetricDefinition } from './define.ts';

export const NODES_BY_STATE = define(
  'gauge',
  'tacit_life_cycle_nodes',
  'Nodes by state: candidate, active, fading or gone. Those that are one count once.',
  ['state'],
);
export const EDGES_BY_STATE = define(
  'gauge',
  'tacit_life_cycle_edges',
  'Edges by state: candidate, active, fading or gone. Those that are one count once.',
  ['state'],
);
export const UNSURE_EDGES = define(
  'gauge',
  'tacit_life_cycle_unsure_edges',
  'New edges that are looked at every second until it is sure what they are, or that have not had their turn.',
  [],
);
export const QUIET = define(
  'gauge',
  'tacit_life_cycle_quiet',
  'Nodes and edges that are in another state than was told, which is held back in their quiet period.',
  [],
);
export const LEARNING = define(
  'gauge',
  'tacit_life_cycle_learning_environments',
  'Environments in their learning period: their changes carry `baseline` and are not exported.',
  [],
);
export const INPUTS = define(
  'gauge',
  'tacit_life_cycle_inputs',
  'What feeds the graph (spans or records of an environment), by whether data comes in: live, or silent.',
  ['state'],
);
export const PROFILES = define('gauge', 'tacit_judge_profiles', 'Edges whose own days are remembered.', []);
export const PROFILES_LIMIT = define('gauge', 'tacit_judge_profiles_limit', 'Such edges, at most.', []);
export const REFUSED_PROFILES = define(
  'counter',
  'tacit_judge_refused_total',
  'Minutes of edges that were not judged, since `lifecycle.max_profiles` others are remembered.',
  [],
);

export const LIFE_CYCLE_METRICS: readonly MetricDefinition[] = [
  NODES_BY_STATE,
  EDGES_BY_STATE,
  UNSURE_EDGES,
  QUIET,
  LEARNING,
  INPUTS,
  PROFILES,
  PROFILES_LIMIT,
  REFUSED_PROFILES,
];
