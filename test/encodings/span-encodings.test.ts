/** The encodings of spans by name: one span in each of them, and records of one in a topic of another. */
import { describe, expect, test } from 'vitest';
import {
  decodeLogRecords,
  decodeSpans,
  LOG_ENCODINGS,
  SPAN_ENCODINGS,
  type SpanEncoding,
} from '../../src/encodings/span-encodings.ts';
import { outcomeOf } from '../fuzz/span-record.ts';
import { encodeLogs, encodeTraces } from '../kits/otlp.ts';
import { jaegerAsOtlp } from './reference/jaeger-as-otlp.ts';
import { jaegerJson, jaegerProto, jaegerRecords } from './reference/jaeger-records.ts';
import { zipkinProto } from './reference/zipkin-records.ts';

const TRACE = 'a'.repeat(32);
const tags = [{ key: 'span.kind', type: 'string', value: 'client' }];
const jaeger = {
  traceID: TRACE,
  spans: [
    {
      traceID: TRACE,
      spanID: 'b'.repeat(16),
      operationName: 'get',
      startTime: 7000,
      duration: 5,
      tags,
      processID: 'p',
    },
  ],
  processes: { p: { serviceName: 'orders' } },
};
const zipkin = {
  traceId: TRACE,
  id: 'b'.repeat(16),
  name: 'get',
  kind: 'CLIENT',
  timestamp: 7000,
  duration: 5,
  localEndpoint: { serviceName: 'orders' },
};
const otlp = { resourceSpans: jaegerAsOtlp([jaeger]) };
const [record] = jaegerRecords([jaeger]);
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const RECORDS: Readonly<Record<SpanEncoding, Uint8Array>> = {
  otlp_proto: encodeTraces(otlp),
  otlp_json: json(otlp),
  jaeger_proto: jaegerProto(record!),
  jaeger_json: jaegerJson(record!),
  zipkin_proto: zipkinProto([zipkin]),
  zipkin_json: json([zipkin]),
};

const outcome = (encoding: SpanEncoding, bytes: Uint8Array) =>
  outcomeOf((value, view, consumer) => decodeSpans(encoding, value, view, consumer), bytes);

const expected = outcome('otlp_json', RECORDS.otlp_json);

describe.each(SPAN_ENCODINGS)('%s', encoding => {
  test('gives the span', () => {
    expect(expected).toMatchObject({ spans: [{ traceId: TRACE, spanId: 'b'.repeat(16), name: 'get', kind: 3 }] });
    expect(outcome(encoding, RECORDS[encoding])).toEqual(expected);
  });

  test.each(SPAN_ENCODINGS.filter(other => other !== encoding))('refuses a record of %s', other => {
    expect(outcome(encoding, RECORDS[other])).toHaveProperty('malformed');
  });

  test('finds no spans in nothing, or refuses it', () => {
    const found = outcome(encoding, new Uint8Array());
    if ('spans' in found) expect(found.spans.filter(({ traceId }) => traceId !== null)).toEqual([]);
  });
});

describe.each(LOG_ENCODINGS)('log records in %s', encoding => {
  const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ traceId: TRACE, eventName: 'get' }] }] }] };
  const read = (bytes: Uint8Array) =>
    outcomeOf(
      (value, view, consumer) =>
        decodeLogRecords(encoding, value, view, { ...consumer, log: record => consumer.span(record) }),
      bytes,
    );

  test('are read', () => {
    const bytes = encoding === 'otlp_json' ? json(logs) : encodeLogs(logs);
    expect(read(bytes)).toMatchObject({ spans: [{ traceId: TRACE, name: 'get' }] });
  });

  test('are no spans', () => {
    if (encoding === 'otlp_json') expect(read(RECORDS.otlp_json)).toHaveProperty('malformed');
  });
});
