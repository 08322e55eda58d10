/**
 * Rows that a real Debezium flattened, in every way it has of telling a deletion: each change is read once, whatever its
 * tombstones look like.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { expect, test, vi } from 'vitest';
import type { RawRecord } from '../../src/contract/record.ts';
import { decodeRecord } from '../../src/encodings/records/decode.ts';
import { DecodedRecord } from '../../src/encodings/records/decoded-record.ts';
import { startConnect } from '../kits/services/connect.ts';
import { startKafka } from '../kits/services/kafka.ts';
import { findPostgres, startPostgres } from '../kits/services/postgres.ts';
import type { Service } from '../kits/services/process.ts';
import { missingServices } from '../kits/services/required.ts';

const missing = missingServices(['kafka', 'postgres', 'connect']);

const CHANGES = `
  INSERT INTO orders VALUES (1, 'new'), (2, 'new');
  UPDATE orders SET status = 'paid' WHERE id = 1;
  DELETE FROM orders WHERE id = 2;
`;
/** A connector that streams has one, and has read what was there. */
const SLOTS = 'COPY (SELECT count(*) FROM pg_replication_slots WHERE active) TO STDOUT';
const PATIENCE = { timeout: 60_000, interval: 500 };
const ALL = ['insert', 'insert', 'update', 'delete'];

/** Mode → what is read of its records: changes, or why there is none. */
const MODES: Readonly<Record<string, readonly string[]>> = {
  drop: ALL.slice(0, 3),
  tombstone: ALL,
  rewrite: ALL,
  'rewrite-with-tombstone': [...ALL, 'tombstone'],
  'delete-to-tombstone': ALL,
};

function flattened(url: string, mode: string): Readonly<Record<string, string>> {
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'plugin.name': 'pgoutput',
    'topic.prefix': mode,
    'slot.name': mode.replaceAll('-', '_'),
    'publication.name': mode.replaceAll('-', '_'),
    'database.hostname': '127.0.0.1',
    'database.port': new URL(url).port,
    'database.user': 'postgres',
    'database.password': 'none',
    'database.dbname': 'postgres',
    'table.include.list': 'public.orders',
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': 'false',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    transforms: 'flat',
    'transforms.flat.type': 'io.debezium.transforms.ExtractNewRecordState',
    'transforms.flat.delete.tombstone.handling.mode': mode,
    'transforms.flat.add.headers': 'op,table,lsn',
  };
}

const view = new DecodedRecord();

function readOf(raw: RawRecord): readonly string[] {
  decodeRecord(raw, '', 'cdc', view);
  expect(view.changes.every(({ table, position }) => table === 'orders' && /^\d+$/.test(position))).toBe(true);
  return view.changes.length > 0 ? view.changes.map(({ operation }) => operation) : [view.marker ?? 'nothing'];
}

test.skipIf(missing !== undefined)(
  'each change of a flattened row is read once',
  async () => {
    const services: Service[] = [];
    const started = <S extends Service>(service: S): S => {
      services.unshift(service);
      return service;
    };
    const read = new Map<string, string[]>();
    let consumer: kafkajs.Consumer | undefined;
    try {
      const postgres = started(await startPostgres());
      const run = (sql: string) => execFileSync(join(findPostgres()!, 'psql'), [postgres.url, '-q', '-c', sql]);
      run('CREATE TABLE orders (id int PRIMARY KEY, status text)');
      const { brokers } = started(await startKafka());
      const connect = started(await startConnect(brokers));
      const kafka = new kafkajs.Kafka({
        brokers: [brokers],
        logLevel: kafkajs.logLevel.NOTHING,
        retry: { retries: 100 },
      });
      const admin = kafka.admin();
      await admin.createTopics({ topics: Object.keys(MODES).map(mode => ({ topic: `${mode}.public.orders` })) });
      await admin.disconnect();
      for (const mode of Object.keys(MODES)) await connect.add(mode, flattened(postgres.url, mode));
      await vi.waitFor(() => expect(run(SLOTS).toString().trim()).toBe(String(Object.keys(MODES).length)), PATIENCE);
      run(CHANGES);
      consumer = kafka.consumer({ groupId: 'flattened' });
      await consumer.connect();
      await consumer.subscribe({ topics: [/public[.]orders$/], fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ topic, partition, message }) => {
          const headers = Object.entries(message.headers ?? {}).flatMap(([key, values]) =>
            [values].flat().map(value => ({ key, value: value === undefined ? null : Buffer.from(value) })),
          );
          const { key, value } = message;
          const raw = {
            cluster: '',
            topic,
            partition,
            offset: Number(message.offset),
            timestampMs: 0,
            key,
            value,
            headers,
          };
          const mode = topic.split('.')[0]!;
          read.set(mode, [...(read.get(mode) ?? []), ...readOf(raw)]);
        },
      });
      await vi.waitFor(() => expect(Object.fromEntries(read)).toEqual(MODES), PATIENCE);
    } finally {
      await consumer?.disconnect();
      for (const service of services) await service.stop();
    }
  },
  300_000,
);
