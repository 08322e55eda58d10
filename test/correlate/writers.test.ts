/** Who wrote what a change data capture tells: changes that lead to a trace, and the spans of it, in any order. */
import { describe, expect, it } from 'vitest';
import type { RecordView, RowChange } from '../../src/contract/record.ts';
import { LATE_MS, LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { changeOf, contextOf, recordOf } from '../kits/records.ts';
import { isSpan, LATER, orders, run, type Step } from '../kits/steps.ts';
import {
  client,
  consumer,
  internal,
  OTHER_TRACE,
  postgres,
  producer,
  START_US,
  server,
  spanId,
  TRACE,
  topic,
} from '../oracle/cases.ts';
import type { Attributes, Span } from '../oracle/span.ts';

const handling = server('shop', 1, 0);
const insert = (table: string, id = 2, more: Partial<Span> = {}) =>
  client('shop', id, 1, { ...postgres({ 'db.query.text': `INSERT INTO ${table} VALUES (1)` }), ...more });
const context = contextOf(TRACE, spanId(1));
const captured = (said: Partial<RowChange> = {}, more: Partial<RecordView> = {}) =>
  recordOf({ topic: 'cdc', changes: [changeOf(said)], ...more });
const AFTER_ALL = LATE_MS + 2 * LATER;

type Evidence = Readonly<Record<string, number>>;

const writesOf = (subject: LiveSubject) => subject.graph().edges.filter(edge => edge.kind === 'writes');

/** Chains of names that were taken, with their counts. */
function paths({ topology }: LiveSubject): string[] {
  const { size, parents, nodes, counts } = topology.paths.table();
  const chain = (path: number): string[] =>
    path <= 0 ? [] : [...chain(parents[path]!), topology.store.identityOf(nodes[path]!).parts.at(-1)!];
  const taken = Array.from({ length: size }, (_, path) => path).filter(path => counts[path]! > 0);
  return taken.map(path => `${chain(path).join(' > ')} ${counts[path]}`).sort();
}

describe('a change whose trace is known', () => {
  it.each([
    ['by itself', captured({ context })],
    ['by its record', captured({}, { context })],
  ])('%s proves what a database span of the trace wrote, in any order', (_, change) => {
    for (const steps of orders<Step>([handling, insert('orders'), change])) {
      const subject = run(steps);
      expect(writesOf(subject)).toMatchObject([
        {
          source: 'service:shop',
          count: 1,
          operations: { insert: 1 },
          evidence: { client_span: 1, statement: 1, cdc: 1 },
        },
      ]);
      expect(paths(subject)).toEqual(['shop > orders 1', 'shop > orders > cdc 1', 'shop 1'].sort());
      expect(
        subject
          .graph()
          .edges.map(edge => edge.kind)
          .sort(),
      ).toEqual(['captures', 'writes']);
    }
  });

  it('is itself the interaction where no database span tells of it', () => {
    for (const steps of orders<Step>([
      handling,
      insert('others'),
      captured({ context, operation: 'update', rows: 2 }),
    ])) {
      const subject = run(steps);
      expect(writesOf(subject).find(edge => edge.target.endsWith('orders'))).toMatchObject({
        source: 'service:shop',
        target: 'table:postgresql/~/shop/public/orders',
        count: 1,
        operations: { update: 2 },
        evidence: { cdc: 1 },
        exemplars: [{ traceId: TRACE, spanId: spanId(1) }],
      });
      expect(paths(subject)).toContain('shop > orders > cdc 1');
    }
  });

  it('gives the interaction back to a database span that comes late', () => {
    const subject = new LiveSubject()
      .send([handling], 0)
      .sendRecords([captured({ context })], 1)
      .idle(2, LATER);
    expect(writesOf(subject)).toMatchObject([{ count: 1, evidence: { cdc: 1 } }]);
    subject.send([insert('orders')], LATER + 1).idle(LATER + 2, 2 * LATER);
    expect(writesOf(subject)).toMatchObject([{ count: 1, evidence: { client_span: 1, statement: 1, cdc: 1 } }]);
  });

  it('long after its spans have left is not known any more', () => {
    const subject = run([captured({ context: contextOf(OTHER_TRACE, spanId(1)) }), handling, insert('orders')]);
    subject.tick(AFTER_ALL);
    subject.sendRecords([captured({ context })], AFTER_ALL + 1).idle(AFTER_ALL + 2, AFTER_ALL + LATER);
    expect(writesOf(subject)).toMatchObject([{ count: 1, evidence: { client_span: 1, statement: 1 } }]);
    expect(subject.reasons()).toMatchObject({ writer_unknown: 2 });
  });

  it('of a snapshot has no writer', () => {
    expect(writesOf(run([handling, captured({ context, operation: 'snapshot' })]))).toEqual([]);
  });
});

describe('a transaction', () => {
  const inIt = { transaction: '571' };
  const told = (more: Partial<RecordView> = {}) =>
    recordOf({
      topic: 'messages',
      marker: 'message',
      transactionContext: { source: 'shop', ...inIt, context },
      ...more,
    });
  const evidence = { client_span: 1, statement: 1, cdc: 1 };

  it.each([
    ['a message in its log', told()],
    ['another of its changes', captured({ ...inIt, table: 'outbox', context })],
    [
      'a span of the connector',
      internal('connect', 5, 1, {
        name: 'db-log-write',
        attributes: { 'db.cdc-name': 'shop', 'db.txId': '571', 'db.instance': 'shop', 'db.type': 'postgresql' },
      }),
    ],
  ])('leads to the trace that %s tells, in any order', (_, lead) => {
    for (const steps of orders<Step>([handling, insert('orders'), captured(inIt), lead])) {
      const wrote = writesOf(run(steps)).find(edge => edge.target.endsWith('/orders'));
      expect(wrote).toMatchObject({ source: 'service:shop', count: 1, evidence });
    }
  });

  it('of another source is another', () => {
    const subject = run([handling, insert('orders'), captured({ ...inIt, source: 'b' }), told()]);
    expect(writesOf(subject)).toMatchObject([{ evidence: { client_span: 1, statement: 1 } }]);
  });

  it('whose trace begins with a span of the connector has the writer above that', () => {
    const log = internal('connect', 5, 1, {
      name: 'db-log-write',
      attributes: { 'db.cdc-name': 'shop', 'db.instance': 'shop', 'db.type': 'postgresql' },
    });
    for (const steps of orders<Step>([handling, log, captured({}, { context: contextOf(TRACE, spanId(5)) })])) {
      expect(writesOf(run(steps))).toMatchObject([{ source: 'service:shop', count: 1, evidence: { cdc: 1 } }]);
    }
  });
});

describe('an event of an outbox', () => {
  const event = recordOf({ topic: 'order-events', offset: 7, isOutbox: true, messageId: 'e-1', context });
  const capturesOf = (subject: LiveSubject) => subject.graph().edges.filter(edge => edge.kind === 'captures');

  it.each(['outbox', 'order_outbox', 'outbox_events', 'outboxevent'])('comes from the table %s of its trace', table => {
    for (const steps of orders<Step>([handling, insert('orders'), insert(table, 3), event])) {
      const subject = run(steps);
      expect(capturesOf(subject)).toMatchObject([
        {
          source: `table:postgresql/pg-1/shop/public/${table}`,
          target: 'topic:kafka/main/order-events',
          count: 1,
          rows: 1,
          evidence: { cdc: 1 },
        },
      ]);
      expect(paths(subject)).toContain(`shop > ${table} > order-events 1`);
      expect(subject.graph().edges.filter(edge => edge.kind === 'publishes')).toEqual([]);
    }
  });

  const reads = (known: Attributes, more: Partial<Span> = {}) => ({
    ...consumer('points', 9, 0, topic('order-events', { 'messaging.kafka.cluster.id': 'main', ...known })),
    traceId: OTHER_TRACE,
    startUs: START_US + 10_000,
    endUs: START_US + 10_100,
    ...more,
  });
  const byId = { 'messaging.message.id': 'e-1' };
  const byPlace = { 'messaging.destination.partition.id': '0', 'messaging.kafka.offset': 7 };
  const consumesOf = (subject: LiveSubject) => subject.graph().edges.filter(edge => edge.kind === 'consumes');

  it.each<[string, Attributes, Evidence]>([
    ['its id', byId, { server_span: 1, message_id: 1 }],
    ['its place', byPlace, { server_span: 1, offset: 1 }],
    ['both', { ...byId, ...byPlace }, { server_span: 1, offset: 1 }],
  ])('reaches a consumer in a trace of its own that knows %s, in any order', (_, known, evidence) => {
    for (const betweenMs of [0, 100]) {
      for (const steps of orders<Step>([handling, insert('outbox', 3), event, reads(known)])) {
        const subject = run(steps, betweenMs);
        expect(consumesOf(subject)).toMatchObject([{ target: 'service:points', count: 1, messages: 1, evidence }]);
        expect(capturesOf(subject)).toMatchObject([{ count: 1, rows: 1 }]);
        expect(writesOf(subject)).toMatchObject([{ count: 1, evidence: { client_span: 1, statement: 1 } }]);
        expect(paths(subject)).toEqual([
          'shop 1',
          'shop > outbox 1',
          'shop > outbox > order-events 1',
          'shop > outbox > order-events > points 1',
        ]);
        expect(subject.fates()).toEqual({ inferred: 2, paired: 1 });
      }
    }
  });

  it('reaches a consumer hours later, under the path that it came', () => {
    const subject = run([handling, insert('outbox', 3), event]).idle(LATER, LATER + 3_600_000, 60_000);
    subject.send([reads(byId)], LATER + 3_600_001).idle(LATER + 3_600_002, 2 * LATER + 3_600_000);
    expect(consumesOf(subject)).toMatchObject([{ count: 1, evidence: { server_span: 1, message_id: 1 } }]);
    expect(paths(subject)).toContain('shop > outbox > order-events > points 1');
  });

  it.each<[string, readonly Step[], readonly Step[]]>([
    ['the event', [reads(byId)], [handling, insert('outbox', 3), event]],
    ['the event and its write', [reads(byId), handling], [event, insert('outbox', 3)]],
  ])('is proven for a consumer that left before %s came, whose path does not move', (_, before, after) => {
    const subject = new LiveSubject();
    const send = (steps: readonly Step[], atMs: number) => {
      for (const step of steps) isSpan(step) ? subject.send([step], atMs) : subject.sendRecords([step], atMs);
    };
    send(before, 0);
    subject.idle(10, LATER);
    send(after, LATER + 1);
    subject.idle(LATER + 10, 2 * LATER);
    expect(consumesOf(subject)).toMatchObject([{ count: 1, evidence: { server_span: 1, message_id: 1 } }]);
    expect(consumesOf(subject)[0]?.lag?.count).toBe(1);
    expect(paths(subject)).toContain('order-events > points 1');
    expect(paths(subject)).not.toContain('shop > outbox > order-events > points 1');
    expect(subject.fates()).toEqual({ inferred: 2, paired: 1 });
  });

  it('is decided when a consumer that seeks it leaves; what comes after that does not change it', () => {
    const subject = new LiveSubject().send([handling, insert('outbox', 3), reads(byId)], 0);
    subject.idle(1, WAIT_MS - 2000).sendRecords([event], WAIT_MS - 1000);
    expect(capturesOf(subject)).toEqual([]);
    subject.tick(WAIT_MS + 1000).send([insert('other_outbox', 4)], WAIT_MS + 1001);
    for (const atMs of [WAIT_MS + 1002, WAIT_MS + LATER]) {
      subject.idle(atMs, atMs);
      expect(capturesOf(subject)).toMatchObject([{ count: 1 }]);
      expect(paths(subject)).toContain('shop > outbox > order-events > points 1');
    }
  });

  it('of several writes was sent by the earliest, by span id the smaller', () => {
    const early = { startUs: START_US + 10, endUs: START_US + 2000 };
    const late = { startUs: START_US + 20, endUs: START_US + 30 };
    const same = { startUs: START_US + 10, endUs: START_US + 5000 };
    const writes = [insert('outbox', 4, early), insert('outbox', 3, late), insert('outbox', 5, same)];
    for (const steps of orders<Step>([...writes, event, reads(byId)])) {
      const [edge] = consumesOf(run([handling, ...steps]));
      expect(edge).toMatchObject({ count: 1, evidence: { server_span: 1, message_id: 1 } });
      expect(Math.abs(edge!.lag!.p50 / 0.008 - 1)).toBeLessThan(0.1);
    }
  });

  it('of two outboxes, of none, or without a context reaches no consumer', () => {
    const { context: _, ...without } = event;
    for (const [tables, told] of [
      [['outbox', 'other_outbox'], event],
      [['orders'], event],
      [['outbox'], recordOf(without)],
    ] as const) {
      const steps = [handling, told, ...tables.map((table, i) => insert(table, 3 + i)), reads(byId)];
      for (const betweenMs of [0, 100]) {
        const subject = run(steps, betweenMs);
        expect(consumesOf(subject)).toMatchObject([{ count: 1, evidence: { server_span: 1 } }]);
        expect(paths(subject)).toContain('order-events > points 1');
      }
    }
  });

  it('whose context names a producer was sent by that, in any order', () => {
    const sent = producer('relay', 5, 1, topic('order-events', { 'messaging.kafka.cluster.id': 'main' }));
    const byRelay = recordOf({ ...event, context: contextOf(TRACE, spanId(5)) });
    for (const steps of orders<Step>([handling, insert('outbox', 3), sent, byRelay, reads(byId)])) {
      const subject = run(steps);
      expect(consumesOf(subject)).toMatchObject([{ count: 1, evidence: { server_span: 1, message_id: 1 } }]);
      expect(capturesOf(subject)).toMatchObject([{ count: 1 }]);
      expect(paths(subject)).toContain('shop > relay > order-events > points 1');
      expect(paths(subject)).not.toContain('shop > outbox > order-events > points 1');
    }
  });

  it('reaches through the outbox of one who took it, in any order', () => {
    const took = reads(byId);
    const wrote = { ...insert('mail_outbox', 10), ...{ resource: took.resource, traceId: OTHER_TRACE } };
    const second = recordOf({
      ...event,
      topic: 'mails',
      messageId: 'm-1',
      context: contextOf(OTHER_TRACE, spanId(9)),
    });
    const last = {
      ...consumer(
        'mail',
        11,
        0,
        topic('mails', { 'messaging.kafka.cluster.id': 'main', 'messaging.message.id': 'm-1' }),
      ),
      traceId: OTHER_TRACE.replace(/^0/, '1'),
    };
    const rest = [{ ...wrote, parentSpanId: spanId(9) }, event, second];
    for (const first of [
      [took, last],
      [last, took],
    ]) {
      for (const steps of orders<Step>(rest)) {
        for (const all of [
          [...first, handling, insert('outbox', 3), ...steps],
          [handling, insert('outbox', 3), ...steps, ...first],
        ]) {
          expect(paths(run(all))).toContain('shop > outbox > order-events > points > mail_outbox > mails > mail 1');
        }
      }
    }
  });

  it('comes from a table that the configuration names, and from no other then', () => {
    for (const [table, count] of [
      ['Events_To_Send', 1],
      ['orders_queue', 1],
      ['outbox', 0],
    ] as const) {
      const options = { outboxTables: ['events_to_send', '/_queue$/'] };
      const subject = run([handling, insert(table, 3), event], undefined, options);
      expect(capturesOf(subject), table).toHaveLength(count);
    }
  });

  it('of two such tables, or none, is of none', () => {
    for (const tables of [['outbox', 'other_outbox'], ['orders']]) {
      const subject = run([handling, event, ...tables.map((table, i) => insert(table, 3 + i))]);
      expect(capturesOf(subject)).toEqual([]);
      expect(subject.reasons()).toMatchObject({ outbox_unknown: 1 });
    }
  });
});
