/** Metrics of the life of nodes and edges. */
import type { MetricSample } from '../../contract/component.ts';
import { STATES } from '../../contract/graph-document.ts';
import {
  EDGES_BY_STATE,
  INPUTS,
  LEARNING,
  NODES_BY_STATE,
  PROFILES,
  PROFILES_LIMIT,
  QUIET,
  REFUSED_PROFILES,
  UNSURE_EDGES,
} from '../../telemetry/metrics/life-cycle.ts';
import { MAX_PROFILES } from './lifecycle-options.ts';
import type { Topology } from './topology.ts';

export function lifeCycleSamples({ time: { lifeCycle, judge }, options }: Topology): readonly MetricSample[] {
  const { nodes, edges, unsure, quiet, learning, silent, live } = lifeCycle.counts();
  return [
    ...STATES.map((state, i) => NODES_BY_STATE.sample(nodes[i]!, { state })),
    ...STATES.map((state, i) => EDGES_BY_STATE.sample(edges[i]!, { state })),
    UNSURE_EDGES.sample(unsure),
    QUIET.sample(quiet),
    LEARNING.sample(learning),
    INPUTS.sample(live, { state: 'live' }),
    INPUTS.sample(silent, { state: 'silent' }),
    PROFILES.sample(judge.profiles),
    PROFILES_LIMIT.sample(options.maxProfiles ?? MAX_PROFILES),
    REFUSED_PROFILES.sample(judge.refused),
  ];
}
