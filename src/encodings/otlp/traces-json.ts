/**
 * OTLP JSON traces → the same views as protobuf. JSON.parse does the reading. Tolerated: ids in hex of any case or
 * base64, enums by name, snake_case keys, 64-bit numbers as strings or numbers, NaN and Infinity as strings, unknown
 * fields.
 */
import type { SpanConsumer } from '../../contract/consumer.ts';
import { SlotValues, type SpanView } from '../../contract/span-view.ts';
import { array, asObject, field, type Json, type JsonObject, number, parseJson, text } from '../json.ts';
import { writer } from '../view-writer.ts';
import { micros, readAttributes, readResource } from './attributes-json.ts';

export function decodeTracesJson(bytes: Uint8Array, view: SpanView, consumer: SpanConsumer): void {
  decodeTracesValue(parseJson(bytes), view, consumer);
}

/** As `decodeTracesJson`, of a document that was parsed. */
export function decodeTracesValue(request: Json, view: SpanView, consumer: SpanConsumer): void {
  decodeResourceSpans(array(asObject(request, '$'), 'resourceSpans', 'resource_spans'), view, consumer);
}

/** A list of ResourceSpans. */
export function decodeResourceSpans(list: readonly Json[], view: SpanView, consumer: SpanConsumer): void {
  writer.begin(view);
  list.forEach((entry, i) => {
    readResourceSpans(asObject(entry, `$.resourceSpans[${i}]`), view, consumer);
  });
}

function readResourceSpans(entry: JsonObject, view: SpanView, consumer: SpanConsumer): void {
  readResource(entry, view);
  for (const scopeSpans of [
    ...array(entry, 'scopeSpans', 'scope_spans'),
    ...array(entry, 'instrumentationLibrarySpans', 'instrumentation_library_spans'),
  ]) {
    readScopeSpans(asObject(scopeSpans, 'scopeSpans'), view, consumer);
  }
}

function readScopeSpans(entry: JsonObject, view: SpanView, consumer: SpanConsumer): void {
  const scope = field(entry, 'scope', 'instrumentationLibrary');
  writer.scope(scope === undefined || scope === null ? '' : text(asObject(scope, 'scope').name, 'scope.name'));
  for (const span of array(entry, 'spans', 'spans')) {
    readSpan(asObject(span, 'span'), view);
    consumer.span(view);
  }
}

function readSpan(span: JsonObject, view: SpanView): void {
  writer.span();
  writer.traceId(text(field(span, 'traceId', 'trace_id'), 'traceId'));
  writer.spanId(text(field(span, 'spanId', 'span_id'), 'spanId'));
  writer.parentId(text(field(span, 'parentSpanId', 'parent_span_id'), 'parentSpanId'));
  writer.state(text(field(span, 'traceState', 'trace_state'), 'traceState'));
  writer.name(text(span.name, 'name'));
  view.kind = enumValue(span.kind, SPAN_KINDS);
  view.start = micros(field(span, 'startTimeUnixNano', 'start_time_unix_nano'));
  view.end = micros(field(span, 'endTimeUnixNano', 'end_time_unix_nano'));
  const status = span.status;
  if (status !== undefined && status !== null)
    view.statusCode = enumValue(asObject(status, 'status').code, STATUS_CODES);
  readAttributes(span, view.attributes, view.keys.span);
  const links = span.links;
  if (links !== undefined && links !== null) readLinks(span, view);
  view.links.dropped = Number(field(span, 'droppedLinksCount', 'dropped_links_count') ?? 0) >>> 0;
}

function readLinks(span: JsonObject, view: SpanView): void {
  for (const entry of array(span, 'links', 'links')) {
    const link = asObject(entry, 'links');
    const traceId = text(field(link, 'traceId', 'trace_id'), 'links.traceId');
    const i = writer.link(traceId, text(field(link, 'spanId', 'span_id'), 'links.spanId'));
    linkValues.reset();
    readAttributes(link, linkValues, view.keys.link);
    writer.linkValues(i, linkValues);
  }
}

/** Of the link being read. */
const linkValues = new SlotValues();

const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(k => `SPAN_KIND_${k}`);
const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

function enumValue(value: Json | undefined, names: readonly string[]): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number') return value >>> 0;
  const index = names.indexOf(String(value));
  return index >= 0 ? index : number(value, 'enum') >>> 0;
}
