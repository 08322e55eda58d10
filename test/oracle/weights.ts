/** All interactions of one edge in, the edge's weights out. */
import type { Edge, EvidenceKind } from '../../src/contract/graph-document.ts';
import { chooseExemplars } from './exemplars.ts';
import { summarizeLags, summarizeLatencies } from './histogram.ts';
import type { Interaction } from './interactions.ts';

/** The fields of an edge that spans decide, without those that depend on a clock. */
export type OracleEdge = Omit<Edge, 'key' | 'state' | 'rate'>;

const ADJUSTED_UNIT = 2 ** 20;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

export function edgeId({ source, kind, target }: Pick<Interaction, 'source' | 'kind' | 'target'>): string {
  return `${source.id}#${kind}#${target.id}`;
}

/** `interactions` is not empty and of one edge. */
export function weighEdge(interactions: readonly Interaction[]): OracleEdge {
  const { kind, source, target } = interactions[0]!;
  const counted = countedOf(interactions);
  const evidence = countNames(interactions.flatMap(one => one.evidence)) as Partial<Record<EvidenceKind, number>>;
  const starts = interactions.map(one => one.witness.startUs);
  return {
    id: edgeId(interactions[0]!),
    kind,
    source: source.id,
    target: target.id,
    count: counted.length,
    estimated: sum(counted.map(one => Math.round(one.adjusted * ADJUSTED_UNIT))) / ADJUSTED_UNIT,
    served: interactions.filter(one => one.served).length,
    ...messagesOf(interactions),
    rows: sum(interactions.map(one => one.rows ?? 0)),
    operations: countNames(interactions.flatMap(one => one.operations ?? [])),
    ...errorsOf(interactions),
    ...latencyOf(interactions),
    firstSeen: isoTime(starts.reduce((a, b) => Math.min(a, b))),
    lastSeen: isoTime(starts.reduce((a, b) => Math.max(a, b))),
    evidence,
    confidence: confidenceOf(evidence),
    exemplars: chooseExemplars(interactions),
    ...(source.id === target.id && { loop: true }),
  };
}

/** Process spans if a `consumes` edge has any, else its receive spans; on other edges all. */
function countedOf(interactions: readonly Interaction[]): readonly Interaction[] {
  if (interactions[0]?.kind !== 'consumes') return interactions;
  const processing = interactions.filter(one => one.message?.operation === 'process');
  return processing.length > 0 ? processing : interactions;
}

type MessageWeights = Pick<OracleEdge, 'messages' | 'batches' | 'redeliveries' | 'received' | 'processed' | 'groups'>;

function messagesOf(interactions: readonly Interaction[]): MessageWeights {
  const messages = interactions.flatMap(one => one.message ?? []);
  if (messages.length === 0) return {};
  const total = (operation: string, group?: string) =>
    sum(
      messages
        .filter(one => one.operation === operation && (group === undefined || one.group === group))
        .map(one => one.count),
    );
  const groups = new Set(messages.flatMap(one => one.group ?? []));
  return {
    messages: Math.max(total('send'), total('receive'), total('process')),
    received: total('receive'),
    processed: total('process'),
    redeliveries: sum(interactions.map(one => one.redeliveries ?? 0)),
    batches: messages.filter(one => one.isBatch).length,
    groups: Object.fromEntries(
      [...groups].map(group => [group, Math.max(total('receive', group), total('process', group))]),
    ),
  };
}

function errorsOf(interactions: readonly Interaction[]): Pick<OracleEdge, 'clientErrors' | 'serverErrors' | 'errors'> {
  const client = interactions.filter(one => one.client?.error);
  const server = interactions.filter(one => one.server?.error);
  return { clientErrors: client.length, serverErrors: server.length, errors: new Set([...client, ...server]).size };
}

function latencyOf(interactions: readonly Interaction[]): Pick<OracleEdge, 'latency' | 'lag'> {
  const client = summarizeLatencies(interactions.flatMap(one => one.client?.durationUs ?? []));
  const server = summarizeLatencies(interactions.flatMap(one => one.server?.durationUs ?? []));
  const lag = summarizeLags(interactions.flatMap(one => one.lagsUs ?? []));
  return { latency: { ...(client && { client }), ...(server && { server }) }, ...(lag && { lag }) };
}

/** 1 − Π over kinds of proof of (1 − c·n/(n+2)). */
function confidenceOf(evidence: Partial<Record<EvidenceKind, number>>): number {
  const doubts = Object.entries(evidence).map(([kind, n]) => 1 - (weightOf(kind as EvidenceKind) * n) / (n + 2));
  return 1 - doubts.reduce((product, doubt) => product * doubt, 1);
}

function weightOf(kind: EvidenceKind): number {
  if (kind === 'paired' || kind === 'span_link' || kind === 'offset' || kind === 'cdc') return 0.9;
  if (kind === 'message_id') return 0.8;
  if (kind === 'parent_child' || kind === 'record_header') return 0.6;
  return kind === 'client_span' || kind === 'server_span' ? 0.5 : 0.4;
}

function countNames(names: readonly string[]): Record<string, number> {
  return Object.fromEntries([...new Set(names)].map(name => [name, names.filter(one => one === name).length]));
}

export function isoTime(us: number): string {
  return new Date(Math.floor(us / 1000)).toISOString();
}
