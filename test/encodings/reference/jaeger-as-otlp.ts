/** Jaeger JSON → OTLP JSON, span by span, in the plainest way. Takes well-formed traces of its UI. */
import { type Attribute, attributesOf, nanos, statusCode } from './as-otlp.ts';

export interface JaegerTag {
  readonly key: string;
  readonly type?: string;
  readonly value?: unknown;
}

export interface JaegerReference {
  readonly refType: string;
  readonly traceID: string;
  readonly spanID: string;
}

export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName?: string;
  readonly references?: readonly JaegerReference[] | null;
  readonly startTime: number;
  readonly duration: number;
  readonly tags?: readonly JaegerTag[] | null;
  readonly processID?: string;
}

export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<
    Record<string, { readonly serviceName?: string; readonly tags?: readonly JaegerTag[] | null }>
  >;
}

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'];

export function jaegerAsOtlp(traces: readonly JaegerTrace[]): object[] {
  return traces.flatMap(({ spans, processes }) =>
    spans.map(span => {
      const process = Object.entries(processes).find(([id]) => id === (span.processID ?? ''))?.[1] ?? {};
      const attributes = [
        ...attributesOfTags(process.tags ?? []),
        ...attributesOf('service.name', process.serviceName),
      ];
      return { resource: { attributes }, scopeSpans: [{ scope: { name: scopeOf(span) }, spans: [spanOf(span)] }] };
    }),
  );
}

/** The value of a tag as its type says. */
function plainValue({ type = '', value }: JaegerTag): unknown {
  if (type === 'binary') return {};
  return type === 'bool' && typeof value === 'string' ? value === 'true' : value;
}

function attributesOfTags(tags: readonly JaegerTag[]): Attribute[] {
  return tags.flatMap(tag => attributesOf(tag.key, plainValue(tag)));
}

/** The last of several tags of one name. */
function tagOf(span: JaegerSpan, name: string): unknown {
  const tag = (span.tags ?? []).findLast(({ key }) => key === name);
  return tag === undefined ? undefined : plainValue(tag);
}

function scopeOf(span: JaegerSpan): string {
  const names = [tagOf(span, 'otel.scope.name'), tagOf(span, 'otel.library.name')];
  return names.find(name => typeof name === 'string') ?? '';
}

function spanOf(span: JaegerSpan): object {
  const references = span.references ?? [];
  const own = references.filter(({ traceID }) => sameTrace(traceID, span.traceID));
  const parent = own.find(({ refType }) => refType !== 'FOLLOWS_FROM') ?? own[0];
  const state = tagOf(span, 'w3c.tracestate');
  return {
    traceId: span.traceID,
    spanId: span.spanID,
    parentSpanId: parent?.spanID ?? '',
    traceState: typeof state === 'string' ? state : '',
    name: span.operationName ?? '',
    kind: KINDS.indexOf(String(tagOf(span, 'span.kind'))) + 1,
    startTimeUnixNano: nanos(span.startTime),
    endTimeUnixNano: nanos(span.startTime + span.duration),
    status: { code: statusCode(tagOf(span, 'otel.status_code'), tagOf(span, 'error')) },
    attributes: attributesOfTags(span.tags ?? []),
    links: references
      .filter(reference => reference !== parent)
      .map(({ traceID, spanID }) => ({ traceId: traceID, spanId: spanID })),
  };
}

/** Ids of well-formed spans: hex of 16 or 32 digits. A lost high half is no other trace. */
function sameTrace(a: string, b: string): boolean {
  const [long, other] = [a, b].map(id => id.toLowerCase().padStart(32, '0')) as [string, string];
  if (long === '0'.repeat(32) || !/^[0-9a-f]{32}$/.test(long)) return false;
  const [high, otherHigh] = [long.slice(0, 16), other.slice(0, 16)];
  const lost = high === '0'.repeat(16) || otherHigh === '0'.repeat(16);
  return long.slice(16) === other.slice(16) && (high === otherHigh || lost);
}
