/**
 * The graph → query arrow: an immutable, resolved picture of the graph at one revision. What was taken from a view never
 * changes. A view may make what it is asked for only then, from what the next one changes: a reader takes all it needs
 * in the turn in which it was given the view. Later it can still have what it took before, and nothing else.
 */
import type { ChangeFeed } from './change-feed.ts';
import type { Checkup } from './checkup.ts';
import type { DeltaPart, Following } from './graph-delta.ts';
import type { Diagnostic, Edge, Node, Stats } from './graph-document.ts';
import type { Past } from './past.ts';
import type { StorageStatus } from './storage.ts';

/** Which edges leave and reach a node. */
export interface Adjacency {
  /** Compressed adjacency over indexes into `nodes` and `edges`: edges out of node i are outEdges[outStart[i] .. outStart[i+1]-1]. */
  readonly outStart: Uint32Array;
  readonly outEdges: Uint32Array;
  readonly inStart: Uint32Array;
  readonly inEdges: Uint32Array;
  /** Index of an edge's source and target node, by edge index. */
  readonly edgeSource: Uint32Array;
  readonly edgeTarget: Uint32Array;
}

/** What of a node stays as it is. */
export type NodeFacts = Omit<Node, 'state' | 'firstSeen' | 'lastSeen' | 'entry' | 'unresolved'>;

/** What of an edge stays as it is. */
export type EdgeFacts = Pick<Edge, 'id' | 'key' | 'kind' | 'source' | 'target'>;

/** Numbers by place, for questions that look at many edges. */
export interface Weights {
  /** Indexes into `EDGE_KINDS` and `STATES`. */
  readonly kinds: Uint8Array;
  readonly states: Uint8Array;
  /** As the documents of the edges have them; NaN where they have no messages. */
  readonly counts: Float64Array;
  readonly messages: Float64Array;
  readonly confidences: Float64Array;
  /** By node: requests that entered there, from whomever. */
  readonly entries: Float64Array;
}

/** By which two times are told apart: by place, in order of the ids, as the documents have them. They outlive their view. */
export interface Figures {
  readonly nodes: readonly NodeFacts[];
  readonly edges: readonly EdgeFacts[];
  /** Indexes into `STATES`. */
  readonly nodeStates: Uint8Array;
  readonly edgeStates: Uint8Array;
  readonly counts: Float64Array;
  readonly errors: Float64Array;
  /** Per second. */
  readonly rates: Float64Array;
  /** Of the durations, seconds: those of the callers where there are any. NaN where nobody has any. */
  readonly medians: Float64Array;
  readonly p95s: Float64Array;
}

export interface GraphView extends Adjacency {
  /** Grows with every change of structure or weights; the same number means the same answer. */
  readonly revision: number;
  /** Wall-clock milliseconds, or the newest event time in `analyze`. */
  readonly asOf: number;
  /** The same object means the same nodes and edges at the same places. */
  readonly structure: object;
  /** By place, in order of the ids. */
  readonly nodeFacts: readonly NodeFacts[];
  readonly weights: Weights;
  /** All of them, sorted by id: who wants a few asks for each. */
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  /** At a place in these. */
  node(place: number): Node;
  edge(place: number): Edge;
  /** Worked out anew with every call. */
  figures(): Figures;
  readonly paths: PathTable;
  readonly stats: Stats;
  readonly diagnostics: readonly Diagnostic[];
  /** Index by id or by key, also of what was merged into another; -1 when unknown. */
  nodeIndex(idOrKey: string): number;
  edgeIndex(idOrKey: string): number;
  /** Index of what the graph's node of this number (of the store, from 0) resolves to; -1 when it does not show. */
  nodeOfRaw(raw: number): number;
  /** Ids of the edges that an edge stands for, as their spans named both ends; its own when nothing was merged. */
  rawEdgeIds(edge: number): readonly string[];
}

/**
 * The tree of causal paths by columns: row n is the chain of nodes of its parent and one more. Row 0 is none.
 */
export interface PathTable {
  readonly size: number;
  /** 0: the chain begins here; −1: it does, and what was above is missing. Parents come before their children. All columns may be longer than `size`. */
  readonly parents: Int32Array;
  /** Numbers of the graph's nodes, see `nodeOfRaw`. */
  readonly nodes: Int32Array;
  /** Interactions that took exactly this chain; those of receiving spans apart. */
  readonly counts: Float64Array;
  readonly received: Float64Array;
}

export type SpanJoin =
  | 'shared_id'
  | 'parent'
  | 'link'
  | 'offset'
  | 'message_id'
  | 'parent_child'
  | 'entry'
  | 'inferred';

/** A span still kept by the correlator, for `/v1/debug/trace/{id}`. */
export interface DebugSpan {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly service: string | null;
  /** `client`, `server`, `producer`, `consumer`, `internal` or `database`. */
  readonly class: string;
  readonly fate: string;
  /** How it found its partner, or what it counts as alone; null while it waits, and where its partner found it. */
  readonly join: SpanJoin | null;
  readonly partnerSpanId: string | null;
  readonly reason: string | null;
  readonly start: string;
  readonly durationSeconds: number;
}

/** One bounded memory of the correlator, for status and metrics. */
export interface TierStatus {
  readonly name:
    | 'rows'
    | 'links'
    | 'late'
    | 'seen'
    | 'messages'
    | 'records'
    | 'record_contexts'
    | 'logs'
    | 'change_writers'
    | 'trace_writes'
    | 'outbox_events'
    | 'transactions';
  readonly used: number;
  readonly limit: number;
  readonly bytesPerEntry: number;
  /** Seconds back that the tier really reaches: shorter than configured when it is full. */
  readonly horizonSeconds: number;
  readonly evicted: number;
}

/** What the topology connector offers to readers (API, exporters). */
export interface TopologyReader {
  /** `receive` is given the parts of deltas, once this reader or another has asked for one. */
  follow(receive: (part: DeltaPart) => void): Following;
  /** 32 lower-case hex digits (16 are zero-extended). Newest spans first; empty when none is kept. */
  trace(traceId: string): readonly DebugSpan[];
  tiers(): readonly TierStatus[];
  /** What became of the spans of services, up to now. */
  checkup(): Checkup;
  /** Edges held, also those that do not show. */
  edgeCount(): number;
  /** Undefined where nothing is kept. */
  storage(): StorageStatus | undefined;
  readonly changes: ChangeFeed;
  readonly past: Past;
}
