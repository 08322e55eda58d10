/** An edge of the store as readers meet it: everything derived from its additive weights. */
import { type Edge, EVIDENCE_KINDS, type EvidenceKind, type Lag, type Latency } from '../contract/graph-document.ts';
import { CALLS, CONSUMES, MESSAGES_EDGE, PUBLISHES } from '../contract/interaction.ts';
import {
  ADJUSTED_UNITS,
  ADJUSTED_UNITS_PROCESS,
  BATCHES,
  CLIENT_ERRORS,
  COUNT,
  COUNT_PROCESS,
  type EdgeAggregate,
  ERRORS,
  EVIDENCE,
  MESSAGES_PROCESSED,
  MESSAGES_RECEIVED,
  MESSAGES_SENT,
  SERVED,
  SERVER_ERRORS,
} from './edge-aggregate.ts';
import type { Histogram } from './histogram.ts';
import { isoTime } from './iso-time.ts';

/** How much one more proof of a kind convinces: c in 1 − Π (1 − c·n/(n+2)). */
const CONVICTION: Readonly<Record<EvidenceKind, number>> = {
  client_span: 0.5,
  server_span: 0.5,
  paired: 0.9,
  parent_child: 0.6,
  span_link: 0.9,
  message_id: 0.8,
  offset: 0.9,
  record_header: 0.6,
  cdc: 0.9,
  log: 0.4,
  statement: 0.4,
};

/** What views need beside the edge itself. */
export interface EdgeContext {
  readonly nowMs: number;
  readonly halfLifeMs: number;
  readonly epoch: number;
  readonly groupNames: readonly string[];
}

export type EdgeIdentity = Pick<Edge, 'id' | 'key' | 'kind' | 'source' | 'target'>;

export function edgeToDocument(fixed: EdgeIdentity, edge: EdgeAggregate, context: EdgeContext): Edge {
  const c = edge.counters;
  const { first, last, exemplars } = edge.seen(context.epoch);
  const processes = edge.kind === CONSUMES && c[COUNT_PROCESS]! > 0;
  const evidence = evidenceOf(edge);
  const operations = operationsOf(edge);
  return {
    ...fixed,
    state: 'active',
    count: processes ? c[COUNT_PROCESS]! : c[COUNT]!,
    ...(edge.kind === CALLS && { served: c[SERVED]! }),
    ...messagesOf(edge, context.groupNames),
    ...(operations && { operations }),
    clientErrors: c[CLIENT_ERRORS]!,
    serverErrors: c[SERVER_ERRORS]!,
    errors: c[ERRORS]!,
    estimated: (processes ? c[ADJUSTED_UNITS_PROCESS]! : c[ADJUSTED_UNITS]!) / 2 ** 20,
    rate: (processes ? edge.processBuckets! : edge.buckets).rate(context.nowMs, context.halfLifeMs),
    ...latencyOf(edge),
    ...lagOf(edge.lag),
    firstSeen: isoTime(first),
    lastSeen: isoTime(last),
    confidence: confidence(evidence),
    evidence,
    exemplars: exemplars.list(),
    ...(edge.source === edge.target && (edge.kind === CALLS || edge.kind === MESSAGES_EDGE) && { loop: true }),
  };
}

function evidenceOf(edge: EdgeAggregate): Partial<Record<EvidenceKind, number>> {
  const evidence: Partial<Record<EvidenceKind, number>> = {};
  EVIDENCE_KINDS.forEach((kind, i) => {
    const count = edge.counters[EVIDENCE + i]!;
    if (count > 0) evidence[kind] = count;
  });
  return evidence;
}

export function confidence(evidence: Partial<Record<EvidenceKind, number>>): number {
  let doubt = 1;
  for (const [kind, n] of Object.entries(evidence)) doubt *= 1 - (CONVICTION[kind as EvidenceKind] * n) / (n + 2);
  return 1 - doubt;
}

function operationsOf(edge: EdgeAggregate): Record<string, number> | undefined {
  const counted = edge.verbs.map((verb, i) => [verb, edge.verbCounts[i]!] as const).filter(([, n]) => n > 0);
  return counted.length === 0 ? undefined : Object.fromEntries(counted);
}

type MessageFields = Pick<Edge, 'messages' | 'batches' | 'received' | 'processed' | 'groups'>;

function messagesOf(edge: EdgeAggregate, groupNames: readonly string[]): MessageFields {
  const { kind, counters: c } = edge;
  if (kind !== PUBLISHES && kind !== CONSUMES && kind !== MESSAGES_EDGE) return {};
  const messages = Math.max(c[MESSAGES_SENT]!, c[MESSAGES_RECEIVED]!, c[MESSAGES_PROCESSED]!);
  const sides = kind === PUBLISHES ? {} : { received: c[MESSAGES_RECEIVED]!, processed: c[MESSAGES_PROCESSED]! };
  const groups = [...(edge.groups ?? [])]
    .filter(([, [r, p]]) => r !== 0 || p !== 0)
    .map(([group, [r, p]]) => [groupNames[group]!, Math.max(r, p)] as const);
  return { messages, batches: c[BATCHES]!, ...sides, ...(groups.length > 0 && { groups: Object.fromEntries(groups) }) };
}

function lagOf(lag: Histogram | undefined): { lag?: Lag } {
  return lag !== undefined && lag.count > 0 ? { lag: quantiles(lag) } : {};
}

function latencyOf(edge: EdgeAggregate): Pick<Edge, 'latency'> {
  const client = latency(edge.client);
  const server = latency(edge.server);
  return client || server ? { latency: { ...(client && { client }), ...(server && { server }) } } : {};
}

function latency(histogram: Histogram | undefined): Latency | undefined {
  if (histogram === undefined || histogram.count <= 0) return undefined;
  const { p50, p95, p99, count } = quantiles(histogram);
  return { p50, p95, p99, mean: histogram.sum / count / 1e6, count };
}

function quantiles(histogram: Histogram): Lag {
  return {
    p50: histogram.quantile(0.5),
    p95: histogram.quantile(0.95),
    p99: histogram.quantile(0.99),
    count: histogram.count,
  };
}
