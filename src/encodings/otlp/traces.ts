/**
 * OTLP protobuf traces → views, in one pass over the bytes, without an object per span or attribute.
 * What no slot wants is passed over unread (also events); what is read is checked. Fields may come in any order:
 * a message whose later parts depend on an earlier-needed one (resource, scope) is looked through for it first.
 * Field numbers: opentelemetry/proto/trace/v1/trace.proto, common/v1, resource/v1.
 */
import type { SpanConsumer } from '../../contract/consumer.ts';
import { LINK_SLOTS, type SpanView, VALUE_NONE } from '../../contract/span-view.ts';
import { viewOf } from '../../lib/bytes.ts';
import { resetSpan } from '../reset-span.ts';
import { isBlank, readAttribute, reader, readKeyValue, readResource, value } from './attributes.ts';
import { readLinkSpanId, readLinkTraceId, readParentId, readSpanId, readTraceId } from './wire-ids.ts';

/** Hands every span of an ExportTraceServiceRequest to the consumer. Throws a `MalformedError`; some spans may have been handed on by then. */
export function decodeTraces(bytes: Uint8Array, view: SpanView, consumer: SpanConsumer): void {
  reader.data = viewOf(bytes);
  reader.pos = 0;
  view.data = reader.data;
  const limit = bytes.length;
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    if (tag === 0x0a) readResourceSpans(reader.bytesEnd(limit), view, consumer);
    else reader.skip(tag, limit);
  }
}

function readResourceSpans(limit: number, view: SpanView, consumer: SpanConsumer): void {
  const start = reader.pos;
  readResource(limit, view, consumer);
  reader.pos = start;
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    if (tag === 0x12) readScopeSpans(reader.bytesEnd(limit), view, consumer);
    else reader.skip(tag, limit);
  }
}

function readScopeSpans(limit: number, view: SpanView, consumer: SpanConsumer): void {
  const start = reader.pos;
  view.scopeStart = view.scopeEnd = 0;
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    if (tag === 0x0a) readScope(reader.bytesEnd(limit), view);
    else reader.skip(tag, limit);
  }
  reader.pos = start;
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    if (tag === 0x12) {
      readSpan(reader.bytesEnd(limit), view);
      consumer.span(view);
    } else reader.skip(tag, limit);
  }
}

function readScope(limit: number, view: SpanView): void {
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    if (tag === 0x0a) {
      view.scopeEnd = reader.bytesEnd(limit);
      view.scopeStart = reader.pos;
      reader.pos = view.scopeEnd;
    } else reader.skip(tag, limit);
  }
}

function readSpan(limit: number, view: SpanView): void {
  resetSpan(view);
  const attributes = view.attributes;
  const keys = view.keys.span;
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    switch (tag) {
      case 0x0a:
        readTraceId(reader, reader.bytesEnd(limit), view);
        break;
      case 0x12:
        readSpanId(reader, reader.bytesEnd(limit), view);
        break;
      case 0x1a:
        view.stateEnd = reader.bytesEnd(limit);
        view.stateStart = reader.pos;
        reader.pos = view.stateEnd;
        break;
      case 0x22:
        readParentId(reader, reader.bytesEnd(limit), view);
        break;
      case 0x2a:
        view.nameEnd = reader.bytesEnd(limit);
        view.nameStart = reader.pos;
        reader.pos = view.nameEnd;
        break;
      case 0x30:
        view.kind = reader.varint(limit);
        break;
      case 0x39:
        view.start = reader.micros(limit);
        break;
      case 0x41:
        view.end = reader.micros(limit);
        break;
      case 0x4a:
        readAttribute(reader.bytesEnd(limit), attributes, keys);
        break;
      case 0x6a:
        readLink(reader.bytesEnd(limit), view);
        break;
      case 0x70:
        view.links.dropped = reader.varint(limit);
        break;
      case 0x7a:
        readStatus(reader.bytesEnd(limit), view);
        break;
      default:
        reader.skip(tag, limit);
    }
  }
}

function readStatus(end: number, view: SpanView): void {
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === 0x18) view.statusCode = reader.varint(end);
    else reader.skip(tag, end);
  }
}

function readLink(end: number, view: SpanView): void {
  const { links } = view;
  const i = links.push();
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === 0x0a) readLinkTraceId(reader, reader.bytesEnd(end), links, i);
    else if (tag === 0x12) readLinkSpanId(reader, reader.bytesEnd(end), links, i);
    else if (tag === 0x22) readLinkAttribute(reader.bytesEnd(end), view, i);
    else reader.skip(tag, end);
  }
}

function readLinkAttribute(end: number, view: SpanView, link: number): void {
  const found = readKeyValue(end, view.keys.link);
  if (found < 0 || value.type === VALUE_NONE || isBlank()) return;
  const place = link * LINK_SLOTS + (found >> 8);
  view.links.set(place, found & 0xff, value.type, value.start, value.end, value.number);
}
