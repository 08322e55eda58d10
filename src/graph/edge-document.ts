/** An edge of the store as readers meet it: everything derived from its additive weights. */

import {
  ADJUSTED_UNITS,
  ADJUSTED_UNITS_PROCESS,
  BATCHES,
  CLIENT_ERRORS,
  ERRORS,
  EVIDENCE,
  MESSAGES_PROCESSED,
  MESSAGES_RECEIVED,
  REDELIVERIES,
  ROWS,
  SERVED,
  SERVER_ERRORS,
} from '../contract/counters.ts';
import {
  type Edge,
  EVIDENCE_KINDS,
  type EvidenceKind,
  type Lag,
  type Latency,
  type State,
} from '../contract/graph-document.ts';
import type { EdgeFacts } from '../contract/graph-view.ts';
import { CALLS, CAPTURES, PUBLISHES } from '../contract/interaction.ts';
import type { EdgeAggregate } from './edge-aggregate.ts';
import { confidenceOf, countOf, isProcessed, messagesOf } from './edge-weights.ts';
import type { Histogram } from './histogram.ts';
import { isoTime } from './iso-time.ts';

/** What views need beside the edge itself. */
export interface EdgeContext {
  readonly nowMs: number;
  readonly halfLifeMs: number;
  readonly epoch: number;
  readonly groupNames: readonly string[];
}

type Draft = { -readonly [K in keyof Edge]: Edge[K] };

/** Field by field: a view of a large graph makes a hundred thousand of these. */
export function edgeToDocument(fixed: EdgeFacts, edge: EdgeAggregate, state: State, context: EdgeContext): Edge {
  const seen = edge.seen(context.epoch);
  const processes = isProcessed(edge);
  const { id, key, kind, source, target } = fixed;
  const draft = { id, key, kind, source, target, state, count: countOf(edge) } as Draft;
  if (edge.kind === CALLS) draft.served = edge.counter(SERVED);
  addMessages(draft, edge, context.groupNames);
  if (edge.kind === CAPTURES) draft.rows = edge.counter(ROWS);
  addOperations(draft, edge);
  draft.clientErrors = edge.counter(CLIENT_ERRORS);
  draft.serverErrors = edge.counter(SERVER_ERRORS);
  draft.errors = edge.counter(ERRORS);
  draft.estimated = (processes ? edge.counter(ADJUSTED_UNITS_PROCESS) : edge.counter(ADJUSTED_UNITS)) / 2 ** 20;
  draft.rate = rateOf(edge, context);
  addLatency(draft, edge);
  if (edge.lag !== undefined && edge.lag.count > 0) draft.lag = quantiles(edge.lag);
  draft.firstSeen = isoTime(seen.first);
  draft.lastSeen = isoTime(seen.last);
  draft.confidence = confidenceOf(edge);
  draft.evidence = evidenceOf(edge);
  draft.exemplars = seen.examples();
  if (source === target) draft.loop = true;
  return draft;
}

/** Per second. */
export function rateOf(edge: EdgeAggregate, { nowMs, halfLifeMs }: EdgeContext): number {
  return (isProcessed(edge) ? edge.processBuckets! : edge.buckets).rate(nowMs, halfLifeMs);
}

function evidenceOf(edge: EdgeAggregate): Partial<Record<EvidenceKind, number>> {
  const evidence: Partial<Record<EvidenceKind, number>> = {};
  for (let i = 0; i < EVIDENCE_KINDS.length; i++) {
    const count = edge.counter(EVIDENCE + i);
    if (count > 0) evidence[EVIDENCE_KINDS[i]!] = count;
  }
  return evidence;
}

function addOperations(draft: Draft, { verbs, verbCounts }: EdgeAggregate): void {
  let operations: Record<string, number> | undefined;
  for (let v = 0; v < verbs.length; v++) {
    if (verbCounts[v]! <= 0) continue;
    operations ??= {};
    define(operations, verbs[v]!, verbCounts[v]!);
  }
  if (operations !== undefined) draft.operations = operations;
}

/** Names come from outside; one of them may be `__proto__`. */
function define(counts: Record<string, number>, name: string, count: number): void {
  if (name !== '__proto__') counts[name] = count;
  else Object.defineProperty(counts, name, { value: count, enumerable: true, configurable: true, writable: true });
}

function addMessages(draft: Draft, edge: EdgeAggregate, groupNames: readonly string[]): void {
  const { kind } = edge;
  const messages = messagesOf(edge);
  if (Number.isNaN(messages)) return;
  draft.messages = messages;
  draft.batches = edge.counter(BATCHES);
  if (kind !== PUBLISHES) {
    draft.received = edge.counter(MESSAGES_RECEIVED);
    draft.processed = edge.counter(MESSAGES_PROCESSED);
    draft.redeliveries = edge.counter(REDELIVERIES);
  }
  if (edge.groups === undefined) return;
  let groups: Record<string, number> | undefined;
  for (const [group, [received, processed]] of edge.groups) {
    if (received === 0 && processed === 0) continue;
    groups ??= {};
    define(groups, groupNames[group]!, Math.max(received, processed));
  }
  if (groups !== undefined) draft.groups = groups;
}

function addLatency(draft: Draft, edge: EdgeAggregate): void {
  const client = latency(edge.client);
  const server = latency(edge.server);
  if (client !== undefined && server !== undefined) draft.latency = { client, server };
  else if (client !== undefined) draft.latency = { client };
  else if (server !== undefined) draft.latency = { server };
}

function latency(histogram: Histogram | undefined): Latency | undefined {
  if (histogram === undefined || histogram.count <= 0) return undefined;
  const { count } = histogram;
  return {
    p50: histogram.quantile(0.5),
    p95: histogram.quantile(0.95),
    p99: histogram.quantile(0.99),
    mean: histogram.sum / count / 1e6,
    count,
  };
}

function quantiles(histogram: Histogram): Lag {
  return {
    p50: histogram.quantile(0.5),
    p95: histogram.quantile(0.95),
    p99: histogram.quantile(0.99),
    count: histogram.count,
  };
}
