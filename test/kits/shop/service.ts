/**
 * The services of a shop, each a process of its own: `node service.ts ROLE ORDERS` with `OTLP`, `KAFKA_BROKERS` and
 * `POSTGRES_URL` in the environment. `orders` writes an order and its outbox row in one transaction and publishes an
 * event, `users` takes the events and gives points, `audit` reads only what change data capture puts out. Says `ready`,
 * ends when it has done its work for so many orders.
 */
import { SpanKind, trace } from '@opentelemetry/api';
import type { EachMessagePayload, Kafka } from 'kafkajs';
import type { Pool } from 'pg';
import { type Packages, startTracing } from './tracing.ts';

export const ORDER_EVENTS = 'order-events';
export const CAPTURED_ORDERS = 'shop.public.orders';

interface Shop {
  readonly kafka: Kafka;
  readonly pool: Pool;
  readonly orders: number;
}

const ROLES: Readonly<Record<string, (shop: Shop) => Promise<void>>> = {
  orders: takeOrders,
  users: shop => consume(shop, ORDER_EVENTS, payload => givePoints(shop, payload)),
  audit: shop => consume(shop, CAPTURED_ORDERS, async () => {}),
};

async function takeOrders({ kafka, pool, orders }: Shop): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  console.log('ready');
  const tracer = trace.getTracer('shop');
  for (let i = 1; i <= orders; i++) {
    await tracer.startActiveSpan('POST /orders', { kind: SpanKind.SERVER }, async span => {
      const user = `user-${i % 3}`;
      await writeOrder(pool, i, user, span.spanContext());
      await producer.send({
        topic: ORDER_EVENTS,
        messages: [{ key: String(i), value: JSON.stringify({ order: i, user }) }],
      });
      span.end();
    });
  }
  await producer.disconnect();
}

/** Both rows in one transaction; the outbox row keeps the context, as its event router passes it on. */
async function writeOrder(
  pool: Pool,
  id: number,
  user: string,
  { traceId, spanId }: { readonly traceId: string; readonly spanId: string },
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('INSERT INTO orders (id, user_id, amount) VALUES ($1, $2, $3)', [id, user, id * 10]);
    await client.query(
      'INSERT INTO outbox (aggregatetype, aggregateid, payload, traceparent) VALUES ($1, $2, $3, $4)',
      ['order', String(id), JSON.stringify({ order: id }), `00-${traceId}-${spanId}-01`],
    );
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

async function givePoints({ pool }: Shop, { message }: EachMessagePayload): Promise<void> {
  const { user } = JSON.parse(String(message.value)) as { readonly user: string };
  await pool.query('UPDATE user_points SET points = points + 1 WHERE user_id = $1', [user]);
}

async function consume(
  { kafka, orders }: Shop,
  topic: string,
  handle: (payload: EachMessagePayload) => Promise<void>,
): Promise<void> {
  const consumer = kafka.consumer({ groupId: `${role}-group` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let taken = 0;
  await consumer.run({
    eachMessage: async payload => {
      await handle(payload);
      taken += 1;
      if (taken === orders) resolve();
    },
  });
  console.log('ready');
  await done;
  await consumer.disconnect();
}

const [role = '', orders = '0'] = process.argv.slice(2);
const { OTLP = '', KAFKA_BROKERS = '', POSTGRES_URL = '' } = process.env;

async function run({ kafkajs, pg, flush }: Packages): Promise<void> {
  const kafka = new kafkajs.Kafka({
    brokers: [KAFKA_BROKERS],
    clientId: role,
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 50, initialRetryTime: 100, maxRetryTime: 1000 },
  });
  const pool = new pg.Pool({ connectionString: POSTGRES_URL });
  await ROLES[role]!({ kafka, pool, orders: Number(orders) });
  await pool.end();
  await flush();
}

if (import.meta.main) await run(startTracing(role, OTLP));
