/**
 * Why a graph is empty, partial or wrong: the checkup of services and a view in, findings out, each with a code, what was
 * seen, an example and what mends it. The worst come first.
 */
import type { Checkup } from '../../contract/checkup.ts';
import type { SpanStats } from '../../contract/graph-document.ts';
import type { GraphView, TierStatus } from '../../contract/graph-view.ts';
import { linked } from '../explain/edge.ts';
import { whyNot } from '../explain/why-not.ts';
import { type DoctorCode, isDoctorCode, SEVERITIES } from './codes.ts';
import { emptiness, type Pipelines } from './emptiness.ts';
import { graphFindings, plainFinding } from './graph-findings.ts';
import type { DoctorReport, Finding, FindingDraft } from './report.ts';
import { classTotals, pairedShare, percent, scopedCheckups, serviceHealth, spanFindings } from './span-findings.ts';

export const NO_CHECKUP: Checkup = { services: [], malformed: {} };
const MAX_SERVICES = 1000;
const NO_SPANS = { received: 0, rejected: 0, duplicates: 0, filtered: 0, skipped: 0, internal: 0 } as const;
const NO_FATES: SpanStats = { ...NO_SPANS, paired: 0, inferred: 0, unpaired: 0, evicted: 0, pending: 0 };

export interface Patient {
  /** Undefined where there is no graph. */
  readonly view: GraphView | undefined;
  readonly checkup: Checkup;
  /** Of a running service. */
  readonly tiers?: readonly TierStatus[] | undefined;
  readonly pipelines?: Pipelines | undefined;
  /** A page that shows a trace, with `{traceId}` in it. */
  readonly traceUrl?: string | undefined;
}

/** @param scope indexes of nodes; empty: everything. With two, what lies between them is told as well. */
export function examine(patient: Patient, scope: readonly number[] = []): DoctorReport {
  const { view, checkup } = patient;
  const ids = new Set(scope.map(index => view!.nodes[index]!.id));
  const services = view === undefined ? [] : scopedCheckups(view, checkup, ids);
  const findings = [
    ...emptiness(view, checkup, patient.pipelines),
    ...spanFindings(services),
    ...(view === undefined ? [] : graphFindings(view, new Set(scope))),
    ...(scope.length === 0 ? wholeFindings(patient) : []),
  ]
    .sort(byWeight)
    .map(finding => ({ ...finding, example: finding.example && linked(finding.example, patient.traceUrl) }));
  const edges = view === undefined ? 0 : countEdges(view, scope);
  const health = edges === 0 ? 'empty' : findings.some(({ severity }) => severity !== 'info') ? 'partial' : 'good';
  const paired = pairedShare(services);
  const [from, to] = scope;
  return {
    health,
    summary: summaryOf(health, findings, edges, paired),
    spans: classTotals(services),
    paired,
    fates: view?.stats.spans ?? NO_FATES,
    findings,
    services: serviceHealth(services).slice(0, MAX_SERVICES),
    ...(view !== undefined && to !== undefined && { between: whyNot(view, from!, to, services) }),
  };
}

/** Counts that are not kept by service. */
function wholeFindings({ view, checkup, tiers = [] }: Patient): FindingDraft[] {
  const reasons = view?.stats.reasons ?? {};
  const told = new Set(checkup.services.flatMap(({ findings }) => findings.map(({ code }) => code as string)));
  const known = Object.entries(reasons).filter(([name]) => isDoctorCode(name));
  const byRule = Object.entries(reasons).filter(([name]) => !isDoctorCode(name));
  const full = tiers.filter(({ name, evicted }) => name !== 'rows' && evicted > 0);
  const sum = (entries: readonly (readonly [string, number])[]) => entries.reduce((all, [, count]) => all + count, 0);
  const named = byRule.map(([name, count]) => `${name} ${count}`).join(', ');
  return [
    ...known.filter(([name]) => !told.has(name)).map(([name, count]) => plainFinding(name as DoctorCode, count)),
    ...(byRule.length > 0 ? [plainFinding('skipped_by_rule', sum(byRule), {}, ` (${named})`)] : []),
    ...(full.length > 0
      ? [
          plainFinding(
            'memory_full',
            full.reduce((all, { evicted }) => all + evicted, 0),
            {},
            ` (${full.map(({ name }) => name).join(', ')})`,
          ),
        ]
      : []),
  ];
}

function byWeight(a: FindingDraft, b: FindingDraft): number {
  const severity = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  return severity || b.count - a.count || (a.code < b.code ? -1 : 1);
}

function countEdges(view: GraphView, scope: readonly number[]): number {
  if (scope.length === 0) return view.edgeSource.length;
  const degree = (start: Uint32Array, node: number) => start[node + 1]! - start[node]!;
  return scope.reduce((sum, node) => sum + degree(view.outStart, node) + degree(view.inStart, node), 0);
}

function summaryOf(
  health: DoctorReport['health'],
  findings: readonly Finding[],
  edges: number,
  paired: number | null,
): string {
  const worst = findings.find(({ severity }) => severity !== 'info') ?? findings[0];
  if (health === 'empty') return `There are no edges.${worst === undefined ? '' : ` ${worst.message}`}`;
  const share = paired === null ? '' : `, ${percent(paired)} of the spans that have another half found it`;
  const amiss = health === 'good' ? 'nothing is amiss' : `the first of what is amiss is ${worst!.code}`;
  return `Edges: ${edges}${share}; ${amiss}.`;
}
