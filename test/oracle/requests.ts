/** Spans in, OTLP/JSON export requests out: in the given order, or split, shuffled and with copies by a seed. */
import type { RecordView } from '../../src/contract/record.ts';
import type { Log } from './logs.ts';
import { Random } from './random.ts';
import { type Attributes, type AttributeValue, type Span, wholeTraceId } from './span.ts';

const MAX_SPLITS = 6;

/** One request with the spans in their order. */
export function toRequest(spans: readonly Span[]): object {
  const groups: Span[][] = [];
  for (const span of spans) {
    const last = groups.at(-1);
    if (last?.[0]?.resource === span.resource && last[0].scope === span.scope) last.push(span);
    else groups.push([span]);
  }
  return { resourceSpans: groups.map(toResourceSpans) };
}

/** The same spans in any order, some of them two or three times. */
export function disorder(spans: readonly Span[], seed: number): Span[] {
  const random = new Random(seed);
  const copies = spans.flatMap(span => (random.chance(0.2) ? Array<Span>(1 + random.below(2)).fill(span) : []));
  return random.shuffle([...spans, ...copies]);
}

/** The spans in their order, cut into up to six requests. */
export function splitRequests(spans: readonly Span[], seed: number): object[] {
  const random = new Random(seed ^ 0x5bd1e995);
  const cuts = Array.from({ length: random.below(MAX_SPLITS) }, () => random.below(spans.length + 1)).sort(
    (a, b) => a - b,
  );
  const bounds = [0, ...cuts, spans.length];
  return bounds.slice(1).map((end, index) => toRequest(spans.slice(bounds[index], end)));
}

/** One request with the log records in their order. */
export function toLogsRequest(logs: readonly Log[]): object {
  return {
    resourceLogs: logs.map(log => ({
      resource: { attributes: toKeyValues(log.resource) },
      scopeLogs: [{ logRecords: [toOtlpLog(log)] }],
    })),
  };
}

/** Requests of log records among others, anywhere. */
export function withLogs(requests: readonly object[], logs: readonly Log[], seed: number): object[] {
  const random = new Random(seed ^ 0x2545f491);
  const all = [...requests];
  for (const log of random.shuffle([...logs])) all.splice(random.below(all.length + 1), 0, toLogsRequest([log]));
  return all;
}

/** Groups of records among requests, anywhere and in any order. */
export function withRecords(requests: readonly object[], records: readonly RecordView[], seed: number): object[] {
  const random = new Random(seed ^ 0x1b873593);
  const all = [...requests];
  for (const record of random.shuffle([...records])) all.splice(random.below(all.length + 1), 0, { records: [record] });
  return all;
}

function toOtlpLog({ traceId, spanId, timeUs, eventName, attributes }: Log): object {
  const time = toNanos(timeUs, spanId.slice(-3));
  return {
    ...(isOdd(spanId) ? { timeUnixNano: time, observedTimeUnixNano: '1' } : { observedTimeUnixNano: time }),
    traceId,
    spanId,
    eventName,
    body: { stringValue: 'never read' },
    attributes: toKeyValues(attributes),
  };
}

function toResourceSpans(spans: readonly Span[]): object {
  const { resource, scope } = spans[0]!;
  return {
    resource: { attributes: toKeyValues(resource) },
    scopeSpans: [{ scope: { name: scope }, spans: spans.map(toOtlpSpan) }],
  };
}

function toOtlpSpan(span: Span): object {
  const upper = isOdd(span.spanId) ? (id: string) => id.toUpperCase() : (id: string) => id;
  return {
    traceId: upper(span.traceId),
    spanId: upper(span.spanId),
    parentSpanId: span.parentSpanId,
    traceState: span.traceState,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: toNanos(span.startUs, span.spanId.slice(-3)),
    endTimeUnixNano: toNanos(span.endUs, span.spanId.slice(-5, -2)),
    attributes: toKeyValues(span.attributes),
    links: span.links.map(link => ({
      traceId: wholeTraceId(link.traceId),
      spanId: link.spanId,
      attributes: toKeyValues(link.attributes),
    })),
    droppedLinksCount: span.droppedLinks,
    status: span.status === 0 ? {} : { code: span.status },
  };
}

const isOdd = (hex: string) => Number.parseInt(hex.slice(-1), 16) % 2 === 1;

/** Nanoseconds below the microsecond come from digits of the span id: they must not matter. */
function toNanos(us: number, digits: string): string {
  const below = Number.parseInt(digits || '0', 16) % 1000;
  return us === 0 ? '0' : `${us}${String(below).padStart(3, '0')}`;
}

function toKeyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toAnyValue(value) }));
}

function toAnyValue(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (!Number.isInteger(value)) return { doubleValue: value };
  return { intValue: value % 2 === 0 ? value : String(value) };
}
