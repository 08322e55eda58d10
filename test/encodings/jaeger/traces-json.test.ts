/** Jaeger JSON: what spans say in the view, held against a slow translation into OTLP, and what is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeJaeger } from '../../../src/encodings/jaeger/traces-json.ts';
import { parseJson } from '../../../src/encodings/json.ts';
import { RESOURCE_SLOT, SPAN_SLOT } from '../../../src/normalize/conventions/slots.ts';
import type { Decoder, SpanRecord } from '../../fuzz/span-record.ts';
import { jaegerTraces } from '../reference/arbitrary.ts';
import { spansBy, spansOfOtlp } from '../reference/as-otlp.ts';
import { jaegerAsOtlp } from '../reference/jaeger-as-otlp.ts';

const RUNS = Number(process.env.TACIT_FUZZ_RUNS ?? 400);

const decode: Decoder = (bytes, view, consumer) => decodeJaeger(parseJson(bytes), view, consumer);
const spansOf = (document: unknown) => spansBy(decode, document);

const TRACE = 'a'.repeat(32);
const IDS = { traceID: TRACE, spanID: 'b'.repeat(16) };

function traceOf(fields: object): object {
  const processes = { p1: { serviceName: 'orders', tags: [{ key: 'deployment.environment', value: 'prod' }] } };
  return { traceID: TRACE, spans: [{ ...IDS, processID: 'p1', ...fields }], processes };
}

function onlyOf(document: unknown): SpanRecord {
  const spans = spansOf(document);
  if (!('length' in spans) || spans.length !== 1) throw new Error(`expected one span: ${JSON.stringify(spans)}`);
  return spans[0]!;
}

const theSpan = (fields: object): SpanRecord => onlyOf({ data: [traceOf(fields)] });
const tagged = (...tags: readonly (readonly [string, unknown])[]): SpanRecord =>
  theSpan({ tags: tags.map(([key, value]) => ({ key, value })) });

test('spans are those of the slow translation into OTLP', () => {
  fc.assert(
    fc.property(jaegerTraces, traces => {
      expect(spansOf({ data: traces })).toEqual(spansOfOtlp(jaegerAsOtlp(traces)));
    }),
    { numRuns: RUNS },
  );
});

test('a trace alone, a list of traces, and the answer of the API say the same', () => {
  const trace = traceOf({ operationName: 'get' });
  expect(spansOf(trace)).toEqual(spansOf({ data: [trace] }));
  expect(spansOf([trace])).toEqual(spansOf({ data: [trace], total: 0, errors: null }));
  expect(spansOf({ data: [] })).toEqual([]);
});

describe('a span', () => {
  test.each([
    ['client', 3],
    ['server', 2],
    ['producer', 4],
    ['consumer', 5],
    ['internal', 1],
    ['ingress', 0],
    [undefined, 0],
  ])('of kind %s', (kind, expected) => {
    expect(tagged(['span.kind', kind]).kind).toBe(expected);
  });

  test('has the service and the tags of its process', () => {
    const { resource } = theSpan({});
    expect(resource[RESOURCE_SLOT.serviceName]?.[1]).toBe('orders');
    expect(resource[RESOURCE_SLOT.environment]?.[1]).toBe('prod');
    expect(theSpan({ processID: 'p9' }).resource).toEqual({});
  });

  test('has times in microseconds, as numbers or texts', () => {
    const expected = { start: 1_485_467_191_639_875, end: 1_485_467_191_639_880 };
    expect(theSpan({ startTime: 1_485_467_191_639_875, duration: 5 })).toMatchObject(expected);
    expect(theSpan({ startTime: '1485467191639875', duration: '5' })).toMatchObject(expected);
    expect(theSpan({ startTime: '2017-01-26T21:46:31.639875Z', duration: '0.000005s' })).toMatchObject(expected);
    expect(theSpan({ startTime: '2017-01-26T22:46:31.639875+01:00', duration: '0.000005s' })).toMatchObject(expected);
  });

  test('is in error by its tag, unless its status says otherwise', () => {
    expect(tagged(['error', true]).status).toBe(2);
    expect(theSpan({ tags: [{ key: 'error', type: 'bool', value: 'true' }] }).status).toBe(2);
    expect(tagged(['error', false]).status).toBe(0);
    expect(tagged(['error', 'false']).status).toBe(0);
    expect(tagged(['error', true], ['otel.status_code', 'OK']).status).toBe(1);
    expect(tagged(['otel.status_code', 'ERROR']).status).toBe(2);
  });

  test('has tags as attributes, and scope and state from them', () => {
    const span = tagged(['peer.service', 'bank'], ['otel.scope.name', 'io.http'], ['w3c.tracestate', 'ot=th:8']);
    expect(span).toMatchObject({ scope: 'io.http', state: 'ot=th:8' });
    expect(span.attributes[SPAN_SLOT.peerService]?.[1]).toBe('bank');
  });

  test('is the child of the first span of its trace that it refers to as child, the others are links', () => {
    const to = (refType: string, spanID: string, traceID = TRACE) => ({ refType, traceID, spanID: spanID.repeat(16) });
    const { parentId, links } = theSpan({
      references: [
        to('CHILD_OF', '1', 'f'.repeat(32)),
        to('FOLLOWS_FROM', '2'),
        to('CHILD_OF', '3'),
        to('CHILD_OF', '4'),
      ],
    });
    expect(parentId).toBe('3'.repeat(16));
    expect(links.map(({ spanId }) => spanId[0])).toEqual(['1', '2', '4']);
    expect(theSpan({ references: [to('FOLLOWS_FROM', '5')] })).toMatchObject({ parentId: '5'.repeat(16), links: [] });
    expect(theSpan({ parentSpanID: '6'.repeat(16) }).parentId).toBe('6'.repeat(16));
    expect(theSpan({ references: [to('FOLLOWS_FROM', '7', 'f'.repeat(32))] })).toMatchObject({
      parentId: '0'.repeat(16),
      links: [{ traceId: 'f'.repeat(32), spanId: '7'.repeat(16) }],
    });
  });
});

describe('spans that bring their process', () => {
  test('as documents of Elasticsearch', () => {
    const span = onlyOf({
      ...IDS,
      parentSpanID: 'c'.repeat(16),
      operationName: 'get',
      references: [],
      startTime: 1_485_467_191_639_875,
      startTimeMillis: 1_485_467_191_639,
      duration: 5,
      tags: [{ key: 'span.kind', type: 'string', value: 'client' }],
      process: { serviceName: 'orders', tags: [] },
    });
    expect(span).toMatchObject({ traceId: TRACE, parentId: 'c'.repeat(16), kind: 3, name: 'get' });
    expect(span.resource[RESOURCE_SLOT.serviceName]?.[1]).toBe('orders');
  });

  test('as the protobuf’s JSON: ids in base64, values by their type, defaults left out, times as texts', () => {
    const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
    const span = onlyOf({
      traceId: base64(TRACE),
      spanId: base64('b'.repeat(16)),
      operationName: 'orders process',
      references: [{ traceId: base64(TRACE), spanId: base64('c'.repeat(16)) }],
      startTime: '2017-01-26T21:46:31.639875Z',
      duration: '0.000005s',
      tags: [
        { key: 'span.kind', vStr: 'consumer' },
        { key: 'error', vType: 'BOOL', vBool: true },
        { key: 'http.status_code', vType: 'INT64', vInt64: '503' },
        { key: 'messaging.kafka.partition', vType: 'INT64' },
        { key: 'messaging.kafka.offset', vType: 'INT64', vInt64: '9007199254740993' },
        { key: 'db.name', vType: 'BINARY', vBinary: 'AAAw' },
      ],
      process: { serviceName: 'billing' },
    });
    expect(span).toMatchObject({
      traceId: TRACE,
      spanId: 'b'.repeat(16),
      parentId: 'c'.repeat(16),
      kind: 5,
      status: 2,
      start: 1_485_467_191_639_875,
      end: 1_485_467_191_639_880,
      links: [],
    });
    expect(span.attributes[SPAN_SLOT.httpStatus]?.[1]).toBe(503);
    expect(span.attributes[SPAN_SLOT.partition]?.[1]).toBe(0);
    expect(span.attributes[SPAN_SLOT.offset]?.[1]).toBe('9007199254740993');
    expect(span.attributes[SPAN_SLOT.dbNamespace]?.[1]).toBeNull();
  });
});

describe('what is no such trace is refused with its place', () => {
  test.each([
    [{ data: [7] }, '$.data[0]: expected an object, got a number'],
    [{ data: [{ traceID: TRACE, spans: 7 }] }, 'spans: expected an array, got a number'],
    [{ data: [{ traceID: TRACE, spans: [[]] }] }, '$.data[0].spans[0]: expected an object, got an array'],
    [traceOf({ spanID: 7 }), '$.spans[0].spanID: expected a string, got a number'],
    [traceOf({ startTime: 'noon' }), '$.spans[0].startTime: expected a number'],
    [traceOf({ startTime: '2017-13-26T21:46:31Z' }), '$.spans[0].startTime: there is no such time'],
    [traceOf({ duration: [] }), '$.spans[0].duration: expected a number'],
    [traceOf({ tags: [null] }), '$.spans[0].tags: expected an object, got null'],
    [traceOf({ tags: [{ key: 7 }] }), '$.spans[0].tags.key: expected a string, got a number'],
    [traceOf({ references: {} }), 'references: expected an array'],
    [traceOf({ process: 'orders' }), '$.spans[0].process: expected an object, got a string'],
    [{ TraceID: 'AAAAAAAAAAEAAAAAAAAAAA==', SpanID: 2 }, 'a row of Jaeger in Cassandra'],
  ])('%j', (document, message) => {
    const outcome = spansOf(document);
    expect('malformed' in outcome && outcome.malformed).toContain(message);
  });

  test('never crashes: any JSON at any place', () => {
    const names = [
      'data',
      'traceID',
      'spanID',
      'spans',
      'processes',
      'process',
      'processID',
      'serviceName',
      'tags',
    ].concat(['key', 'type', 'value', 'vType', 'references', 'refType', 'startTime', 'duration', '__proto__']);
    const { node } = fc.letrec(tie => ({
      node: fc.oneof(
        { maxDepth: 6 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('node'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom(...names), tie('node'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(node, value => void spansOf(value)),
      { numRuns: RUNS },
    );
  });
});
