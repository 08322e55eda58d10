/**
 * Spans of Jaeger as records of Kafka, in protobuf and in the JSON of it: held against protobufjs as encoder and a slow
 * translation into OTLP; broken bytes are refused, and nothing else happens.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeJaegerSpan } from '../../../src/encodings/jaeger/span-proto.ts';
import { decodeJaeger } from '../../../src/encodings/jaeger/traces-json.ts';
import { parseJson } from '../../../src/encodings/json.ts';
import { decodeTracesJson } from '../../../src/encodings/otlp/traces-json.ts';
import { RESOURCE_SLOT, SPAN_SLOT } from '../../../src/normalize/conventions/slots.ts';
import { type Decoder, outcomeOf, type SpanRecord } from '../../fuzz/span-record.ts';
import { bytesField, varintField } from '../../fuzz/wire-bytes.ts';
import { jaegerTraces } from '../reference/arbitrary.ts';
import { expectContained, mutated, shuffled } from '../reference/broken-bytes.ts';
import { jaegerAsOtlp } from '../reference/jaeger-as-otlp.ts';
import { type JaegerRecord, jaegerJson, jaegerProto, jaegerRecords, recordable } from '../reference/jaeger-records.ts';
import { observed } from '../reference/observed.ts';

const RUNS = Number(process.env.TACIT_FUZZ_RUNS ?? 400);

const decodeJson: Decoder = (bytes, view, consumer) => decodeJaeger(parseJson(bytes), view, consumer);

function onlySpan(decode: Decoder, bytes: Uint8Array): SpanRecord {
  const outcome = outcomeOf(decode, bytes);
  if (!('spans' in outcome) || outcome.spans.length !== 1) throw new Error(JSON.stringify(outcome));
  return outcome.spans[0]!;
}

/** As requests of OTLP, one a span. */
const requestsOf = (resourceSpans: readonly object[]): Uint8Array[] =>
  resourceSpans.map(entry => new TextEncoder().encode(JSON.stringify({ resourceSpans: [entry] })));

const traceSets = jaegerTraces.map(recordable);
const records = traceSets.map(jaegerRecords).filter(all => all.length > 0);
const encoded = records.map(([first]) => jaegerProto(first!));

describe('spans are those of the slow translation into OTLP', () => {
  test.each([
    ['protobuf', decodeJaegerSpan, jaegerProto],
    ['JSON', decodeJson, jaegerJson],
  ] as const)('%s', (_name, decode, encode) => {
    fc.assert(
      fc.property(traceSets, traces => {
        const spans = jaegerRecords(traces).map(record => onlySpan(decode, encode(record)));
        expect(spans).toEqual(requestsOf(jaegerAsOtlp(traces)).map(bytes => onlySpan(decodeTracesJson, bytes)));
      }),
      { numRuns: RUNS },
    );
  });

  test('and so are the observations, also of processes that were met before', () => {
    fc.assert(
      fc.property(traceSets, traces => {
        const expected = observed(decodeTracesJson, requestsOf(jaegerAsOtlp(traces)));
        const all = jaegerRecords(traces);
        expect(observed(decodeJaegerSpan, all.map(jaegerProto))).toEqual(expected);
        expect(observed(decodeJson, all.map(jaegerJson))).toEqual(expected);
      }),
      { numRuns: RUNS },
    );
  });
});

test('fields may come in any order', () => {
  fc.assert(
    fc.property(shuffled(encoded), ([bytes, other]) => {
      expect(onlySpan(decodeJaegerSpan, other)).toEqual(onlySpan(decodeJaegerSpan, bytes));
    }),
    { numRuns: RUNS },
  );
});

const RECORD: JaegerRecord = {
  traceId: Buffer.alloc(16, 0xaa).toString('base64'),
  spanId: Buffer.alloc(8, 0xbb).toString('base64'),
  operationName: 'orders process',
  references: [
    { traceId: Buffer.alloc(16, 0xaa).toString('base64'), spanId: Buffer.alloc(8, 0xcc).toString('base64') },
  ],
  startTime: '2017-01-26T21:46:31.639875400Z',
  duration: '0.000005400s',
  tags: [
    { key: 'span.kind', vStr: 'consumer' },
    { key: 'error', vType: 'BOOL', vBool: true },
    { key: 'messaging.kafka.partition', vType: 'INT64' },
  ],
  process: { serviceName: 'billing', tags: [{ key: 'deployment.environment', vStr: 'prod' }] },
};

describe('a span', () => {
  test('in both encodings', () => {
    const span = onlySpan(decodeJaegerSpan, jaegerProto(RECORD));
    expect(span).toEqual(onlySpan(decodeJson, jaegerJson(RECORD)));
    expect(span).toMatchObject({
      traceId: 'aa'.repeat(16),
      spanId: 'bb'.repeat(8),
      parentId: 'cc'.repeat(8),
      name: 'orders process',
      kind: 5,
      status: 2,
      start: 1_485_467_191_639_875,
      end: 1_485_467_191_639_880,
      links: [],
    });
    expect(span.resource[RESOURCE_SLOT.serviceName]?.[1]).toBe('billing');
    expect(span.resource[RESOURCE_SLOT.environment]?.[1]).toBe('prod');
    expect(span.attributes[SPAN_SLOT.partition]?.[1]).toBe(0);
  });

  test('whose process comes in pieces is of both', () => {
    const more = bytesField(10, bytesField(1, new TextEncoder().encode('invoices')));
    const { resource } = onlySpan(decodeJaegerSpan, Buffer.concat([jaegerProto(RECORD), more]));
    expect(resource[RESOURCE_SLOT.serviceName]?.[1]).toBe('invoices');
    expect(resource[RESOURCE_SLOT.environment]?.[1]).toBe('prod');
  });

  test('with ids of other lengths has none', () => {
    const short = { ...RECORD, traceId: 'AAAA', spanId: 'AAAA', references: [{ traceId: '', spanId: 'AAAA' }] };
    expect(onlySpan(decodeJaegerSpan, jaegerProto(short))).toMatchObject({
      traceId: null,
      spanId: null,
      parentId: null,
    });
  });

  test('of a type of value that does not exist has no such tag', () => {
    const odd = Buffer.concat([
      jaegerProto(RECORD),
      bytesField(8, Buffer.concat([bytesField(1, Buffer.from('error')), varintField(2, 9)])),
    ]);
    expect(onlySpan(decodeJaegerSpan, odd).status).toBe(0);
  });

  test('is no request of OTLP: that is refused', () => {
    const otlp = bytesField(1, bytesField(1, bytesField(1, new Uint8Array(20))));
    expect(outcomeOf(decodeJaegerSpan, otlp)).toEqual({ malformed: 'no span of Jaeger: a trace id of 24 bytes' });
  });
});

describe('broken bytes are refused or read, and nothing else', () => {
  test('mutated', () => {
    fc.assert(
      fc.property(mutated(encoded), bytes => expectContained(decodeJaegerSpan, bytes)),
      { numRuns: RUNS },
    );
  });

  test('that were never a span', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => expectContained(decodeJaegerSpan, bytes)),
      { numRuns: RUNS },
    );
  });

  test('cut at every length', () => {
    const bytes = jaegerProto(RECORD);
    for (let length = 0; length <= bytes.length; length++) {
      expectContained(decodeJaegerSpan, bytes.subarray(0, length));
    }
  });
});
