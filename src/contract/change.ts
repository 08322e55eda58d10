/**
 * What changed in the graph, as it is told: one change is one transition, with a number of its own and what was known of
 * it at that moment. Never rewritten once published.
 */
import type { EdgeKind, NodeKind, State } from './graph-document.ts';

export const CHANGE_TYPES = [
  'node.appeared',
  'node.gone',
  'node.merged',
  'node.split',
  'edge.appeared',
  'edge.active',
  'edge.fading',
  'edge.gone',
  'edge.changed',
  'edge.retracted',
  'coupling.appeared',
  'coupling.gone',
  'cycle.appeared',
  'cycle.gone',
  'policy.violated',
  'policy.resolved',
  'input.silent',
  'input.resumed',
] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

export const SEVERITIES = ['info', 'notice', 'warning'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const INPUT_FAMILIES = ['spans', 'records'] as const;

/** What an edge weighed: cumulative, and its rate at that time. */
export interface EdgeWeights {
  readonly count: number;
  readonly errors: number;
  /** Per second. */
  readonly rate: number;
  readonly errorRatio: number;
  /** Seconds. */
  readonly latency?: { readonly p50: number; readonly p95: number };
  readonly state: State;
}

export interface NodeRef {
  readonly id: string;
  readonly key: string;
  readonly kind: NodeKind;
  readonly name: string;
  readonly environment?: string;
  readonly namespace?: string;
}

export interface EdgeRef {
  readonly id: string;
  readonly key: string;
  readonly kind: EdgeKind;
  readonly source: NodeRef;
  readonly target: NodeRef;
}

/** Two services that are coupled without calling each other. */
export interface CouplingRef {
  readonly source: NodeRef;
  readonly target: NodeRef;
  /** Ids of the topics, tables and databases between them. */
  readonly via: readonly string[];
}

export interface CycleRef {
  /** The same for the same nodes. */
  readonly key: string;
  /** Ids, from the smallest on, in the direction of the edges. */
  readonly nodes: readonly string[];
  /** Ids of the edges: the first leaves the first node. */
  readonly edges: readonly string[];
}

export interface InputRef {
  readonly environment: string;
  readonly family: (typeof INPUT_FAMILIES)[number];
}

export interface Change {
  /** Its id everywhere; greater than that of every change before. */
  readonly seq: number;
  readonly time: string;
  readonly type: ChangeType;
  readonly severity: Severity;
  /** It was told while its environment was being learned. */
  readonly baseline: boolean;
  readonly node?: NodeRef;
  readonly edge?: EdgeRef;
  readonly coupling?: CouplingRef;
  readonly cycle?: CycleRef;
  readonly input?: InputRef;
  readonly before: EdgeWeights | null;
  readonly after: EdgeWeights | null;
  readonly evidence: Readonly<Record<string, unknown>>;
}
