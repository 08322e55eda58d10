/** A request as decoded by protobufjs with the official definitions → the shape that records are made of. */
import type protobuf from 'protobufjs';
import type { RefAttribute, RefLink, RefResourceSpans, RefSpan, RefValue } from './reference-record.ts';

type Fields = Record<string, unknown>;

const NO_BYTES = new Uint8Array(0);

export function strictRequest(message: protobuf.Message): RefResourceSpans[] {
  return list(fields(message), 'resourceSpans').map(resourceSpans => ({
    resource: attributes(fields(resourceSpans.resource)),
    scopeSpans: list(resourceSpans, 'scopeSpans').map(scopeSpans => ({
      scope: latin1(fields(scopeSpans.scope).name),
      spans: list(scopeSpans, 'spans').map(span),
    })),
  }));
}

function span(message: Fields): RefSpan {
  return {
    ...link(message),
    parentId: bytes(message.parentSpanId),
    state: latin1(message.traceState),
    name: latin1(message.name),
    kind: Number(message.kind ?? 0),
    start: BigInt(String(message.startTimeUnixNano ?? 0)),
    end: BigInt(String(message.endTimeUnixNano ?? 0)),
    links: list(message, 'links').map(link),
    droppedLinks: Number(message.droppedLinksCount ?? 0),
    status: Number(fields(message.status).code ?? 0),
  };
}

function link(message: Fields): RefLink {
  return { traceId: bytes(message.traceId), spanId: bytes(message.spanId), attributes: attributes(message) };
}

function attributes(owner: Fields): RefAttribute[] {
  return list(owner, 'attributes').map(kv => ({ key: latin1(kv.key), value: anyValue(fields(kv.value)) }));
}

function anyValue(message: Fields): RefValue | null {
  // protobufjs offers the name of the alternative that is set under the name of the oneof.
  const set = message.value;
  switch (set) {
    case 'stringValue':
      return { type: 'string', text: latin1(message[set]) };
    case 'boolValue':
      return { type: 'bool', number: Number(message[set]) };
    case 'intValue':
      return { type: 'int', number: Number(String(message[set])) };
    case 'doubleValue':
      return { type: 'double', number: Number(message[set]) };
    case undefined:
      return null;
    case 'stringValueStrindex':
      throw new Error('a string index of a profile stands in a trace');
    default:
      return { type: 'other' };
  }
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function list(owner: Fields, name: string): Fields[] {
  const value = owner[name];
  return Array.isArray(value) ? value.map(fields) : [];
}

function bytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : NO_BYTES;
}

function latin1(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value, 'utf8').toString('latin1') : '';
}
