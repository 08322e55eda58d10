/** The small shops of the examples with Kafka and change data capture. */
import { randomUUID } from 'node:crypto';
import type { Context } from '@opentelemetry/api';
import type { Backends, KafkaRecord } from './backends.ts';
import { contextOf, headersOf, message, request, statement, type TracedService } from './traced.ts';

const ORDERS = 5;

export interface Shop {
  readonly services: readonly string[];
  /** With the records that are on each in the end. */
  readonly topics: readonly { readonly topic: string; readonly records: number }[];
  run(backends: Backends, services: readonly TracedService[]): Promise<void>;
}

/** `shop-web` calls `orders`, which publishes; `billing` consumes: all spans, and the records between. */
export const kafkaOtlp: Shop = {
  services: ['shop-web', 'orders', 'billing'],
  topics: [{ topic: 'order-events', records: ORDERS }],
  async run(backends, services) {
    const [web, orders, billing] = services as [TracedService, TracedService, TracedService];
    const done = counter(ORDERS);
    await backends.consume('billing', 'order-events', async record => {
      await processed(billing, record, contextOf(record.headers), async () => {});
      done.one();
    });
    for (let i = 0; i < ORDERS; i++) {
      await served(web, 'GET', '/checkout', undefined, inside =>
        called(web, orders, inside, 'POST', '/orders', within => publish(backends, orders, within, i)),
      );
    }
    await done.all;
  },
};

/**
 * `orders` writes an order and an event into its outbox in one transaction. Debezium puts both on topics: the outbox
 * through its event router, the table as it is. `points` consumes the events, `analytics` reads the captured table.
 */
export const cdcOutbox: Shop = {
  services: ['orders', 'points', 'analytics'],
  topics: [
    { topic: 'outbox.event.order', records: ORDERS },
    { topic: 'shop.public.orders', records: ORDERS },
  ],
  async run(backends, services) {
    const [orders, points, analytics] = services as [TracedService, TracedService, TracedService];
    await backends.sql('CREATE TABLE orders (id int PRIMARY KEY, user_id text NOT NULL, amount int NOT NULL)');
    await backends.sql('CREATE TABLE user_points (user_id text PRIMARY KEY, points int NOT NULL)');
    await backends.sql(
      'CREATE TABLE outbox (id uuid PRIMARY KEY, aggregatetype text NOT NULL, aggregateid text NOT NULL, type text NOT NULL, payload jsonb, traceparent text)',
    );
    await backends.capture('orders', 'orders');
    await backends.capture('outbox', 'outbox', OUTBOX_ROUTER);
    const done = counter(2 * ORDERS);
    await backends.consume('points', 'outbox.event.order', async record => {
      await processed(points, record, contextOf(record.headers), inside => addPoints(backends, points, inside));
      done.one();
    });
    await backends.consume('analytics', 'shop.public.orders', async record => {
      await processed(analytics, record, undefined, async () => {});
      done.one();
    });
    for (let i = 0; i < ORDERS; i++)
      await served(orders, 'POST', '/orders', undefined, inside => placeOrder(backends, orders, inside, i));
    await done.all;
  },
};

/** `inventory` and `storefront` share the table `stock`; `search` reads what Debezium captures of it. */
export const sharedTable: Shop = {
  services: ['inventory', 'storefront', 'search'],
  topics: [{ topic: 'shop.public.stock', records: ORDERS + 2 }],
  async run(backends, services) {
    const [inventory, storefront, search] = services as [TracedService, TracedService, TracedService];
    await backends.sql('CREATE TABLE stock (sku text PRIMARY KEY, amount int NOT NULL)');
    await backends.capture('stock', 'stock');
    const done = counter(ORDERS + 2);
    await backends.consume('search', 'shop.public.stock', async record => {
      await processed(search, record, undefined, async () => {});
      done.one();
    });
    const write = (operation: string, sql: string) =>
      served(inventory, 'PUT', '/stock', undefined, inside =>
        executed(backends, inventory, inside, operation, 'stock', sql),
      );
    await write('INSERT', "INSERT INTO stock VALUES ('bike', 10)");
    for (let i = 0; i < ORDERS; i++) {
      await write('UPDATE', `UPDATE stock SET amount = ${9 - i} WHERE sku = 'bike'`);
      await served(storefront, 'GET', '/products', undefined, inside =>
        executed(backends, storefront, inside, 'SELECT', 'stock', "SELECT amount FROM stock WHERE sku = 'bike'"),
      );
    }
    await write('INSERT', "INSERT INTO stock VALUES ('bell', 3)");
    await done.all;
  },
};

const OUTBOX_ROUTER = {
  'topic.prefix': 'outbox',
  transforms: 'outbox',
  'transforms.outbox.type': 'io.debezium.transforms.outbox.EventRouter',
  'transforms.outbox.table.expand.json.payload': 'true',
  'transforms.outbox.table.fields.additional.placement': 'traceparent:header',
};

function served<T>(
  service: TracedService,
  method: string,
  route: string,
  parent: Context | undefined,
  work: (inside: Context) => Promise<T>,
): Promise<T> {
  const options = { name: `${method} ${route}`, kind: 'server', attributes: request(method, route) } as const;
  return service.span(parent === undefined ? options : { ...options, parent }, work);
}

/** A call with both its sides. */
function called(
  from: TracedService,
  to: TracedService,
  parent: Context,
  method: string,
  route: string,
  work: (inside: Context) => Promise<void>,
): Promise<void> {
  const attributes = { ...request(method, route), 'server.address': 'orders', 'server.port': 8080 };
  return from.span({ name: method, kind: 'client', attributes, parent }, inside =>
    served(to, method, route, contextOf(headersOf(inside)), work),
  );
}

function publish(backends: Backends, service: TracedService, parent: Context, order: number): Promise<void> {
  const id = randomUUID();
  const attributes = message('send', 'order-events', { 'messaging.message.id': id });
  return service.span({ name: 'send order-events', kind: 'producer', attributes, parent }, async inside => {
    const headers = { ...headersOf(inside), 'message-id': id };
    const value = JSON.stringify({ type: 'OrderCreated', order });
    await backends.producer.send({ topic: 'order-events', messages: [{ key: `u${order}`, value, headers }] });
  });
}

function processed(
  service: TracedService,
  { topic, partition, offset }: KafkaRecord,
  parent: Context | undefined,
  work: (inside: Context) => Promise<void>,
): Promise<void> {
  const attributes = message('process', topic, {
    'messaging.destination.partition.id': String(partition),
    'messaging.kafka.offset': Number(offset),
  });
  const options = { name: `process ${topic}`, kind: 'consumer', attributes } as const;
  return service.span(parent === undefined ? options : { ...options, parent }, work);
}

function executed(
  backends: Backends,
  service: TracedService,
  parent: Context,
  operation: string,
  table: string,
  sql: string,
): Promise<void> {
  const attributes = statement(operation, table);
  return service.span({ name: `${operation} ${table}`, kind: 'client', attributes, parent }, () => backends.sql(sql));
}

/** Both rows in one transaction; the event carries the context of the request. */
async function placeOrder(backends: Backends, service: TracedService, parent: Context, order: number): Promise<void> {
  const payload = JSON.stringify({ order, user: `u${order}` });
  const { traceparent } = headersOf(parent);
  const insertOrder = `INSERT INTO orders VALUES (${order}, 'u${order}', 42)`;
  const insertEvent = `INSERT INTO outbox VALUES ('${randomUUID()}', 'order', '${order}', 'OrderCreated', '${payload}', '${traceparent}')`;
  const options = (table: string) =>
    ({ name: `INSERT ${table}`, kind: 'client', attributes: statement('INSERT', table), parent }) as const;
  await service.span(options('orders'), async () => {});
  await service.span(options('outbox'), () => backends.sql(`BEGIN; ${insertOrder}; ${insertEvent}; COMMIT`));
}

function addPoints(backends: Backends, service: TracedService, parent: Context): Promise<void> {
  const sql =
    "INSERT INTO user_points VALUES ('u', 1) ON CONFLICT (user_id) DO UPDATE SET points = user_points.points + 1";
  return executed(backends, service, parent, 'INSERT', 'user_points', sql);
}

/** Resolves after so many calls. */
function counter(calls: number): { one(): void; readonly all: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = calls;
  return {
    one: () => {
      if (--left === 0) resolve();
    },
    all: promise,
  };
}
