/** Debezium's events, of all its connectors and in all its spellings: what they say of rows, and what proves nothing. */
import { describe, expect, test } from 'vitest';
import type { RecordMarker } from '../../../src/contract/record.ts';
import { decode, type TestRecord } from '../records/of-json.ts';
import { changes, changesOf, type Said, SPAN, TRACE, TRACEPARENT } from './said.ts';

const POSTGRES = {
  version: '3.7.0.Final',
  connector: 'postgresql',
  name: 'shop',
  ts_ms: 1795398656733,
  snapshot: 'false',
  db: 'store',
  sequence: '[null,"22316712"]',
  ts_us: 1795398656733037,
  schema: 'public',
  table: 'orders',
  txId: 740,
  lsn: 22316712,
  xmin: null,
};
const ORDERS: Said = {
  operation: 'insert',
  rows: 1,
  system: 'postgresql',
  source: 'shop',
  database: 'store',
  schema: 'public',
  table: 'orders',
  timeMs: 1795398656733,
  position: '22316712',
  transaction: '740',
};

const envelope = (op: string, source: object = {}, rest: object = {}) => ({
  before: null,
  after: { id: 1, status: 'NEW' },
  source: { ...POSTGRES, ...source },
  transaction: null,
  op,
  ts_ms: 1795398656770,
  ...rest,
});

test('the time is that of the source, else that of the connector', () => {
  const timeOf = (source: object, rest: object = {}) => changes(envelope('c', source, rest))[0]!.timeMs;
  expect(timeOf({})).toBe(1795398656733);
  expect(timeOf({ ts_ms: 0 })).toBe(1795398656770);
  expect(timeOf({ ts_ms: undefined })).toBe(1795398656770);
  expect(timeOf({ ts_ms: 0, ts_sec: 1795398000 })).toBe(1795398000000);
  expect(timeOf({ ts_ms: 0 }, { ts_ms: undefined })).toBeUndefined();
});

describe('an operation', () => {
  test.each<[string, object, Said]>([
    ['c', {}, { operation: 'insert', rows: 1 }],
    ['u', {}, { operation: 'update', rows: 1 }],
    ['d', {}, { operation: 'delete', rows: 1 }],
    ['t', {}, { operation: 'truncate' }],
    ['r', { snapshot: 'last' }, { operation: 'snapshot' }],
    ['r', { snapshot: 'incremental' }, { operation: 'snapshot' }],
    ['c', { snapshot: 'true' }, { operation: 'snapshot' }],
    ['c', { snapshot: true }, { operation: 'snapshot' }],
    ['c', { snapshot: 'first_in_data_collection' }, { operation: 'snapshot' }],
    ['c', { snapshot: false }, { operation: 'insert', rows: 1 }],
    ['c', { snapshot: null }, { operation: 'insert', rows: 1 }],
    ['d', { snapshot: 'true' }, { operation: 'delete', rows: 1 }],
  ])('%s with %j', (op, source, expected) => {
    const { operation, rows, ...rest } = changes(envelope(op, source))[0]!;
    const { operation: _operation, rows: _rows, ...usual } = ORDERS;
    expect(rest).toEqual(usual);
    expect({ operation, rows }).toEqual({ rows: undefined, ...expected });
  });
});

describe('the source of a connector', () => {
  const source = (fields: object): Said => changes({ op: 'u', after: {}, source: fields })[0]!;
  const update = { operation: 'update', rows: 1 };

  test.each<[string, object, Said]>([
    [
      'MySQL',
      {
        connector: 'mysql',
        name: 'my',
        db: 'shop',
        table: 'orders',
        server_id: 1,
        gtid: null,
        file: 'bin.000003',
        pos: 154,
        row: 2,
        ts_ms: 5,
      },
      { system: 'mysql', source: 'my', database: 'shop', table: 'orders', position: 'bin.000003/154/2', timeMs: 5 },
    ],
    [
      'MariaDB with a GTID',
      { connector: 'mariadb', name: 'ma', db: 'shop', table: 'orders', gtid: '0-1-5', file: 'b.1', pos: 4, row: 0 },
      { system: 'mariadb', source: 'ma', database: 'shop', table: 'orders', position: 'b.1/4/0', transaction: '0-1-5' },
    ],
    [
      'MySQL of old, which does not say so',
      { name: 'my', server_id: 223344, ts_sec: 1486501558, file: 'bin.3', pos: 725, row: 0, db: 'shop', table: 'o' },
      { system: 'mysql', source: 'my', database: 'shop', table: 'o', position: 'bin.3/725/0', timeMs: 1486501558000 },
    ],
    [
      'SQL Server',
      {
        connector: 'sqlserver',
        name: 's',
        db: 'D',
        schema: 'dbo',
        table: 'T',
        change_lsn: '27:758:3',
        commit_lsn: '27:758:5',
        event_serial_no: '1',
      },
      {
        system: 'microsoft.sql_server',
        source: 's',
        database: 'D',
        schema: 'dbo',
        table: 'T',
        position: '27:758:3/27:758:5/1',
        transaction: '27:758:5',
      },
    ],
    [
      'Oracle',
      {
        connector: 'oracle',
        name: 'o',
        db: 'PDB1',
        schema: 'SHOP',
        table: 'ORDERS',
        txId: '6.28.807',
        scn: '2122185',
        rs_id: '1.2',
        ssn: 1,
        row_id: 'AAA',
      },
      {
        system: 'oracle.db',
        source: 'o',
        database: 'PDB1',
        schema: 'SHOP',
        table: 'ORDERS',
        position: '2122185//1.2/1/AAA',
        transaction: '6.28.807',
      },
    ],
    [
      'MongoDB',
      {
        connector: 'mongodb',
        name: 'm',
        db: 'shop',
        collection: 'orders',
        ord: 1,
        ts_ms: 1558965508000,
        lsid: 'S',
        txnNumber: 3,
      },
      {
        system: 'mongodb',
        source: 'm',
        database: 'shop',
        table: 'orders',
        position: '1/1558965508000',
        timeMs: 1558965508000,
        transaction: 'S/3',
      },
    ],
    [
      'Vitess',
      { connector: 'vitess', name: 'v', db: '', keyspace: 'commerce', table: 'orders', vgtid: '[1]' },
      { system: 'mysql', source: 'v', database: 'commerce', table: 'orders', position: '[1]' },
    ],
    [
      'TiCDC',
      { connector: 'TiCDC', name: 't', db: 'shop', table: 'orders', file: '', pos: 0, commit_ts: '463752368889102341' },
      {
        system: 'mysql',
        source: 't',
        database: 'shop',
        table: 'orders',
        position: '463752368889102341',
        transaction: '463752368889102341',
      },
    ],
    [
      'Cassandra, whose milliseconds are microseconds',
      { connector: 'cassandra', keyspace: 'shop', table: 'orders', file: 'log', pos: 54, ts_ms: 1562202942666382 },
      { system: 'cassandra', database: 'shop', table: 'orders', position: 'log/54/', timeMs: 1562202942666 },
    ],
    [
      'a connector nobody knows',
      { connector: 'Quaint', db: 'd', table: 't' },
      { system: 'quaint', database: 'd', table: 't' },
    ],
  ])('%s', (_, fields, expected) => {
    expect(source(fields)).toEqual({ ...update, ...expected });
  });

  test('keeps 64 bits of a position', () => {
    const value = JSON.stringify(envelope('c')).replace('"lsn":22316712', '"lsn":9223372036854775807');
    expect(changesOf(decode({ key: 'k', value }))[0]!.position).toBe('9223372036854775807');
  });

  test('says which transaction it was, without what differs from event to event', () => {
    const transaction = { id: '571:53195829', total_order: 1 };
    const of = (source: object) => changes(envelope('c', source, { transaction }))[0]!.transaction;
    expect(of({})).toBe('740');
    expect(of({ txId: null })).toBe('571');
  });

  test('without a key, tells rows of one place apart by what is in them', () => {
    const position = (id: number) => changes(envelope('c', {}, { after: { id } }), { key: null })[0]!.position;
    expect(position(1)).toBe(position(1));
    expect(position(1)).not.toBe(position(2));
    expect(position(1)).toMatch(/^22316712\/\d+$/);
  });
});

describe('an event is read', () => {
  test.each<[string, object]>([
    ['plain', envelope('c')],
    ['with its schema', { schema: { type: 'struct', fields: [] }, payload: envelope('c') }],
    ['behind its schema', { payload: envelope('c'), schema: null }],
    ['with its schema left out', { payload: envelope('c') }],
    ['as a text beside a schema', { schema: { type: 'string' }, payload: JSON.stringify(envelope('c')) }],
  ])('%s', (_, value) => {
    expect(changes(value)).toEqual([ORDERS]);
    expect(changes(value, {}, 'debezium')).toEqual([ORDERS]);
  });

  test('as a text in quotes', () => {
    expect(changesOf(decode({ key: 'k', value: JSON.stringify(JSON.stringify(envelope('c'))) }))).toEqual([ORDERS]);
  });

  test('with blanks, escapes and names that come twice', () => {
    const value = ` { "op" : "d", "o\\u0070": "c" , "source": {"table":"old", "file": "f"},
      "source":\t${JSON.stringify(POSTGRES).replace('"orders"', '"o\\u0072ders"')} }\n`;
    expect(changesOf(decode({ key: 'k', value }))).toEqual([ORDERS]);
  });

  test('whatever its rows look like', () => {
    const row = { op: 'd', source: { table: 'x' }, payload: 1, schema: {}, specversion: '1.0', isDdl: true, __op: 'd' };
    expect(changes(envelope('c', {}, { after: row, before: row }))).toEqual([ORDERS]);
  });
});

describe('a CloudEvent', () => {
  const attributes = {
    id: 'name:shop;lsn:22316712;txId:740',
    source: '/debezium/postgresql/shop',
    specversion: '1.0',
    type: 'io.debezium.connector.postgresql.DataChangeEvent',
    time: '2026-11-23T01:50:56.733Z',
    datacontenttype: 'application/json',
    iodebeziumop: 'c',
    iodebeziumconnector: 'postgresql',
    iodebeziumname: 'shop',
    iodebeziumtsms: '1795398656733',
    iodebeziumsnapshot: 'false',
    iodebeziumdb: 'store',
    iodebeziumschema: 'public',
    iodebeziumtable: 'orders',
    iodebeziumlsn: '22316712',
    iodebeziumtxid: '740',
  };
  const data = { before: null, after: { id: 1, tracingspancontext: `traceparent=${TRACEPARENT}` } };

  test('says it in attributes, with or without a schema beside its data', () => {
    const traced = { ...ORDERS, context: TRACE + SPAN };
    expect(changes({ ...attributes, data })).toEqual([traced]);
    expect(changes({ ...attributes, data: { schema: {}, payload: data } })).toEqual([traced]);
    expect(changes({ ...attributes, iodebeziumtxId: '741', data: 'AAAA' })).toEqual([
      { ...ORDERS, transaction: '741' },
    ]);
  });

  test.each<[string, object, Said]>([
    ['its type', { source: 'shop' }, ORDERS],
    ['its source', { type: 'change' }, ORDERS],
    ['an old type', { type: 'io.debezium.sqlserver.datachangeevent' }, { ...ORDERS, system: 'microsoft.sql_server' }],
    ['the attribute before both', { iodebeziumconnector: 'mariadb' }, { ...ORDERS, system: 'mariadb' }],
  ])('names its connector by %s', (_, said, change) => {
    const { iodebeziumconnector: _none, ...rest } = attributes;
    const event = { ...rest, ...said };
    expect(changes({ ...event, data: { before: null, after: { id: 1 } } })).toEqual([change]);
    const headers = Object.entries(event).map(([name, value]) => [`ce_${name}`, value] as const);
    expect(changesOf(decode({ key: 'k', headers, value: '{}' }))).toEqual([change]);
  });

  test('has an id, and a context where no header has one', () => {
    const value = JSON.stringify({ ...attributes, traceparent: TRACEPARENT, data });
    const view = decode({ value });
    expect([view.messageId, view.context === undefined]).toEqual([attributes.id, false]);
    const other = decode({
      value,
      headers: [
        ['id', 'x'],
        ['b3', `${'1'.repeat(32)}-${SPAN}`],
      ],
    });
    expect([other.messageId, other.context?.[0]]).toEqual(['x', 0x11111111]);
  });

  test('in binary mode says it in headers', () => {
    const headers = Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value] as const);
    const view = decode({ key: 'k', headers, value: JSON.stringify(data) });
    expect(changesOf(view)).toEqual([ORDERS]);
    expect(view.messageId).toBe(attributes.id);
  });

  test('of an application is no change', () => {
    const view = decode({ value: JSON.stringify({ specversion: '1.0', id: 'e-1', type: 'order.created', data: {} }) });
    expect([view.messageId, view.changes, view.marker]).toEqual(['e-1', [], undefined]);
  });
});

describe('a flattened row', () => {
  const FLAT: Said = { operation: 'insert', rows: 1, table: 'orders' };
  test.each<[string, object, readonly Said[]]>([
    ['with fields', { id: 1, __op: 'c', __table: 'orders' }, [FLAT]],
    [
      'with all of its source',
      {
        id: 1,
        __op: 'u',
        __source_connector: 'mysql',
        __name: 'm',
        __db: 'shop',
        __source_table: 'orders',
        __source_ts_ms: 5,
        __file: 'b',
        __pos: 1,
        __row: 0,
      },
      [
        {
          operation: 'update',
          rows: 1,
          system: 'mysql',
          source: 'm',
          database: 'shop',
          table: 'orders',
          timeMs: 5,
          position: 'b/1/0',
        },
      ],
    ],
    ['rewritten for a deletion', { id: 1, __deleted: 'true', __table: 'orders' }, [{ ...FLAT, operation: 'delete' }]],
    ['not deleted', { id: 1, __deleted: 'false', __op: 'c', __table: 'orders' }, [FLAT]],
    ['without its operation', { id: 1, __table: 'orders' }, [{ ...FLAT, operation: 'update' }]],
    ['read by a snapshot', { id: 1, __op: 'r', __table: 'orders' }, [{ operation: 'snapshot', table: 'orders' }]],
    ['without its table', { id: 1, __op: 'c', __lsn: 5 }, []],
    ['without anything', { id: 1, status: 'NEW' }, []],
    [
      'with its context',
      { id: 1, tracingspancontext: `traceparent=${TRACEPARENT}`, __op: 'c', __table: 'orders' },
      [{ ...FLAT, context: TRACE + SPAN }],
    ],
  ])('%s', (_, value, expected) => {
    expect(changes(value)).toEqual(expected);
    expect(changes(value, {}, 'debezium')).toEqual(expected);
  });

  const HEADERS: TestRecord['headers'] = [
    ['__op', 'd'],
    ['__table', 'orders'],
    ['__txId', '744'],
  ];
  const DELETED = { operation: 'delete', rows: 1, table: 'orders', transaction: '744' };

  test('with headers', () => {
    expect(changes({ id: 1 }, { headers: HEADERS })).toEqual([DELETED]);
    expect(changes({ id: 1, __op: 'u' }, { headers: HEADERS })).toEqual([{ ...DELETED, operation: 'update' }]);
  });

  test.each([null, 'null', '{"schema":{"type":"struct"},"payload":null}'])(
    'that is %j is a deletion when flattening made it, and a tombstone when the connector did',
    value => {
      const made = decode({ key: 'k', value, headers: HEADERS });
      expect([changesOf(made), made.marker]).toEqual([[DELETED], undefined]);
      const written = decode({ key: 'k', value, headers: [['__op', 'd'], ...HEADERS!] });
      expect([written.changes, written.marker]).toEqual([[], 'tombstone']);
    },
  );
});

describe('an event of an outbox', () => {
  const debezium: TestRecord['headers'] = [
    ['id', 'e-1'],
    ['__debezium.context.taskId', '0'],
  ];

  test.each<[string, TestRecord]>([
    ['with a payload in JSON', { value: '{"points":15}' }],
    ['with one that is escaped', { value: '"{\\"points\\":15}"' }],
    ['with one that looks like a change', { value: '{"database":"d","table":"t","type":"insert"}' }],
    ['with one in another encoding', { value: Buffer.from([0, 0, 0, 0, 7, 1, 2]) }],
    ['with a text', { value: 'plain' }],
    ['with none', { value: null }],
  ])('%s', (_, record) => {
    for (const encoding of ['cdc', 'debezium'] as const) {
      const view = decode({ headers: debezium, ...record }, encoding);
      expect([view.isOutbox, view.messageId, view.changes, view.marker]).toEqual([true, 'e-1', [], undefined]);
    }
  });

  test('is told by its headers alone, too', () => {
    expect(decode({ headers: debezium, value: '{}' }, 'record').isOutbox).toBe(true);
    expect(decode({ headers: [['id', 'e-1']], value: '{}' }, 'record').isOutbox).toBe(false);
  });

  test('is told by its topic, where it has no id', () => {
    for (const encoding of ['cdc', 'debezium', 'record'] as const)
      expect(decode({ topic: 'outbox.event.order', value: '{}' }, encoding).isOutbox).toBe(true);
  });

  test('is none when the record is a change with an id', () => {
    const view = decode({ key: 'k', headers: debezium, value: JSON.stringify(envelope('c')) });
    expect([view.isOutbox, changesOf(view)]).toEqual([false, [ORDERS]]);
  });
});

describe('what made a change is known', () => {
  const contextOf = (op: string, source: object, rest: object) => changes(envelope(op, source, rest))[0]!.context;
  const column = (text: string) => ({ tracingspancontext: text });
  const W3C = `#Mon Nov 23 01:50:56 UTC 2026\ntraceparent=${TRACEPARENT}\n`;

  test.each<[string, string]>([
    ['W3C', W3C],
    ['Jaeger, escaped', `uber-trace-id=${TRACE}\\:${SPAN}\\:0\\:1\n`],
    ['B3', `X-B3-TraceId: ${TRACE}\r\nX-B3-SpanId: ${SPAN}`],
  ])('by a column with a context of %s', (_, text) => {
    expect(contextOf('c', {}, { after: column(text) })).toBe(TRACE + SPAN);
    expect(contextOf('u', {}, { after: column(text) })).toBe(TRACE + SPAN);
  });

  test('by a field of a document of MongoDB, which is a text', () => {
    const mongo = { connector: 'mongodb', table: undefined, collection: 'orders' };
    const document = JSON.stringify({ _id: { $oid: '1' }, ...column(W3C) });
    expect(contextOf('c', mongo, { after: document })).toBe(TRACE + SPAN);
    expect(contextOf('u', mongo, { after: document })).toBe(TRACE + SPAN);
    expect(contextOf('u', mongo, { before: document, after: document })).toBeUndefined();
    expect(contextOf('d', mongo, { before: document, after: null })).toBeUndefined();
    for (const after of ['{"tracingspancontext"', '{"tracingspancontext": 1}', '"tracingspancontext"', '{}']) {
      expect(contextOf('c', mongo, { after })).toBeUndefined();
    }
  });

  test('unless an update leaves the column as it was, or a snapshot or deletion shows it', () => {
    expect(contextOf('u', {}, { before: column(W3C), after: column(W3C) })).toBeUndefined();
    expect(contextOf('u', {}, { before: column('traceparent=x'), after: column(W3C) })).toBe(TRACE + SPAN);
    expect(contextOf('r', {}, { after: column(W3C) })).toBeUndefined();
    expect(contextOf('d', {}, { before: column(W3C), after: null })).toBeUndefined();
  });

  test('by the comment of its statement, and by nothing else in it', () => {
    const query = (text: string) => contextOf('u', { connector: 'mysql', query: text }, {});
    const comment = `/*action='x',traceparent='${TRACEPARENT}'*/`;
    expect(query(`UPDATE orders SET a = 'it\\'s' ${comment}`)).toBe(TRACE + SPAN);
    expect(query(`${comment.replace('t=', 't%3D=')} UPDATE orders ${comment};`)).toBe(TRACE + SPAN);
    expect(query(`UPDATE orders SET a = '${comment.replaceAll("'", '"')}'`)).toBeUndefined();
    expect(query(`UPDATE orders SET traceparent = 1 /* none */`)).toBeUndefined();
    expect(query(`UPDATE orders /* traceparent='${TRACEPARENT}`)).toBe(TRACE + SPAN);
  });

  const message = (prefix: string, content: string, source: object = {}) =>
    decode({
      value: JSON.stringify({
        op: 'm',
        source: { ...POSTGRES, schema: '', table: '', ...source },
        message: { prefix, content: Buffer.from(content).toString('base64') },
      }),
    });

  test.each<[string, string, string]>([
    ['the content', 'traceparent', TRACEPARENT],
    ['JSON in the content', 'trace', `{"traceparent":"${TRACEPARENT}"}`],
    ['a property in the content', 'trace', `traceparent=${TRACEPARENT}\n`],
    ['the prefix', TRACEPARENT, ''],
    ['the prefix, beside its name', `traceparent:${TRACEPARENT}`, '{}'],
  ])('of its transaction, by a logical message with %s', (_, prefix, content) => {
    const view = message(prefix, content);
    expect([view.marker, view.changes]).toEqual(['message', []]);
    const { source, transaction, context } = view.transactionContext!;
    expect([source, transaction, context[5]]).toEqual(['shop', '740', 0x0ba902b7]);
  });

  test('but not by one without a context, or without a transaction', () => {
    expect(message('note', 'hello')).toMatchObject({ marker: 'message', transactionContext: undefined });
    expect(message('traceparent', TRACEPARENT, { txId: null }).transactionContext).toBeUndefined();
  });
});

describe('nothing is proven by', () => {
  test.each<[RecordMarker, string, TestRecord]>([
    ['tombstone', 'a null', { key: 'k', value: null }],
    ['tombstone', 'no bytes', { key: 'k', value: '' }],
    ['tombstone', 'null in JSON', { key: 'k', value: ' null\n' }],
    ['tombstone', 'null beside its schema', { key: 'k', value: '{"schema":null,"payload":null}' }],
    ['heartbeat', 'a time alone', { value: '{"ts_ms":1795398656114}' }],
    ['heartbeat', 'a heartbeat of another shape', { topic: '__debezium-heartbeat.shop', value: '{"ts_ms":1,"n":2}' }],
    ['transaction', 'its begin', { value: '{"status":"BEGIN","id":"571:53195829","ts_ms":1,"event_count":null}' }],
    [
      'transaction',
      'its end',
      { value: '{"schema":{},"payload":{"status":"END","id":"file=a,pos=1","event_count":2}}' },
    ],
    [
      'schema_change',
      'a change of a table',
      {
        value:
          '{"source":{"table":"orders"},"ts_ms":1,"databaseName":"d","schemaName":null,"ddl":"ALTER TABLE orders","tableChanges":[]}',
      },
    ],
    [
      'schema_change',
      'a history record',
      { value: '{"source":{},"position":{},"databaseName":"d","ddl":"CREATE DATABASE d"}' },
    ],
    [
      'control',
      'a notification',
      { value: '{"id":"1","aggregate_type":"Initial Snapshot","type":"STARTED","additional_data":{},"timestamp":1}' },
    ],
    ['control', 'a signal', { value: '{"type":"execute-snapshot","data":{"data-collections":["public.orders"]}}' }],
    [
      'watermark',
      'an operation m without a message',
      { value: '{"payload":{"op":"m","source":{"connector":"TiCDC","commit_ts":1}}}' },
    ],
  ])('%s: %s', (marker, _, record) => {
    const view = decode(record);
    expect([view.marker, view.changes, view.isOutbox]).toEqual([marker, [], false]);
    expect(decode(record, 'debezium').marker).toBe(marker);
  });

  test.each<[string, object]>([
    ['an event of an application', { type: 'OrderCreated', orderId: 31 }],
    ['an operation nobody knows', envelope('x')],
    ['a source that is a text', { op: 'c', source: 'app' }],
    ['an envelope without a table', envelope('c', { table: '', schema: '' })],
  ])('%s but its topic', (_, value) => {
    const view = decode({ value: JSON.stringify(value) });
    expect([view.marker, view.changes, view.isOutbox]).toEqual([undefined, [], false]);
  });
});
