/** Log records that say what spans say: counted once, whichever comes first. */
import { describe, expect, it } from 'vitest';
import { LATE_MS, LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { loadImage, saveImage } from '../kits/memory-image.ts';
import { client, consumer, internal, log, postgres, producer, server, topic } from '../oracle/cases.ts';

const insert = postgres({ 'db.query.text': 'INSERT INTO orders (id) VALUES ($1)' });
const send = topic('t', { 'messaging.operation.type': 'send' });
const process = topic('t', { 'messaging.operation.type': 'process', 'messaging.consumer.group.name': 'g' });
const ORDERS = 'table:postgresql/pg-1/shop/public/orders';
const WRITTEN = [`a writes ${ORDERS} 1`];

const countsOf = (subject: LiveSubject) => subject.topology.correlator.logs.counts;
const edgeOf = (subject: LiveSubject, kind: string) => subject.graph().edges.find(edge => edge.kind === kind);

describe('a log record', () => {
  it('of a statement writes its table, on the evidence of a log', () => {
    const subject = new LiveSubject().sendLogs([log('a', 1, insert)], 0);
    expect(subject.edges()).toEqual(WRITTEN);
    expect(edgeOf(subject, 'writes')).toMatchObject({
      evidence: { log: 1, statement: 1 },
      operations: { insert: 1 },
      exemplars: [{ spanId: '0000000000000001' }],
    });
    expect(edgeOf(subject, 'writes')).not.toHaveProperty('latency.client');
    expect(subject.graph().stats.spans.received).toBe(0);
    expect(subject.graph().stats.records).toEqual({ logs: 1, log_observations: 1 });
  });

  it('of a message publishes it, or consumes it', () => {
    const subject = new LiveSubject().sendLogs([log('a', 1, send), log('b', 2, process)], 0);
    expect(subject.edges()).toEqual(['a publishes topic:t 1', 'topic:t consumes b 1']);
    expect(edgeOf(subject, 'publishes')).toMatchObject({ messages: 1, operations: { send: 1 }, evidence: { log: 1 } });
    expect(edgeOf(subject, 'consumes')).toMatchObject({ messages: 1, processed: 1, groups: { g: 1 } });
  });

  it('whose event tells the operation', () => {
    const subject = new LiveSubject().sendLogs([log('a', 1, topic('t'), { eventName: 't publish' })], 0);
    expect(subject.edges()).toEqual(['a publishes topic:t 1']);
  });

  it.each([
    ['of neither', { attributes: { 'http.request.method': 'GET' } }],
    ['of a message nobody did anything with', topic('t')],
    ['of a health check', postgres({ 'db.query.text': 'SELECT 1' })],
    ['of an acknowledgement', topic('t', { 'messaging.operation.type': 'settle' })],
  ])('%s is a log record, and no more', (_, said) => {
    const subject = new LiveSubject().sendLogs([log('a', 1, said)], 0);
    expect(subject.graph().nodes).toEqual([]);
    expect(subject.graph().stats.records).toEqual({ logs: 1 });
  });

  it('of no service is no more either', () => {
    const subject = new LiveSubject().sendLogs([log('a', 1, insert, { resource: {} })], 0);
    expect(subject.graph().edges).toEqual([]);
  });

  it('that was made in no span counts, every time', () => {
    const subject = new LiveSubject().sendLogs([log('a', 0, insert), log('a', 0, insert)], 0);
    expect(subject.edges()).toEqual([`a writes ${ORDERS} 2`]);
    expect(edgeOf(subject, 'writes')?.exemplars).toEqual([]);
  });

  it('that comes again within the late window is one', () => {
    const subject = new LiveSubject().sendLogs([log('a', 1, insert)], 0).sendLogs([log('a', 1, insert)], 100_000);
    expect(subject.edges()).toEqual(WRITTEN);
    expect(countsOf(subject)).toMatchObject({ observed: 1, duplicates: 1 });
  });

  it('with an error is one of the side that tells it', () => {
    const failing = { attributes: { ...insert.attributes, 'error.type': 'timeout' } };
    const subject = new LiveSubject().sendLogs([log('a', 1, failing)], 0);
    expect(edgeOf(subject, 'writes')).toMatchObject({ errors: 1, clientErrors: 1 });
  });

  it('of a time nobody believes has that of its arrival', () => {
    const subject = new LiveSubject().sendLogs([log('a', 1, insert, { timeUs: 1 })], 0);
    expect(edgeOf(subject, 'writes')?.firstSeen).toBe('2024-01-15T12:00:10.000Z');
    expect(subject.graph().stats.records).toEqual({ logs: 1, log_observations: 1, log_bad_times: 1 });
    expect(new LiveSubject().sendLogs([log('a', 1, insert, { timeUs: 0 })], 0).reasons()).toEqual({});
  });
});

const SAYING = [
  ['a database span', client('a', 1, 0, insert), log('a', 1, insert), WRITTEN],
  ['one within the service', internal('a', 1, 0, insert), log('a', 1, insert), WRITTEN],
  ['a producer', producer('a', 1, 0, topic('t')), log('a', 1, send), ['a publishes topic:t 1']],
  ['a consumer', consumer('a', 1, 0, topic('t')), log('a', 1, process), ['topic:t consumes a 1']],
] as const;

describe.each(SAYING)('%s with the ids of a log record that says the same', (_, span, record, edges) => {
  const isTheSpans = (subject: LiveSubject) => {
    expect(subject.edges()).toEqual(edges);
    expect(subject.graph().edges[0]!.evidence).not.toHaveProperty('log');
    expect(countsOf(subject)).toMatchObject({ observed: 0, besideSpans: 1 });
  };

  it('counts, if it came before', () => isTheSpans(new LiveSubject().send([span], 0).sendLogs([record], 1)));

  it('counts, if it comes after', () => isTheSpans(new LiveSubject().sendLogs([record], 0).send([span], 1)));

  it('counts, if the wait is over when the log comes', () => {
    isTheSpans(
      new LiveSubject()
        .send([span], 0)
        .idle(1000, 3 * WAIT_MS)
        .sendLogs([record], 3 * WAIT_MS + 1),
    );
  });

  it('counts, if it comes at the end of the late window', () => {
    isTheSpans(
      new LiveSubject()
        .sendLogs([record], 0)
        .idle(1000, LATE_MS - 1000)
        .send([span], LATE_MS - 1000),
    );
  });

  it('counts beside it, when that is over', () => {
    const subject = new LiveSubject().sendLogs([record], 0).idle(1000, LATE_MS + 1000);
    expect(subject.send([span], LATE_MS + 2000).graph().edges[0]!.count).toBe(2);
    expect(subject.tier('logs')).toMatchObject({ used: 0, evicted: 0 });
  });

  it('counts, if the log was kept over a restart', () => {
    const before = new LiveSubject().sendLogs([record], 0);
    const after = new LiveSubject();
    for (const [i, part] of before.topology.kept.entries()) loadImage(after.topology.kept[i]!, saveImage(part));
    isTheSpans(after.send([span], 1));
  });
});

describe('a span that says something else', () => {
  it('leaves the log record what it says', () => {
    const subject = new LiveSubject()
      .send([server('a', 1, 0), consumer('b', 2, 0, topic('t'))], 0)
      .sendLogs([log('a', 1, insert), log('b', 2, topic('u', { 'messaging.operation.type': 'send' }))], 1);
    expect(subject.edges()).toEqual([...WRITTEN, 'b publishes topic:u 1', 'topic:t consumes b 1']);
  });

  it('or is of no service', () => {
    const subject = new LiveSubject().send([client('', 1, 0, insert)], 0).sendLogs([log('a', 1, insert)], 1);
    expect(subject.edges()).toEqual(WRITTEN);
  });

  it('each of several statements of one span counts', () => {
    const second = log('a', 1, postgres({ 'db.query.text': 'DELETE FROM stock' }));
    const subject = new LiveSubject().sendLogs([log('a', 1, insert), second], 0).send([server('a', 1, 0)], 1);
    expect(subject.graph().edges).toHaveLength(2);
    expect(countsOf(subject)).toMatchObject({ observed: 2 });
  });
});

it('more log records than may be kept are final early, and counted', () => {
  const subject = new LiveSubject({ maxPending: 8 });
  for (let id = 1; id <= 20; id++) subject.sendLogs([log('a', id, insert)], id);
  expect(subject.tier('logs')).toMatchObject({ used: 8, limit: 8, evicted: 12 });
  subject.send([client('a', 20, 0, insert)], 30);
  expect(subject.edges()).toEqual([`a writes ${ORDERS} 20`]);
  subject.idle(1000, LATE_MS + 1000);
  expect(subject.edges()).toEqual([`a writes ${ORDERS} 20`]);
});
