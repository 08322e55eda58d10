/** Values in Avro whose schemas a registry has: frames of every kind, the bytes of an independent encoder, and bad ones. */
import { describe, expect, test } from 'vitest';
import { frameOf, type SchemaReference } from '../../../src/encodings/avro/frame.ts';
import { parseAvroSchema } from '../../../src/encodings/avro/schema.ts';
import { type RegisteredSchema, Schemas, SchemaUnavailableError } from '../../../src/encodings/avro/schemas.ts';
import { avroToJson } from '../../../src/encodings/avro/to-json.ts';
import { JsonShape } from '../../../src/encodings/json-shape.ts';
import { MalformedError } from '../../../src/encodings/malformed.ts';
import { DEBEZIUM_OUTBOX, Outbox } from '../../../src/encodings/outbox.ts';
import { decodeRecord, type RecordEncoding } from '../../../src/encodings/records/decode.ts';
import { DecodedRecord } from '../../../src/encodings/records/decoded-record.ts';
import { changesOf, type Said, SPAN, TRACE, TRACEPARENT } from '../cdc/said.ts';
import { recordOf, type TestRecord } from '../records/of-json.ts';
import { ENVELOPE, encode, envelope, framed, row } from './events.ts';

/** A registry that has one schema, under any reference but 404. */
const registryOf = (schema: unknown, type: RegisteredSchema['type'] = 'AVRO') => ({
  asked: [] as SchemaReference[],
  async fetchSchema(reference: SchemaReference): Promise<RegisteredSchema> {
    this.asked.push(reference);
    if (reference.id === '404') throw new MalformedError('unknown_schema', 'none');
    return { type, texts: [JSON.stringify(schema)] };
  },
});

async function read(
  schema: unknown,
  record: TestRecord,
  encoding: RecordEncoding = 'cdc',
  type?: RegisteredSchema['type'],
  outbox?: Outbox,
) {
  const schemas = new Schemas(registryOf(schema, type));
  const raw = recordOf({ key: 'k', ...record });
  const reference = frameOf(raw)?.schema;
  if (reference !== undefined) await schemas.load(reference);
  const view = new DecodedRecord({ schemas, ...(outbox && { outbox }) });
  decodeRecord(raw, '', encoding, view);
  return view;
}

const ORDERS: Said = {
  operation: 'insert',
  rows: 1,
  system: 'postgresql',
  source: 'shop',
  database: 'store',
  schema: 'public',
  table: 'orders',
  timeMs: 1795398656733,
  position: '9223372036854775807',
  transaction: '740',
};

describe('an event in Avro', () => {
  const body = encode(ENVELOPE, envelope());
  const bigId = Buffer.alloc(8);
  bigId.writeBigInt64BE(77n);
  const guid = Buffer.from('0189b37ab0c57c0aa2b6d0f1e2a3b4c5d6', 'hex');

  test.each<[string, TestRecord]>([
    ['behind the id of its schema', { value: framed(7, body) }],
    ['behind an id of eight bytes', { value: Buffer.concat([Buffer.from([0]), bigId, body]) }],
    ['with the GUID in a header', { value: body, headers: [['__value_schema_id', guid]] }],
    ['with the id in a header', { value: body, headers: [['__value_schema_id', Buffer.from([0, 0, 0, 0, 7])]] }],
    ["with Apicurio's id in a header", { value: body, headers: [['apicurio.value.globalId', bigId]] }],
    ["with Apicurio's content id in a header", { value: body, headers: [['apicurio.value.contentId', bigId]] }],
  ])('%s', async (_, record) => {
    for (const encoding of ['cdc', 'debezium_avro'] as const)
      expect(changesOf(await read(ENVELOPE, record, encoding))).toEqual([ORDERS]);
  });

  test('asks for its schema as it is named', () => {
    const of = (record: TestRecord) => frameOf(recordOf(record))?.schema;
    expect(of({ value: framed(7, body) })).toEqual({ by: 'id', id: '7' });
    expect(of({ value: body, headers: [['__value_schema_id', guid]] })).toEqual({
      by: 'guid',
      id: '89b37ab0-c57c-0aa2-b6d0-f1e2a3b4c5d6',
    });
    expect(of({ value: body, headers: [['apicurio.value.globalId', bigId]] })).toEqual({ by: 'global_id', id: '77' });
    expect(of({ value: '{"op":"c"}' })).toBeUndefined();
  });

  test.each<[string, object, Partial<Said>]>([
    ['an update', { op: 'u', before: row(), after: row({ tags: null }) }, { operation: 'update' }],
    ['a delete', { op: 'd', before: row(), after: null }, { operation: 'delete' }],
    [
      'a context in a column',
      { after: row({ tracingspancontext: `traceparent=${TRACEPARENT}` }) },
      { context: TRACE + SPAN },
    ],
  ])('says what it says in JSON: %s', async (_, more, expected) => {
    const view = await read(ENVELOPE, { value: framed(7, encode(ENVELOPE, envelope(more))) });
    expect(changesOf(view)).toEqual([{ ...ORDERS, ...expected }]);
  });

  test('has a context and an id in columns that are named', async () => {
    const outbox = new Outbox({ ...DEBEZIUM_OUTBOX, contextColumns: ['trace'], idColumns: ['id'] });
    const schema = JSON.parse(JSON.stringify(ENVELOPE).replaceAll('tracingspancontext', 'trace'));
    const value = framed(7, encode(schema, envelope({ after: row({ id: 77n, trace: TRACEPARENT }) })));
    const view = await read(schema, { value }, 'cdc', undefined, outbox);
    expect([changesOf(view)[0]!.context, view.messageId]).toEqual([TRACE + SPAN, '77']);
  });

  test('without a key, is told apart by its row', async () => {
    const position = async (id: bigint) => {
      const value = framed(7, encode(ENVELOPE, envelope({ after: row({ id }) })));
      return changesOf(await read(ENVELOPE, { key: null, value }))[0]!.position;
    };
    expect(await position(1n)).toBe(await position(1n));
    expect(await position(1n)).not.toBe(await position(2n));
  });

  test('may be a flat row, or a heartbeat', async () => {
    const record = (fields: object[]) => ({ type: 'record', name: 'R', fields });
    const flat = record([
      { name: 'id', type: 'int' },
      { name: '__op', type: 'string' },
      { name: '__table', type: 'string' },
    ]);
    const view = await read(flat, { value: framed(7, encode(flat, { id: 1, __op: 'd', __table: 'orders' })) });
    expect(changesOf(view)).toEqual([{ operation: 'delete', rows: 1, table: 'orders' }]);
    const beat = record([{ name: 'ts_ms', type: 'long' }]);
    expect((await read(beat, { value: framed(7, encode(beat, { ts_ms: 5n })) })).marker).toBe('heartbeat');
    const more = record([
      { name: 'ts_ms', type: 'long' },
      { name: 'n', type: 'int' },
    ]);
    expect((await read(more, { value: framed(7, encode(more, { ts_ms: 5n, n: 1 })) })).marker).toBeUndefined();
  });

  test('with a schema for JSON is JSON', async () => {
    const value = framed(7, Buffer.from('{"op":"c","source":{"table":"orders"}}'));
    expect(changesOf(await read({}, { value }, 'cdc', 'JSON'))).toEqual([
      { operation: 'insert', rows: 1, table: 'orders' },
    ]);
  });

  test('is malformed when it is cut short, or longer than it says', async () => {
    for (let length = 0; length < body.length; length++) {
      const value = framed(7, body.subarray(0, length));
      await expect(read(ENVELOPE, { value })).rejects.toThrow(MalformedError);
    }
    await expect(read(ENVELOPE, { value: framed(7, Buffer.concat([body, body])) })).rejects.toThrow(/follows/);
  });

  test.each<[string, TestRecord, RegExp]>([
    ['a schema nobody knows', { value: framed(404, body) }, /none/],
    ['a value of AWS Glue', { value: Buffer.concat([Buffer.from([3, 0]), Buffer.alloc(16, 1), body]) }, /Glue/],
  ])('%s is malformed', async (_, record, message) => {
    await expect(read(ENVELOPE, record)).rejects.toThrow(message);
    await expect(read(ENVELOPE, record)).rejects.toThrow(MalformedError);
  });

  test('with a schema for protobuf is refused', async () => {
    await expect(read(ENVELOPE, { value: framed(7, body) }, 'cdc', 'PROTOBUF')).rejects.toThrow(/PROTOBUF/);
  });

  test('without a registry is refused, and JSON in a frame is not', () => {
    const decode = (value: Buffer) => {
      const view = new DecodedRecord();
      decodeRecord(recordOf({ value }), '', 'cdc', view);
      return changesOf(view);
    };
    expect(() => decode(framed(7, body))).toThrow(/schema 7 of a registry, but none is configured/);
    expect(decode(framed(7, Buffer.from('{"op":"c","source":{"table":"orders"}}')))).toHaveLength(1);
  });

  test('whose schema was not loaded is not malformed', () => {
    const view = new DecodedRecord({ schemas: new Schemas(registryOf(ENVELOPE)) });
    expect(() => decodeRecord(recordOf({ value: framed(7, body) }), '', 'cdc', view)).toThrow(SchemaUnavailableError);
  });
});

describe('a schema', () => {
  const json = (schema: unknown, value: Buffer) =>
    JSON.parse(
      avroToJson(parseAvroSchema([JSON.stringify(schema)]), value, 0, new JsonShape(['a', 'b', 'n.a'])).toString(),
    );

  test('resolves names in their namespaces, and types that contain themselves', () => {
    const list = {
      type: 'record',
      name: 'List',
      namespace: 'x',
      fields: [
        { name: 'a', type: 'int' },
        { name: 'n', type: ['null', 'List'] },
      ],
    };
    expect(json(list, encode(list, { a: 1, n: { a: 2, n: null } }))).toEqual({
      a: 1,
      n: { a: 2, n: expect.anything() },
    });
  });

  test('may refer to schemas before it', () => {
    const id = { type: 'fixed', name: 'x.Id', size: 2 };
    const outer = {
      type: 'record',
      name: 'O',
      fields: [
        { name: 'b', type: 'int' },
        { name: 'id', type: 'x.Id' },
      ],
    };
    const type = parseAvroSchema([JSON.stringify(id), JSON.stringify(outer)]);
    expect(JSON.parse(avroToJson(type, Buffer.from([6, 0, 0]), 0, new JsonShape(['b'])).toString()).b).toBe(3);
  });

  test('may be a plain type', () => {
    expect(avroToJson(parseAvroSchema(['"string"']), Buffer.from('\x04hi'), 0, new JsonShape(['a'])).toString()).toBe(
      '"hi"',
    );
    expect(avroToJson(parseAvroSchema(['long']), Buffer.from([1]), 0, new JsonShape(['a'])).toString()).toBe('-1');
  });

  test.each<[string, string]>([
    ['an unknown name', '"Nobody"'],
    ['a number', '17'],
    ['a record without a name', '{"type":"record","fields":[]}'],
    ['a field without a name', '{"type":"record","name":"R","fields":[{"type":"int"}]}'],
    ['a fixed without a size', '{"type":"fixed","name":"F"}'],
    ['nothing', ''],
    ['one that nests without end', `${'{"type":"array","items":'.repeat(200)}"int"${'}'.repeat(200)}`],
  ])('of %s is malformed', (_, text) => {
    expect(() => parseAvroSchema([text])).toThrow(MalformedError);
  });

  test('whose items take no bytes costs no time, however many there are', () => {
    const nulls = { type: 'record', name: 'R', fields: [{ name: 'x', type: { type: 'array', items: 'null' } }] };
    // 2^60 items and the end of them.
    const value = Buffer.from('808080808080808020' + '00', 'hex');
    expect(json(nulls, value)).toEqual({ x: expect.anything() });
  });

  test('that contains itself ends with the value, or is refused', () => {
    const list = { type: 'record', name: 'L', fields: [{ name: 'n', type: ['null', 'L'] }] };
    expect(() => json(list, Buffer.alloc(5000, 2))).toThrow(/too deep/);
  });
});
