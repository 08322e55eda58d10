/** What a view is built from: the store itself, or a reader's copy of it. */
import type { IdentityRules } from '../contract/identity-rules.ts';
import type { Identity } from '../lib/identities.ts';
import type { EdgeAggregate } from './edge-aggregate.ts';

export interface NodeNumbers {
  /** µs; infinite for a node that no span speaks for itself. */
  first: number;
  last: number;
  entries: number;
  unresolved: number;
  /** It has given up its place: what it counted shows at the `(other)` of its kind. */
  outside: boolean;
}

export interface EdgeSource {
  readonly kind: number;
  /** Numbers of nodes. */
  readonly source: number;
  readonly target: number;
  /** Zero when everything was taken back. */
  readonly count: number;
  /** The same number means that nothing changed; NaN where nobody keeps account. */
  readonly version: number;
  /** One of its `counters`, see `contract/counters.ts`. */
  counter(index: number): number;
  /** To be read at once: one object may serve for all edges. */
  weights(): EdgeAggregate;
}

export interface GraphSource {
  /** Another number means that nodes or edges came, went or showed again. */
  readonly structure: number;
  /** The same object means the same rules. */
  readonly rules: IdentityRules;
  /** Nodes that may show beside the `(other)` ones. */
  readonly shownNodes: number;
  readonly nodes: readonly NodeNumbers[];
  readonly edges: readonly EdgeSource[];
  identityOf(node: number): Identity;
  /** Indexes into `STATES`. */
  edgeState(edge: number): number;
  nodeState(node: number): number;
  /**
   * Numbers of the edges that changed since the last call. Undefined where nobody keeps account: such a source goes on
   * by itself, and what is not read of it at once is gone.
   */
  takeChanged(): readonly number[] | undefined;
}
