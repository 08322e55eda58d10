/** The checkup of services → findings on spans, and the figures of each service, in the scope of a question. */
import type { Checkup, ServiceCheckup, SpanClass } from '../../contract/checkup.ts';
import type { Fate } from '../../contract/graph-document.ts';
import type { GraphView } from '../../contract/graph-view.ts';
import { ALONE, DOCTOR_CODES, type DoctorCode, sentence } from './codes.ts';
import type { FindingDraft, ServiceHealth } from './report.ts';

/** Below this share of the spans it could befall, a warning is a remark. */
const NOTEWORTHY = 0.01;
const MAX_SERVICES = 20;
/** Classes whose spans have another half. */
const HALVES: readonly SpanClass[] = ['client', 'server', 'producer', 'consumer'];
const ALONE_WHEN_INFERRED: readonly SpanClass[] = ['client', 'producer', 'consumer'];

/** Checkups under the ids that the view shows. */
export function scopedCheckups(view: GraphView, checkup: Checkup, scope: ReadonlySet<string>): ServiceCheckup[] {
  const shownAs = (raw: string) => view.nodeFacts[view.nodeIndex(raw)]?.id ?? raw;
  const shown = checkup.services.map(one => ({ ...one, service: shownAs(one.service) }));
  const wanted = scope.size === 0 ? shown : shown.filter(({ service }) => scope.has(service));
  return [...Map.groupBy(wanted, ({ service }) => service).values()].map(all => all.reduce(addedUp));
}

/** Two services that are shown as one. */
function addedUp(a: ServiceCheckup, b: ServiceCheckup): ServiceCheckup {
  const spans: Partial<Record<SpanClass, Partial<Record<Fate, number>>>> = {};
  for (const [cls, byFate] of [...Object.entries(a.spans), ...Object.entries(b.spans)] as [SpanClass, Spans][]) {
    const sum = { ...spans[cls] };
    for (const [fate, count] of Object.entries(byFate) as [Fate, number][]) sum[fate] = (sum[fate] ?? 0) + count;
    spans[cls] = sum;
  }
  const findings = Map.groupBy([...a.findings, ...b.findings], ({ code }) => code);
  return {
    service: a.service,
    spans,
    findings: Array.from(findings.values(), ([first, second]) => ({
      ...first!,
      count: first!.count + (second?.count ?? 0),
      example: first!.example ?? second?.example ?? null,
    })),
  };
}

export function spanFindings(services: readonly ServiceCheckup[]): FindingDraft[] {
  const found = Map.groupBy(services.flatMap(toldOf), ({ code }) => code);
  const holes = services.flatMap(holesOf);
  if (holes.length > 0) found.set('incomplete_traces', holes);
  return [...found].map(([code, all]) => spanFinding(code, all, services));
}

type Told = Found & { readonly code: DoctorCode };

/** Spans that receive without context are told of where no message of the service was joined. */
function toldOf({ service, spans, findings }: ServiceCheckup): Told[] {
  const joins = countOf(spans, 'consumer', ['paired']) > 0;
  return findings
    .filter(({ code }) => code !== ALONE || !joins)
    .map(one => ({ ...one, service, code: one.code === ALONE ? 'no_propagation' : one.code }));
}

/** A service some of whose inbound spans found their caller and some did not. */
function holesOf(checkup: ServiceCheckup): Told[] {
  const { spans } = checkup;
  const paired = countOf(spans, 'server', ['paired']) + countOf(spans, 'consumer', ['paired']);
  return paired === 0
    ? []
    : toldOf(checkup).filter(({ code }) => code === 'missing_parent' || code === 'missing_producer');
}

type Found = Omit<ServiceCheckup['findings'][number], 'code'> & { readonly service: string };

function spanFinding(code: DoctorCode, all: readonly Found[], services: readonly ServiceCheckup[]): FindingDraft {
  const { severity, unit, what, fix, of = [] } = DOCTOR_CODES[code];
  const count = all.reduce((sum, one) => sum + one.count, 0);
  const total = services.reduce((sum, { spans }) => sum + of.reduce((own, cls) => own + countOf(spans, cls), 0), 0);
  const share = total === 0 ? null : Math.min(1, count / total);
  const sorted = all.toSorted((a, b) => b.count - a.count || (a.service < b.service ? -1 : 1));
  const ofWhat = of.length > 2 || share === null ? '' : ` (${percent(share)} of ${of.join(' and ')} spans)`;
  return {
    code,
    severity: severity === 'warning' && share !== null && share < NOTEWORTHY ? 'info' : severity,
    count,
    share,
    message: `${sentence(unit)} that ${what}: ${count}${ofWhat}.`,
    fix,
    services: sorted.slice(0, MAX_SERVICES).map(({ service, count, example }) => ({ service, count, example })),
    nodes: [],
    edges: [],
    example: sorted.find(({ example }) => example !== null)?.example ?? null,
  };
}

/** @param codes of the findings, by service. */
export function serviceHealth(services: readonly ServiceCheckup[]): ServiceHealth[] {
  return services.map(({ service, spans, findings }) => ({
    service,
    spans: classTotals([{ spans }]),
    paired: pairedShare([{ spans }]),
    findings: [...new Set(toldOf({ service, spans, findings }).map(({ code }) => code))],
  }));
}

type Spans = Readonly<Partial<Record<Fate, number>>>;
type OfService = Pick<ServiceCheckup, 'spans'>;

export function classTotals(services: readonly OfService[]): Partial<Record<SpanClass, number>> {
  const totals: Partial<Record<SpanClass, number>> = {};
  for (const { spans } of services) {
    for (const cls of Object.keys(spans) as SpanClass[]) totals[cls] = (totals[cls] ?? 0) + countOf(spans, cls);
  }
  return totals;
}

/** Root servers, and those whose caller is told by a parent link alone, are the other half of nothing that came. */
export function pairedShare(services: readonly OfService[]): number | null {
  const sum = (classes: readonly SpanClass[], fates: readonly Fate[]) =>
    services.reduce((all, { spans }) => all + classes.reduce((own, cls) => own + countOf(spans, cls, fates), 0), 0);
  const alone = sum(HALVES, ['unpaired', 'evicted']) + sum(ALONE_WHEN_INFERRED, ['inferred']);
  const paired = sum(HALVES, ['paired']);
  return paired + alone === 0 ? null : paired / (paired + alone);
}

function countOf(spans: ServiceCheckup['spans'], cls: SpanClass, fates?: readonly Fate[]): number {
  const byFate = spans[cls] ?? {};
  const wanted = fates ?? (Object.keys(byFate) as Fate[]);
  return wanted.reduce((sum, fate) => sum + (byFate[fate] ?? 0), 0);
}

export function percent(share: number): string {
  return share > 0 && share < 0.01 ? 'below 1 %' : `${Math.round(share * 100)} %`;
}
