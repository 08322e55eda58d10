/** What records and row changes alone say of the graph. */
import { describe, expect, test } from 'vitest';
import type { RecordIdentity, RecordView, RowChange } from '../../src/contract/record.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { changeOf, contextOf, NO_IDENTITY, recordOf, sendRecords } from '../kits/records.ts';
import { documentOf, SMALL } from '../kits/subject.ts';

function analyzed(records: readonly RecordView[], identity: RecordIdentity = NO_IDENTITY) {
  const topology = new Topology(SMALL, { now: () => Date.now() }, true);
  sendRecords(topology.records, records, identity);
  topology.finish();
  return documentOf(topology);
}

const ORDERS = 'topic:kafka/main/orders';
const TABLE = 'table:postgresql/~/shop/public/orders';

describe('a record', () => {
  test('proves its topic, and no more', () => {
    const { nodes, edges, stats } = analyzed([recordOf(), recordOf()]);
    expect(nodes.map(node => node.id)).toEqual([ORDERS]);
    expect(nodes[0]).toMatchObject({ firstSeen: '2024-01-15T12:00:00.000Z', lastSeen: '2024-01-15T12:00:00.000Z' });
    expect(edges).toEqual([]);
    expect(stats.records).toEqual({ received: 2 });
  });

  test('is counted by its kind where it proves nothing else', () => {
    const { stats } = analyzed([recordOf({ marker: 'tombstone' }), recordOf({ marker: 'heartbeat' }), recordOf()]);
    expect(stats.records).toEqual({ received: 3, heartbeat: 1, tombstone: 1 });
  });

  test('takes from its receiver what it does not say', () => {
    const records = [
      recordOf({ changes: [changeOf({ schema: '' })] }),
      recordOf({ changes: [changeOf({ source: 'other' })] }),
    ];
    const { nodes } = analyzed(records, { environment: 'prod', databases: { shop: 'db-1' } });
    const table = 'table:postgresql/db-1/shop/public/orders@prod';
    expect(nodes.map(node => node.id)).toEqual([table, `${ORDERS}@prod`]);
    expect(nodes[0]!.rawIds).toEqual([table, 'table:postgresql/~/shop/public/orders@prod']);
  });

  test('whose header names a service has that for its publisher', () => {
    const { edges } = analyzed([recordOf({ producer: 'shop' }), recordOf({ producer: 'shop' })]);
    expect(edges).toMatchObject([
      {
        id: `service:shop#publishes#${ORDERS}`,
        count: 2,
        messages: 2,
        operations: { send: 2 },
        evidence: { record_header: 2 },
        exemplars: [],
      },
    ]);
  });

  test('that was in another topic before came from there', () => {
    const { edges } = analyzed([recordOf({ topic: 'orders-dlt', originalTopic: 'orders' })]);
    expect(edges).toMatchObject([
      { id: `${ORDERS}#routes#topic:kafka/main/orders-dlt`, count: 1, evidence: { record_header: 1 } },
    ]);
  });
});

describe('a change', () => {
  test('says that its table is captured into the topic, by row', () => {
    const context = contextOf('00000000000000000000000000000007', '0000000000000009');
    const { edges, stats } = analyzed([
      recordOf({ changes: [changeOf({ context }), changeOf({ operation: 'update', rows: 3 })] }),
      recordOf({ changes: [changeOf({ operation: 'delete', rows: 2 })] }),
      recordOf({ changes: [changeOf({ operation: 'truncate' })] }),
      recordOf({ changes: [changeOf({ operation: 'snapshot' })] }),
    ]);
    expect(edges).toMatchObject([
      {
        id: `${TABLE}#captures#${ORDERS}`,
        count: 4,
        rows: 6,
        operations: { insert: 1, update: 3, delete: 2, truncate: 1, snapshot: 1 },
        evidence: { cdc: 4 },
        exemplars: [{ traceId: '00000000000000000000000000000007', spanId: '0000000000000009' }],
      },
    ]);
    expect(stats.changes).toEqual({ insert: 1, update: 3, delete: 2, truncate: 1, snapshot: 1 });
  });

  test('of several tables in one record counts once for each', () => {
    const tables = ['a', 'b', 'a'].map(table => changeOf({ table }));
    const { edges } = analyzed([recordOf({ changes: tables })]);
    expect(edges.map(({ source, count, rows }) => [source.split('/').at(-1), count, rows])).toEqual([
      ['a', 1, 2],
      ['b', 1, 1],
    ]);
  });

  test('without a topic proves its table alone, and without a table its topic alone', () => {
    const bare = analyzed([recordOf({ topic: '', changes: [changeOf()] })]);
    expect([bare.nodes.map(node => node.id), bare.edges]).toEqual([[TABLE], []]);
    const unwrapped = analyzed([recordOf({ changes: [changeOf({ table: '', database: '', schema: '' })] })]);
    expect([unwrapped.nodes.map(node => node.id), unwrapped.edges]).toEqual([[ORDERS], []]);
    expect(unwrapped.stats.changes).toEqual({ insert: 1 });
  });

  test('names its table as its system does', () => {
    const names = [
      changeOf({ schema: 'Sales', table: 'Orders' }),
      changeOf({ system: 'microsoft.sql_server', schema: '', table: 'Orders' }),
      changeOf({ system: 'oracle.db', database: 'ORCL', schema: 'SHOP', table: 'ORDERS' }),
      changeOf({ system: 'mysql', database: 'Shop', schema: '', table: 'Orders' }),
      changeOf({ system: '', database: '', schema: 'SHOP', table: 'ORDERS' }),
      changeOf({ system: 'mongodb', database: 'Shop', schema: '', table: 'Orders' }),
    ];
    const { nodes } = analyzed([recordOf({ topic: '', changes: names })]);
    expect(nodes.map(node => node.id).sort()).toEqual([
      'table:microsoft.sql_server/~/shop/dbo/orders',
      'table:mongodb/~/Shop/~/Orders',
      'table:mysql/~/shop/~/orders',
      'table:oracle.db/~/orcl/shop/orders',
      'table:postgresql/~/shop/Sales/Orders',
      'table:~/~/~/shop/orders',
    ]);
  });

  test('whose time is not believed is as of the newest good one', () => {
    const { edges, stats } = analyzed([
      recordOf({ timestampMs: 0, changes: [changeOf({ timeMs: 5 })] }),
      recordOf({ changes: [changeOf({ table: 'others' })] }),
    ]);
    expect(edges.map(({ lastSeen }) => lastSeen)).toEqual(['2024-01-15T12:00:00.000Z', '2024-01-15T12:00:00.000Z']);
    expect(stats.reasons).toEqual({ bad_time: 1 });
  });
});

describe('counted once', () => {
  test('is a record at one place, in one incarnation of its topic', () => {
    const at = { partition: 3, offset: 7, changes: [changeOf()] };
    const others = [
      { ...at, partition: 4 },
      { ...at, offset: 8 },
      { ...at, incarnation: 'b' },
      { ...at, cluster: 'b' },
    ];
    const { edges, stats } = analyzed([at, ...others, at, at].map(recordOf));
    expect(stats.records).toEqual({ received: 7, duplicates: 2 });
    expect(edges.map(({ count }) => count)).toEqual([1, 4]);
  });

  test('are records that nobody knows the place of, each', () => {
    expect(analyzed([recordOf(), recordOf()]).stats.records).toEqual({ received: 2 });
  });

  test('is a change that a connector tells again', () => {
    const change = { position: '0/16B3748', transaction: '571' };
    const others = [
      { ...change, position: '0/16B3749' },
      { ...change, table: 'other' },
      { ...change, source: 'b' },
      { ...change, operation: 'delete' as const },
    ];
    const told = (said: Partial<RowChange>, offset: number, keyHash = 1) =>
      recordOf({ offset, keyHash, changes: [changeOf(said)] });
    const { edges, stats } = analyzed([
      ...[change, ...others, change].map((said, i) => told(said, i)),
      told(change, 20, 2),
      recordOf({ topic: 'elsewhere', offset: 20, keyHash: 1, changes: [changeOf(change)] }),
    ]);
    expect(stats).toMatchObject({ records: { received: 8 }, changes: { insert: 6, delete: 1, duplicates: 1 } });
    expect(edges.map(({ target, rows }) => [target, rows])).toEqual([
      ['topic:kafka/main/elsewhere', 1],
      ['topic:kafka/main/orders', 5],
      ['topic:kafka/main/orders', 1],
    ]);
  });

  test('are changes that one record tells apart by nothing, as often as it tells them', () => {
    const record = { changes: [1, 2, 3].map(() => changeOf({ position: '7' })) };
    const { stats } = analyzed([recordOf({ ...record, offset: 1 }), recordOf({ ...record, offset: 2 })]);
    expect(stats.changes).toEqual({ insert: 3, duplicates: 3 });
  });
});
