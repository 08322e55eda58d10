/** The lives of nodes and edges, as whoever judges them tells the graph. */
import { STATES } from '../contract/graph-document.ts';

const ACTIVE = STATES.indexOf('active');

/** The lives of nodes and edges, by their numbers: indexes into `STATES`. */
export interface States {
  stateOfEdge(edge: number): number;
  stateOfNode(node: number): number;
  /** Pairs of number and state of those that have another one since the last call. */
  takeStateChanges(): StatePairs;
  /** The same for the history. */
  takeRecorded(): StatePairs;
}

export interface StatePairs {
  readonly edges: Int32Array<ArrayBuffer>;
  readonly nodes: Int32Array<ArrayBuffer>;
}

export const NO_PAIRS: StatePairs = { edges: new Int32Array(0), nodes: new Int32Array(0) };
export const LIVELY: States = {
  stateOfEdge: () => ACTIVE,
  stateOfNode: () => ACTIVE,
  takeStateChanges: () => NO_PAIRS,
  takeRecorded: () => NO_PAIRS,
};
