/**
 * The graph → readers arrow: what changed since the reader's last delta, state-based: the newest numbers of a node or
 * an edge replace the older ones. A delta is `begin`, any number of `nodes`, `edges`, `paths` and `states`, then `end`; all of it is the
 * graph at one moment, that of `begin`. Everything can be posted to another thread, and nothing is kept by the sender.
 */
import type { Diagnostic, Stats } from './graph-document.ts';
import type { IdentityRules } from './identity-rules.ts';

export const NODE_NUMBERS = 5;

export interface DeltaBegin {
  readonly type: 'begin';
  /** Everything follows: what the reader has is to be forgotten. */
  readonly full: boolean;
  /** Grows from delta to delta; the same number means the same answer. */
  readonly revision: number;
  readonly asOfMs: number;
  readonly halfLifeMs: number;
  /** Which interactions are provisional. */
  readonly epoch: number;
  /** Another number means that nodes or edges came or went. */
  readonly structure: number;
  /** What identities resolve by; left out when the reader has them. */
  readonly rules?: IdentityRules;
  readonly stats: Stats;
  readonly diagnostics: readonly Diagnostic[];
  /** Names of consumer groups the reader does not have yet. */
  readonly groups: readonly string[];
  /** `NODE_NUMBERS` for every node: first and last time in µs, entries, unresolved, 1 when it has given up its place. */
  readonly nodes: Float64Array<ArrayBuffer>;
  /** How many edges there are. */
  readonly edges: number;
}

/** Identities of nodes the reader does not have yet, in order. */
export interface DeltaNodes {
  readonly type: 'nodes';
  /** JSON text of an array of identities: one string crosses threads much cheaper than many objects. */
  readonly identities: string;
}

export interface DeltaEdges {
  readonly type: 'edges';
  /** Names the records use and the reader does not have yet, in order. */
  readonly names: readonly string[];
  /** One record after the other, up to `length`. */
  readonly records: Float64Array<SharedArrayBuffer>;
  readonly length: number;
  /** To be released when the records are read. */
  readonly buffer: number;
}

/** What changed in the tree of paths: columns, see `PathTable`. */
export interface DeltaPaths {
  readonly type: 'paths';
  /** Of the paths the reader does not have yet, in order. */
  readonly parents: Int32Array<ArrayBuffer>;
  readonly nodes: Int32Array<ArrayBuffer>;
  /** Numbers of paths, and their counts now. */
  readonly changed: Int32Array<ArrayBuffer>;
  readonly counts: Float64Array<ArrayBuffer>;
  readonly received: Float64Array<ArrayBuffer>;
}

/** States that are others now: pairs of number and index into `STATES`. What was never told is active. */
export interface DeltaStates {
  readonly type: 'states';
  readonly edges: Int32Array<ArrayBuffer>;
  readonly nodes: Int32Array<ArrayBuffer>;
}

export interface DeltaEnd {
  readonly type: 'end';
  /** Newest question of this reader that the delta answers. */
  readonly answers: number;
}

/** Nothing changed since the last delta. */
export interface DeltaUnchanged {
  readonly type: 'unchanged';
  readonly answers: number;
}

/** No delta could be made; the next one, if there is one, is whole. */
export interface DeltaFailed {
  readonly type: 'failed';
  readonly answers: number;
  /** The error, with where it arose. */
  readonly failure: string;
}

export type DeltaPart =
  | DeltaBegin
  | DeltaNodes
  | DeltaEdges
  | DeltaPaths
  | DeltaStates
  | DeltaEnd
  | DeltaUnchanged
  | DeltaFailed;

/** A reader that keeps a copy of the graph. */
export interface Following {
  /**
   * Asks for what changed, as of a moment after this call. `question` grows from call to call; several may be answered
   * by one delta. A reader may be given deltas it did not ask for.
   */
  ask(question: number): void;
  /** The records of this buffer were read; they may be written over. */
  release(buffer: number): void;
  /** Nothing is received any more. */
  close(): void;
}
