/** Which ranks, fates, reasons and edge kinds a run reached, with counts: a property that reaches little proves little. */
import type { Outcome } from './model.ts';

export type Coverage = Map<string, number>;

/** Adds what one outcome reached; names are `rank:…`, `fate:…`, `reason:…`, `edge:…`, `change:…`, `evidence:…`. */
export function addCoverage(total: Coverage, { document, decisions }: Outcome): void {
  const add = (name: string, count = 1) => total.set(name, (total.get(name) ?? 0) + count);
  for (const { rank } of decisions.spans) add(`rank:${rank}`);
  for (const [fate, count] of Object.entries(document.stats.spans)) if (count > 0) add(`fate:${fate}`, count);
  for (const [reason, count] of Object.entries(document.stats.reasons)) add(`reason:${reason}`, count);
  for (const { client, isDelivery } of decisions.changes) {
    add(`change:${client === undefined ? 'without' : 'with'}_client${isDelivery ? '_delivery' : ''}`);
  }
  for (const edge of document.edges) {
    add(`edge:${edge.kind}`);
    for (const [kind, count] of Object.entries(edge.evidence)) add(`evidence:${kind}`, count);
  }
}

export function formatCoverage(total: Coverage): string {
  return [...total]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name.padEnd(48)}${String(count).padStart(8)}`)
    .join('\n');
}
