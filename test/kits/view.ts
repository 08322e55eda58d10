/** Views, nodes and edges from as little as a test wants to say. */
import { createHash } from 'node:crypto';
import {
  type Edge,
  type EdgeKind,
  FATES,
  type GraphDocument,
  type Node,
  type NodeKind,
  type SpanStats,
  type Stats,
} from '../../src/contract/graph-document.ts';
import type { GraphView, PathTable } from '../../src/contract/graph-view.ts';
import { viewOfDocument } from '../../src/query/document-view.ts';

export const EMPTY_STATS: Stats = {
  spans: Object.fromEntries(['received', ...FATES].map(name => [name, 0])) as SpanStats,
  records: {},
  changes: {},
  reasons: {},
};

const SEEN = '2026-08-01T12:00:00.000Z';

/** A node whose id is `kind:` and the percent-encoded name, unless it is given. */
export function nodeOf(kind: NodeKind, name: string, more: Partial<Node> = {}): Node {
  const id = more.id ?? `${kind}:${encodeURIComponent(name)}${more.environment ? `@${more.environment}` : ''}`;
  return {
    id,
    key: keyOf(id),
    kind,
    name,
    virtual: kind !== 'service',
    state: 'active',
    firstSeen: SEEN,
    lastSeen: SEEN,
    attributes: {},
    rawIds: [id],
    ...more,
  };
}

export function edgeOf(source: Node, kind: EdgeKind, target: Node, more: Partial<Edge> = {}): Edge {
  const id = `${source.id}#${kind}#${target.id}`;
  return {
    id,
    key: keyOf(id),
    kind,
    source: source.id,
    target: target.id,
    state: 'active',
    count: 1,
    clientErrors: 0,
    serverErrors: 0,
    errors: 0,
    estimated: 1,
    rate: 0.1,
    firstSeen: SEEN,
    lastSeen: SEEN,
    confidence: 0.3,
    evidence: { client_span: 1 },
    exemplars: [],
    ...more,
  };
}

export function documentOf(
  nodes: readonly Node[],
  edges: readonly Edge[],
  more: Partial<GraphDocument> = {},
): GraphDocument {
  return {
    schema: 'tacit.graph/v1',
    asOf: SEEN,
    revision: 1,
    nodes,
    edges,
    truncated: false,
    stats: EMPTY_STATS,
    diagnostics: [],
    ...more,
  };
}

export function viewOf(
  nodes: readonly Node[],
  edges: readonly Edge[],
  stats: Stats = EMPTY_STATS,
  revision = 1,
): GraphView {
  return viewOfDocument(documentOf(nodes, edges, { stats, revision }));
}

function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 16);
}

/** The columns of a tree of paths, as long as it is. */
export function columnsOf({ size, parents, nodes, counts, received }: PathTable): PathTable {
  return {
    size,
    parents: parents.slice(0, size),
    nodes: nodes.slice(0, size),
    counts: counts.slice(0, size),
    received: received.slice(0, size),
  };
}
