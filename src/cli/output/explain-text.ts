/** Explanations and the doctor's report as text for people. Names come from outside and are made printable. */
import type { DoctorReport, Finding } from '../../query/doctor/report.ts';
import type { Explanation } from '../../query/explain/edge.ts';
import type { BetweenExplanation } from '../../query/explain/explain.ts';
import type { Reason } from '../../query/explain/why-not.ts';
import { printable } from '../../query/formats/labels.ts';
import { columns, wrapped } from './columns.ts';

export function explanationText(explanation: Explanation): string {
  const { summary, edge, evidence, confidence, exemplars, rawIds, missing } = explanation;
  const proofs = evidence.map(({ kind, count, means, conviction }) => [
    `  ${kind}`,
    String(count),
    conviction.toFixed(2),
    means,
  ]);
  const parts = [
    `${printable(edge.id)}\n`,
    wrapped(printable(summary), ''),
    `\n${columns([['  EVIDENCE', 'COUNT', 'WEIGHT', 'MEANS'], ...proofs], new Set([1, 2]))}`,
    wrapped(`confidence ${confidence.value.toFixed(3)} = ${confidence.formula}`, '  '),
  ];
  if (exemplars.length > 0) {
    const rows = exemplars.map(one => [`  ${one.traceId}`, one.spanId, one.trace ?? one.debug]);
    parts.push(`\n${columns([['  TRACE', 'SPAN', 'LOOK AT'], ...rows])}`);
  }
  const raw = [...new Set([...rawIds.source, ...rawIds.target])].filter(id => id !== edge.source && id !== edge.target);
  if (raw.length > 0) parts.push('\n  Also named\n', ...raw.map(id => `    ${printable(id)}\n`));
  if (missing.length > 0) parts.push('\n  Missing\n', ...missing.map(remark));
  return parts.join('');
}

export function betweenText({ from, to, edges, whyNot }: BetweenExplanation): string {
  if (edges.length > 0) return edges.map(explanationText).join('\n');
  return `There is no edge from ${printable(from)} to ${printable(to)}.\n${reasonsText(whyNot)}`;
}

function reasonsText(reasons: readonly Reason[]): string {
  return reasons.map(({ code, message }) => `\n  ${code}\n${wrapped(printable(message), '    ')}`).join('');
}

function remark({
  code,
  message,
  fix,
}: {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}): string {
  return `  ${code}\n${wrapped(printable(message), '    ')}${fix === '' ? '' : wrapped(`→ ${printable(fix)}`, '    ')}`;
}

export function doctorText(report: DoctorReport): string {
  const { summary, findings, spans, between } = report;
  const classes = Object.entries(spans).map(([cls, count]) => `${count} ${cls}`);
  const parts = [wrapped(printable(summary), '')];
  if (classes.length > 0) parts.push(`Spans: ${classes.join(', ')}.\n`);
  parts.push(...findings.map(finding => `\n${findingText(finding)}`));
  if (between !== undefined) {
    const { from, to, edges, reasons } = between;
    const has = edges.length > 0 ? `There is an edge: ${edges.join(', ')}` : 'There is no edge';
    parts.push(`\n${printable(`${has} from ${from} to ${to}.`)}\n${reasonsText(reasons)}`);
  }
  return parts.join('');
}

function findingText(finding: Finding): string {
  const { severity, code, services, nodes, edges, example } = finding;
  const named = services.map(({ service, count }) => `${service === '' ? '(no name)' : service} ${count}`);
  const about = [...named, ...nodes, ...edges].slice(0, 5);
  const more = named.length + nodes.length + edges.length - about.length;
  const list =
    about.length === 0 ? '' : wrapped(printable(`${about.join(', ')}${more > 0 ? ` and ${more} more` : ''}`), '    ');
  const { trace, debug } = example ?? {};
  const look =
    example === null ? '' : `    example: trace ${example.traceId}, span ${example.spanId}: ${trace ?? debug}\n`;
  return `${severity.toUpperCase()} ${remark({ ...finding, code }).trimStart()}${list}${look}`;
}
