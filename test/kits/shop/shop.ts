/** A shop with everything real: broker, database, change data capture, and services that are traced. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { Cluster } from '../kafka/cluster.ts';
import { type Connect, startConnect } from '../services/connect.ts';
import { startKafka } from '../services/kafka.ts';
import { type Postgres, startPostgres } from '../services/postgres.ts';
import { CAPTURED_ORDERS, ORDER_EVENTS } from './service.ts';

const SERVICE = fileURLToPath(new URL('./service.ts', import.meta.url));
export const OUTBOX_EVENTS = 'outbox.event.order';
/** The same events under names that are not Debezium's, and the rows of the outbox as they are. */
export const NAMED_EVENTS = 'events.order';
export const OUTBOX_ROWS = 'rows.public.outbox';
const ROUTER = { transforms: 'outbox', 'transforms.outbox.type': 'io.debezium.transforms.outbox.EventRouter' };

const TABLES = `
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id text NOT NULL, amount bigint NOT NULL);
  CREATE TABLE user_points (user_id text PRIMARY KEY, points bigint NOT NULL);
  CREATE TABLE outbox (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), aggregatetype text NOT NULL, aggregateid text NOT NULL,
    payload jsonb NOT NULL, traceparent text
  );
  INSERT INTO user_points SELECT 'user-' || n, 0 FROM generate_series(0, 2) n;`;

export class Shop {
  readonly cluster: Cluster;
  readonly postgres: Postgres;
  private readonly connect: Connect;
  private readonly services = new Map<string, ChildProcess>();

  private constructor(cluster: Cluster, postgres: Postgres, connect: Connect) {
    this.cluster = cluster;
    this.postgres = postgres;
    this.connect = connect;
  }

  static async start(): Promise<Shop> {
    const [cluster, postgres] = await Promise.all([startKafka().then(one => Cluster.start([one])), startPostgres()]);
    const database = new Client({ connectionString: postgres.url });
    await database.connect();
    await database.query(TABLES);
    await database.end();
    for (const topic of [ORDER_EVENTS, CAPTURED_ORDERS, OUTBOX_EVENTS, NAMED_EVENTS, OUTBOX_ROWS])
      await cluster.createTopic(topic);
    const connect = await startConnect(cluster.brokers);
    const shop = new Shop(cluster, postgres, connect);
    await shop.capture('orders', { 'topic.prefix': 'shop', 'table.include.list': 'public.orders' });
    await shop.capture('outbox', {
      'topic.prefix': 'events',
      'table.include.list': 'public.outbox',
      ...ROUTER,
      'transforms.outbox.table.fields.additional.placement': 'traceparent:header',
    });
    await shop.capture('named', {
      'topic.prefix': 'named',
      'table.include.list': 'public.outbox',
      ...ROUTER,
      'transforms.outbox.route.topic.replacement': 'events.$1',
      'transforms.outbox.table.fields.additional.placement': 'traceparent:header:trace',
    });
    await shop.capture('rows', { 'topic.prefix': 'rows', 'table.include.list': 'public.outbox' });
    return shop;
  }

  /** A service starts and is ready. @param otlp host:port */
  async run(role: string, orders: number, otlp: string): Promise<void> {
    const env = { ...process.env, OTLP: otlp, KAFKA_BROKERS: this.cluster.brokers, POSTGRES_URL: this.postgres.url };
    const child = spawn(process.execPath, [SERVICE, role, String(orders)], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.services.set(role, child);
    for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') return;
    throw new Error(`${role} ended before it was ready`);
  }

  /** Every service has done its work. */
  async finished(): Promise<void> {
    for (const [role, child] of this.services) {
      if (child.exitCode === null) await once(child, 'exit');
      if (child.exitCode !== 0) throw new Error(`${role} ended with ${child.exitCode}`);
    }
    this.services.clear();
  }

  async stop(): Promise<void> {
    for (const child of this.services.values()) child.kill('SIGKILL');
    await this.connect.stop();
    await this.cluster.stop();
    await this.postgres.stop();
  }

  private async capture(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.connect.add(name, {
      'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
      'database.hostname': '127.0.0.1',
      'database.port': String(this.postgres.port),
      'database.user': 'postgres',
      'database.password': 'postgres',
      'database.dbname': 'postgres',
      'plugin.name': 'pgoutput',
      'slot.name': `slot_${name}`,
      'publication.name': `publication_${name}`,
      'publication.autocreate.mode': 'filtered',
      'snapshot.mode': 'no_data',
      'key.converter.schemas.enable': 'false',
      'value.converter.schemas.enable': 'false',
      ...config,
    });
  }
}
