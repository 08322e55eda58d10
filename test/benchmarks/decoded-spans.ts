/** Spans of request bodies as plain objects, read by the reference decoder or by JSON.parse. */
import type { Template } from '../../benchmarks/pipeline/template.ts';
import { decodeTraces } from '../kits/otlp.ts';

export interface DecodedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly status: number;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface RawSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code?: number };
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: readonly Attribute[];
}

export interface RawRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly RawSpan[] }[];
  }[];
}

export function decodeBody(template: Pick<Template, 'bytes' | 'contentType'>): RawRequest {
  const isJson = template.contentType === 'application/json';
  const request: unknown = isJson ? JSON.parse(template.bytes.toString('utf8')) : decodeTraces(template.bytes);
  return request as RawRequest;
}

export function spansOf(request: RawRequest): readonly DecodedSpan[] {
  return request.resourceSpans.flatMap(resource => {
    const service = String(readAttributes(resource.resource.attributes)['service.name']);
    return resource.scopeSpans.flatMap(scope => scope.spans.map(span => toDecoded(service, span)));
  });
}

function toDecoded(service: string, span: RawSpan): DecodedSpan {
  return {
    service,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    kind: span.kind,
    startNs: BigInt(span.startTimeUnixNano),
    endNs: BigInt(span.endTimeUnixNano),
    status: span.status?.code ?? 0,
    links: span.links ?? [],
    attributes: readAttributes(span.attributes),
  };
}

const readAttributes = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
