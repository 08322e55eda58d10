/** Spans of a case → an OTLP JSON export request. Ids are the spans' places; a span under another is in its trace. */
import type { Attributes, CaseSpan, Value } from './case.ts';

const START_MS = Date.UTC(2026, 7, 1, 12);

export function requestOf(spans: readonly CaseSpan[]): object {
  return { resourceSpans: spans.map((span, i) => resourceSpans(span, i, spans)) };
}

function resourceSpans(span: CaseSpan, i: number, spans: readonly CaseSpan[]): object {
  const resource = { ...(span.service === '' ? {} : { 'service.name': span.service }), ...span.resource };
  const startMs = START_MS + (span.at ?? i);
  return {
    resource: { attributes: keyValues(resource) },
    scopeSpans: [
      {
        scope: { name: span.scope ?? '' },
        spans: [
          {
            traceId: traceOf(i, spans),
            spanId: idOf(i),
            parentSpanId: span.under === undefined ? '' : idOf(span.under - 1),
            name: span.name,
            kind: span.kind,
            startTimeUnixNano: `${startMs}000000`,
            endTimeUnixNano: `${startMs + 5}000000`,
            attributes: keyValues(span.attributes),
            links: (span.links ?? []).map(({ to, attributes = {} }) => ({
              traceId: traceOf(to - 1, spans),
              spanId: idOf(to - 1),
              attributes: keyValues(attributes),
            })),
            droppedLinksCount: span.droppedLinks ?? 0,
            status: span.status === undefined ? {} : { code: span.status },
          },
        ],
      },
    ],
  };
}

const idOf = (i: number): string => (i + 1).toString(16).padStart(16, '0');

function traceOf(i: number, spans: readonly CaseSpan[]): string {
  let root = i;
  for (let hops = 0; hops < spans.length && spans[root]?.under !== undefined; hops++) root = spans[root]!.under! - 1;
  return `${'a'.repeat(16)}${idOf(root)}`;
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: Value): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
  return { arrayValue: { values: value.map(one => ({ stringValue: one })) } };
}
