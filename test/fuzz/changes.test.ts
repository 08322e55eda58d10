/**
 * Records that are broken: cut short, changed in some bytes, or made of any. Whatever the encoding, they are read or
 * malformed, and nothing else is thrown; what is large ends as fast as it is read.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Schemas } from '../../src/encodings/avro/schemas.ts';
import { MalformedError } from '../../src/encodings/malformed.ts';
import { decodeRecord, RECORD_ENCODINGS } from '../../src/encodings/records/decode.ts';
import { DecodedRecord } from '../../src/encodings/records/decoded-record.ts';
import { isRecordDump, readRecordDump } from '../../src/encodings/records/dump.ts';
import { ENVELOPE, encode, envelope, framed } from '../encodings/avro/events.ts';
import { recordOf, type TestRecord } from '../encodings/records/of-json.ts';

const RUNS = Number(process.env.TACIT_FUZZ_RUNS ?? 400);

const lengthOf = (text: string) => {
  const length = Buffer.alloc(8);
  length.writeUInt32BE(text.length, 4);
  return Buffer.concat([length, Buffer.from(text)]);
};
const OPEN_KEY = Buffer.concat([
  Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]),
  lengthOf('{"ts":46375236,"scm":"d","tbl":"t","t":1}'),
]);

const SAMPLES: readonly TestRecord[] = [
  {
    value:
      '{"schema":{"type":"struct"},"payload":{"op":"u","before":{"id":1},"after":{"id":1,"tracingspancontext":"traceparent=00-x"},"source":{"connector":"mysql","name":"m","ts_ms":1795398656733,"db":"d","table":"t","file":"b","pos":4,"row":0,"query":"UPDATE t /*traceparent=\'00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\'*/"},"transaction":{"id":"u:1"}}}',
  },
  { value: '{"op":"m","source":{"name":"s","txId":5},"message":{"prefix":"traceparent","content":"MDAtNGJm"}}' },
  {
    value:
      '{"specversion":"1.0","id":"x","iodebeziumop":"c","iodebeziumtable":"t","iodebeziumlsn":"5","data":{"payload":{"after":{"id":1}}}}',
  },
  {
    value: '{"id":1,"__op":"d","__table":"t","__deleted":"true"}',
    headers: [
      ['__op', 'd'],
      ['__table', 't'],
    ],
  },
  { value: '{"database":"d","table":"t","type":"insert","ts":1,"xid":2,"position":"b:1","data":{"id":1}}' },
  {
    value:
      '{"data":[{"id":"1"},{"id":"2"}],"database":"d","table":"t","type":"INSERT","isDdl":false,"es":1,"_tidb":{"commitTs":463752368889102341}}',
  },
  {
    value:
      '{"data":{"id":1},"metadata":{"record-type":"data","operation":"insert","schema-name":"s","table-name":"t","timestamp":"2024-07-29T00:58:44Z","stream-position":"1"}}',
  },
  {
    value:
      '{"table":"\\"S\\".T","op_type":"U","op_ts":"2024-04-05 19:34:38.000000","pos":"0001","before":{},"after":{}}',
  },
  {
    value:
      '{"_id":{"_data":"82"},"operationType":"insert","ns":{"db":"d","coll":"c"},"clusterTime":{"$timestamp":{"t":1,"i":1}}}',
  },
  { key: OPEN_KEY, value: lengthOf('{"u":{"id":{"t":3,"v":1}},"p":{}}') },
  { value: framed(1, encode(ENVELOPE, envelope())) },
  { value: '"{\\"op\\":\\"c\\",\\"source\\":{\\"table\\":\\"t\\"}}"' },
  {
    value: null,
    headers: [
      ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
      ['b3', '4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7'],
      ['x-datadog-trace-id', '12'],
      ['x-datadog-parent-id', '13'],
      ['sw8', '1-YQ==-YQ==-3-YQ==-YQ==-YQ==-YQ=='],
      ['id', '{"schema":{},"payload":"x"}'],
      ['__value_schema_id', Buffer.alloc(17, 1)],
    ],
  },
];

const schemas = new Schemas({
  fetchSchema: () => Promise.resolve({ type: 'AVRO', texts: [JSON.stringify(ENVELOPE)] }),
});
const view = new DecodedRecord({ messageIdHeaders: ['order-id'], schemas });
await schemas.load({ by: 'id', id: '1' });
const bare = new DecodedRecord();

/** In every encoding, with a registry and without. */
function expectReadOrMalformed(record: TestRecord): void {
  const raw = recordOf(record);
  for (const encoding of RECORD_ENCODINGS) {
    for (const into of [view, bare]) {
      try {
        decodeRecord(raw, '', encoding, into);
        expect(into.changes.every(({ table, rows }) => table !== '' && rows >= 0)).toBe(true);
      } catch (error) {
        // Schemas with ids that a mutation made were not loaded.
        if ((error as Error).name !== 'RetryableError') expect(error).toBeInstanceOf(MalformedError);
      }
    }
  }
}

const bytesOf = (value: TestRecord['value']): Buffer => Buffer.from(value ?? '');

describe('a record', () => {
  test.each(SAMPLES.map((sample, i) => [i, sample] as const))('that is whole is read: %d', (_, sample) => {
    expect(() => decodeRecord(recordOf({ key: 'k', ...sample }), '', 'cdc', view)).not.toThrow();
  });

  test.each(SAMPLES.map((sample, i) => [i, sample] as const))('cut short anywhere: %d', (_, sample) => {
    const value = bytesOf(sample.value);
    for (let length = 0; length <= value.length; length++)
      expectReadOrMalformed({ ...sample, value: value.subarray(0, length) });
    const key = bytesOf(sample.key);
    for (let length = 0; length < key.length; length++)
      expectReadOrMalformed({ ...sample, key: key.subarray(0, length) });
  });

  test('with some bytes changed, in value, key or headers', () => {
    const change = fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\{}[]:,0-9null'))));
    const mutated = (bytes: Buffer, edits: readonly (readonly [number, number])[]) => {
      const copy = Buffer.from(bytes);
      for (const [at, byte] of edits) if (copy.length > 0) copy[at % copy.length] = byte;
      return copy;
    };
    fc.assert(
      fc.property(fc.constantFrom(...SAMPLES), fc.array(change, { minLength: 1, maxLength: 4 }), (sample, edits) => {
        expectReadOrMalformed({
          ...sample,
          value: sample.value == null ? null : mutated(bytesOf(sample.value), edits),
        });
        if (sample.key != null) expectReadOrMalformed({ ...sample, key: mutated(bytesOf(sample.key), edits) });
        const headers = (sample.headers ?? []).map(([name, value]) => [name, mutated(bytesOf(value), edits)] as const);
        expectReadOrMalformed({ ...sample, headers });
      }),
      { numRuns: RUNS },
    );
  });

  test('of any bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map(text => Buffer.from(text)),
    );
    const start = fc.constantFrom('', '\0\0\0\0\x01', '{"op":"c","source":', '{"payload":', '"{');
    fc.assert(
      fc.property(bytes, bytes, start, fc.array(fc.tuple(fc.string(), bytes)), (key, value, prefix, headers) => {
        expectReadOrMalformed({ key, value: Buffer.concat([Buffer.from(prefix), value]), headers });
      }),
      { numRuns: RUNS },
    );
  });

  test('of any JSON under the names of the formats', () => {
    const names = [
      'op',
      'source',
      'table',
      'type',
      'database',
      'isDdl',
      'data',
      'metadata',
      'payload',
      'schema',
      '__op',
    ];
    const inner = fc.dictionary(fc.constantFrom('table', 'lsn', 'record-type', 'operation', 'after'), fc.jsonValue());
    const value = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(fc.jsonValue(), inner, fc.constantFrom('c', 'insert')),
    );
    fc.assert(
      fc.property(value, json => expectReadOrMalformed({ value: JSON.stringify(json) })),
      { numRuns: RUNS },
    );
  });
});

test('a dump of any bytes is read or malformed', () => {
  const dump =
    '{"topic":"t","partition":1,"offset":"5","key":{"base64":"AA=="},"value":[1],"headers":[["a","b"],{"key":"c"}]}';
  for (let length = 0; length < dump.length; length++)
    expect(isRecordDump(Buffer.from(dump.slice(0, length)))).toBe(false);
  fc.assert(
    fc.property(fc.nat(dump.length - 1), fc.nat(255), (at, byte) => {
      const bytes = Buffer.from(dump);
      bytes[at] = byte;
      try {
        readRecordDump(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedError);
      }
    }),
    { numRuns: RUNS },
  );
});

describe('what is large takes no more than its length', () => {
  const MB = 1 << 20;
  test.each<[string, string]>([
    ['deep arrays', `{"after":${'['.repeat(MB)}${']'.repeat(MB)},"op":"c","source":{"table":"t"}}`],
    ['deep wrapping', `{"payload":`.repeat(MB / 8)],
    ['a long text', `{"op":"c","source":{"table":"t","query":"${"'".repeat(MB)}/*traceparent"}}`],
    ['open comments', `{"op":"u","source":{"table":"t","query":"${'/*traceparent'.repeat(MB / 16)}"}}`],
    ['comments without end', `{"op":"u","source":{"table":"t","query":"traceparent ${'/* */'.repeat(MB / 8)}"}}`],
    ['escapes', `{"op":"c","source":{"table":"${'\\u0041'.repeat(MB / 8)}"}}`],
    ['names that come again', `{${'"source":{"table":"t"},'.repeat(MB / 16)}"op":"c","source":{"table":"t"}}`],
    ['names with escapes', `{${'"\\u0073ource":1,'.repeat(MB / 16)}"op":"c","source":{"table":"t"}}`],
    ['many rows', `{"isDdl":false,"type":"INSERT","table":"t","data":[${'{"id":1},'.repeat(MB / 8)}{}]}`],
    ['properties', `{"op":"c","source":{"table":"t"},"after":{"tracingspancontext":"${'\\\\='.repeat(MB / 4)}"}}`],
    ['a name in quotes', `{"op_type":"I","pos":"1","table":"${'\\"'.repeat(MB / 4)}"}`],
    ['a transaction', `{"op":"c","source":{"table":"t"},"transaction":{"id":"${'1'.repeat(MB)}"}}`],
    ['a number', `{"op":"c","source":{"table":"t","ts_ms":${'1'.repeat(MB)}}}`],
    ['a timestamp', `{"isDdl":false,"type":"INSERT","table":"t","_tidb":{"commitTs":${'1'.repeat(MB)}}}`],
    ['a text in a text', JSON.stringify(JSON.stringify({ op: 'c', source: { table: 'x'.repeat(MB) } }))],
  ])('%s', (_, value) => {
    expectReadOrMalformed({ value });
  });

  test.each([
    'traceparent',
    'b3',
    'uber-trace-id',
    'x-amzn-trace-id',
    'x-datadog-tags',
    'sw8',
    'id',
    '__connect.errors.topic',
  ])('a header %s', name => {
    for (const piece of ['0', '-', ':', ';', 'Root=1-', '_dd.p.tid=', '"', '%3A', ' '])
      expectReadOrMalformed({ headers: [[name, piece.repeat(MB / 8)]] });
  });
});
