/**
 * Seeded sets of small traces: 1–4 traces of 1–14 spans that reach every rule, mixed without sense.
 * The same seed always gives the same set; no two spans of a set are duplicates by accident.
 */
import { isDuplicate } from './model.ts';
import { normalizeSpan } from './normalize.ts';
import { Random } from './random.ts';
import { playScene } from './scenes.ts';
import { isSpanId, isTraceId, type Link, type Span } from './span.ts';
import { chooseServices, dress, linkAttributes, namelessResource, type Role } from './vocabulary.ts';

type Draft = { -readonly [K in keyof Span]: Span[K] } & { role: Role };
type Resource = Span['resource'];

const EPOCH_US = Date.UTC(2024, 0, 15, 12) * 1000;
const STATES = [
  'ot=th:8',
  'ot=th:c',
  'vendor=1,ot=rv:1234;th:fd70a3d70a3d7',
  'ot=th:ffffffffffffff',
  'ot=th:0',
  'ot=rv:12',
  'x=th:8',
];

/** The spans of a set in the order a sender would give them. */
export function generateTraceSet(seed: number): Span[] {
  const random = new Random(seed);
  const services = chooseServices(random);
  const traceIds = chooseTraceIds(random);
  const salt = random.hex(15);
  const sharesIds = random.chance(0.3);
  const traces = traceIds.map((traceId, index) => {
    const nextSpanId = (i: number) => spanIdOf(salt, sharesIds ? i : index * 16 + i);
    return growTrace(random, traceId, services, nextSpanId);
  });
  for (const trace of traces) {
    shareIds(random, trace);
    closeCycle(random, trace);
    loseHighHalf(random, trace, traceIds);
  }
  const drafts = traces.flat();
  addLinks(random, drafts);
  const stage = { random, producer: random.pick(services), consumer: random.pick(services), beginUs: EPOCH_US };
  const scene = random.chance(0.4) ? playScene(stage) : [];
  const spans = withoutAccidents([...drafts.map(toSpan), ...scene]);
  return [...spans, ...addRefused(random, spans)];
}

const spanIdOf = (salt: string, i: number) => `${salt.slice(0, 14)}${(i + 1).toString(16).padStart(2, '0')}`;

/** Sometimes two traces differ in their high half alone. */
function chooseTraceIds(random: Random): string[] {
  const ids = Array.from({ length: 1 + random.below(4) }, () => random.hex(32));
  const [first, second] = ids;
  if (first !== undefined && second !== undefined && random.chance(0.1)) ids[1] = second.slice(0, 16) + first.slice(16);
  return ids;
}

function growTrace(
  random: Random,
  traceId: string,
  services: readonly Resource[],
  spanIdAt: (i: number) => string,
): Draft[] {
  const trace: Draft[] = [];
  const size = 1 + random.below(14);
  const state = random.chance(0.25) ? random.pick(STATES) : '';
  for (let i = 0; i < size; i++) {
    const parent =
      trace.length > 0 && random.chance(0.88) ? trace[trace.length - 1 - skewed(random, trace.length)] : undefined;
    trace.push(growSpan(random, { traceId, spanId: spanIdAt(i), parent, services, state }));
  }
  return trace;
}

/** A whole number below the limit, small ones more often. */
const skewed = (random: Random, limit: number) => Math.floor(random.next() ** 2 * limit);

interface Place {
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: Draft | undefined;
  readonly services: readonly Resource[];
  readonly state: string;
}

function growSpan(random: Random, { traceId, spanId, parent, services, state }: Place): Draft {
  const role = chooseRole(random, parent?.role);
  const costume = dress(role, random);
  return {
    role,
    ...costume,
    ...chooseTimes(random, parent),
    resource: chooseResource(random, role, parent, services),
    scope: random.pick(['', 'http', 'kafka']),
    traceId,
    spanId,
    parentSpanId: parent === undefined ? orphanParent(random, spanId) : parent.spanId,
    links: [],
    droppedLinks: (role === 'consumer' || role === 'producer') && random.chance(0.06) ? 1 + random.below(3) : 0,
    traceState: random.chance(0.08) ? random.pick(STATES) : state,
    status: Number(random.weighted({ '0': 80, '1': 8, '2': 12 })),
  };
}

function orphanParent(random: Random, spanId: string): string {
  switch (random.weighted({ root: 55, zero: 10, missing: 25, self: 10 })) {
    case 'root':
      return '';
    case 'zero':
      return '0'.repeat(16);
    case 'missing':
      return random.hex(16);
    case 'self':
      return spanId;
  }
}

const USUAL: Record<Role, number> = {
  client: 20,
  server: 18,
  producer: 12,
  consumer: 12,
  internal: 20,
  database: 14,
  create: 3,
  settle: 2,
  named_peer: 2,
};

function chooseRole(random: Random, above: Role | undefined): Role {
  switch (above) {
    case undefined:
      return random.weighted({ ...USUAL, server: 45 });
    case 'client':
      return random.weighted({ ...USUAL, server: 70 });
    case 'producer':
    case 'create':
      return random.weighted({ ...USUAL, consumer: 60 });
    case 'database':
      return random.weighted({ ...USUAL, database: 60, server: 30 });
    default:
      return random.weighted(USUAL);
  }
}

function chooseResource(
  random: Random,
  role: Role,
  parent: Draft | undefined,
  services: readonly Resource[],
): Resource {
  if (random.chance(0.1)) return namelessResource(random);
  const isInbound = role === 'server' || role === 'consumer';
  if (parent !== undefined && random.chance(isInbound ? 0.2 : 0.7)) return parent.resource;
  return random.pick(services);
}

/** Small numbers, so that ties and touching ends are common. */
function chooseTimes(random: Random, parent: Draft | undefined): { startUs: number; endUs: number } {
  const early = parent?.startUs ?? EPOCH_US + random.below(4) * 900_000;
  const comesAfterwards = parent !== undefined && random.chance(0.25);
  const startUs = comesAfterwards
    ? Math.max(parent.endUs, early) + random.below(3) * 700
    : early + random.pick([0, 1, 2, 40, 1300]);
  const durationUs = random.pick([0, 1, 3, 10, 64, 250, 4000, 70_000]);
  return { startUs, endUs: startUs + (random.chance(0.04) ? -1 - random.below(50) : durationUs) };
}

/** Servers under the id of their client: the same span id, and the client's parent. */
function shareIds(random: Random, trace: Draft[]): void {
  for (const span of [...trace]) {
    const above = trace.find(one => one.spanId === span.parentSpanId && one !== span);
    const sharesWith = span.role === 'server' || span.role === 'consumer' ? above : undefined;
    if (
      sharesWith === undefined ||
      !['client', 'producer', 'database'].includes(sharesWith.role) ||
      !random.chance(0.2)
    )
      continue;
    rename(trace, span, sharesWith.spanId);
    span.parentSpanId = sharesWith.parentSpanId;
    if (random.chance(0.4)) trace.push(anotherServing(random, span));
  }
}

/** Children keep naming the span they had above them. */
function rename(trace: readonly Draft[], span: Draft, spanId: string): void {
  for (const child of trace) if (child.parentSpanId === span.spanId && child !== span) child.parentSpanId = spanId;
  span.spanId = spanId;
}

function anotherServing(random: Random, span: Draft): Draft {
  if (random.chance(0.5)) return { ...span, startUs: span.startUs + 5, endUs: span.endUs + 5 };
  return { ...span, resource: { ...span.resource, 'service.instance.id': 'another' } };
}

function closeCycle(random: Random, trace: readonly Draft[]): void {
  if (trace.length < 2 || !random.chance(0.06)) return;
  const [first, last] = [trace[0]!, trace[trace.length - 1]!];
  first.parentSpanId = last.spanId;
}

/** Some spans of a trace keep only the low 64 bits of its id, in either form. */
function loseHighHalf(random: Random, trace: readonly Draft[], traceIds: readonly string[]): void {
  const low = trace[0]?.traceId.slice(16);
  if (low === undefined || traceIds.filter(id => id.endsWith(low)).length > 1 || !random.chance(0.15)) return;
  for (const span of trace) {
    if (random.chance(0.5)) span.traceId = random.chance(0.5) ? low : low.padStart(32, '0');
  }
}

/** Consumers link anywhere; other spans sometimes; never twice to one span. */
function addLinks(random: Random, drafts: readonly Draft[]): void {
  for (const span of drafts) {
    if (!random.chance(span.role === 'consumer' ? 0.5 : 0.08)) continue;
    const links: Link[] = [];
    const namesTopic = random.chance(0.4);
    for (let i = 0; i <= random.below(3); i++) {
      const link = chooseLink(random, drafts, namesTopic);
      if (!links.some(one => one.spanId === link.spanId && one.traceId.slice(-16) === link.traceId.slice(-16)))
        links.push(link);
    }
    span.links = links;
  }
  // Two servings of one call that nothing but their instance tells apart have the same message.
  for (const span of drafts) {
    const twin = drafts.find(one => one !== span && isServingOf(one, span));
    if (twin !== undefined) span.links = twin.links;
  }
}

function isServingOf(one: Draft, other: Draft): boolean {
  return (
    one.traceId === other.traceId &&
    one.spanId === other.spanId &&
    one.role === other.role &&
    one.startUs === other.startUs &&
    other.resource['service.instance.id'] === 'another'
  );
}

function chooseLink(random: Random, drafts: readonly Draft[], namesTopic: boolean): Link {
  const attributes = namesTopic ? linkAttributes(random) : {};
  if (random.chance(0.12)) return { traceId: random.hex(32), spanId: random.hex(16), attributes };
  const producers = drafts.filter(one => one.role === 'producer' || one.role === 'create' || one.role === 'client');
  const { traceId, spanId } = random.pick(producers.length > 0 && random.chance(0.7) ? producers : drafts);
  return { traceId, spanId, attributes };
}

function toSpan({ role: _, ...span }: Draft): Span {
  return span;
}

/** Drops a span that would count as a duplicate of an earlier one without being its copy. */
function withoutAccidents(spans: readonly Span[]): Span[] {
  const facts = spans.map(span => normalizeSpan(span, EPOCH_US, EPOCH_US));
  return spans.filter((_, index) => facts.findIndex(other => isDuplicate(other, facts[index]!)) === index);
}

/** Copies of spans, and spans without a usable id. */
function addRefused(random: Random, spans: readonly Span[]): Span[] {
  const copies = spans.filter(() => random.chance(0.02));
  if (!random.chance(0.08)) return copies;
  const span = random.pick(spans);
  const broken = random.pick([
    { ...span, traceId: '' },
    { ...span, traceId: '0'.repeat(32) },
    { ...span, spanId: '0'.repeat(16) },
    { ...span, spanId: 'abcdef0123' },
    { ...span, traceId: '', spanId: '' },
  ]);
  if (isTraceId(broken.traceId) && isSpanId(broken.spanId)) throw new Error('a broken span has good ids');
  return [...copies, broken];
}
