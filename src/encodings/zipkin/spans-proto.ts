/**
 * Zipkin v2 in protobuf (`ListOfSpans`) → the same views as its JSON: the list as JSON would have it, then read like
 * that, since what spans say together (pieces, endpoints and tags) is said there. Field numbers: zipkin-api, zipkin.proto.
 */
import type { SpanConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { viewOf } from '../../lib/bytes.ts';
import { type Json, type JsonObject, optionalObject } from '../json.ts';
import { MalformedError } from '../malformed.ts';
import { WireReader } from '../otlp/wire.ts';
import { ipv4Text, ipv6Text } from './address-text.ts';
import { decodeZipkin } from './spans-json.ts';

const LONGEST_ID = 16;
/** Number 0 and numbers that no kind has: none. */
const KINDS = [undefined, 'CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER'];

const reader = new WireReader();

export function decodeZipkinProto(bytes: Uint8Array, view: SpanView, consumer: SpanConsumer): void {
  const limit = bytes.length;
  const spans: JsonObject[] = [];
  reader.data = viewOf(bytes);
  reader.pos = 0;
  while (reader.pos < limit) {
    const field = reader.uint32(limit);
    if (field === 0x0a) spans.push(readSpan(reader.bytesEnd(limit)));
    else reader.skip(field, limit);
  }
  decodeZipkin(spans, view, consumer);
}

function readSpan(limit: number): JsonObject {
  // Any name may be a key.
  const tags = Object.create(null) as JsonObject;
  const span: JsonObject = { tags };
  while (reader.pos < limit) readField(limit, span, tags);
  return span;
}

function readField(limit: number, span: JsonObject, tags: JsonObject): void {
  const field = reader.uint32(limit);
  switch (field) {
    case 0x0a:
      span.traceId = idText(reader.bytesEnd(limit), 16);
      break;
    case 0x12:
      span.parentId = idText(reader.bytesEnd(limit), 8);
      break;
    case 0x1a:
      span.id = idText(reader.bytesEnd(limit), 8);
      break;
    case 0x20:
      span.kind = KINDS[reader.varint(limit)];
      break;
    case 0x2a:
      span.name = reader.text(reader.bytesEnd(limit));
      break;
    case 0x31:
      span.timestamp = reader.fixed64(limit) || undefined;
      break;
    case 0x38:
      span.duration = reader.int64(limit) || undefined;
      break;
    case 0x42:
      span.localEndpoint = readEndpoint(reader.bytesEnd(limit), span.localEndpoint);
      break;
    case 0x4a:
      span.remoteEndpoint = readEndpoint(reader.bytesEnd(limit), span.remoteEndpoint);
      break;
    case 0x5a:
      readTag(reader.bytesEnd(limit), tags);
      break;
    default:
      reader.skip(field, limit);
  }
}

/** Hex; of a length that no id has, a text that is none either. */
function idText(end: number, accepted: 8 | 16): string {
  const start = reader.pos;
  const length = end - start;
  if (length > LONGEST_ID) throw new MalformedError('no_zipkin_span', `no span of Zipkin: an id of ${length} bytes`);
  reader.pos = end;
  if (length === 0) return '';
  if (length !== 8 && length !== accepted) return UNUSABLE_ID;
  const { buffer, byteOffset } = reader.data;
  return Buffer.from(buffer, byteOffset + start, length).toString('hex');
}

const UNUSABLE_ID = '?';

/** @param known what an earlier piece of it said. */
function readEndpoint(limit: number, known: Json | undefined): JsonObject {
  const endpoint = optionalObject(known, 'endpoint');
  const found: JsonObject = { ...endpoint };
  while (reader.pos < limit) {
    const field = reader.uint32(limit);
    if (field === 0x0a) found.serviceName = reader.text(reader.bytesEnd(limit));
    else if (field === 0x12) found.ipv4 = ipv4Text(bytesUntil(reader.bytesEnd(limit)));
    else if (field === 0x1a) found.ipv6 = ipv6Text(bytesUntil(reader.bytesEnd(limit)));
    else if (field === 0x20) found.port = reader.varint(limit) | 0 || undefined;
    else reader.skip(field, limit);
  }
  return found;
}

function bytesUntil(end: number): Uint8Array {
  const { buffer, byteOffset } = reader.data;
  const start = reader.pos;
  reader.pos = end;
  return new Uint8Array(buffer, byteOffset + start, end - start);
}

/** An entry of the map; of several with one key the last counts. */
function readTag(limit: number, tags: JsonObject): void {
  let key = '';
  let value = '';
  while (reader.pos < limit) {
    const field = reader.uint32(limit);
    if (field === 0x0a) key = reader.text(reader.bytesEnd(limit));
    else if (field === 0x12) value = reader.text(reader.bytesEnd(limit));
    else reader.skip(field, limit);
  }
  tags[key] = value;
}
