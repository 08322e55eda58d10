/**
 * The reference codec of OTLP: protobufjs reflection over `schemas/proto`, independent of the program's own decoders.
 * In and out go plain objects in the shape of OTLP JSON (ids as hex, 64-bit integers as decimal strings, enums as
 * numbers); `encode` also takes names of enums, numbers for 64-bit integers, and bytes for ids.
 */
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { isPlain, type Plain, withByteIds, withHexIds } from './otlp-ids.ts';

const PROTO_ROOT = fileURLToPath(new URL('../../schemas/proto/', import.meta.url));

const FILES = [
  'opentelemetry/proto/collector/trace/v1/trace_service.proto',
  'opentelemetry/proto/collector/logs/v1/logs_service.proto',
  'opentelemetry/proto/collector/metrics/v1/metrics_service.proto',
  'google/rpc/status.proto',
  'google/rpc/error_details.proto',
];

/** Loads the definitions anew; most callers want `otlpRoot`. */
export function loadOtlpRoot(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => PROTO_ROOT + target;
  return root.loadSync(FILES);
}

export const otlpRoot = loadOtlpRoot();

export const TracesRequest = otlpRoot.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');
export const TracesResponse = otlpRoot.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse');
export const LogsRequest = otlpRoot.lookupType('opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest');
export const LogsResponse = otlpRoot.lookupType('opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse');
export const RpcStatus = otlpRoot.lookupType('google.rpc.Status');
export const RetryInfo = otlpRoot.lookupType('google.rpc.RetryInfo');

/** Encodes an `ExportTraceServiceRequest` given as OTLP JSON. Throws when an id is neither hex nor bytes. */
export function encodeTraces(request: object): Uint8Array {
  return encode(TracesRequest, withByteIds(request, 'resourceSpans', 'scopeSpans', 'spans'));
}

/** Encodes an `ExportLogsServiceRequest` given as OTLP JSON. */
export function encodeLogs(request: object): Uint8Array {
  return encode(LogsRequest, withByteIds(request, 'resourceLogs', 'scopeLogs', 'logRecords'));
}

/** Decodes trace request bytes to OTLP JSON; absent fields stay absent. Throws on malformed bytes. */
export function decodeTraces(bytes: Uint8Array): Plain {
  return withHexIds(decode(TracesRequest, bytes), 'resourceSpans', 'scopeSpans', 'spans');
}

/** Decodes logs request bytes to OTLP JSON. */
export function decodeLogs(bytes: Uint8Array): Plain {
  return withHexIds(decode(LogsRequest, bytes), 'resourceLogs', 'scopeLogs', 'logRecords');
}

/** Encodes any message of the definitions from a plain object, e.g. `encode(RpcStatus, { code: 3 })`. */
export function encode(type: protobuf.Type, message: object): Uint8Array {
  return Uint8Array.from(type.encode(type.fromObject(message as Plain)).finish());
}

/** Decodes any message of the definitions: 64-bit integers become strings, bytes stay bytes, enums stay numbers. */
export function decode(type: protobuf.Type, bytes: Uint8Array): Plain {
  // A plain Uint8Array takes protobufjs's strict reader; its reader for Buffers lets broken UTF-8 through.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const object: unknown = type.toObject(type.decode(plain), { longs: String, enums: Number });
  if (!isPlain(object)) throw new TypeError(`${type.fullName} did not decode to an object`);
  return object;
}
