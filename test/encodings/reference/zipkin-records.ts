/** Spans of Zipkin v2 in protobuf by protobufjs, as tracers and the Collector write them, a list a record. Takes spans of its JSON. */
import protobuf from 'protobufjs';
import { encode } from '../../kits/otlp.ts';
import type { ZipkinEndpoint, ZipkinSpan } from './zipkin-as-otlp.ts';

/** Of zipkin-api, zipkin.proto. */
const DEFINITIONS = `
  syntax = "proto3";
  message Span {
    bytes trace_id = 1; bytes parent_id = 2; bytes id = 3;
    enum Kind { SPAN_KIND_UNSPECIFIED = 0; CLIENT = 1; SERVER = 2; PRODUCER = 3; CONSUMER = 4; }
    Kind kind = 4; string name = 5; fixed64 timestamp = 6; uint64 duration = 7;
    Endpoint local_endpoint = 8; Endpoint remote_endpoint = 9; repeated Annotation annotations = 10;
    map<string, string> tags = 11; bool debug = 12; bool shared = 13;
  }
  message Endpoint { string service_name = 1; bytes ipv4 = 2; bytes ipv6 = 3; int32 port = 4; }
  message Annotation { fixed64 timestamp = 1; string value = 2; }
  message ListOfSpans { repeated Span spans = 1; }`;

const ListOfSpans = protobuf.parse(DEFINITIONS).root.lookupType('ListOfSpans');

export function zipkinProto(spans: readonly ZipkinSpan[]): Uint8Array {
  return encode(ListOfSpans, { spans: spans.map(messageOf) });
}

/** What protobuf can say of a span: a default is absent, and all tags are texts. */
export function sayable(span: ZipkinSpan): ZipkinSpan {
  const { kind, name, timestamp, duration, parentId, localEndpoint, remoteEndpoint, tags = {} } = span;
  return {
    traceId: span.traceId,
    id: span.id,
    ...(parentId ? { parentId } : {}),
    ...(kind ? { kind: kind.toUpperCase() } : {}),
    ...(name ? { name } : {}),
    ...(timestamp ? { timestamp } : {}),
    ...(duration ? { duration } : {}),
    ...(localEndpoint ? { localEndpoint: sayableEndpoint(localEndpoint) } : {}),
    ...(remoteEndpoint ? { remoteEndpoint: sayableEndpoint(remoteEndpoint) } : {}),
    tags: Object.fromEntries(Object.entries(tags).flatMap(([k, v]) => (v === null ? [] : [[k, String(v)]]))),
  };
}

function sayableEndpoint({ serviceName, ipv4, ipv6, port }: ZipkinEndpoint): ZipkinEndpoint {
  return {
    ...(serviceName ? { serviceName } : {}),
    ...(ipv4 ? { ipv4: ipv4.split('.').map(Number).join('.') } : {}),
    ...(ipv6 ? { ipv6 } : {}),
    ...(port ? { port } : {}),
  };
}

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

function messageOf(span: ZipkinSpan): object {
  return {
    ...span,
    traceId: bytesOf(span.traceId),
    id: bytesOf(span.id),
    parentId: bytesOf(span.parentId ?? ''),
    annotations: [{ timestamp: 1, value: 'error' }],
    ...(span.localEndpoint ? { localEndpoint: endpointOf(span.localEndpoint) } : {}),
    ...(span.remoteEndpoint ? { remoteEndpoint: endpointOf(span.remoteEndpoint) } : {}),
  };
}

function endpointOf(endpoint: ZipkinEndpoint): object {
  return {
    serviceName: endpoint.serviceName ?? '',
    ipv4: Uint8Array.from((endpoint.ipv4 ?? '').split('.').filter(Boolean).map(Number)),
    ipv6: bytesOfIpv6(endpoint.ipv6 ?? ''),
    port: endpoint.port ?? 0,
  };
}

export function bytesOfIpv6(text: string): Uint8Array {
  if (text === '') return new Uint8Array();
  const [before = '', after] = text.split('::');
  const groups = (side: string): string[] => side.split(':').filter(Boolean);
  const zeros = after === undefined ? 0 : 8 - groups(before).length - groups(after).length;
  const all = [...groups(before), ...Array<string>(zeros).fill('0'), ...groups(after ?? '')];
  return bytesOf(all.map(group => group.padStart(4, '0')).join(''));
}
