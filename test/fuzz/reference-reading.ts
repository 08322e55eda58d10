/**
 * A request as decoded by protobufjs with definitions that say `bytes` wherever the program does not look inside.
 * Messages that may come in pieces are lists of bytes too: every piece must stand alone, and protobuf says that the
 * pieces one after the other are the merged message.
 */
import protobuf from 'protobufjs';
import { mendedReader } from './mended-reader.ts';
import type { RefAttribute, RefLink, RefResourceSpans, RefScopeSpans, RefSpan, RefValue } from './reference-record.ts';
import { sharedView } from './span-record.ts';

const DEFINITIONS = `
  syntax = "proto3";
  message Request { repeated bytes resource_spans = 1; }
  message ResourceSpans { repeated bytes resource = 1; repeated bytes scope_spans = 2; }
  message Resource { repeated bytes attributes = 1; }
  message ScopeSpans { repeated bytes scope = 1; repeated bytes spans = 2; }
  message Scope { bytes name = 1; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes state = 3; bytes parent_id = 4; bytes name = 5; int32 kind = 6;
    fixed64 start = 7; fixed64 end = 8; repeated bytes attributes = 9; repeated bytes links = 13;
    uint32 dropped_links = 14; repeated bytes status = 15;
  }
  message Link { bytes trace_id = 1; bytes span_id = 2; repeated bytes attributes = 4; }
  message Status { int32 code = 3; }
  message KeyValue { bytes key = 1; repeated bytes value = 2; }
  message AnyValue {
    oneof value {
      bytes string = 1; bool bool = 2; int64 int = 3; double double = 4; bytes array = 5; bytes list = 6; bytes bytes = 7;
    }
  }`;

interface Shapes {
  Request: { resourceSpans: Uint8Array[] };
  ResourceSpans: { resource: Uint8Array[]; scopeSpans: Uint8Array[] };
  Resource: { attributes: Uint8Array[] };
  ScopeSpans: { scope: Uint8Array[]; spans: Uint8Array[] };
  Scope: { name: Uint8Array };
  Span: Record<'traceId' | 'spanId' | 'parentId' | 'state' | 'name', Uint8Array> &
    Record<'kind' | 'droppedLinks', number> &
    Record<'start' | 'end', string> &
    Record<'attributes' | 'links' | 'status', Uint8Array[]>;
  Link: { traceId: Uint8Array; spanId: Uint8Array; attributes: Uint8Array[] };
  Status: { code: number };
  KeyValue: { key: Uint8Array; value: Uint8Array[] };
  AnyValue: { value?: string; string: Uint8Array; bool: boolean; int: string; double: number };
}

const root = protobuf.parse(DEFINITIONS).root;

function decode<T extends keyof Shapes>(name: T, bytes: Uint8Array): Shapes[T] {
  const type = root.lookupType(name);
  const options = { longs: String, defaults: true, arrays: true, oneofs: true };
  return type.toObject(type.decode(mendedReader(bytes)), options) as Shapes[T];
}

/** Decodes the merged message, having checked that each piece is whole. */
function merge<T extends keyof Shapes>(name: T, pieces: readonly Uint8Array[]): Shapes[T] {
  for (const piece of pieces) decode(name, piece);
  return decode(name, Buffer.concat(pieces));
}

export function readRequest(bytes: Uint8Array): RefResourceSpans[] {
  return decode('Request', bytes).resourceSpans.map(entry => {
    const { resource, scopeSpans } = decode('ResourceSpans', entry);
    const { attributes } = merge('Resource', resource);
    return { resource: attributes.map(a => readAttribute(a, 'resource')), scopeSpans: scopeSpans.map(readScopeSpans) };
  });
}

function readScopeSpans(bytes: Uint8Array): RefScopeSpans {
  const { scope, spans } = decode('ScopeSpans', bytes);
  return { scope: latin1(merge('Scope', scope).name), spans: spans.map(readSpan) };
}

function readSpan(bytes: Uint8Array): RefSpan {
  const span = decode('Span', bytes);
  return {
    ...span,
    state: latin1(span.state),
    name: latin1(span.name),
    start: BigInt(span.start),
    end: BigInt(span.end),
    attributes: span.attributes.map(a => readAttribute(a, 'span')),
    links: span.links.map(readLink),
    status: merge('Status', span.status).code,
  };
}

function readLink(bytes: Uint8Array): RefLink {
  const link = decode('Link', bytes);
  return { ...link, attributes: link.attributes.map(a => readAttribute(a, 'link')) };
}

function readAttribute(bytes: Uint8Array, owner: 'span' | 'resource' | 'link'): RefAttribute {
  const { key, value } = decode('KeyValue', bytes);
  const name = latin1(key);
  const wanted = sharedView.keys[owner].findText(name) >= 0;
  return { key: name, value: wanted ? readValue(merge('AnyValue', value)) : null };
}

function readValue(value: Shapes['AnyValue']): RefValue | null {
  switch (value.value) {
    case undefined:
      return null;
    case 'string':
      return { type: 'string', text: latin1(value.string) };
    case 'bool':
      return { type: 'bool', number: Number(value.bool) };
    case 'int':
      return { type: 'int', number: Number(value.int) };
    case 'double':
      return { type: 'double', number: value.double };
    default:
      return { type: 'other' };
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
