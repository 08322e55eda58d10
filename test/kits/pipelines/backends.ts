/** The real servers behind the recorded shop, and how its services use them. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Consumer, Kafka, logLevel, type Producer } from 'kafkajs';
import { type Connect, startConnect } from '../services/connect.ts';
import { startKafka } from '../services/kafka.ts';
import { findPostgres, type Postgres, startPostgres } from '../services/postgres.ts';
import type { Service } from '../services/process.ts';

export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly timestamp: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export class Backends {
  readonly producer: Producer;
  private readonly kafka: Kafka;
  private readonly postgres: Postgres;
  private readonly connect: Connect;
  private readonly services: readonly Service[];
  private readonly consumers: Consumer[] = [];

  private constructor(brokers: string, postgres: Postgres, connect: Connect, services: readonly Service[]) {
    this.kafka = new Kafka({
      brokers: [brokers],
      logLevel: logLevel.NOTHING,
      retry: { retries: 100, maxRetryTime: 500 },
    });
    this.producer = this.kafka.producer();
    this.postgres = postgres;
    this.connect = connect;
    this.services = services;
  }

  static async start(): Promise<Backends> {
    const kafka = await startKafka();
    const postgres = await startPostgres();
    const connect = await startConnect(kafka.brokers);
    const backends = new Backends(kafka.brokers, postgres, connect, [connect, postgres, kafka]);
    await backends.producer.connect();
    await backends.sql('CREATE DATABASE shop', 'postgres');
    return backends;
  }

  async stop(): Promise<void> {
    for (const consumer of this.consumers) await consumer.disconnect();
    await this.producer.disconnect();
    for (const service of this.services) await service.stop();
  }

  async sql(text: string, database = 'shop'): Promise<void> {
    const url = `postgres://postgres@127.0.0.1:${this.postgres.port}/${database}`;
    await promisify(execFile)(join(findPostgres()!, 'psql'), [url, '-q', '-v', 'ON_ERROR_STOP=1', '-c', text]);
  }

  /** Debezium captures a table. */
  capture(name: string, table: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.connect.add(name, {
      'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
      'plugin.name': 'pgoutput',
      'database.hostname': '127.0.0.1',
      'database.port': String(this.postgres.port),
      'database.user': 'postgres',
      'database.password': 'unused',
      'database.dbname': 'shop',
      'slot.name': name,
      'publication.name': name,
      'publication.autocreate.mode': 'filtered',
      'table.include.list': `public.${table}`,
      'topic.prefix': 'shop',
      'snapshot.mode': 'no_data',
      'key.converter.schemas.enable': 'false',
      'value.converter.schemas.enable': 'false',
      ...more,
    });
  }

  async createTopics(...topics: readonly string[]): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: topics.map(topic => ({ topic, numPartitions: 1 })), waitForLeaders: true });
    await admin.disconnect();
  }

  /** Each record of a topic, from its first on, in a group of its own. */
  async consume(groupId: string, topic: string, take: (record: KafkaRecord) => Promise<void>): Promise<void> {
    const consumer = this.kafka.consumer({ groupId });
    this.consumers.push(consumer);
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message: { offset, timestamp, key, value, headers = {} } }) => {
        const texts = Object.entries(headers).flatMap(([name, one]) =>
          one === undefined ? [] : [[name, String(one)]],
        );
        const text = (bytes: Buffer | null) => (bytes === null ? null : bytes.toString());
        const place = { topic, partition, offset, timestamp };
        await take({ ...place, key: text(key), value: text(value), headers: Object.fromEntries(texts) });
      },
    });
  }
}
