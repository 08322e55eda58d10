/** Decisions in, the parts of a graph document that spans can fill out: nodes, edges, fates and reasons. */
import type { Diagnostic, Fate, Node, SpanStats } from '../../src/contract/graph-document.ts';
import { compareValues } from './chains.ts';
import type { Decisions } from './decisions.ts';
import type { LogOutcome } from './logs.ts';
import type { NodeIdentity } from './names.ts';
import type { RecordOutcome } from './records.ts';
import { type Resolved, resolveAll } from './resolution.ts';
import { edgeId, isoTime, type OracleEdge, weighEdge } from './weights.ts';

type NodeFields =
  | 'id'
  | 'kind'
  | 'name'
  | 'namespace'
  | 'environment'
  | 'system'
  | 'cluster'
  | 'instance'
  | 'database'
  | 'schema'
  | 'rawIds';
export type OracleNode = Pick<Node, NodeFields | 'entry' | 'unresolved' | 'firstSeen' | 'lastSeen'>;

/** A node that was seen by itself. */
export interface Sight {
  readonly node: NodeIdentity;
  readonly timeUs: number;
}

/** Every `GraphDocument` is one of these. */
export interface OracleDocument {
  readonly nodes: readonly OracleNode[];
  readonly edges: readonly OracleEdge[];
  /** Of ambiguous identities. */
  readonly diagnostics: readonly Pick<Diagnostic, 'code' | 'nodes'>[];
  readonly stats: { readonly spans: SpanStats; readonly reasons: Readonly<Record<string, number>> };
}

/** Fates and reasons of the spans that never became facts. */
export interface Refused {
  readonly received: number;
  readonly duplicates: number;
  readonly reasons: readonly string[];
}

export function buildDocument(
  decisions: Decisions,
  refused: Refused,
  logs: LogOutcome,
  records: RecordOutcome,
): OracleDocument {
  const raw = rawNodes(decisions, logs, records);
  const resolved = resolveAll(raw);
  const edges = buildEdges(decisions, logs, records, resolved);
  const reasons = [
    ...refused.reasons,
    ...records.reasons,
    ...decisions.spans.flatMap(({ reason, fact }) => [
      ...(reason === undefined ? [] : [reason]),
      ...(fact.negativeDuration ? ['negative_duration'] : []),
      ...(fact.badTime ? ['bad_time'] : []),
      ...(fact.class === 'consumer' && fact.namesSeveral ? ['ambiguous_destination'] : []),
    ]),
  ];
  return {
    nodes: buildNodes(decisions, sightsOf(decisions, logs, records), edges, raw, resolved),
    edges,
    diagnostics: resolved.ambiguous,
    stats: { spans: countFates(decisions, refused), reasons: Object.fromEntries(tally(reasons)) },
  };
}

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function interactionsOf({ spans, changeInteractions }: Decisions, logs: LogOutcome, records: RecordOutcome) {
  const bySpans = spans.flatMap(decision => decision.interactions);
  const all = [...bySpans, ...changeInteractions, ...logs.interactions, ...records.interactions];
  return all.map((one, index) => {
    const isFirst = all.findIndex(other => edgeId(other) === edgeId(one)) === index;
    const more = isFirst ? records.proven.filter(proven => edgeId(proven) === edgeId(one)) : [];
    return { ...one, evidence: [...one.evidence, ...more.map(() => 'cdc' as const)] };
  });
}

function buildEdges(decisions: Decisions, logs: LogOutcome, records: RecordOutcome, { to }: Resolved): OracleEdge[] {
  const interactions = interactionsOf(decisions, logs, records).map(one => ({
    ...one,
    source: to.get(one.source.id)!,
    target: to.get(one.target.id)!,
  }));
  const ids = [...new Set(interactions.map(edgeId))].sort(compareValues);
  return ids.map(id => weighEdge(interactions.filter(one => edgeId(one) === id)));
}

/** Every service that was seen, and every end of an edge, each once. */
function rawNodes(decisions: Decisions, logs: LogOutcome, records: RecordOutcome): NodeIdentity[] {
  const seen = sightsOf(decisions, logs, records).map(({ node }) => node);
  const ends = interactionsOf(decisions, logs, records).flatMap(({ source, target }) => [source, target]);
  return [...new Map([...seen, ...ends].map(node => [node.id, node])).values()];
}

function sightsOf({ spans }: Decisions, logs: LogOutcome, records: RecordOutcome): Sight[] {
  const bySpans = spans.flatMap(({ fact: { service, startUs } }) =>
    service ? [{ node: service, timeUs: startUs }] : [],
  );
  return [...bySpans, ...logs.services, ...records.seen];
}

function buildNodes(
  decisions: Decisions,
  sights: readonly Sight[],
  edges: readonly OracleEdge[],
  raw: readonly NodeIdentity[],
  { to }: Resolved,
): OracleNode[] {
  const shown = raw.filter(node => to.get(node.id)!.id === node.id);
  return shown
    .sort((a, b) => compareValues(a.id, b.id))
    .map(node => ({
      ...node,
      ...countsOf(node, decisions),
      ...timesOf(
        sights.filter(sight => to.get(sight.node.id)!.id === node.id),
        edges.filter(({ source, target }) => source === node.id || target === node.id),
      ),
      rawIds: raw.filter(one => to.get(one.id)!.id === node.id).map(one => one.id),
    }));
}

/** Of a node that was seen by itself, or has edges. */
function timesOf(sights: readonly Sight[], edges: readonly OracleEdge[]): Pick<OracleNode, 'firstSeen' | 'lastSeen'> {
  const own = sights.map(({ timeUs }) => isoTime(timeUs));
  const firsts = [...own, ...edges.map(edge => edge.firstSeen)].sort(compareValues);
  const lasts = [...own, ...edges.map(edge => edge.lastSeen)].sort(compareValues);
  return { firstSeen: firsts[0]!, lastSeen: lasts.at(-1)! };
}

function countsOf(node: NodeIdentity, { spans }: Decisions): Pick<OracleNode, 'entry' | 'unresolved'> {
  const own = spans.filter(({ fact }) => fact.service?.id === node.id);
  const entries = own.filter(decision => decision.isEntry).length;
  const unresolved = own.filter(({ fact, fate }) => fact.class === 'client' && fate === 'unpaired').length;
  return { ...(entries > 0 && { entry: { count: entries } }), ...(unresolved > 0 && { unresolved }) };
}

function countFates({ spans }: Decisions, { received, duplicates, reasons }: Refused): SpanStats {
  const count = (fate: Fate) => spans.filter(one => one.fate === fate).length;
  return {
    received,
    rejected: reasons.length,
    duplicates,
    filtered: 0,
    skipped: count('skipped'),
    internal: count('internal'),
    paired: count('paired'),
    inferred: count('inferred'),
    unpaired: count('unpaired'),
    evicted: 0,
    pending: 0,
  };
}
