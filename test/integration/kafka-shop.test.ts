/**
 * The whole scenario with real parts: services traced by the OpenTelemetry SDK write rows and messages, Debezium captures
 * the tables, and the graph has every edge of it with exact counts, also where no trace leads.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { topicName } from '../kits/kafka/cluster.ts';
import { KafkaSubject } from '../kits/kafka/subject.ts';
import { missingServices } from '../kits/services/required.ts';
import { CAPTURED_ORDERS, ORDER_EVENTS } from '../kits/shop/service.ts';
import { NAMED_EVENTS, OUTBOX_EVENTS, OUTBOX_ROWS, Shop } from '../kits/shop/shop.ts';

const ORDERS = 30;
const missing = missingServices(['kafka', 'connect', 'postgres']);

describe.skipIf(missing !== undefined)('a shop', () => {
  let shop: Shop;
  let subject: KafkaSubject;

  beforeAll(async () => {
    shop = await Shop.start();
    subject = await new KafkaSubject({
      brokers: shop.cluster.addresses,
      group_id: topicName('group'),
      topics: [ORDER_EVENTS, CAPTURED_ORDERS, OUTBOX_EVENTS, NAMED_EVENTS, OUTBOX_ROWS],
      outbox: {
        topics: ['^outbox[.]event[.]', '^events[.]'],
        context_headers: ['trace'],
        context_columns: ['traceparent'],
      },
      encoding: 'cdc',
      // The SDK sends spans up to five seconds after they ended, and records do not wait for them.
    }).start('connectors.topology.correlation.wait=10s');
    const { http } = subject.service!;
    await shop.run('users', ORDERS, http);
    await shop.run('audit', ORDERS, http);
    await shop.run('orders', ORDERS, http);
    await shop.finished();
  }, 300_000);

  afterAll(async () => {
    await subject?.stop();
    await shop?.stop();
  }, 60_000);

  test('has every node and edge of it, with exact counts', async () => {
    await subject.untilGraph(({ nodes, edges, stats }) => {
      expect(stats.spans.pending).toBe(0);
      expect(nodes.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
        'service audit',
        'service orders',
        'service users',
        'table orders',
        'table outbox',
        'table user_points',
        `topic ${NAMED_EVENTS}`,
        `topic ${ORDER_EVENTS}`,
        `topic ${OUTBOX_EVENTS}`,
        `topic ${OUTBOX_ROWS}`,
        `topic ${CAPTURED_ORDERS}`,
      ]);
      const names = new Map(nodes.map(({ id, name }) => [id, name]));
      const counts = edges.map(({ source, kind, target, count, rows }) => {
        return [`${names.get(source)} ${kind} ${names.get(target)}`, rows === undefined ? count : [count, rows]];
      });
      expect(Object.fromEntries(counts)).toEqual({
        [`orders publishes ${ORDER_EVENTS}`]: ORDERS,
        [`${ORDER_EVENTS} consumes users`]: ORDERS,
        'users writes user_points': ORDERS,
        'orders writes orders': ORDERS,
        [`orders captures ${CAPTURED_ORDERS}`]: [ORDERS, ORDERS],
        [`${CAPTURED_ORDERS} consumes audit`]: ORDERS,
        'orders writes outbox': ORDERS,
        [`outbox captures ${OUTBOX_EVENTS}`]: [ORDERS, ORDERS],
        [`outbox captures ${NAMED_EVENTS}`]: [ORDERS, ORDERS],
        [`outbox captures ${OUTBOX_ROWS}`]: [ORDERS, ORDERS],
      });
    });
    await subject.until(({ state, problems, topics }) => {
      expect({ state, problems }).toEqual({ state: 'running', problems: [] });
      for (const { records, lag, poison } of topics)
        expect({ records, lag, poison }).toEqual({ records: ORDERS, lag: 0, poison: 0 });
    });
  });

  test('shows how orders reach users and the audit, although nobody calls anybody', async () => {
    const { paths: toUsers } = await subject.get<Paths>('/v1/paths?from=service:orders&to=users');
    expect(toUsers).toMatchObject([{ hops: 2, observed: true, count: ORDERS, implicit: true, strength: 1 }]);
    const { paths: toAudit } = await subject.get<Paths>('/v1/paths?from=service:orders&to=audit');
    expect(toAudit).toMatchObject([{ hops: 3, implicit: true, strength: 1 }]);
    const kinds = toAudit[0]!.nodes.map(id => id.split(':')[0]);
    expect(kinds).toEqual(['service', 'table', 'topic', 'service']);
    const { nodes } = await subject.graph();
    for (const topic of [OUTBOX_EVENTS, NAMED_EVENTS, OUTBOX_ROWS]) {
      const { id } = nodes.find(({ name }) => name === topic)!;
      const { paths } = await subject.get<Paths>(`/v1/paths?from=service:orders&to=${encodeURIComponent(id)}`);
      expect(paths).toMatchObject([{ hops: 2, observed: true, count: ORDERS }]);
    }
    const { couplings } = await subject.get<Couplings>('/v1/couplings');
    expect(couplings.map(({ source, target, type, implicit }) => [source, target, type, implicit])).toEqual([
      ['service:orders', 'service:users', 'event', true],
      ['service:orders', 'service:audit', 'cdc', true],
    ]);
  });
});

interface Paths {
  readonly paths: readonly { readonly nodes: readonly string[] }[];
}

interface Couplings {
  readonly couplings: readonly {
    readonly source: string;
    readonly target: string;
    readonly type: string;
    readonly implicit: boolean;
  }[];
}
