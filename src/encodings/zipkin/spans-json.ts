/**
 * Zipkin v2 JSON → the same views as OTLP: a span, a list of spans, or a list of such lists. Endpoints become the
 * resource and the peer; tags are attributes of the span, and of its resource where they are named like one. Zipkin has
 * no resource of its own: each span brings its.
 */
import type { SpanConsumer } from '../../contract/consumer.ts';
import { KIND_SERVER, type SpanView } from '../../contract/span-view.ts';
import { ERROR, SCOPE_NAMES, SPAN_KIND, STATUS_CODE, statusOf, TRACE_STATE } from '../bridge-tags.ts';
import { array, asObject, type Json, type JsonObject, number, optionalObject, text } from '../json.ts';
import { MalformedError } from '../malformed.ts';
import { writer } from '../view-writer.ts';
import { wholesOfPieces } from './pieces.ts';
import { readRemote } from './remote.ts';

const KINDS = ['', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
/** The Collector's exporter writes links as tags: `trace id|span id|…`. */
const LINK_TAG = /^otlp\.link\.\d+$/;

export function decodeZipkin(document: Json, view: SpanView, consumer: SpanConsumer): void {
  writer.begin(view);
  const spans = spansOf(document);
  const wholes = wholesOfPieces(spans.map(([span]) => span));
  for (const [span, path] of spans) {
    readSpan(wholes.get(span) ?? asObject(span, path), path, view);
    consumer.span(view);
  }
}

type PlacedSpan = readonly [span: Json, path: string];

/** The spans of a document, each with where it stands. */
function spansOf(document: Json): readonly PlacedSpan[] {
  if (!Array.isArray(document)) return [[document, '$']];
  return document.flatMap((item, i): PlacedSpan[] =>
    Array.isArray(item) ? item.map((span, j) => [span, `$[${i}][${j}]`]) : [[item, `$[${i}]`]],
  );
}

function readSpan(span: JsonObject, path: string, view: SpanView): void {
  refuseOldVersion(span);
  const tags = optionalObject(span.tags, `${path}.tags`);
  readResource(optionalObject(span.localEndpoint, `${path}.localEndpoint`), tags, `${path}.localEndpoint`, view);
  writer.scope(scopeOf(tags));
  writer.span();
  writer.traceId(text(span.traceId, `${path}.traceId`));
  writer.spanId(text(span.id, `${path}.id`));
  writer.parentId(text(span.parentId, `${path}.parentId`));
  writer.name(text(span.name, `${path}.name`));
  if (typeof tags[TRACE_STATE] === 'string') writer.state(tags[TRACE_STATE]);
  view.kind = kindOf(text(span.kind, `${path}.kind`), tags, path);
  view.start = micros(span.timestamp, `${path}.timestamp`);
  view.end = view.start + micros(span.duration, `${path}.duration`);
  view.statusCode = statusOf(tags[STATUS_CODE], tags[ERROR]);
  for (const name in tags) {
    if (LINK_TAG.test(name)) readLink(tags[name]);
    else writer.set(view.attributes, view.keys.span, name, tags[name]);
  }
  const remote = optionalObject(span.remoteEndpoint, `${path}.remoteEndpoint`);
  readRemote(remote, tags, view.kind !== KIND_SERVER, `${path}.remoteEndpoint`, view);
}

function readResource(local: JsonObject, tags: JsonObject, path: string, view: SpanView): void {
  writer.resource();
  const { resource, keys } = view;
  const address = text(local.ipv4, `${path}.ipv4`) || text(local.ipv6, `${path}.ipv6`);
  if (address !== '') {
    const port = local.port === undefined || local.port === null ? '' : `:${number(local.port, `${path}.port`)}`;
    writer.set(resource, keys.resource, 'service.instance.id', address + port);
  }
  for (const name in tags) writer.set(resource, keys.resource, name, tags[name]);
  writer.set(resource, keys.resource, 'service.name', text(local.serviceName, `${path}.serviceName`));
  writer.endResource();
}

function scopeOf(tags: JsonObject): string {
  const name = SCOPE_NAMES.map(tag => tags[tag]).find(value => typeof value === 'string');
  return typeof name === 'string' ? name : '';
}

/** None: a local span, which the tag tells from one whose kind is not known. */
function kindOf(kind: string, tags: JsonObject, path: string): number {
  if (kind === '') return tags[SPAN_KIND] === 'internal' ? 1 : 0;
  const found = KINDS.indexOf(kind.toUpperCase());
  if (found > 0) return found;
  throw new MalformedError(
    'malformed_json',
    `${path}.kind: expected CLIENT, SERVER, PRODUCER or CONSUMER, got ${JSON.stringify(kind)}`,
  );
}

function readLink(value: Json | undefined): void {
  if (typeof value !== 'string') return;
  const [traceId = '', spanId = ''] = value.split('|', 2);
  writer.link(traceId, spanId);
}

/** Absent: 0. */
function micros(value: Json | undefined, path: string): number {
  return value === undefined || value === null ? 0 : Math.floor(number(value, path));
}

/** Version 1 tells kinds, endpoints and tags by annotations; read as version 2, its spans would say nothing. */
function refuseOldVersion(span: JsonObject): void {
  const has = (value: Json, name: string) => Object.hasOwn(optionalObject(value, 'annotations'), name);
  if (
    !Object.hasOwn(span, 'binaryAnnotations') &&
    !array(span, 'annotations', 'annotations').some(a => has(a, 'endpoint'))
  )
    return;
  throw new MalformedError('zipkin_v1', 'Zipkin JSON of version 1; expected version 2, as /api/v2/traces answers');
}
