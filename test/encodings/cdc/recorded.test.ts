/**
 * What real connectors wrote, and what the projects around them test with: every record is read, and proves what it is
 * known to prove. The files lie beside the checkout.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isBareChange } from '../../../src/encodings/cdc/decode.ts';
import { decodeRecord, type RecordEncoding } from '../../../src/encodings/records/decode.ts';
import { DecodedRecord } from '../../../src/encodings/records/decoded-record.ts';
import { isRecordDump, readRecordDump } from '../../../src/encodings/records/dump.ts';
import { recordOf } from '../records/of-json.ts';

const DATA = new URL('../../../../shared/data/', import.meta.url);
const missing = !existsSync(DATA);
if (missing) console.warn(`skipped: recorded changes are missing at ${fileURLToPath(DATA)}`);

/** `operation system/database/schema/table` or `-marker` → how many rows, or records without. */
type Tally = Record<string, number>;

function add(tally: Tally, view: DecodedRecord): void {
  const count = (name: string, by: number) => {
    tally[name] = (tally[name] ?? 0) + by;
  };
  for (const { operation, rows, system, database, schema, table } of view.changes)
    count(`${operation} ${[system, database, schema, table].join('/')}`, Math.max(rows, 1));
  if (view.changes.length === 0) count(`-${view.isOutbox ? 'outbox' : (view.marker ?? 'nothing')}`, 1);
}

const text = (path: string) => readFileSync(new URL(path, DATA), 'utf8');

/** One JSON object a line; other lines are comments. */
const linesOf = (path: string) =>
  text(path)
    .split('\n')
    .filter(line => line.startsWith('{'));

function tallyOf(values: readonly string[], encoding: RecordEncoding = 'cdc'): Tally {
  const tally: Tally = {};
  const view = new DecodedRecord();
  for (const value of values) {
    decodeRecord(recordOf({ value }), '', encoding, view);
    add(tally, view);
    if (view.changes.length > 0) expect(isBareChange(Buffer.from(value))).toBe(true);
  }
  return tally;
}

describe.skipIf(missing)('recorded from PostgreSQL through Debezium and Kafka', () => {
  const view = new DecodedRecord();
  const read = (file: string, take: (view: DecodedRecord) => void): void => {
    for (const line of linesOf(`recorded-debezium/${file}`)) {
      const json = Buffer.from(line);
      expect(isRecordDump(json)).toBe(true);
      decodeRecord(readRecordDump(json), '', 'cdc', view);
      take(view);
    }
  };
  const tally = (file: string): Tally => {
    const counted: Tally = {};
    read(file, one => add(counted, one));
    return counted;
  };
  const ORDERS = (table: string): Tally => ({
    [`insert ${table}`]: 6,
    [`update ${table}`]: 1,
    [`delete ${table}`]: 2,
  });
  const POINTS = (table: string): Tally => ({
    [`snapshot ${table}`]: 1,
    [`insert ${table}`]: 1,
    [`update ${table}`]: 1,
    [`delete ${table}`]: 1,
  });
  const TYPES = (table: string): Tally => ({ [`insert ${table}`]: 1, [`update ${table}`]: 1 });

  test.each(['debezium-plain.jsonl', 'debezium-schema.jsonl'])('%s', file => {
    const at = (table: string) => `postgresql/postgres/public/${table}`;
    expect(tally(file)).toEqual({
      ...ORDERS(at('orders')),
      ...POINTS(at('user_points')),
      ...TYPES(at('types')),
      [`truncate ${at('user_points')}`]: 1,
      '-tombstone': 3,
    });
  });

  test('flattened', () => {
    expect(tally('debezium-unwrapped.jsonl')).toEqual({
      ...ORDERS('///orders'),
      ...POINTS('///user_points'),
      ...TYPES('///types'),
      '-tombstone': 3,
    });
  });

  test('as CloudEvents', () => {
    const orders = ORDERS('postgresql/postgres/public/orders');
    expect(tally('debezium-cloudevents.jsonl')).toEqual({ ...orders, '-tombstone': 2 });
    expect(tally('debezium-cloudevents-logical-message.jsonl')).toEqual({ '-tombstone': 1 });
  });

  test('from an outbox, with ids and contexts', () => {
    const seen: [string, boolean, boolean][] = [];
    read('debezium-outbox.jsonl', one => seen.push([one.messageId, one.isOutbox, one.context !== undefined]));
    expect(seen).toEqual([
      ['271ee694-8567-42a7-967b-4d626971f295', true, false],
      ['90370db8-70f7-49b9-918c-8419217d4ed4', true, true],
    ]);
  });

  test('as transactions and heartbeats', () => {
    expect(tally('debezium-plain-transaction.jsonl')).toEqual({ '-transaction': 24 });
    expect(tally('debezium-plain-heartbeat.jsonl')).toEqual({ '-heartbeat': 5 });
  });

  test.each(['plain', 'schema', 'unwrapped', 'outbox'])('as a message that says who made a transaction: %s', name => {
    read(`debezium-${name}-logical-message.jsonl`, one => {
      expect(one.marker).toBe('message');
      expect(one.transactionContext).toMatchObject({ source: name, transaction: '751' });
    });
  });

  test('says the same of a change in every spelling', () => {
    const said = (file: string) => {
      const changes: string[] = [];
      read(file, ({ changes: [change] }) => {
        if (change?.table === 'orders')
          changes.push([change.operation, change.position, change.transaction, change.timeMs].join());
      });
      return changes;
    };
    const plain = said('debezium-plain.jsonl');
    expect(new Set(plain).size).toBe(9);
    for (const other of ['schema', 'unwrapped', 'cloudevents']) expect(said(`debezium-${other}.jsonl`)).toEqual(plain);
  });

  test("events of applications carry their producers' contexts, and no changes", () => {
    let records = 0;
    read('order-events.jsonl', one => {
      records++;
      expect([one.context !== undefined, one.changes, one.marker, one.isOutbox]).toEqual([true, [], undefined, false]);
    });
    expect(records).toBe(36);
  });
});

describe.skipIf(missing)('samples', () => {
  test("of Debezium's manual", () => {
    const events = JSON.parse(text('debezium-docs/events.json')) as { readonly json: object }[];
    const tally = tallyOf(events.map(({ json }) => JSON.stringify(json)));
    expect(tally).toMatchObject({
      'insert cassandra/inventory//customers': 1,
      'delete cockroachdb/defaultdb/public/orders': 1,
      'update ibm.informix/mydatabase/myschema/customers': 1,
      'delete mongodb/inventory//customers': 1,
      'truncate oracle.db/ORCLPDB1/DEBEZIUM/TEST_TABLE': 1,
      'truncate postgresql/postgres/public/customers': 1,
      'update gcp.spanner/database//Users': 1,
      'insert microsoft.sql_server/testDB/dbo/customers': 1,
      'delete mysql/commerce//customers': 1,
      'truncate yashandb//DEBEZIUM/CUSTOMERS': 1,
      'snapshot postgresql/postgres/s1/a': 2,
      'delete mysql/inventory//customers': 1,
      '-schema_change': 2,
      '-message': 2,
      '-tombstone': 1,
    });
  });

  test("of Debezium's tests", () => {
    const path = 'debezium-core/debezium-connector-common/src/test/resources/json/';
    const read = (file: string) => tallyOf([text(`${path}${file}.json`)]);
    const customers = 'mysql/inventory//customers';
    expect(read('serde-with-schema')).toEqual({ [`insert ${customers}`]: 1 });
    expect(read('serde-without-schema')).toEqual({ [`insert ${customers}`]: 1 });
    expect(read('serde-update')).toEqual({ [`update ${customers}`]: 1 });
    expect(read('serde-unknown-property')).toEqual({ [`update ${customers}`]: 1 });
    expect(read('serde-unwrapped')).toEqual({ '-nothing': 1 });
  });

  test("of records that Debezium's engine is tested with", () => {
    const folder = 'debezium-core/debezium-embedded/src/test/resources/simple/test/';
    for (const name of readdirSync(new URL(folder, DATA))) {
      const records = JSON.parse(text(`${folder}${name}/expected-records.json`)) as object[];
      const dumps = records.map(record => Buffer.from(JSON.stringify(record))).filter(isRecordDump);
      // The last says that the connector has ended.
      expect(dumps.length).toBeGreaterThanOrEqual(records.length - 1);
      for (const dump of dumps) {
        const view = new DecodedRecord();
        decodeRecord(readRecordDump(dump), '', 'cdc', view);
        expect([view.topic, view.changes, view.marker]).toEqual([expect.stringMatching(/^test-/), [], undefined]);
      }
    }
  });

  const SEATUNNEL = 'seatunnel-cdc/seatunnel-formats/seatunnel-format-json/src/test/resources/';
  const E2E = 'seatunnel-cdc/seatunnel-e2e/seatunnel-connector-v2-e2e/connector-kafka-e2e/src/test/resources/';

  test.each<[RecordEncoding, string, Tally]>([
    [
      'debezium',
      `${SEATUNNEL}debezium-data.txt`,
      {
        'snapshot mysql/inventory//products': 9,
        'insert mysql/inventory//products': 2,
        'update mysql/inventory//products': 4,
        'delete mysql/inventory//products': 1,
      },
    ],
    [
      'canal',
      `${SEATUNNEL}canal-data-filter-table.txt`,
      {
        'insert mysql/mydb//product': 11,
        'update mysql/mydb//product': 6,
        'delete mysql/mydb//product': 3,
        'insert mysql/mydb//orders': 4,
        'update mysql/mydb//orders': 1,
        'delete mysql/mydb//orders': 1,
        'insert mysql/mydb//project': 9,
        '-schema_change': 2,
      },
    ],
    [
      'ogg',
      `${SEATUNNEL}ogg-data-filter-table.txt`,
      { 'insert //OGG/TBL_TEST': 11, 'update //OGG/TBL_TEST': 4, 'delete //OGG/TBL_TEST': 1 },
    ],
    [
      'maxwell',
      `${SEATUNNEL}maxwell-data-filter-table.txt`,
      { 'insert mysql/test//product': 11, 'update mysql/test//product': 6, 'delete mysql/test//product': 3 },
    ],
    [
      'canal',
      `${E2E}canal/canal_data.txt`,
      {
        'insert mysql/canal_hvygfc//products': 9,
        'update mysql/canal_hvygfc//products': 2,
        'delete mysql/canal_hvygfc//products': 1,
        '-schema_change': 3,
      },
    ],
    ['debezium', `${E2E}debezium/debezium_data.txt`, { 'snapshot mysql/mysql_cdc//mysql_cdc_e2e_source_table': 3 }],
    [
      'maxwell',
      `${E2E}maxwell/maxwell_data.txt`,
      {
        'insert mysql/maxwell_eal7e6//products': 9,
        'update mysql/maxwell_eal7e6//products': 2,
        'delete mysql/maxwell_eal7e6//products': 1,
      },
    ],
    [
      'ogg',
      `${E2E}ogg/ogg_data.txt`,
      { 'insert //OGG/OGG_TEST': 11, 'update //OGG/OGG_TEST': 4, 'delete //OGG/OGG_TEST': 1 },
    ],
    ['debezium', `${E2E}compatible/compatible_data.txt`, { '-nothing': 3 }],
    [
      'debezium',
      'flink-cdc-mysql-to-kafka/debezium-json.txt',
      {
        'insert /$databaseName//customers': 4,
        'insert /$databaseName//products': 11,
        'update /$databaseName//products': 4,
        'delete /$databaseName//products': 1,
      },
    ],
  ])('%s: %s', (encoding, path, expected) => {
    const lines = linesOf(path);
    expect(tallyOf(lines)).toEqual(expected);
    expect(tallyOf(lines, encoding)).toEqual(expected);
  });

  test("of Maxwell's manual and tests", () => {
    const events = JSON.parse(text('maxwell/docs-dataformat-events.json')) as object[];
    expect(tallyOf(events.map(event => JSON.stringify(event)))).toEqual({
      'insert mysql/test//e': 1,
      '-schema_change': 2,
      '-nothing': 2,
    });
    const files = readdirSync(new URL('maxwell/json/', DATA)).filter(name => !name.startsWith('all-encrypted'));
    expect(
      tallyOf(
        files.map(name => text(`maxwell/json/${name}`)),
        'maxwell',
      ),
    ).toEqual({
      'insert mysql/shard_1//minimal': 1,
      'update mysql/shard_1//minimal': 1,
      'insert mysql/MyDatabase//User': 1,
      'update mysql/MyDatabase//User': 1,
    });
  });
});
