/**
 * Encodings in which spans and logs lie in Kafka, by the names that the Collector's exporter and receiver give them:
 * the value of one record → spans into a consumer. Decoders keep no reference to the bytes and throw a `MalformedError`,
 * by which time some spans may have been handed on.
 */
import type { LogConsumer, SpanConsumer } from '../contract/consumer.ts';
import type { SpanView } from '../contract/span-view.ts';
import { type DocumentKind, detectDocument } from './detect-document.ts';
import { decodeJaegerSpan } from './jaeger/span-proto.ts';
import { decodeJaeger } from './jaeger/traces-json.ts';
import { type Json, parseJson } from './json.ts';
import { MalformedError } from './malformed.ts';
import { decodeLogs } from './otlp/logs.ts';
import { decodeLogsValue } from './otlp/logs-json.ts';
import { decodeTraces } from './otlp/traces.ts';
import { decodeTracesValue } from './otlp/traces-json.ts';
import { decodeZipkin } from './zipkin/spans-json.ts';
import { decodeZipkinProto } from './zipkin/spans-proto.ts';

export const SPAN_ENCODINGS = [
  'otlp_proto',
  'otlp_json',
  'jaeger_proto',
  'jaeger_json',
  'zipkin_proto',
  'zipkin_json',
] as const;
export type SpanEncoding = (typeof SPAN_ENCODINGS)[number];

export const LOG_ENCODINGS = ['otlp_proto', 'otlp_json'] as const;
export type LogEncoding = (typeof LOG_ENCODINGS)[number];

type SpanDecoder = (bytes: Uint8Array, view: SpanView, consumer: SpanConsumer) => void;

const DECODERS: Readonly<Record<SpanEncoding, SpanDecoder>> = {
  otlp_proto: decodeTraces,
  otlp_json: ofKind('traces', decodeTracesValue),
  jaeger_proto: decodeJaegerSpan,
  jaeger_json: ofKind('jaeger', decodeJaeger),
  zipkin_proto: decodeZipkinProto,
  zipkin_json: ofKind('zipkin', decodeZipkin),
};

export function decodeSpans(encoding: SpanEncoding, bytes: Uint8Array, view: SpanView, consumer: SpanConsumer): void {
  DECODERS[encoding](bytes, view, consumer);
}

/** JSON of another kind would be read as spans that say nothing. */
function ofKind(kind: DocumentKind, decode: (document: Json, ...rest: [SpanView, SpanConsumer]) => void): SpanDecoder {
  return (bytes, view, consumer) => {
    const document = parseJson(bytes);
    const found = detectDocument(document);
    if (found === kind) decode(document, view, consumer);
    else if (found !== 'empty') throw new MalformedError('other_encoding', `expected JSON of ${kind}, got ${found}`);
  };
}

export function decodeLogRecords(
  encoding: LogEncoding,
  bytes: Uint8Array,
  view: SpanView,
  consumer: LogConsumer,
): void {
  if (encoding === 'otlp_proto') return decodeLogs(bytes, view, consumer);
  const document = parseJson(bytes);
  const found = detectDocument(document);
  if (found === 'logs') decodeLogsValue(document, view, consumer);
  else if (found !== 'empty') throw new MalformedError('other_encoding', `expected JSON of logs, got ${found}`);
}
