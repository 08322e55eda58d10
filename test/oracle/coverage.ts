/** Which ranks, fates, reasons, edge kinds and resolutions a run reached, with counts: a property that reaches little proves little. */
import { FATES, type Fate } from '../../src/contract/graph-document.ts';
import type { Outcome } from './model.ts';

export type Coverage = Map<string, number>;

/** Every way in which the model decides a span. */
const RANKS: readonly string[] = [
  ...['shared_id', 'parent', 'parent_child', 'entry', 'external_caller', 'missing_parent', 'local_parent'],
  ...['client', 'client_explains', 'client_nameless', 'client_alone', 'inferred_external'],
  ...['internal', 'nameless', 'create', 'producer'],
  ...['shared_id', 'parent', 'link', 'parent_child', 'entry', 'none'].flatMap(rank => [
    `consumer_${rank}`,
    `consumer_without_topic_${rank}`,
  ]),
  ...['shared_id', 'parent', 'link'].map(rank => `consumer_by_partners_topic_${rank}`),
  ...['offset', 'message_id', 'redelivered'].map(rank => `consumer_${rank}`),
  ...['outer', 'inside', 'told_earlier', 'several_topics'].map(role => `consumer_${role}`),
  ...['database', 'database_inner', 'database_joined', 'database_skipped', 'database_taken_back'],
];

/** Fates that no set of spans has by itself, each with what it would need. */
const FATES_OUT_OF_REACH: Partial<Record<Fate, string>> = {
  filtered: 'needs a processor before the graph',
  evicted: 'needs more spans than the tables hold',
  pending: 'needs a wait that is not over: an analysis decides everything at its end',
};

/** Adds what one outcome reached; names are `rank:…`, `fate:…`, `reason:…`, `edge:…`, `resolved:…`,
 * `change:…`, `evidence:…`. */
export function addCoverage(total: Coverage, { document, decisions }: Outcome): void {
  const add = (name: string, count = 1) => total.set(name, (total.get(name) ?? 0) + count);
  const { spans, reasons } = document.stats;
  for (const { rank } of decisions.spans) add(`rank:${rank}`);
  for (const fate of FATES) if (spans[fate] > 0) add(`fate:${fate}`, spans[fate]);
  for (const [reason, count] of Object.entries(reasons)) add(`reason:${reason}`, count);
  for (const { client, isDelivery } of decisions.changes) {
    add(`change:${client === undefined ? 'without' : 'with'}_client${isDelivery ? '_delivery' : ''}`);
  }
  for (const { kind, rawIds } of document.nodes) if (rawIds.length > 1) add(`resolved:to_${kind}`);
  add('resolved:ambiguous', document.diagnostics.length);
  for (const edge of document.edges) {
    add(`edge:${edge.kind}`);
    if ((edge.redeliveries ?? 0) > 0) add('rank:consumer_redelivered');
    for (const [kind, count] of Object.entries(edge.evidence)) add(`evidence:${kind}`, count);
  }
}

/** Ranks, fates and resolutions as reached, sorted. */
export function reachedRanksAndFates(total: Coverage): string[] {
  return [...total.keys()].filter(name => /^(?:rank|fate|resolved):/.test(name)).sort();
}

/** Those that a run of some length reaches, sorted. */
export function ranksAndFatesInReach(): string[] {
  const fates = FATES.filter(fate => FATES_OUT_OF_REACH[fate] === undefined);
  return [
    ...RANKS.map(rank => `rank:${rank}`),
    ...fates.map(fate => `fate:${fate}`),
    ...['to_topic', 'to_table', 'to_database', 'to_service', 'ambiguous'].map(name => `resolved:${name}`),
  ].sort();
}

export function formatCoverage(total: Coverage): string {
  const reached = [...total].map(([name, count]) => `${name.padEnd(48)}${String(count).padStart(8)}`);
  const outOfReach = Object.entries(FATES_OUT_OF_REACH).map(([fate, need]) => `${`fate:${fate}`.padEnd(48)}${need}`);
  return [...reached, ...outOfReach].sort().join('\n');
}
