/**
 * Log records by the rules: what each says of messages or databases counts once, unless a span with its trace and span
 * id says it (a producer, consumer or database span, as the log does). Logs made by a seed beside the spans of a set.
 */
import type { Sight } from './document.ts';
import { databaseInteractions, type Interaction } from './interactions.ts';
import { type Fact, normalizeSpan } from './normalize.ts';
import { Random } from './random.ts';
import { isSpanId, isTraceId, type Span, sameTrace, UNSPECIFIED, wholeTraceId } from './span.ts';
import { dress } from './vocabulary.ts';

/** A log record as plain data. Ids may be empty. */
export type Log = Pick<Span, 'resource' | 'traceId' | 'spanId' | 'attributes'> & {
  readonly timeUs: number;
  readonly eventName: string;
};

export interface LogOutcome {
  readonly counts: Readonly<Record<'observed' | 'besideSpans' | 'duplicates' | 'badTimes', number>>;
  readonly interactions: readonly Interaction[];
  /** Services that said something. */
  readonly services: readonly Sight[];
}

export function readLogs(logs: readonly Log[], spans: readonly Fact[], nowUs: number): LogOutcome {
  const working = logs.map(log => observationOf(log, nowUs)).filter(one => one !== undefined);
  const once = working.filter((one, index) => working.findIndex(other => isSame(other, one)) === index);
  const observed = once.filter(one => !spans.some(span => saysTheSame(span, one)));
  return {
    counts: {
      observed: observed.length,
      besideSpans: once.length - observed.length,
      duplicates: working.length - once.length,
      badTimes: 0,
    },
    interactions: observed.flatMap(one => one.interactions),
    services: once.map(({ fact }) => ({ node: fact.service!, timeUs: fact.startUs })),
  };
}

interface Observation {
  readonly log: Log;
  readonly fact: Fact;
  readonly interactions: readonly Interaction[];
}

const hasContext = ({ traceId, spanId }: Log): boolean => isTraceId(traceId) && isSpanId(spanId);

/** Undefined for a log record that says nothing of messages or databases, or names no service. */
function observationOf(log: Log, nowUs: number): Observation | undefined {
  const known = hasContext(log);
  const span: Span = {
    ...log,
    traceId: known ? log.traceId : '',
    spanId: known ? log.spanId : '',
    name: log.eventName,
    scope: '',
    parentSpanId: '',
    kind: UNSPECIFIED,
    startUs: log.timeUs,
    endUs: log.timeUs,
    links: [],
    droppedLinks: 0,
    traceState: '',
    status: 0,
  };
  const fact = normalizeSpan(span, nowUs, nowUs);
  if (fact.service === undefined) return undefined;
  const interactions = interactionsOf(fact);
  return interactions.length === 0 ? undefined : { log, fact, interactions };
}

function interactionsOf(fact: Fact): Interaction[] {
  if (fact.class === 'database') {
    if (fact.database!.skip !== undefined) return [];
    return databaseInteractions(fact, fact.database!).map(one => told(one, one.evidence.includes('statement')));
  }
  const { topic, delivery, service } = fact;
  if (topic === undefined || delivery === undefined) return [];
  const count = Math.max(delivery.batchCount, 1);
  const message = { operation: delivery.operation, count, isBatch: count > 1, group: delivery.group };
  const common = { witness: fact, adjusted: 1, evidence: [], message, operations: [delivery.operation] };
  const one: Interaction =
    fact.class === 'producer'
      ? { kind: 'publishes', source: service!, target: topic, client: fact, ...common }
      : { kind: 'consumes', source: topic, target: service!, server: fact, ...common };
  return [told(one, false)];
}

/** A log record has no duration. */
function told(interaction: Interaction, byStatement: boolean): Interaction {
  const { client, server } = interaction;
  const timeless = (fact: Fact): Fact => ({ ...fact, durationUs: undefined as unknown as number });
  return {
    ...interaction,
    evidence: byStatement ? ['log', 'statement'] : ['log'],
    ...(client && { client: timeless(client) }),
    ...(server && { server: timeless(server) }),
  };
}

/** One that was made in no span cannot be told from others. */
function isSame(a: Observation, b: Observation): boolean {
  if (a === b) return true;
  const what = ({ interactions, fact }: Observation) =>
    JSON.stringify([
      fact.class,
      fact.delivery?.operation,
      interactions.map(one => [one.source.id, one.kind, one.target.id]),
    ]);
  return (
    hasContext(a.log) &&
    hasContext(b.log) &&
    wholeTraceId(a.log.traceId) === wholeTraceId(b.log.traceId) &&
    a.log.spanId.toLowerCase() === b.log.spanId.toLowerCase() &&
    a.fact.service!.id === b.fact.service!.id &&
    a.fact.instance === b.fact.instance &&
    a.log.timeUs === b.log.timeUs &&
    what(a) === what(b)
  );
}

function saysTheSame(span: Fact, { log, fact }: Observation): boolean {
  return (
    hasContext(log) &&
    !span.creates &&
    span.class === fact.class &&
    sameTrace(span.span.traceId, log.traceId) &&
    span.span.spanId.toLowerCase() === log.spanId.toLowerCase()
  );
}

/** Up to five log records, many in spans of the set and saying what those say, some twice. */
export function generateLogs(seed: number, spans: readonly Span[]): Log[] {
  const random = new Random(seed ^ 0x51ed270b);
  const logs = Array.from({ length: random.below(6) }, (_, i) => makeLog(random, spans, i));
  return logs.flatMap(log => (random.chance(0.2) ? [log, log] : [log]));
}

function makeLog(random: Random, spans: readonly Span[], index: number): Log {
  const span = random.pick(spans);
  const role = random.pick(['database', 'producer', 'consumer'] as const);
  const { attributes, name } = random.chance(0.4) ? span : dress(role, random);
  const verb = random.pick(['send', 'receive', 'process', 'create']);
  const { resource } = random.chance(0.8) ? span : random.pick(spans);
  return {
    resource,
    ...chooseContext(random, span),
    attributes: random.chance(0.5) ? { 'messaging.operation': verb, ...attributes } : attributes,
    eventName: random.chance(0.3) ? name : '',
    // No two of one microsecond, unless they are copies.
    timeUs: span.startUs + index * 17,
  };
}

function chooseContext(random: Random, { traceId, spanId }: Span): { traceId: string; spanId: string } {
  switch (random.weighted({ own: 70, none: 10, other: 15, half: 5 })) {
    case 'own':
      return { traceId, spanId };
    case 'none':
      return { traceId: '', spanId: '' };
    case 'other':
      return { traceId, spanId: random.hex(16) };
    case 'half':
      return { traceId, spanId: '' };
  }
}
