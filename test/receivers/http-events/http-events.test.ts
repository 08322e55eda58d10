/** Records over HTTP: what is taken, what is refused by line, and how both are answered. */
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../../src/contract/errors.ts';
import { checkHttpEventsConfig, type HttpEventsConfig } from '../../../src/receivers/http-events/config.ts';
import { BATCH, jsonOf, NDJSON, RunningEvents, STRUCTURED } from './running.ts';

const CONTEXT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const WORDS = [0x4bf92f35, 0x77b34da6, 0xa3ce929d | 0, 0x0e0e4736, 0x00f067aa, 0x0ba902b7];

const dump = (offset: number, more: object = {}) =>
  JSON.stringify({ topic: 'orders', partition: 0, offset, timestamp: '1795398656352', value: '{}', ...more });
const debezium = (table: string) =>
  `{"before":null,"after":{"id":1},"source":{"connector":"postgresql","name":"shop","db":"shop","schema":"public","table":"${table}","txId":7,"lsn":24023128},"op":"c","ts_ms":1712345679000}`;
const event = (more: object = {}) => ({
  specversion: '1.0',
  id: 'e-1',
  source: '/shop',
  type: 'order.created',
  ...more,
});
const debeziumEvent = {
  ...event({ id: 'name:shop;lsn:29274832;txId:565', source: '/debezium/postgresql/shop' }),
  type: 'io.debezium.connector.postgresql.DataChangeEvent',
  time: '2024-04-05T19:34:38.901Z',
  iodebeziumop: 'c',
  iodebeziumconnector: 'postgresql',
  iodebeziumname: 'shop',
  iodebeziumdb: 'shop',
  iodebeziumschema: 'public',
  iodebeziumtable: 'orders',
  iodebeziumlsn: '29274832',
  iodebeziumtxid: '565',
  traceparent: CONTEXT,
  data: { before: null, after: { id: 1001 } },
};

const running: RunningEvents[] = [];

async function start(options?: HttpEventsConfig, isTaken?: boolean): Promise<RunningEvents> {
  const one = await new RunningEvents(options, isTaken).start();
  running.push(one);
  return one;
}

afterEach(async () => {
  for (const one of running.splice(0)) await one.component.stop();
});

describe('/v1/records', () => {
  it('takes dumps of records, one a line, as one group', async () => {
    const receiver = await start();
    const headers = { traceparent: CONTEXT, 'message-id': 'm-1' };
    const reply = await receiver.post('/v1/records', `${dump(1)}\n\n${dump(2, { headers })}\n`, NDJSON);
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(jsonOf(reply)).toEqual({ accepted: 2, rejected: 0, errors: [] });
    expect(receiver.records.commits).toBe(1);
    const [first, second] = receiver.records.taken.map(({ view }) => view);
    expect(first).toMatchObject({ topic: 'orders', partition: 0, offset: 1, timestampMs: 1_795_398_656_352 });
    expect(second).toMatchObject({ offset: 2, messageId: 'm-1', context: WORDS });
  });

  it('takes gzip, a list, and one document over several lines', async () => {
    const receiver = await start();
    const zipped = await receiver.post('/v1/records', gzipSync(`${dump(1)}\n${dump(2)}`), {
      ...NDJSON,
      'content-encoding': 'gzip',
    });
    const listed = await receiver.post('/v1/records', `[${dump(3)},\n${dump(4)}]`, {
      'content-type': 'application/json',
    });
    const pretty = JSON.stringify(JSON.parse(dump(5)), null, 2);
    const spread = await receiver.post('/v1/records', pretty, { 'content-type': 'application/json' });
    for (const [reply, accepted] of [
      [zipped, 2],
      [listed, 2],
      [spread, 1],
    ] as const) {
      expect(jsonOf(reply)).toEqual({ accepted, rejected: 0, errors: [] });
    }
    expect(receiver.records.taken.map(({ view }) => view.offset)).toEqual([1, 2, 3, 4, 5]);
  });

  it('refuses what it cannot read by line, and takes the others', async () => {
    const receiver = await start();
    const body = [dump(1), '{"topic":"orders","value":', '{"name":"nobody"}', dump(2), '[1]', dump(3, { offset: 'x' })];
    const reply = await receiver.post('/v1/records', body.join('\n'), NDJSON);
    expect(reply.status).toBe(200);
    expect(jsonOf(reply)).toEqual({
      accepted: 2,
      rejected: 4,
      errors: [
        { line: 2, reason: expect.stringContaining('malformed JSON') },
        { line: 3, reason: expect.stringContaining('expected a record') },
        { line: 5, reason: expect.stringContaining('expected a record') },
        { line: 6, reason: 'offset: expected a number' },
      ],
    });
    expect(receiver.records.taken.map(({ view }) => view.offset)).toEqual([1, 2]);
    expect(receiver.metric('tacit_http_events_records_total', { result: 'accepted' })).toBe(2);
    expect(receiver.metric('tacit_http_events_records_total', { result: 'rejected' })).toBe(4);
    expect(receiver.metric('tacit_http_events_malformed_total', { reason: 'unknown_record' })).toBe(2);
    expect(receiver.said).toEqual([expect.stringContaining('line 2: malformed JSON')]);
  });

  it('tells a hundred errors and counts the others', async () => {
    const receiver = await start();
    const reply = await receiver.post('/v1/records', `${'{}\n'.repeat(300)}${dump(1)}`, NDJSON);
    const { accepted, rejected, errors } = jsonOf(reply) as { accepted: number; rejected: number; errors: unknown[] };
    expect({ accepted, rejected, errors: errors.length }).toEqual({ accepted: 1, rejected: 300, errors: 100 });
  });

  it('answers 400 with the reasons when not one record can be read', async () => {
    const receiver = await start();
    const reply = await receiver.post('/v1/records', '{}\nnonsense\n', NDJSON);
    expect(reply.status).toBe(400);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(jsonOf(reply)).toMatchObject({
      type: 'urn:tacit:problem:malformed',
      status: 400,
      detail: expect.stringContaining('none of 2 records can be read'),
      accepted: 0,
      rejected: 2,
      errors: [{ line: 1 }, { line: 2 }],
    });
    expect(receiver.records.commits).toBe(0);
  });

  it('takes nothing of a list that is broken', async () => {
    const receiver = await start();
    const reply = await receiver.post('/v1/records', `[${dump(1)}, ${dump(2)}`, NDJSON);
    expect(reply.status).toBe(400);
    expect(receiver.records.taken).toEqual([]);
  });

  it('takes an empty body for no records', async () => {
    const receiver = await start();
    expect(jsonOf(await receiver.post('/v1/records', '\n', NDJSON))).toEqual({ accepted: 0, rejected: 0, errors: [] });
  });

  it('takes bare changes, of the topic that the request or else the configuration names', async () => {
    const receiver = await start({
      topic: 'configured',
      identity: { environment: 'prod', databases: { shop: 'pg-1' } },
    });
    const asDebeziumServerSends = {
      'content-type': 'application/json',
      'X-DEBEZIUM-TRACEPARENT': Buffer.from(CONTEXT).toString('base64'),
      'X-DEBEZIUM-ID': 'bm90LWJhc2U2NC1idXQtaXQtaXM=',
    };
    await receiver.post('/v1/records?topic=shop.public.orders', debezium('orders'), asDebeziumServerSends);
    await receiver.post('/v1/records', debezium('users'), { 'content-type': 'application/json' });
    const [first, second] = receiver.records.taken;
    expect(first!.view).toMatchObject({ topic: 'shop.public.orders', offset: -1, context: WORDS });
    expect(first!.view.messageId).toBe('not-base64-but-it-is');
    expect(first!.view.changes).toMatchObject([
      { table: 'orders', database: 'shop', source: 'shop', operation: 'insert' },
    ]);
    expect(first!.identity).toEqual({ environment: 'prod', databases: { shop: 'pg-1' } });
    expect(second!.view).toMatchObject({ topic: 'configured', changes: [{ table: 'users' }] });
  });

  it('names the cluster of the configuration where a record does not', async () => {
    const receiver = await start({ identity: { cluster: 'eu-1' } });
    await receiver.post('/v1/records', `${dump(1)}\n${dump(2, { cluster: 'us-1' })}`, NDJSON);
    expect(receiver.records.taken.map(({ view }) => view.cluster)).toEqual(['eu-1', 'us-1']);
  });
});

describe('/v1/cloudevents', () => {
  it('takes an event in structured mode, and what Debezium says in it', async () => {
    const receiver = await start();
    const reply = await receiver.post('/v1/cloudevents?topic=shop.orders', JSON.stringify(debeziumEvent), STRUCTURED);
    expect(jsonOf(reply)).toEqual({ accepted: 1, rejected: 0, errors: [] });
    const { view } = receiver.records.taken[0]!;
    expect(view).toMatchObject({ topic: 'shop.orders', messageId: debeziumEvent.id, context: WORDS });
    expect(view.timestampMs).toBe(Date.parse(debeziumEvent.time));
    expect(view.changes).toMatchObject([
      { table: 'orders', schema: 'public', operation: 'insert', transaction: '565' },
    ]);
  });

  it('takes an event in binary mode: attributes in headers, the data in the body', async () => {
    const receiver = await start();
    const { data, specversion, ...attributes } = debeziumEvent;
    const named = Object.entries({ specversion, ...attributes }).map(([name, value]) => [`ce-${name}`, String(value)]);
    const headers = { 'content-type': 'application/json', ...Object.fromEntries(named) };
    const reply = await receiver.post('/v1/cloudevents?topic=t', JSON.stringify(data), headers);
    expect(reply.status).toBe(200);
    const { view } = receiver.records.taken[0]!;
    expect(view).toMatchObject({ topic: 't', messageId: debeziumEvent.id, context: WORDS });
    expect(view.changes).toMatchObject([{ table: 'orders', operation: 'insert' }]);
  });

  it('does not look at data that is no JSON', async () => {
    const receiver = await start();
    const headers = { 'ce-specversion': '1.0', 'ce-id': 'e%20%C3%A4', 'ce-source': '/s', 'ce-type': 't' };
    const bytes = Uint8Array.from([0, 255, 1, 254]);
    const reply = await receiver.post('/v1/cloudevents?topic=t', bytes, { ...headers, 'content-type': 'image/png' });
    expect(jsonOf(reply)).toMatchObject({ accepted: 1 });
    expect(receiver.records.taken[0]!.view.messageId).toBe('e ä');
  });

  it('takes a batch, and refuses what is no event by item', async () => {
    const receiver = await start({ topic: 't' });
    const events = [event(), { id: 'no' }, event({ id: 'e-2' }), 7];
    const reply = await receiver.post('/v1/cloudevents', JSON.stringify(events), BATCH);
    expect(jsonOf(reply)).toEqual({
      accepted: 2,
      rejected: 2,
      errors: [
        { line: 2, reason: 'no CloudEvent: its attribute specversion is missing or no text' },
        { line: 4, reason: 'the event: expected an object, got a number' },
      ],
    });
    expect(receiver.records.taken.map(({ view }) => view.messageId)).toEqual(['e-1', 'e-2']);
    expect((await receiver.post('/v1/cloudevents', '{}', BATCH)).status).toBe(400);
  });

  it("takes topic, partition and offset from the attributes of Knative's Kafka source", async () => {
    const receiver = await start({ topic: 'other' });
    const source = '/apis/v1/namespaces/shop/kafkasources/orders#order-events';
    const fromKafka = event({ type: 'dev.knative.kafka.event', source, subject: 'partition:3#offset:42' });
    await receiver.post('/v1/cloudevents', JSON.stringify(fromKafka), STRUCTURED);
    await receiver.post('/v1/cloudevents', JSON.stringify(event({ source })), STRUCTURED);
    expect(receiver.records.taken.map(({ view }) => [view.topic, view.partition, view.offset])).toEqual([
      ['order-events', 3, 42],
      ['other', -1, -1],
    ]);
  });

  it('refuses an event without what every event has', async () => {
    const receiver = await start();
    const reply = await receiver.post('/v1/cloudevents', JSON.stringify({ ...event(), id: '' }), STRUCTURED);
    expect(reply.status).toBe(400);
    expect(jsonOf(reply)).toMatchObject({ detail: 'no CloudEvent: its attribute id is missing or no text' });
  });
});

describe('a request that is not taken', () => {
  it.each([
    ['GET', '/v1/records', NDJSON, 405, 'send POST'],
    ['POST', '/v1/traces', NDJSON, 404, 'POST /v1/records or POST /v1/cloudevents'],
    ['POST', '/v1/records', { 'content-type': 'text/plain' }, 415, 'use application/x-ndjson'],
    ['POST', '/v1/records', {}, 415, 'Content-Type is missing'],
    ['POST', '/v1/records', { ...NDJSON, 'content-encoding': 'br' }, 415, 'use gzip or identity'],
    ['POST', '/v1/cloudevents', { 'content-type': 'application/json' }, 415, 'go to /v1/records'],
  ])('%s %s with %j: %d', async (method, path, headers, status, detail) => {
    const receiver = await start();
    const reply = await receiver.post(path, method === 'GET' ? '' : '{}', headers as Record<string, string>, method);
    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(jsonOf(reply)).toMatchObject({ status, detail: expect.stringContaining(detail) });
  });

  it('says that no pipeline takes records', async () => {
    const receiver = await start({}, false);
    const reply = await receiver.post('/v1/records', dump(1), NDJSON);
    expect(reply.status).toBe(404);
    expect(jsonOf(reply)).toMatchObject({ detail: expect.stringContaining('no events pipeline') });
  });

  it('is too large, also once it is inflated', async () => {
    const receiver = await start({ max_request_body_size: '1KiB', max_decompressed_size: '4KiB' });
    const large = `${dump(1)}\n`.repeat(100);
    expect((await receiver.post('/v1/records', large, NDJSON)).status).toBe(413);
    const zipped = await receiver.post('/v1/records', gzipSync(large), { ...NDJSON, 'content-encoding': 'gzip' });
    expect(zipped.status).toBe(413);
    expect(jsonOf(zipped)).toMatchObject({ detail: expect.stringContaining('max_decompressed_size') });
  });

  it('is said to be gzip, and is not', async () => {
    const receiver = await start();
    const reply = await receiver.post('/v1/records', 'nonsense', { ...NDJSON, 'content-encoding': 'gzip' });
    expect(reply.status).toBe(400);
    expect(receiver.metric('tacit_http_events_malformed_total', { reason: 'bad_gzip' })).toBe(1);
  });

  it('is to come again under pressure', async () => {
    const receiver = await start();
    receiver.records.refusal = new RetryableError('memory is short', 7);
    const reply = await receiver.post('/v1/records', dump(1), NDJSON);
    expect(reply.status).toBe(503);
    expect(reply.headers['retry-after']).toBe('7');
    expect(jsonOf(reply)).toMatchObject({ detail: 'memory is short', status: 503 });
    receiver.records.refusal = undefined;
    receiver.records.failure = new RetryableError('the disk is full', 2);
    expect((await receiver.post('/v1/records', dump(1), NDJSON)).headers['retry-after']).toBe('2');
  });

  it('is not of a failure that is ours', async () => {
    const receiver = await start();
    receiver.records.failure = new Error('secret');
    const reply = await receiver.post('/v1/records', dump(1), NDJSON);
    expect(reply.status).toBe(500);
    expect(reply.body.toString()).not.toContain('secret');
  });

  it('lacks a token', async () => {
    const receiver = await start({ auth: { tokens: ['right'] } });
    const without = await receiver.post('/v1/records', dump(1), NDJSON);
    expect(without.status).toBe(401);
    expect(without.headers['www-authenticate']).toContain('Bearer');
    const withToken = await receiver.post('/v1/records', dump(1), { ...NDJSON, authorization: 'Bearer right' });
    expect(withToken.status).toBe(200);
  });
});

describe('the receiver', () => {
  it('answers only when the records are in the journal', async () => {
    const receiver = await start();
    let open = () => {};
    receiver.records.gate = () => new Promise(resolve => (open = resolve));
    let isAnswered = false;
    const reply = receiver.post('/v1/records', dump(1), NDJSON).finally(() => (isAnswered = true));
    while (receiver.records.commits === 0) await new Promise(resolve => setTimeout(resolve, 5));
    expect(isAnswered).toBe(false);
    open();
    expect((await reply).status).toBe(200);
  });

  it('answers a page of another origin that it may send', async () => {
    const receiver = await start({ cors: { allowed_origins: ['https://shop.example'] } });
    const asked = { origin: 'https://shop.example', 'access-control-request-method': 'POST' };
    const reply = await receiver.post('/v1/records', '', asked, 'OPTIONS');
    expect(reply.status).toBe(204);
    expect(reply.headers['access-control-allow-origin']).toBe('https://shop.example');
  });

  it('announces where it listens, and counts what came', async () => {
    const receiver = await start();
    expect(receiver.listeners).toMatchObject([
      { component: 'http_events', protocol: 'http', tls: 'off', auth: 'none' },
    ]);
    await receiver.post('/v1/records', dump(1), NDJSON);
    const labels = { receiver: 'http_events', path: 'records', outcome: 'accepted' };
    expect(receiver.metric('tacit_http_events_requests_total', labels)).toBe(1);
    expect(receiver.metric('tacit_http_events_request_bytes_total', labels)).toBe(dump(1).length);
  });

  it('takes a changed topic and limit at a reload, on the same port', async () => {
    const receiver = await start({ topic: 'before' });
    const { address } = receiver.listeners[0]!;
    const prepared = await receiver.component.reconfigure!({ endpoint: '127.0.0.1:0', topic: 'after' });
    await prepared!.commit();
    expect(receiver.listeners[0]!.address).toBe(address);
    await receiver.post('/v1/records', debezium('orders'), NDJSON);
    expect(receiver.records.taken[0]!.view.topic).toBe('after');
  });

  it('takes names of outboxes, and others at a reload', async () => {
    const receiver = await start({ outbox: { id_headers: ['event-id'] } });
    const event = (id: string) => JSON.stringify({ topic: 'events', value: '{}', headers: { [id]: 'e-1' } });
    await receiver.post('/v1/records', `${event('event-id')}\n${event('uid')}`, NDJSON);
    const prepared = await receiver.component.reconfigure!({
      endpoint: '127.0.0.1:0',
      outbox: { id_headers: ['uid'] },
    });
    await prepared!.commit();
    await receiver.post('/v1/records', `${event('event-id')}\n${event('uid')}`, NDJSON);
    expect(receiver.records.taken.map(({ view }) => [view.isOutbox, view.messageId])).toEqual([
      [true, 'e-1'],
      [false, ''],
      [false, ''],
      [true, 'e-1'],
    ]);
  });

  it('says what it cannot listen on', async () => {
    const first = await start();
    const { address } = first.listeners[0]!;
    const second = new RunningEvents({ endpoint: address });
    await expect(second.start()).rejects.toThrow('cannot listen for records over HTTP');
  });

  it('wants memory for the largest body', () => {
    const problems = checkHttpEventsConfig({ max_inflight_body_size: '1MiB' });
    expect(problems).toMatchObject([{ path: ['max_inflight_body_size'] }]);
  });
});
