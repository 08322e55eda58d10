/** Spans and records out of a real Kafka broker: in every compression, from topics that come and grow, each once. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { beforeAll, describe, expect, test } from 'vitest';
import { dataDirectory } from '../kits/data-directory.ts';
import { callJson, callMessages } from '../kits/kafka/calls.ts';
import { type Cluster, topicName } from '../kits/kafka/cluster.ts';
import { KafkaReaders } from '../kits/kafka/readers.ts';
import type { KafkaSubject, Options } from '../kits/kafka/subject.ts';
import { encodeLogs } from '../kits/otlp.ts';
import { missingServices } from '../kits/services/required.ts';

/** Headers of a dead letter that say where it came from. */
const lettered = (facts: object) =>
  Object.fromEntries(Object.entries(facts).map(([key, value]) => [`tacit-dead-letter-${key}`, value]));

const { None, GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
const missing = missingServices(['kafka']);

describe.skipIf(missing !== undefined)('a Kafka receiver', () => {
  const readers = new KafkaReaders();
  let cluster: Cluster;

  beforeAll(() => {
    cluster = readers.cluster;
  });

  const subjectOf = (options: Options): KafkaSubject => readers.subject(options);

  test('reads spans in all compressions', async () => {
    const topic = topicName('spans');
    await cluster.createTopic(topic, 3);
    let sent = 0;
    for (const compression of [None, GZIP, Snappy, LZ4, ZSTD]) {
      await cluster.send(topic, callMessages(sent + 1, 30, 3), compression);
      sent += 30;
    }
    const reader = await subjectOf({ traces: { topics: [topic] } }).start();
    await reader.untilCalls(sent);
    await reader.until(({ state, topics, problems }) => {
      expect({ state, problems }).toEqual({ state: 'running', problems: [] });
      expect(topics).toMatchObject([
        { topic, encoding: 'otlp_proto', partitions: 3, records: sent, lag: 0, poison: 0 },
      ]);
      // Shown when the second has passed in which they came.
      expect(topics[0]!.rate).toBeGreaterThan(0);
    });
  });

  // By Java's codecs, whose frames are others than those of the sender above.
  test('reads what the broker compressed', async () => {
    const prefix = topicName('compressed');
    for (const [i, type] of ['gzip', 'snappy', 'lz4', 'zstd'].entries()) {
      const topic = `${prefix}-${type}`;
      const configEntries = [{ name: 'compression.type', value: type }];
      await cluster.admin.createTopics({ topics: [{ topic, configEntries }], waitForLeaders: true });
      // More than a block of snappy.
      await cluster.send(topic, callMessages(i * 300 + 1, 300));
    }
    const reader = await subjectOf({ traces: { topics: [`^${prefix}-`] } }).start();
    await reader.untilCalls(1200);
    await reader.until(({ topics }) => {
      const smallest = topics.map(({ records, poison, bytes }) => [records, poison, bytes < 300 * 100]);
      expect(smallest).toEqual(Array.from({ length: 4 }, () => [300, 0, true]));
    });
  });

  test.each<[string, (times: readonly number[]) => string, number]>([
    ['the first record', () => 'earliest', 30],
    ['the end', () => 'latest', 0],
    ['a time', ([, second]) => new Date(second!).toISOString(), 20],
    ['a time with an offset', ([, , third]) => `${new Date(third! + 3_600_000).toISOString().slice(0, -1)}+01:00`, 10],
    ['a time after the last record', ([, , third]) => new Date(third! + 1).toISOString(), 0],
  ])('begins a topic that nobody has read at %s', async (_, startOf, before) => {
    const topic = topicName('spans');
    await cluster.createTopic(topic, 2);
    const times = [3, 2, 1].map(minutes => Date.now() - minutes * 60_000);
    for (const [i, ms] of times.entries()) {
      const messages = callMessages(i * 10 + 1, 10, 2).map(one => ({ ...one, timestamp: String(ms) }));
      await cluster.send(topic, messages);
    }
    const reader = await subjectOf({ traces: { topics: [topic] }, initial_offset: startOf(times) }).start();
    await reader.until(({ topics }) => expect(topics).toMatchObject([{ records: before, lag: 0 }]));
    await cluster.send(topic, callMessages(31, 10, 2));
    await reader.untilCalls(before + 10);
  });

  test('reads topics that fit an expression, those that come later and partitions that are added from their first record', async () => {
    const prefix = topicName('many');
    await cluster.createTopic(`${prefix}-a`);
    await cluster.send(`${prefix}-a`, [{ value: callJson(1) }]);
    const options = { traces: { topics: [`^${prefix}-`], encoding: 'otlp_json' }, initial_offset: 'latest' };
    const reader = await subjectOf(options).start();
    await reader.until(({ topics }) => expect(topics).toMatchObject([{ topic: `${prefix}-a`, partitions: 1 }]));
    await cluster.send(`${prefix}-a`, [{ value: callJson(2) }]);
    await cluster.createTopic(`${prefix}-b`, 2);
    await cluster.send(`${prefix}-b`, [{ value: callJson(3), partition: 1 }]);
    await cluster.admin.createPartitions({ topicPartitions: [{ topic: `${prefix}-a`, count: 3 }] });
    await cluster.sendAnew(`${prefix}-a`, [{ value: callJson(4), partition: 2 }]);
    // The first stood there before anybody read.
    await reader.untilCalls(3);
    await reader.until(({ topics }) => {
      expect(topics.map(({ topic, partitions }) => [topic, partitions]).sort()).toEqual([
        [`${prefix}-a`, 3],
        [`${prefix}-b`, 2],
      ]);
    });
  });

  test('goes on after a restart where it was, also where it had read nothing yet', async () => {
    const topic = topicName('spans');
    await cluster.createTopic(topic, 2);
    const reader = subjectOf({ traces: { topics: [topic] }, initial_offset: 'latest' });
    await cluster.send(topic, callMessages(1, 10, 2));
    await reader.start();
    await reader.until(({ topics }) => expect(topics).toMatchObject([{ partitions: 2, lag: 0 }]));
    await cluster.send(topic, [{ ...callMessages(11, 1)[0]!, partition: 0 }]);
    await reader.untilCalls(1);
    reader.kill();
    await cluster.send(topic, callMessages(12, 10, 2));
    await reader.start();
    await reader.untilCalls(11);
  });

  test('shows its lag in the group, and who else is in it', async () => {
    const topic = topicName('spans');
    const groupId = topicName('group');
    await cluster.createTopic(topic, 2);
    await cluster.send(topic, callMessages(1, 10, 2));
    const one = await subjectOf({ traces: { topics: [topic] }, group_id: groupId }).start();
    await one.untilCalls(10);
    await expect
      .poll(async () => {
        const [offsets] = await cluster.admin.fetchOffsets({ groupId, topics: [topic] });
        return offsets!.partitions.map(({ offset }) => offset);
      })
      .toEqual(['5', '5']);
    const other = await subjectOf({ traces: { topics: [topic] }, group_id: groupId }).start();
    for (const reader of [one, other]) {
      await reader.untilProblem('foreign_member', /has other members: tacit \(127.0.0.1\)/);
      expect((await reader.receiver()).group.others).toHaveLength(1);
    }
    await cluster.send(topic, callMessages(11, 10, 2));
    // Each has its own graph; the other began where the group was.
    await one.untilCalls(20);
    await other.untilCalls(10);
    await other.stop();
    await one.until(({ problems }) => expect(problems.map(({ code }) => code)).not.toContain('foreign_member'));
  });

  test('passes over records that cannot be read, counts them, and copies them to the topic for dead letters', async () => {
    const topic = topicName('spans');
    const dead = topicName('dead');
    await cluster.createTopic(topic);
    await cluster.createTopic(dead);
    const broken = [{ value: 'no protobuf', key: 'k', headers: { a: 'b' } }, { value: Buffer.from([0x0a, 0xff]) }];
    await cluster.send(topic, [...callMessages(1, 5), broken[0]!, ...callMessages(6, 5), broken[1]!]);
    const reader = await subjectOf({ traces: { topics: [topic] }, dead_letter: { topic: dead } }).start();
    await reader.untilCalls(10);
    await reader.until(({ topics }) => expect(topics).toMatchObject([{ records: 12, poison: 2, lag: 0 }]));
    await reader.untilProblem('poison', new RegExp(`${topic}/0/(5|11) passed over`));
    await expect.poll(async () => (await cluster.admin.fetchTopicOffsets(dead))[0]!.high).toBe('2');
    expect((await reader.receiver()).deadLetters).toEqual({ sent: 2, failed: 0, dropped: 0 });
    const letters = await cluster.recordsIn(dead);
    expect(letters.map(({ key, value }) => [key, value])).toEqual([
      ['k', Buffer.from('no protobuf')],
      [null, broken[1]!.value],
    ]);
    const origin = { topic, partition: '0', reason: 'malformed_protobuf', message: expect.stringMatching(/./) };
    expect(letters.map(({ headers }) => headers)).toEqual([
      { a: 'b', ...lettered({ ...origin, offset: '5' }) },
      lettered({ ...origin, offset: '11' }),
    ]);
  });

  test('goes on where the topic for dead letters is missing, and tells', async () => {
    const topic = topicName('spans');
    const dead = topicName('nowhere');
    await cluster.createTopic(topic);
    await cluster.send(topic, [{ value: 'no protobuf' }, ...callMessages(1, 5)]);
    const reader = await subjectOf({ traces: { topics: [topic] }, dead_letter: { topic: dead } }).start();
    await reader.untilCalls(5);
    await reader.untilProblem('dead_letter', new RegExp(`dead letters cannot be sent to ${dead}: `));
    await reader.until(({ deadLetters }) => expect(deadLetters).toEqual({ sent: 0, failed: 1, dropped: 0 }));
  });

  test('leaves out what a transaction took back', async () => {
    const topic = topicName('spans');
    await cluster.createTopic(topic);
    const kafka = new kafkajs.Kafka({ brokers: cluster.addresses, logLevel: kafkajs.logLevel.NOTHING });
    const producer = kafka.producer({ transactionalId: topicName('tx'), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    let sent = 0;
    for (const isKept of [true, false, true, false]) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: callMessages(sent + 1, 10) as { value: Buffer }[] });
      sent += 10;
      if (isKept) await transaction.commit();
      else await transaction.abort();
    }
    await producer.disconnect();
    const reader = await subjectOf({ traces: { topics: [topic] } }).start();
    await reader.untilCalls(20);
    await reader.until(({ topics }) => expect(topics).toMatchObject([{ records: 20, lag: 0 }]));
    const all = await subjectOf({ traces: { topics: [topic] }, isolation_level: 'read_uncommitted' }).start();
    await all.untilCalls(40);
  });

  test('takes what headers of messages say', async () => {
    const topic = topicName('order-events');
    await cluster.createTopic(topic, 2);
    const headers = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` };
    await cluster.send(topic, [{ value: '{"secret": 1}', headers }, { value: 'plain' }, { value: null }]);
    const reader = await subjectOf({ topics: [topic], identity: { cluster: 'eu-1', environment: 'prod' } }).start();
    await reader.untilGraph(({ nodes }) => {
      expect(nodes.map(({ id }) => id)).toEqual([`topic:kafka/eu-1/${topic}@prod`]);
    });
    await reader.until(({ topics }) => expect(topics).toMatchObject([{ encoding: 'record', records: 3, lag: 0 }]));
  });

  test('takes log records with the context of a span', async () => {
    const topic = topicName('logs');
    await cluster.createTopic(topic);
    const attributes = [
      { key: 'messaging.system', value: { stringValue: 'kafka' } },
      { key: 'messaging.destination.name', value: { stringValue: 'orders' } },
      { key: 'messaging.operation.type', value: { stringValue: 'send' } },
    ];
    const record = { timeUnixNano: `${Date.now()}000000`, traceId: '1'.repeat(32), spanId: '2'.repeat(16), attributes };
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
    const request = { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] };
    await cluster.send(topic, [{ value: Buffer.from(encodeLogs(request)) }, { value: 'nonsense' }]);
    const reader = await subjectOf({ logs: { topics: [topic] } }).start();
    await reader.until(({ topics }) => expect(topics).toMatchObject([{ records: 2, poison: 1, lag: 0 }]));
    await reader.untilGraph(({ edges }) => {
      expect(edges.map(({ id, count }) => [id, count])).toEqual([['service:shop#publishes#topic:kafka/~/orders', 1]]);
    });
  });

  test('reads on exactly where it was when its options change', async () => {
    const topic = topicName('spans');
    await cluster.createTopic(topic, 3);
    const file = join(dataDirectory(), 'group');
    writeFileSync(file, topicName('before'));
    const reader = await subjectOf({ traces: { topics: [topic] }, group_id: `\${file:${file}}` }).start();
    let sent = 0;
    for (const group of [topicName('first'), topicName('second'), topicName('third')]) {
      const sending = Promise.all([0, 1, 2, 3].map(i => cluster.send(topic, callMessages(sent + 1 + i * 250, 250, 3))));
      sent += 1000;
      writeFileSync(file, group);
      process.kill(reader.service!.pid, 'SIGHUP');
      await reader.until(status => expect(status.group.id).toBe(group));
      await sending;
    }
    await reader.untilCalls(sent);
  });
});
