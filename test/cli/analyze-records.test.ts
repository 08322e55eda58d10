/**
 * Dumps of Kafka records and bare change events through `analyze`. Recordings of real programs lie beside the checkout;
 * without them this says that those are skipped. What is expected of them was counted in the recordings.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { analyze, input, linesOf } from './analyze-inputs.ts';
import { run } from './kit.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const missing = !existsSync(DATA);
if (missing) console.warn(`skipped: recorded records and change events are missing at ${DATA}`);

/** `table captures topic count rows {verb: count}`, without what the names of all have in front. */
function capturesOf(graph: GraphDocument): readonly string[] {
  const captures = graph.edges.filter(({ kind }) => kind === 'captures');
  expect(captures).toHaveLength(graph.edges.length);
  return captures.map(({ source, target, count, rows, operations }) => {
    const verbs = Object.entries(operations ?? {}).map(([verb, times]) => `${verb} ${times}`);
    return `${source.split('/').slice(1).join('/')} > ${target.split('/').at(-1)}: ${count}, ${rows} rows, ${verbs.join(', ')}`;
  });
}

const idsOf = ({ nodes }: GraphDocument, kind: string) => nodes.filter(node => node.kind === kind).map(({ id }) => id);

const dump = (offset: number, value: unknown = {}) =>
  `${JSON.stringify({ cluster: 'c', topic: 'orders', partition: 0, offset, timestamp: 1_795_398_656_352 + offset, value })}\n`;
const change = (table: string, position: number, op = 'c') =>
  JSON.stringify({
    before: null,
    after: { id: position },
    source: {
      connector: 'postgresql',
      name: 'shop',
      db: 'shop',
      schema: 'public',
      table,
      lsn: position,
      ts_ms: 1_795_398_656_352,
    },
    op,
  });

describe.skipIf(missing)('recordings of Debezium on PostgreSQL', () => {
  const recorded = (name: string) => analyze(`${DATA}recorded-debezium/debezium-${name}.jsonl`);

  it.each(['plain', 'schema'])('%s: inserts, updates, deletes, a snapshot, a truncation, tombstones', async name => {
    const { code, stderr, graph } = await recorded(name);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(capturesOf(graph)).toEqual([
      `~/postgres/public/orders > ${name}.public.orders: 9, 9 rows, insert 6, update 1, delete 2`,
      `~/postgres/public/types > ${name}.public.types: 2, 2 rows, insert 1, update 1`,
      `~/postgres/public/user_points > ${name}.public.user_points: 5, 3 rows, snapshot 1, insert 1, update 1, delete 1, truncate 1`,
    ]);
    expect(graph.stats.records).toMatchObject({ received: 19, tombstone: 3 });
    expect(graph.asOf.slice(0, 16)).toBe('2026-11-23T01:50');
  });

  it('unwrapped: the same, as far as flattening leaves it', async () => {
    const { graph } = await recorded('unwrapped');
    expect(capturesOf(graph).map(line => line.replace(/^.*public/, 'public'))).toEqual([
      expect.stringContaining('.orders: 9, 9 rows, insert 6, update 1, delete 2'),
      expect.stringContaining('.types: 2, 2 rows, insert 1, update 1'),
      expect.stringContaining('.user_points: 4, 3 rows, snapshot 1, insert 1, update 1, delete 1'),
    ]);
  });

  it('as CloudEvents', async () => {
    const { graph } = await recorded('cloudevents');
    expect(capturesOf(graph)).toEqual([
      '~/postgres/public/orders > cloudevents.public.orders: 9, 9 rows, insert 6, update 1, delete 2',
    ]);
    expect(graph.stats.records).toMatchObject({ received: 11, tombstone: 2 });
  });

  it.each([
    ['plain-transaction', { received: 24, transaction: 24 }],
    ['plain-heartbeat', { received: 5, heartbeat: 5 }],
    ['plain-logical-message', { received: 1, message: 1 }],
  ])('%s proves its topic alone', async (name, counts) => {
    const { code, graph } = await recorded(name);
    expect({ code, edges: graph.edges, nodes: graph.nodes.length }).toEqual({ code: 0, edges: [], nodes: 1 });
    expect(graph.stats.records).toMatchObject(counts);
  });

  it('an outbox: topics by aggregate, and no table by a name that nobody said', async () => {
    const { graph } = await recorded('outbox');
    expect(graph.nodes.map(({ id }) => id)).toEqual([
      'topic:kafka/~/outbox.event.order',
      'topic:kafka/~/outbox.event.user',
    ]);
  });

  it('all recordings at once are the sum of each, in any order', async () => {
    const names = ['plain', 'schema', 'unwrapped', 'cloudevents', 'outbox'].map(
      name => `${DATA}recorded-debezium/debezium-${name}.jsonl`,
    );
    const { graph } = await analyze(...names);
    const { graph: backwards } = await analyze(...names.toReversed());
    expect(graph.stats.records.received).toBe(19 + 19 + 18 + 11 + 2);
    expect(backwards.edges).toEqual(graph.edges);
    expect(backwards.nodes).toEqual(graph.nodes);
  });
});

describe.skipIf(missing)('change events of other projects', () => {
  const SEATUNNEL = 'seatunnel-cdc/seatunnel-formats/seatunnel-format-json/src/test/resources/';
  const KAFKA = 'seatunnel-cdc/seatunnel-e2e/seatunnel-connector-v2-e2e/connector-kafka-e2e/src/test/resources/';

  it.each([
    ['Debezium', `${SEATUNNEL}debezium-data.txt`, ['products 16']],
    ['Canal: many rows a message', `${SEATUNNEL}canal-data-filter-table.txt`, ['orders 3', 'product 10', 'project 1']],
    ['GoldenGate', `${SEATUNNEL}ogg-data-filter-table.txt`, ['tbl_test 16']],
    ['Maxwell', `${SEATUNNEL}maxwell-data-filter-table.txt`, ['product 20']],
    ['Debezium with its schema', `${KAFKA}debezium/debezium_data.txt`, ['mysql_cdc_e2e_source_table 3']],
    [
      'a file of Flink CDC, behind a comment',
      'flink-cdc-mysql-to-kafka/debezium-json.txt',
      ['customers 4', 'products 16'],
    ],
    [
      'one event over many lines',
      'debezium-core/debezium-connector-common/src/test/resources/json/serde-update.json',
      ['customers 1'],
    ],
  ])('%s', async (_, file, captures) => {
    const { code, graph } = await analyze(`${DATA}${file}`, '--topic', 'changes');
    expect(code).toBe(0);
    expect(idsOf(graph, 'topic')).toEqual(['topic:kafka/~/changes']);
    const found = graph.edges.map(({ source, count }) => `${source.split('/').at(-1)} ${count}`);
    expect(found).toEqual(captures);
  });

  it('a comment at the head of a file is told', async () => {
    const { stderr } = await analyze(`${DATA}flink-cdc-mysql-to-kafka/debezium-json.txt`);
    expect(stderr).toContain('note: 16 lines of comment passed over');
  });
});

describe('records', () => {
  it('may be gzip, and stand between spans', async () => {
    const mixed = input('mixed.jsonl', `${linesOf(1)}${dump(1)}${linesOf(2)}${dump(2)}`);
    const zipped = input('zipped.jsonl.gz', gzipSync(dump(3)));
    const { code, stderr, calls, graph } = await analyze(mixed, zipped);
    expect({ code, stderr, calls }).toEqual({ code: 0, stderr: '', calls: 2 });
    expect(idsOf(graph, 'topic')).toEqual(['topic:kafka/c/orders']);
    expect(graph.stats.records.received).toBe(3);
  });

  it('of one place count once, also in two files', async () => {
    const lines = [1, 2].map(offset => dump(offset, JSON.parse(change('orders', offset)))).join('');
    const { graph } = await analyze(input('once.jsonl', lines), input('twice.jsonl', lines));
    expect(capturesOf(graph)).toEqual(['~/shop/public/orders > orders: 2, 2 rows, insert 2']);
  });

  it('that are broken are told by line, and the others count', async () => {
    const broken = ['{"topic":"orders","value":\n', '{"topic":"orders","offset":"x"}\n', '{"hello":"world"}\n'];
    const file = input('broken-records.jsonl', `${dump(1)}${broken[0]}${dump(2)}${broken[1]}${broken[2]}${dump(3)}`);
    const { code, stderr, graph } = await analyze(file);
    expect(code).toBe(2);
    expect(graph.stats.records.received).toBe(3);
    expect(stderr.trimEnd().split('\n')).toEqual([
      `${file}:2: the JSON that begins here is not finished when line 3 is a record`,
      `${file}:4: offset: expected a number`,
      expect.stringContaining(`${file}:5: no spans or records in a known format`),
    ]);
    expect((await run(['analyze', file, '--strict'])).code).toBe(2);
  });

  it('behind NUL bytes and a comment are read', async () => {
    const file = input('padded.jsonl', `${'\0'.repeat(100)}/* licence\n * text */\n# more\n${dump(1)}`);
    const { code, stderr, graph } = await analyze(file);
    expect(code).toBe(0);
    expect(stderr).toContain('3 lines of comment passed over');
    expect(stderr).toContain('100 NUL bytes of padding passed over');
    expect(graph.stats.records.received).toBe(1);
  });

  it('may hold anything: a value that is no change proves nothing more', async () => {
    const values = ['text', { base64: Buffer.from([0, 0, 0, 0, 7, 1]).toString('base64') }, [1], 17, { any: 'thing' }];
    const lines = values.map((value, i) => dump(i, value)).join('');
    const { code, stderr, graph } = await analyze(input('anything.jsonl', lines));
    expect({ code, stderr, edges: graph.edges }).toEqual({ code: 0, stderr: '', edges: [] });
    expect(graph.stats.records.received).toBe(5);
  });

  it('may be a list, of which each counts', async () => {
    const list = `[${dump(1)},${dump(2)},{"no":"record"},${dump(3)}]`;
    const { code, stderr, graph } = await analyze(input('list.json', list));
    expect(code).toBe(2);
    expect(stderr).toContain(':1: item 3: expected a record');
    expect(graph.stats.records.received).toBe(3);
  });
});

describe('bare change events', () => {
  const lines = `${change('orders', 1)}\n${change('orders', 2, 'u')}\n${change('users', 3, 'r')}\n`;

  it('give tables, and no more', async () => {
    const { code, graph } = await analyze(input('bare.jsonl', lines));
    expect(code).toBe(0);
    expect(graph.nodes.map(({ id }) => id)).toEqual([
      'table:postgresql/~/shop/public/orders',
      'table:postgresql/~/shop/public/users',
    ]);
    expect(graph.edges).toEqual([]);
    expect(graph.asOf).toBe(new Date(1_795_398_656_352).toISOString());
  });

  it('are captured by the topic that --topic names', async () => {
    const { graph } = await analyze(input('topic.jsonl', lines), '--topic', 'shop');
    expect(capturesOf(graph)).toEqual([
      '~/shop/public/orders > shop: 2, 2 rows, insert 1, update 1',
      '~/shop/public/users > shop: 1, 0 rows, snapshot 1',
    ]);
  });
});
