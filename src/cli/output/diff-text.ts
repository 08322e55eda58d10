/** A diff for people: what came, what went, and what changed most. */
import type { EdgeWeights } from '../../contract/change.ts';
import type { ChangedEdge, DiffDocument } from '../../query/diff-document.ts';
import { printable } from '../../query/formats/labels.ts';

export function diffText({ start, end, added, removed, changed, truncated }: DiffDocument): string {
  const lines = [
    `from ${start} to ${end}`,
    ...added.nodes.map(({ id }) => `+ ${printable(id)}`),
    ...added.edges.map(({ id, weights }) => `+ ${printable(id)} (${weights.count})`),
    ...removed.nodes.map(({ id }) => `- ${printable(id)}`),
    ...removed.edges.map(({ id }) => `- ${printable(id)}`),
    ...changed.map(changedLine),
  ];
  if (lines.length === 1) lines.push('nothing changed');
  if (truncated) lines.push('… there is more: raise --limit');
  return `${lines.join('\n')}\n`;
}

function changedLine({ edge, metric, before, after, ratio }: ChangedEdge): string {
  const [a, b] = [before, after].map(weights => shown(metric, weights));
  return `~ ${printable(edge.id)} ${metric} ${a} → ${b} (×${rounded(ratio)})`;
}

function shown(metric: ChangedEdge['metric'], { rate, errorRatio, latency }: EdgeWeights): string {
  if (metric === 'rate') return `${rounded(rate)}/s`;
  return metric === 'error_ratio' ? `${rounded(errorRatio * 100)} %` : `${rounded((latency?.p95 ?? 0) * 1000)} ms`;
}

function rounded(number: number): string {
  return String(Number(number.toPrecision(3)));
}
