/** Log records of OTLP in the view: what they say, in both encodings alike, and broken requests. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogConsumer, SpanConsumer } from '../../../src/contract/consumer.ts';
import type { SpanView } from '../../../src/contract/span-view.ts';
import { decodeLogs } from '../../../src/encodings/otlp/logs.ts';
import { decodeLogsJson } from '../../../src/encodings/otlp/logs-json.ts';
import { RESOURCE_SLOT, SPAN_SLOT } from '../../../src/normalize/conventions/slots.ts';
import { type Decoder, outcomeOf, type SpanRecord } from '../../fuzz/span-record.ts';
import { encodeLogs } from '../../kits/otlp.ts';
import { expectContained, mutated } from '../reference/broken-bytes.ts';

const RUNS = Number(process.env.TACIT_FUZZ_RUNS ?? 400);

type LogDecoder = (bytes: Uint8Array, view: SpanView, consumer: LogConsumer) => void;

/** Log records by what collects spans. */
const asSpans =
  (decode: LogDecoder): Decoder =>
  (bytes, view, consumer: SpanConsumer) =>
    decode(bytes, view, { ...consumer, log: record => consumer.span(record) });

const protobuf = asSpans(decodeLogs);
const json = asSpans(decodeLogsJson);
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function recordsOf(decode: Decoder, bytes: Uint8Array): readonly SpanRecord[] {
  const outcome = outcomeOf(decode, bytes);
  if (!('spans' in outcome)) throw new Error(outcome.malformed);
  return outcome.spans;
}

const value = fc.oneof(
  fc.constantFrom('', 'orders', 'kafka', 'INSERT INTO t VALUES (?)').map(stringValue => ({ stringValue })),
  fc.integer({ min: -5, max: 5 }).map(n => ({ intValue: String(n) })),
  fc.boolean().map(boolValue => ({ boolValue })),
);
const attribute = fc.record({
  key: fc.constantFrom('messaging.system', 'messaging.destination.name', 'db.statement', 'db.system', 'other', 'k8s.x'),
  value,
});
const attributes = fc.array(attribute, { maxLength: 4 });
const nanos = fc.constantFrom('0', '1712345678901000000', '1712345678901234567');
const logRecord = fc.record(
  {
    timeUnixNano: nanos,
    observedTimeUnixNano: nanos,
    severityNumber: fc.constantFrom(9, 17),
    severityText: fc.constant('INFO'),
    body: value,
    attributes,
    flags: fc.constantFrom(0, 1),
    traceId: fc.constantFrom('', '0a'.repeat(16), '0b'.repeat(8), 'ff'),
    spanId: fc.constantFrom('', '0c'.repeat(8), 'ff'),
    eventName: fc.constantFrom('', 'orders publish'),
  },
  { requiredKeys: [] },
);
const scopeLogs = fc.record({
  scope: fc.record({ name: fc.constantFrom('', 'log4j') }),
  logRecords: fc.array(logRecord, { maxLength: 3 }),
});
const request = fc.record({
  resourceLogs: fc.array(
    fc.record({ resource: fc.record({ attributes }), scopeLogs: fc.array(scopeLogs, { maxLength: 2 }) }),
    { maxLength: 3 },
  ),
});

test('both encodings say the same', () => {
  fc.assert(
    fc.property(request, logs => {
      const found = recordsOf(protobuf, encodeLogs(logs));
      expect(found).toEqual(recordsOf(json, text(logs)));
      expect(found).toHaveLength(logs.resourceLogs.flatMap(one => one.scopeLogs).flatMap(one => one.logRecords).length);
    }),
    { numRuns: RUNS },
  );
});

describe('a record', () => {
  const theRecord = (fields: object): SpanRecord => {
    const logs = {
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }] },
          scopeLogs: [{ scope: { name: 'log4j' }, logRecords: [fields] }],
        },
      ],
    };
    const [record] = recordsOf(protobuf, encodeLogs(logs));
    expect(record).toEqual(recordsOf(json, text(logs))[0]);
    return record!;
  };

  test('has the ids of its span, attributes, the name of its event, and the service', () => {
    const record = theRecord({
      timeUnixNano: '1712345678901234567',
      observedTimeUnixNano: '1712345678999000000',
      traceId: '0a'.repeat(16),
      spanId: '0c'.repeat(8),
      eventName: 'orders publish',
      body: { stringValue: 'never read' },
      attributes: [{ key: 'messaging.system', value: { stringValue: 'kafka' } }],
    });
    const time = 1_712_345_678_901_234;
    const said = { traceId: '0a'.repeat(16), spanId: '0c'.repeat(8), name: 'orders publish', start: time, end: time };
    expect(record).toMatchObject({ ...said, kind: 0, status: 0, parentId: '0'.repeat(16), scope: '' });
    expect(record.attributes[SPAN_SLOT.messagingSystem]?.[1]).toBe('kafka');
    expect(record.resource[RESOURCE_SLOT.serviceName]?.[1]).toBe('orders');
  });

  test('of no time has that of its observation', () => {
    expect(theRecord({ observedTimeUnixNano: '1712345678901000000' }).start).toBe(1_712_345_678_901_000);
    expect(theRecord({}).start).toBe(0);
  });

  test('may be of no span', () => {
    expect(theRecord({})).toMatchObject({ traceId: null, spanId: null });
  });
});

describe('broken requests are refused or read, and nothing else', () => {
  const encoded = request.map(encodeLogs);

  test('mutated, and cut', () => {
    fc.assert(
      fc.property(mutated(encoded), fc.nat(), (bytes, cut) => {
        expectContained(protobuf, bytes);
        expectContained(protobuf, bytes.subarray(0, cut % (bytes.length + 1)));
      }),
      { numRuns: RUNS },
    );
  });

  test.each([
    [{ resourceLogs: 7 }],
    [{ resourceLogs: [{ scopeLogs: [7] }] }],
    [{ resourceLogs: [{ scopeLogs: [{ logRecords: [{ traceId: 7 }] }] }] }],
    [{ resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes: {} }] }] }] }],
  ])('%j', document => {
    expect(outcomeOf(json, text(document))).toHaveProperty('malformed');
  });
});
