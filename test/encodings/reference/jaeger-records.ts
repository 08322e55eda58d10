/**
 * Spans of Jaeger as the Collector writes them to Kafka, one a record with its process in it: in protobuf by protobufjs,
 * and in the JSON that Go makes of the same messages. Takes traces of Jaeger's UI.
 */
import protobuf from 'protobufjs';
import { encode } from '../../kits/otlp.ts';
import type { JaegerSpan, JaegerTag, JaegerTrace } from './jaeger-as-otlp.ts';

/** Of jaeger-idl, proto/api_v2/model.proto, without logs and warnings. */
const DEFINITIONS = `
  syntax = "proto3";
  enum ValueType { STRING = 0; BOOL = 1; INT64 = 2; FLOAT64 = 3; BINARY = 4; }
  message KeyValue {
    string key = 1; ValueType v_type = 2; string v_str = 3; bool v_bool = 4; int64 v_int64 = 5; double v_float64 = 6;
    bytes v_binary = 7;
  }
  enum SpanRefType { CHILD_OF = 0; FOLLOWS_FROM = 1; }
  message SpanRef { bytes trace_id = 1; bytes span_id = 2; SpanRefType ref_type = 3; }
  message Process { string service_name = 1; repeated KeyValue tags = 2; }
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; string operation_name = 3; repeated SpanRef references = 4; uint32 flags = 5;
    Timestamp start_time = 6; Timestamp duration = 7; repeated KeyValue tags = 8; Process process = 10;
    string process_id = 11;
  }`;

export const JaegerSpanType = protobuf.parse(DEFINITIONS).root.lookupType('Span');

interface KeyValue {
  readonly key: string;
  readonly vType?: string;
  readonly vStr?: string;
  readonly vBool?: boolean;
  readonly vInt64?: string;
  readonly vFloat64?: number;
  readonly vBinary?: string;
}

/** A message, as the JSON of protobuf has it; default values are left out. */
export interface JaegerRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly operationName?: string;
  readonly references: readonly { readonly traceId: string; readonly spanId: string; readonly refType?: string }[];
  readonly startTime: string;
  readonly duration: string;
  readonly tags: readonly KeyValue[];
  readonly process?: { readonly serviceName?: string; readonly tags?: readonly KeyValue[] };
}

export function jaegerRecords(traces: readonly JaegerTrace[]): readonly JaegerRecord[] {
  return traces.flatMap(({ spans, processes }) => spans.map(span => recordOf(span, processes)));
}

/** Traces without what records cannot say: a tag of no value. */
export function recordable(traces: readonly JaegerTrace[]): readonly JaegerTrace[] {
  const valued = <T extends { readonly tags?: readonly JaegerTag[] | null }>(of: T): T => ({
    ...of,
    tags: (of.tags ?? []).filter(({ type, value }) => type === 'binary' || type === 'bool' || (value ?? null) !== null),
  });
  return traces.map(({ traceID, spans, processes }) => ({
    traceID,
    spans: spans.map(valued),
    processes: Object.fromEntries(Object.entries(processes).map(([id, process]) => [id, valued(process)])),
  }));
}

export function jaegerProto(record: JaegerRecord): Uint8Array {
  return encode(JaegerSpanType, {
    ...record,
    startTime: timestampOf(record.startTime),
    duration: secondsOf(record.duration),
  });
}

export function jaegerJson(record: JaegerRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

function recordOf(span: JaegerSpan, processes: JaegerTrace['processes']): JaegerRecord {
  const process = Object.entries(processes).find(([id]) => id === (span.processID ?? ''))?.[1];
  return {
    traceId: base64(span.traceID),
    spanId: base64(span.spanID),
    ...(span.operationName ? { operationName: span.operationName } : {}),
    references: (span.references ?? []).map(({ refType, traceID, spanID }) => ({
      traceId: base64(traceID),
      spanId: base64(spanID),
      ...(refType === 'CHILD_OF' ? {} : { refType }),
    })),
    startTime: textOfTime(span.startTime),
    duration: `${Math.floor(span.duration / 1e6)}.${fraction(span.duration)}s`,
    tags: tagsOf(span.tags),
    ...(process === undefined
      ? {}
      : {
          process: {
            ...(process.serviceName ? { serviceName: process.serviceName } : {}),
            tags: tagsOf(process.tags),
          },
        }),
  };
}

const fraction = (micros: number): string => String(micros % 1e6).padStart(6, '0');

function textOfTime(micros: number): string {
  return `${new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19)}.${fraction(micros)}Z`;
}

function timestampOf(text: string): object {
  const [, seconds, digits = ''] = /^(.{19})(?:\.(\d+))?Z$/.exec(text) ?? [];
  return { seconds: Date.parse(`${seconds}Z`) / 1000, nanos: Number(digits.padEnd(9, '0')) };
}

function secondsOf(text: string): object {
  const [, seconds, digits = ''] = /^(\d+)(?:\.(\d+))?s$/.exec(text) ?? [];
  return { seconds: Number(seconds), nanos: Number(digits.padEnd(9, '0')) };
}

function tagsOf(tags: readonly JaegerTag[] | null | undefined): readonly KeyValue[] {
  return (tags ?? []).map(keyValueOf);
}

function keyValueOf({ key, type, value }: JaegerTag): KeyValue {
  if (type === 'binary') return { key, vType: 'BINARY', vBinary: String(value) };
  if (typeof value === 'boolean' || type === 'bool') {
    return { key, vType: 'BOOL', ...(String(value) === 'true' ? { vBool: true } : {}) };
  }
  if (typeof value === 'string') return value === '' ? { key } : { key, vStr: value };
  if (!Number.isSafeInteger(value)) return { key, vType: 'FLOAT64', vFloat64: Number(value) };
  return { key, vType: 'INT64', ...(value === 0 ? {} : { vInt64: String(value) }) };
}
