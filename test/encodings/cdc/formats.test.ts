/** Change events of everything but Debezium: what they say of rows, and what proves nothing. */
import { describe, expect, test } from 'vitest';
import type { RecordMarker } from '../../../src/contract/record.ts';
import { MalformedError } from '../../../src/encodings/malformed.ts';
import { RECORD_ENCODINGS, type RecordEncoding } from '../../../src/encodings/records/decode.ts';
import { decode } from '../records/of-json.ts';
import { changes, changesOf, type Said, SPAN, TRACE, TRACEPARENT } from './said.ts';

/** Formats whose rows are the same under `cdc` and by name. */
function both(encoding: RecordEncoding, value: object | string): { changes: readonly Said[]; marker?: RecordMarker } {
  const record = { key: 'k', value: typeof value === 'string' ? value : JSON.stringify(value) };
  const view = decode(record);
  const named = decode(record, encoding);
  expect([changesOf(named), named.marker]).toEqual([changesOf(view), view.marker]);
  return { changes: changesOf(view), ...(view.marker === undefined ? {} : { marker: view.marker }) };
}

describe('Maxwell', () => {
  const row = { database: 'shop', table: 'orders', type: 'update', ts: 1795398656, xid: 7125, commit: true };
  const UPDATE: Said = {
    operation: 'update',
    rows: 1,
    system: 'mysql',
    database: 'shop',
    table: 'orders',
    timeMs: 1795398656000,
    position: '7125/7125/',
    transaction: '7125',
  };

  test.each<[string, object, Said]>([
    ['an update', { data: { id: 1 }, old: { status: 'NEW' } }, {}],
    [
      'an insert with its place',
      { type: 'insert', position: 'bin.6:800911', xoffset: 3 },
      { operation: 'insert', position: 'bin.6:800911/7125/3' },
    ],
    [
      'a delete with a GTID',
      { type: 'delete', gtid: 'u:10' },
      { operation: 'delete', position: 'u:10/7125/', transaction: 'u:10' },
    ],
    [
      'a statement with a context',
      { query: `UPDATE orders SET a=1 /*traceparent='${TRACEPARENT}'*/` },
      { context: TRACE + SPAN },
    ],
    ['encrypted rows', { encrypted: { bytes: 'aa', iv: 'bb' } }, {}],
  ])('%s', (_, fields, expected) => {
    expect(both('maxwell', { ...row, ...fields }).changes).toEqual([{ ...UPDATE, ...expected }]);
  });

  test('a bootstrapped row is one of a snapshot', () => {
    const { rows: _rows, ...rest } = UPDATE;
    expect(both('maxwell', { ...row, type: 'bootstrap-insert' }).changes).toEqual([{ ...rest, operation: 'snapshot' }]);
  });

  test.each<[string, RecordMarker]>([
    ['bootstrap-start', 'control'],
    ['bootstrap-complete', 'control'],
    ['table-create', 'schema_change'],
    ['table-alter', 'schema_change'],
    ['database-drop', 'schema_change'],
  ])('%s proves nothing', (type, marker) => {
    const value = { type, database: 'shop', table: 'orders', def: {}, ts: 1795398656000, sql: 'alter table orders' };
    expect(both('maxwell', value)).toEqual({ changes: [], marker });
  });
});

describe('Canal', () => {
  const message = {
    data: [{ id: '1' }, { id: '2' }],
    database: 'shop',
    es: 1795398656733,
    id: 81,
    isDdl: false,
    mysqlType: { id: 'bigint' },
    old: null,
    pkNames: ['id'],
    sql: '',
    sqlType: { id: -5 },
    table: 'orders',
    ts: 1795398656900,
    type: 'INSERT',
  };
  const INSERT: Said = {
    operation: 'insert',
    rows: 2,
    system: 'mysql',
    database: 'shop',
    table: 'orders',
    timeMs: 1795398656733,
  };

  test.each<[string, object, Said]>([
    ['many rows', {}, {}],
    ['an update', { type: 'UPDATE', data: [{ id: '1' }], old: [{ a: null }] }, { operation: 'update', rows: 1 }],
    ['a delete, in lower case', { type: 'delete' }, { operation: 'delete' }],
    ['a GTID', { gtid: 'u:10' }, { transaction: 'u:10' }],
    ['a commit of TiDB', { id: 0, _tidb: { commitTs: 1 } }, { transaction: '1', position: '1' }],
  ])('%s', (_, fields, expected) => {
    expect(both('canal', { ...message, ...fields }).changes).toEqual([{ ...INSERT, ...expected }]);
  });

  test.each<[string, object, Said]>([
    ['truncate', { type: 'TRUNCATE', isDdl: true, data: null }, { operation: 'truncate' }],
    ['a full load', { type: 'INIT' }, { operation: 'snapshot' }],
  ])('%s has no rows', (_, fields, expected) => {
    const { rows: _rows, ...rest } = INSERT;
    expect(both('canal', { ...message, ...fields }).changes).toEqual([{ ...rest, ...expected }]);
  });

  test('timestamps of TiDB keep all digits, and tell rows apart where no key does', () => {
    const value = (id: string) =>
      JSON.stringify({ ...message, data: [{ id }], es: 0 }).replace(
        '"es":0',
        '"es":0,"_tidb":{"commitTs":463752368889102341}',
      );
    const of = (id: string) => changesOf(decode({ value: value(id) }))[0]!;
    expect(of('1').position).toMatch(/^463752368889102341\/\d+$/);
    expect(of('1').position).toBe(of('1').position);
    expect(of('1').position).not.toBe(of('2').position);
    expect(of('1').timeMs).toBe(Number(463752368889102341n >> 18n));
  });

  test.each<[string, object, RecordMarker]>([
    ['DDL', { isDdl: true, type: 'ALTER', data: null }, 'schema_change'],
    ['DDL without a table', { isDdl: true, type: 'QUERY', table: '', data: null }, 'schema_change'],
    ['DDL of DRS', { isDdl: true, type: 'INIT_DDL', data: null }, 'schema_change'],
    ['a watermark', { type: 'TIDB_WATERMARK', table: '', data: null, _tidb: { watermarkTs: 1 } }, 'watermark'],
    ['a heartbeat', { type: 'MHEARTBEAT', table: '', data: null }, 'heartbeat'],
    ['a transaction', { type: 'XACOMMIT', table: '', data: null }, 'transaction'],
  ])('%s proves nothing', (_, fields, marker) => {
    expect(both('canal', { ...message, ...fields })).toEqual({ changes: [], marker });
  });
});

describe('AWS DMS', () => {
  const metadata = {
    timestamp: '2024-07-29T00:58:44.895275Z',
    'record-type': 'data',
    operation: 'update',
    'partition-key-type': 'schema-table',
    'schema-name': 'public',
    'table-name': 'orders',
  };
  const UPDATE: Said = {
    operation: 'update',
    rows: 1,
    schema: 'public',
    table: 'orders',
    timeMs: Date.UTC(2024, 6, 29, 0, 58, 44, 895),
  };
  const place = {
    'transaction-id': 1140,
    'transaction-record-id': 1,
    'stream-position': '2/7C.2',
    'commit-timestamp': '2024-07-29T00:58:44.886717Z',
  };

  test.each<[string, object, object, Said]>([
    ['an update', { 'before-image': { a: 1 } }, {}, {}],
    [
      'an insert with its place',
      {},
      { operation: 'insert', ...place },
      {
        operation: 'insert',
        transaction: '1140',
        position: '2/7C.2/1140/1',
        timeMs: Date.UTC(2024, 6, 29, 0, 58, 44, 886),
      },
    ],
    ['a delete', {}, { operation: 'delete' }, { operation: 'delete' }],
  ])('%s', (_, fields, more, expected) => {
    const value = JSON.stringify({ data: { id: 1 }, ...fields, metadata: { ...metadata, ...more } }, null, 2);
    expect(both('dms', value).changes).toEqual([{ ...UPDATE, ...expected }]);
  });

  test('a full load has no rows', () => {
    const { rows: _rows, ...rest } = UPDATE;
    const loaded = both('dms', { data: {}, metadata: { ...metadata, operation: 'load' } });
    expect(loaded.changes).toEqual([{ ...rest, operation: 'snapshot' }]);
  });

  test.each<[string, object, RecordMarker]>([
    ['a definition', { 'record-type': 'control', operation: 'create-table' }, 'schema_change'],
    ['an end of a load', { 'record-type': 'control', operation: 'load-complete' }, 'control'],
    ['a table of its own', { 'table-name': 'awsdms_ddl_audit' }, 'control'],
  ])('%s proves nothing', (_, more, marker) => {
    expect(both('dms', { control: {}, metadata: { ...metadata, ...more } })).toEqual({ changes: [], marker });
  });
});

describe('GoldenGate', () => {
  const UPDATE: Said = {
    operation: 'update',
    rows: 1,
    schema: 'SHOP',
    table: 'ORDERS',
    timeMs: Date.UTC(2024, 3, 5, 19, 34, 38, 5),
    position: '00000000000000000000143',
  };
  const metadata = { table: 'SHOP.ORDERS', op_type: 'U', op_ts: '2024-04-05 19:34:38.005000', pos: UPDATE.position };

  test.each<[string, object, Said]>([
    ['operation mode', { before: { ID: 1 }, after: { ID: 1 } }, {}],
    ['row mode', { ID: 1, STATUS: 'PAID', OP: 'x', SOURCE: '{}' }, {}],
    ['a time with a T', { op_ts: '2024-04-05T19:34:38.005' }, {}],
    ['a catalog', { table: 'PDB1.SHOP.ORDERS' }, { database: 'PDB1' }],
    ['names in quotes', { table: '"My.Shop"."Or""ders"' }, { schema: 'My.Shop', table: 'Or"ders' }],
    ['another key', { op_type: 'P' }, {}],
    ['a transaction', { xid: '0.1.2' }, { transaction: '0.1.2' }],
    ['an insert', { op_type: 'I' }, { operation: 'insert' }],
    ['a delete', { op_type: 'D' }, { operation: 'delete' }],
  ])('%s', (_, fields, expected) => {
    expect(both('ogg', { ...metadata, ...fields }).changes).toEqual([{ ...UPDATE, ...expected }]);
  });

  test('truncate has no rows', () => {
    const { rows: _rows, ...rest } = UPDATE;
    expect(both('ogg', { ...metadata, op_type: 'T' }).changes).toEqual([{ ...rest, operation: 'truncate' }]);
  });
});

describe('a change stream of MongoDB', () => {
  const document = {
    _id: { _data: '8263' },
    operationType: 'replace',
    clusterTime: { $timestamp: { t: 1795398656, i: 2 } },
    ns: { db: 'shop', coll: 'orders' },
    documentKey: { _id: { $oid: '1' } },
    fullDocument: { operationType: 'x' },
  };
  const UPDATE: Said = {
    operation: 'update',
    rows: 1,
    system: 'mongodb',
    database: 'shop',
    table: 'orders',
    timeMs: 1795398656000,
    position: '8263',
  };

  test.each<[string, object, Said]>([
    ['a replacement', {}, {}],
    ['an insert', { operationType: 'insert' }, { operation: 'insert' }],
    [
      'a delete in a transaction',
      { operationType: 'delete', lsid: { id: 'S' }, txnNumber: 3 },
      { operation: 'delete', transaction: '{"id":"S"}/3' },
    ],
  ])('%s', (_, fields, expected) => {
    expect(changes({ ...document, ...fields })).toEqual([{ ...UPDATE, ...expected }]);
  });

  test('is read out of a text, as its connector writes it', () => {
    const wrapped = { schema: { type: 'string' }, payload: JSON.stringify(document) };
    expect(changes(wrapped)).toEqual([UPDATE]);
  });

  test.each(['drop', 'rename', 'dropDatabase', 'invalidate', 'createIndexes'])('%s proves nothing', operationType => {
    const view = decode({ value: JSON.stringify({ ...document, operationType }) });
    expect([view.changes, view.marker]).toEqual([[], 'schema_change']);
  });
});

describe("TiCDC's open protocol", () => {
  const framed = (...texts: string[]) =>
    Buffer.concat(
      texts.map(text => {
        const length = Buffer.alloc(8);
        length.writeUInt32BE(Buffer.byteLength(text), 4);
        return Buffer.concat([length, Buffer.from(text)]);
      }),
    );
  const VERSION = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]);
  const TS = '463752368889102341';
  const key = (t: number, more = '"scm":"shop","tbl":"orders",') => `{"ts":${TS},${more}"t":${t}}`;
  const record = (keys: string[], values: string[]) => ({
    key: Buffer.concat([VERSION, framed(...keys)]),
    value: framed(...values),
  });
  const cell = (v: number) => `{"id":{"t":3,"h":true,"f":11,"v":${v}}}`;
  const ROW = {
    system: 'mysql',
    database: 'shop',
    table: 'orders',
    timeMs: Number(BigInt(TS) >> 18n),
    transaction: TS,
  };

  test('has several events in a record', () => {
    const three = record(
      [key(1), key(1), key(1)],
      [`{"u":${cell(1)}}`, `{"u":${cell(2)},"p":${cell(1)}}`, `{"d":${cell(3)}}`],
    );
    for (const encoding of ['cdc', 'ticdc_open'] as const) {
      const view = decode(three, encoding);
      expect(view.marker).toBeUndefined();
      expect(changesOf(view)).toEqual(
        ['insert', 'update', 'delete'].map(operation => ({
          ...ROW,
          operation,
          rows: 1,
          position: expect.stringMatching(new RegExp(`^${TS}/\\d+$`)),
        })),
      );
      expect(new Set(view.changes.map(change => change.position)).size).toBe(3);
    }
  });

  test.each<[string, string, string[], RecordMarker]>([
    ['DDL', key(2), ['{"q":"CREATE TABLE orders","t":3}'], 'schema_change'],
    ['a resolved time', key(3, ''), [''], 'watermark'],
    ['a resolved time without a value', key(3, ''), [], 'watermark'],
  ])('%s proves nothing', (_, text, values, marker) => {
    const view = decode(record([text], values));
    expect([view.changes, view.marker]).toEqual([[], marker]);
    expect(decode({ ...record([text], values), value: values.length === 0 ? null : framed(...values) }).marker).toBe(
      marker,
    );
  });

  test.each<[string, Buffer, Buffer]>([
    ['a key cut short', record([key(1)], []).key.subarray(0, 30), framed(`{"u":${cell(1)}}`)],
    ['a value cut short', record([key(1)], []).key, framed(`{"u":${cell(1)}}`).subarray(0, 20)],
    ['a row without a value', record([key(1)], []).key, Buffer.alloc(0)],
    ['a value too many', record([key(1)], []).key, framed(`{"u":${cell(1)}}`, `{"u":${cell(1)}}`)],
    ['an event of no type', record([key(9)], []).key, framed('{}')],
    ['a length of more than 32 bits', Buffer.concat([VERSION, Buffer.alloc(8, 255)]), framed('{}')],
  ])('%s is malformed', (_, brokenKey, value) => {
    expect(() => decode({ key: brokenKey, value })).toThrow(MalformedError);
  });
});

describe('a fixed format refuses what is in another', () => {
  const SAMPLES: Partial<Record<RecordEncoding, string>> = {
    debezium: '{"op":"c","source":{"table":"t"}}',
    maxwell: '{"database":"d","table":"t","type":"insert"}',
    canal: '{"database":"d","table":"t","type":"INSERT","isDdl":false,"data":[]}',
    dms: '{"data":{},"metadata":{"record-type":"data","operation":"insert","table-name":"t"}}',
    ogg: '{"table":"S.T","op_type":"I","pos":"1"}',
  };
  const NAMED: Partial<Record<RecordEncoding, string>> = {
    debezium: 'Debezium',
    maxwell: 'Maxwell',
    canal: 'Canal',
    dms: 'AWS DMS',
    ogg: 'GoldenGate',
  };

  for (const encoding of RECORD_ENCODINGS.filter(one => one !== 'cdc' && one !== 'record')) {
    const others = Object.entries(SAMPLES).filter(([name]) => name !== encoding);
    test.each(others)(`${encoding}: %s`, (other, value) => {
      expect(() => decode({ value }, encoding)).toThrow(MalformedError);
      if (NAMED[encoding] !== undefined)
        expect(() => decode({ value }, encoding)).toThrow(
          `expected a change of ${NAMED[encoding]}; got ${NAMED[other as RecordEncoding]}`,
        );
    });

    test.each(['hello', '[1]', '17', '\x02abc', '{"a":'])(`${encoding}: %j`, value => {
      expect(() => decode({ value }, encoding)).toThrow(MalformedError);
    });
  }

  test('and any refuses what is none at all', () => {
    expect(() => decode({ value: 'hello' })).toThrow(/begins with 0x68/);
    expect(() => decode({ value: '{"op":"c"' })).toThrow(/malformed JSON at byte 9/);
  });

  test('a tombstone is one in every format', () => {
    for (const encoding of ['cdc', 'debezium', 'debezium_avro', 'maxwell', 'canal', 'dms', 'ogg'] as const)
      expect(decode({ key: 'k', value: null }, encoding).marker).toBe('tombstone');
  });
});
