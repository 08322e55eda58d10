/** Records of change data capture → what they prove, per record: a walk over the bytes, held against JSON.parse alone. */
import type { RawRecord } from '../../src/contract/record.ts';
import { decodeRecord, type RecordEncoding } from '../../src/encodings/records/decode.ts';
import { DecodedRecord } from '../../src/encodings/records/decoded-record.ts';
import { type Bench, benchAll } from './harness.ts';

const row = (id: number) => ({
  id,
  user_id: `u${id % 97}`,
  amount: 'EJo=',
  status: 'created',
  note: 'a line of text that is neither short nor very long',
  tags: '{"a": [1, 2]}',
  created_at: '2026-11-23T01:50:56.731374Z',
  placed: 20780,
  updated_at: 1795398656731374,
});

const TABLES = ['orders', 'order_lines', 'user_points', 'outbox', 'stock'];

function envelope(i: number): object {
  return {
    before: i % 3 === 0 ? row(i) : null,
    after: row(i),
    source: {
      version: '3.7.0.Final',
      connector: 'postgresql',
      name: 'shop',
      ts_ms: 1795398656733 + i,
      snapshot: 'false',
      db: 'postgres',
      sequence: `["${22316712 + i}","${22316712 + i}"]`,
      ts_us: 1795398656733037 + i,
      ts_ns: `1795398656733037000`,
      schema: 'public',
      table: TABLES[i % TABLES.length],
      txId: 740 + i,
      lsn: 22316120 + 56 * i,
      xmin: null,
      origin: null,
      origin_lsn: null,
    },
    transaction: { id: `${740 + i}:${22316120 + 56 * i}`, total_order: 1, data_collection_order: 1 },
    op: i % 3 === 0 ? 'u' : 'c',
    ts_ms: 1795398656770,
    ts_us: 1795398656770308,
    ts_ns: 1795398656770308,
  };
}

const column = (field: string) => ({ type: 'string', optional: false, field });
const table = { type: 'struct', fields: Object.keys(row(0)).map(column), optional: true };
const SCHEMA = {
  type: 'struct',
  fields: [
    { ...table, field: 'before' },
    { ...table, field: 'after' },
    {
      type: 'struct',
      fields: 'version connector name ts_ms snapshot db sequence ts_us ts_ns schema table'.split(' ').map(column),
    },
  ],
};

const TRACEPARENT = Buffer.from('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
const CONTEXT = ['connectorLogicalName', 'taskId', 'connectorName', 'runId'].map(name => ({
  key: `__debezium.context.${name}`,
  value: Buffer.from('shop'),
}));

function recordsOf(make: (i: number) => object, traced = false): readonly RawRecord[] {
  return Array.from({ length: 500 }, (_, i) => ({
    cluster: '',
    topic: 'shop.public.orders',
    partition: 0,
    offset: i,
    timestampMs: 1795398656733,
    key: Buffer.from(JSON.stringify({ id: i })),
    value: Buffer.from(JSON.stringify(make(i))),
    headers: traced ? [...CONTEXT, { key: 'traceparent', value: TRACEPARENT }] : CONTEXT,
  }));
}

function subject(name: string, records: readonly RawRecord[], encoding: RecordEncoding): Bench {
  const view = new DecodedRecord();
  const bytes = records.reduce((sum, { value }) => sum + value!.length, 0) / records.length;
  return {
    name: `${name}, ${Math.round(bytes)} bytes`,
    run() {
      for (const raw of records) decodeRecord(raw, '', encoding, view);
      return records.length;
    },
  };
}

const plain = recordsOf(envelope);
const maxwell = (i: number) => ({
  database: 'shop',
  table: TABLES[i % 5],
  type: 'insert',
  ts: 1795398656,
  xid: i,
  commit: true,
  position: `mysql-bin.000006:${i}`,
  data: row(i),
});
const canal = (i: number) => ({
  data: [row(i), row(i + 1), row(i + 2), row(i + 3)],
  database: 'shop',
  es: 1795398656733,
  id: i,
  isDdl: false,
  mysqlType: Object.fromEntries(Object.keys(row(0)).map(name => [name, 'varchar(255)'])),
  old: null,
  pkNames: ['id'],
  sql: '',
  table: TABLES[i % 5],
  ts: 1795398656734,
  type: 'INSERT',
});

benchAll([
  {
    name: 'JSON.parse of the Debezium values alone',
    run() {
      for (const { value } of plain) JSON.parse(value!.toString());
      return plain.length;
    },
  },
  subject('headers alone, with a traceparent', recordsOf(envelope, true), 'record'),
  subject('Debezium', plain, 'cdc'),
  subject(
    'Debezium with its schema',
    recordsOf(i => ({ schema: SCHEMA, payload: envelope(i) })),
    'cdc',
  ),
  subject('Maxwell', recordsOf(maxwell), 'cdc'),
  subject('Canal, four rows', recordsOf(canal), 'cdc'),
]);
