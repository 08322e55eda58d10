/** Debezium Server itself before the receiver of records over HTTP: changes of a real PostgreSQL, each counted once. */
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { type RunningService, startServiceProcess } from '../kits/sdk/service-process.ts';
import { type DebeziumServer, lacksDebeziumServer, startDebeziumServer } from '../kits/services/debezium-server.ts';
import { serverPorts } from '../kits/services/ports.ts';
import { type Postgres, startPostgres } from '../kits/services/postgres.ts';
import type { Service } from '../kits/services/process.ts';
import { missingServices } from '../kits/services/required.ts';

const missing = missingServices(['postgres', 'connect']) ?? lacksDebeziumServer();
const PATIENCE = { timeout: 60_000, interval: 200 };
const TIMEOUT_MS = 300_000;
const TABLES = `
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id text NOT NULL);
  CREATE TABLE users (id bigint PRIMARY KEY, points bigint NOT NULL);`;

describe.skipIf(missing !== undefined).each([
  ['json', '/v1/records?topic=shop'],
  ['cloudevents', '/v1/cloudevents?topic=shop'],
] as const)('Debezium Server with %s', (format, path) => {
  let postgres: Postgres;
  let database: Client;
  let tacit: RunningService;
  let address: string;
  const servers: Service[] = [];

  beforeAll(async () => {
    postgres = await startPostgres();
    database = new Client({ connectionString: postgres.url });
    await database.connect();
    await database.query(TABLES);
  }, 120_000);

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    await tacit.stop();
  }, 60_000);

  afterAll(async () => {
    await database?.end();
    await postgres?.stop();
  }, 60_000);

  async function startTacit(): Promise<void> {
    const [port] = await serverPorts(1);
    address = `http://127.0.0.1:${port}`;
    tacit = await startServiceProcess(
      `receivers.http_events={endpoint: 127.0.0.1:${port}, identity: {environment: prod, databases: {shop: orders-db}}}`,
      'service.pipelines.events={receivers: [http_events], exporters: [topology]}',
    );
  }

  async function capture(properties: Readonly<Record<string, string>>): Promise<DebeziumServer> {
    const names = Object.entries({ 'topic.prefix': 'shop', ...properties });
    const server = await startDebeziumServer({
      ...{ postgres, format, url: `${address}${path}` },
      properties: Object.fromEntries(names.map(([name, value]) => [`debezium.source.${name}`, value])),
    });
    servers.push(server);
    return server;
  }

  const graph = async () => (await (await fetch(`http://${tacit.api}/v1/graph`)).json()) as GraphDocument;
  const captured = async () =>
    (await graph()).edges
      .filter(({ kind }) => kind === 'captures')
      .map(({ id, count, rows, operations }) => ({ id, count, rows, operations }))
      .toSorted((a, b) => a.id.localeCompare(b.id));

  test(
    'sends the changes of tables: each counts once, also after its restart',
    async () => {
      await startTacit();
      const server = await capture({ 'table.include.list': 'public.orders,public.users' });
      await database.query('INSERT INTO users VALUES (1, 0)');
      // How far it is it notes behind a batch, and all of the rest may be one.
      await expect.poll(() => server.hasOffsets(), PATIENCE).toBe(true);
      await database.query("INSERT INTO orders SELECT n, 'u' FROM generate_series(1, 200) n");
      for (let points = 1; points <= 20; points++) await database.query('UPDATE users SET points = $1', [points]);
      await database.query('DELETE FROM orders WHERE id <= 50');
      const edge = (table: string) =>
        `table:postgresql/orders-db/postgres/public/${table}@prod#captures#topic:kafka/~/shop@prod`;
      const users = { id: edge('users'), count: 21, rows: 21, operations: { insert: 1, update: 20 } };
      const orders = { id: edge('orders'), count: 250, rows: 250, operations: { insert: 200, delete: 50 } };
      await expect.poll(captured, PATIENCE).toEqual([orders, users]);
      // Without a goodbye it has not noted how far it was, and sends again.
      await server.kill();
      await database.query("INSERT INTO orders VALUES (1, 'u')");
      await server.start();
      const after = { ...orders, count: 251, rows: 251, operations: { insert: 201, delete: 50 } };
      await expect.poll(captured, PATIENCE).toEqual([after, users]);
      expect((await graph()).nodes.map(({ id }) => id)).toContain('topic:kafka/~/shop@prod');
    },
    TIMEOUT_MS,
  );
});
