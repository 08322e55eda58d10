/** Zipkin v2 JSON: what spans say in the view, held against a slow translation into OTLP, and what is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/encodings/json.ts';
import { decodeZipkin } from '../../../src/encodings/zipkin/spans-json.ts';
import { RESOURCE_SLOT, SPAN_SLOT } from '../../../src/normalize/conventions/slots.ts';
import type { Decoder, SpanRecord } from '../../fuzz/span-record.ts';
import { zipkinSpans } from '../reference/arbitrary.ts';
import { spansBy, spansOfOtlp } from '../reference/as-otlp.ts';
import { zipkinAsOtlp } from '../reference/zipkin-as-otlp.ts';

const RUNS = Number(process.env.TACIT_FUZZ_RUNS ?? 400);

const decode: Decoder = (bytes, view, consumer) => decodeZipkin(parseJson(bytes), view, consumer);
const spansOf = (document: unknown) => spansBy(decode, document);

const IDS = { traceId: 'a'.repeat(16), id: 'b'.repeat(16) };

function theSpan(fields: object): SpanRecord {
  const spans = spansOf([{ ...IDS, ...fields }]);
  if (!('length' in spans) || spans.length !== 1) throw new Error(`expected one span: ${JSON.stringify(spans)}`);
  return spans[0]!;
}

/** The text in a slot of the span. */
const attribute = (span: SpanRecord, slot: keyof typeof SPAN_SLOT): unknown => span.attributes[SPAN_SLOT[slot]]?.[1];
const resource = (span: SpanRecord, slot: keyof typeof RESOURCE_SLOT): unknown =>
  span.resource[RESOURCE_SLOT[slot]]?.[1];

test('spans are those of the slow translation into OTLP', () => {
  fc.assert(
    fc.property(zipkinSpans, spans => {
      expect(spansOf(spans)).toEqual(spansOfOtlp(zipkinAsOtlp(spans)));
    }),
    { numRuns: RUNS },
  );
});

test('a list of lists is the list of all its spans, and a span alone is one', () => {
  fc.assert(
    fc.property(zipkinSpans, zipkinSpans, (some, others) => {
      expect(spansOf([some, others])).toEqual(spansOf([...some, ...others]));
    }),
    { numRuns: 50 },
  );
  expect(spansOf(IDS)).toEqual(spansOf([IDS]));
});

describe('a span', () => {
  test.each([
    ['CLIENT', 3],
    ['SERVER', 2],
    ['PRODUCER', 4],
    ['CONSUMER', 5],
    [undefined, 0],
  ])('of kind %s', (kind, expected) => {
    expect(theSpan({ kind }).kind).toBe(expected);
  });

  test('has times in microseconds; what is not finished ends when it began', () => {
    const timestamp = 1_541_485_537_488_973;
    expect(theSpan({ timestamp, duration: 2033 })).toMatchObject({ start: timestamp, end: timestamp + 2033 });
    expect(theSpan({ timestamp })).toMatchObject({ start: timestamp, end: timestamp });
    expect(theSpan({ duration: 10 })).toMatchObject({ start: 0, end: 10 });
  });

  test('has ids of 16 or 32 digits; of others none', () => {
    expect(theSpan({ parentId: 'C'.repeat(16) })).toMatchObject({
      traceId: '0'.repeat(16) + IDS.traceId,
      spanId: IDS.id,
      parentId: 'c'.repeat(16),
    });
    expect(theSpan({ traceId: 'd'.repeat(32) }).traceId).toBe('d'.repeat(32));
    expect(theSpan({ traceId: 'd'.repeat(15), id: '0'.repeat(16) })).toMatchObject({ traceId: null, spanId: null });
  });

  test('is in error by its tag, whatever that says, unless its status says otherwise', () => {
    const status = (tags: object) => theSpan({ tags }).status;
    expect([{ error: '' }, { error: 'timeout' }, { error: true }].map(status)).toEqual([2, 2, 2]);
    expect([{}, { error: 'false' }, { error: false }].map(status)).toEqual([0, 0, 0]);
    expect(status({ error: 'x', 'otel.status_code': 'OK' })).toBe(1);
    expect(status({ 'otel.status_code': 'ERROR' })).toBe(2);
    expect(theSpan({ annotations: [{ timestamp: 1, value: 'error' }] }).status).toBe(0);
  });

  test('names the service and instance of its local endpoint, and the environment by a tag', () => {
    const span = theSpan({
      localEndpoint: { serviceName: 'orders', ipv4: '10.0.0.1', port: 8080 },
      tags: { 'deployment.environment': 'prod', 'service.name': 'other', 'service.namespace': 'shop' },
    });
    expect(resource(span, 'serviceName')).toBe('orders');
    expect(resource(span, 'serviceNamespace')).toBe('shop');
    expect(resource(span, 'serviceInstance')).toBe('10.0.0.1:8080');
    expect(resource(span, 'environment')).toBe('prod');
  });

  test('names its peer by the remote endpoint, unless tags do', () => {
    const remoteEndpoint = { serviceName: 'bank', ipv4: '10.0.0.9', port: 443 };
    const client = theSpan({ kind: 'CLIENT', remoteEndpoint });
    expect(attribute(client, 'peerService')).toBe('bank');
    expect(attribute(client, 'socketAddress')).toBe('10.0.0.9');
    expect(attribute(client, 'socketPort')).toBe(443);
    const server = theSpan({ kind: 'SERVER', remoteEndpoint });
    expect(attribute(server, 'peerService')).toBe('bank');
    expect(attribute(server, 'socketAddress')).toBeUndefined();
    const tagged = theSpan({ kind: 'CLIENT', remoteEndpoint, tags: { 'peer.service': 'the-bank' } });
    expect(attribute(tagged, 'peerService')).toBe('the-bank');
  });

  test('whose exporter put an address where the name of a service belongs, is known by that address', () => {
    for (const serviceName of ['db.example', 'db.example:5432']) {
      const span = theSpan({
        kind: 'CLIENT',
        remoteEndpoint: { serviceName },
        tags: { 'server.address': 'db.example' },
      });
      expect(attribute(span, 'peerService')).toBeUndefined();
      expect(attribute(span, 'serverAddress')).toBe('db.example');
    }
  });

  test('has the topic that Brave names, and tags of any type', () => {
    const span = theSpan({
      kind: 'PRODUCER',
      tags: { 'kafka.topic': 'orders', 'http.status_code': 503, nothing: null },
    });
    expect(attribute(span, 'destination')).toBe('orders');
    expect(attribute(span, 'httpStatus')).toBe(503);
  });

  test('in pieces is the whole span again', () => {
    const local = { localEndpoint: { serviceName: 'orders' } };
    const whole = { ...IDS, ...local, kind: 'SERVER', timestamp: 5, duration: 6, name: 'get' };
    const spans = spansOf([{ ...IDS, ...local, name: 'get' }, whole]);
    expect(spans).toEqual([...(spansOf([whole]) as SpanRecord[]), ...(spansOf([whole]) as SpanRecord[])]);
    const elsewhere = { ...IDS, localEndpoint: { serviceName: 'billing' } };
    expect(spansOf([elsewhere, whole])).toContainEqual((spansOf([elsewhere]) as SpanRecord[])[0]);
  });
});

describe('what is no such span is refused with its place', () => {
  test.each([
    [[7], '$[0]: expected an object, got a number'],
    [[[IDS, null]], '$[0][1]: expected an object, got null'],
    [[{ ...IDS, traceId: 7 }], '$[0].traceId: expected a string, got a number'],
    [[{ ...IDS, timestamp: 'noon' }], '$[0].timestamp: expected a number or a string of digits, got a string'],
    [[{ ...IDS, duration: {} }], '$[0].duration: expected a number'],
    [[{ ...IDS, kind: 'OTHER' }], '$[0].kind: expected CLIENT, SERVER, PRODUCER or CONSUMER, got "OTHER"'],
    [[{ ...IDS, tags: [] }], '$[0].tags: expected an object, got an array'],
    [[{ ...IDS, localEndpoint: 'orders' }], '$[0].localEndpoint: expected an object, got a string'],
    [[{ ...IDS, remoteEndpoint: { serviceName: 1 } }], '$[0].remoteEndpoint.serviceName: expected a string'],
    [[{ ...IDS, localEndpoint: { ipv4: '1.2.3.4', port: 'x' } }], '$[0].localEndpoint.port: expected a number'],
    [[{ ...IDS, binaryAnnotations: [] }], 'Zipkin JSON of version 1; expected version 2'],
    [[{ ...IDS, annotations: [{ value: 'cs', endpoint: {} }] }], 'Zipkin JSON of version 1; expected version 2'],
  ])('%j', (document, message) => {
    const outcome = spansOf(document);
    expect('malformed' in outcome && outcome.malformed).toContain(message);
  });

  test('never crashes: any JSON at any place', () => {
    const names = ['traceId', 'id', 'parentId', 'kind', 'timestamp', 'duration', 'tags', 'annotations', 'error'].concat(
      ['localEndpoint', 'remoteEndpoint', 'serviceName', 'ipv4', 'port', '__proto__', 'otlp.link.0'],
    );
    const { node } = fc.letrec(tie => ({
      node: fc.oneof(
        { maxDepth: 5 },
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
