/**
 * The graph as readers meet it: the JSON shapes of `/v1/graph` (schema `tacit.graph/v1`).
 * Times are RFC 3339 with milliseconds, durations seconds, rates per second.
 */

import type { Checkup } from './checkup.ts';
import type { SeriesPoint } from './past.ts';

export const NODE_KINDS = ['service', 'topic', 'table', 'database', 'external'] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

export const EDGE_KINDS = [
  'calls',
  'publishes',
  'consumes',
  'routes',
  'messages',
  'writes',
  'reads',
  'queries',
  'captures',
] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];

export const EVIDENCE_KINDS = [
  'client_span',
  'server_span',
  'paired',
  'parent_child',
  'span_link',
  'message_id',
  'offset',
  'record_header',
  'cdc',
  'log',
  'statement',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

export const STATES = ['candidate', 'active', 'fading', 'gone'] as const;
export type State = (typeof STATES)[number];

/** What became of a span; every received span has exactly one. */
export const FATES = [
  'rejected',
  'duplicates',
  'filtered',
  'skipped',
  'internal',
  'paired',
  'inferred',
  'unpaired',
  'evicted',
  'pending',
] as const;
export type Fate = (typeof FATES)[number];

export interface Node {
  readonly id: string;
  /** Short stable name: 16 of `a-z0-9`. */
  readonly key: string;
  readonly kind: NodeKind;
  readonly name: string;
  readonly namespace?: string;
  readonly environment?: string;
  readonly system?: string;
  readonly cluster?: string;
  readonly instance?: string;
  readonly database?: string;
  readonly schema?: string;
  /** True for a node nobody instruments: everything but services. */
  readonly virtual: boolean;
  readonly overflow?: boolean;
  readonly state: State;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Root server spans: requests that enter the system here. */
  readonly entry?: { readonly count: number };
  /** Client spans of this service whose callee could not be told. */
  readonly unresolved?: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** Identities as spans named them that are shown as this node. */
  readonly rawIds: readonly string[];
  /** Where one node is asked for by an id that is now shown as another: the id of that one. */
  readonly resolvedTo?: string;
}

/** Seconds; estimated from a histogram with 8 buckets per doubling, `mean` exact. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly mean: number;
  readonly count: number;
}

export interface Lag {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly count: number;
}

export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
}

export interface Edge {
  readonly id: string;
  readonly key: string;
  readonly kind: EdgeKind;
  readonly source: string;
  readonly target: string;
  readonly state: State;
  readonly count: number;
  readonly served?: number;
  readonly messages?: number;
  readonly batches?: number;
  readonly received?: number;
  readonly processed?: number;
  readonly redeliveries?: number;
  readonly groups?: Readonly<Record<string, number>>;
  readonly rows?: number;
  readonly operations?: Readonly<Record<string, number>>;
  readonly clientErrors: number;
  readonly serverErrors: number;
  readonly errors: number;
  readonly estimated: number;
  readonly rate: number;
  readonly latency?: { readonly client?: Latency; readonly server?: Latency };
  readonly lag?: Lag;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly confidence: number;
  readonly evidence: Readonly<Partial<Record<EvidenceKind, number>>>;
  readonly exemplars: readonly Exemplar[];
  readonly loop?: boolean;
  /** What was counted by steps of time, of one edge when it is asked for. */
  readonly series?: readonly SeriesPoint[];
  /** Where one edge is asked for: ids, as spans named the ends, of the edges that are added up in it. */
  readonly rawIds?: readonly string[];
  /** Where one edge is asked for by an id that is now shown as another. */
  readonly resolvedTo?: string;
}

export type SpanStats = Readonly<Record<Fate | 'received', number>>;

export interface Stats {
  readonly spans: SpanStats;
  readonly records: Readonly<Record<string, number>>;
  readonly changes: Readonly<Record<string, number>>;
  /** Why spans were skipped, unpaired, rejected and the like: snake_case name → count. */
  readonly reasons: Readonly<Record<string, number>>;
}

export interface Diagnostic {
  readonly code: string;
  readonly message: string;
  readonly nodes: readonly string[];
}

export interface GraphDocument {
  readonly schema: 'tacit.graph/v1';
  readonly asOf: string;
  readonly revision: number;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  readonly truncated: boolean;
  readonly stats: Stats;
  readonly diagnostics: readonly Diagnostic[];
  /** In recorded graphs: what `tacit doctor` reads. */
  readonly checkup?: Checkup;
  /** Of recorded graphs: what `observed` paths are told from. */
  readonly paths?: PathColumns;
}

/** The tree of causal paths: row n is the chain of nodes of its parent, which comes before, and one more. */
export interface PathColumns {
  /** −1: the chain begins here; −2: it does, and what was above is missing. */
  readonly parents: readonly number[];
  /** Places in `nodes` of the document. */
  readonly nodes: readonly number[];
  /** Interactions that took exactly this chain. */
  readonly counts: readonly number[];
}
