/** How many nodes and edges live how, for metrics: each look goes over all of them, a millisecond for 200,000. */
import { STATES } from '../../contract/graph-document.ts';
import type { Subjects } from './subjects.ts';
import { CANDIDATE } from './transitions.ts';

export interface LifeCounts {
  /** By index into `STATES`. */
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  /** Edges of which it is not sure yet what they are, or that have not had their turn. */
  readonly unsure: number;
  /** Nodes and edges that are another than was told, and in their quiet period. */
  readonly quiet: number;
  /** Environments in their learning period. */
  readonly learning: number;
  /** Inputs that are silent, and that are not. */
  readonly silent: number;
  readonly live: number;
}

/** Those that share a life are one. */
export function countStates({ size, leader, state }: Subjects): readonly number[] {
  const counts = STATES.map(() => 0);
  for (let at = 0; at < size; at++) if (leader[at] === at) counts[state[at]!]!++;
  return counts;
}

/** @param sinceMs told after this. */
export function countQuiet({ size, leader, state, told, toldAt }: Subjects, sinceMs: number): number {
  let count = 0;
  for (let at = 0; at < size; at++) {
    const isOther = state[at] !== told[at] && told[at] !== CANDIDATE;
    if (isOther && leader[at] === at && toldAt[at]! > sinceMs) count++;
  }
  return count;
}
