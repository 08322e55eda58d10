/** What becomes of a Kafka receiver when its broker, its topics or itself fail: nothing is lost, nothing counts twice, each is told. */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { callMessages } from '../kits/kafka/calls.ts';
import { type Cluster, topicName } from '../kits/kafka/cluster.ts';
import { KafkaReaders } from '../kits/kafka/readers.ts';
import type { KafkaSubject, Options } from '../kits/kafka/subject.ts';
import { type Kafka, startKafka } from '../kits/services/kafka.ts';
import { serverPorts } from '../kits/services/ports.ts';
import { missingServices } from '../kits/services/required.ts';

const missing = missingServices(['kafka']);
const RECORDS = Number(process.env.TACIT_KAFKA_RECORDS ?? 20_000);
const TIMEOUT_MS = 300_000 + RECORDS;
/** After a broker is back. */
const HEALED_MS = 2000;

describe.skipIf(missing !== undefined)('a Kafka receiver', () => {
  let kafka: Kafka;
  const readers = new KafkaReaders(async () => {
    kafka = await startKafka();
    return [kafka];
  });
  let cluster: Cluster;

  beforeAll(() => {
    cluster = readers.cluster;
  });

  const subjectOf = (options: Options): KafkaSubject => readers.subject(options);

  test.each(['halt', 'kill'] as const)('reads on after a broker’s %s', async end => {
    const topic = topicName('spans');
    await cluster.createTopic(topic, 2);
    const reader = await subjectOf({ traces: { topics: [topic] } }).start();
    await cluster.send(topic, callMessages(1, 20, 2));
    await reader.untilCalls(20);
    await kafka[end]();
    await reader.until(({ state }) => expect(state).toBe('connecting'));
    await reader.untilProblem('not_connected', /ECONNREFUSED/);
    await kafka.start();
    const startMs = performance.now();
    await reader.until(({ state }) => expect(state).toBe('running'));
    expect(performance.now() - startMs).toBeLessThan(HEALED_MS);
    await cluster.send(topic, callMessages(21, 20, 2));
    await reader.untilCalls(40);
    await reader.until(({ state, problems }) => {
      expect({ state, problems }).toEqual({ state: 'running', problems: [] });
    });
  });

  test('counts all of a topic that was deleted and made anew, while it reads and while it does not', async () => {
    const topic = topicName('spans');
    const make = async (from: number) => {
      await expect.poll(() => cluster.createTopic(topic).then(() => true), { timeout: 20_000 }).toBe(true);
      await cluster.sendAnew(topic, callMessages(from, 30));
    };
    await make(1);
    const reader = await subjectOf({ traces: { topics: [topic] } }).start();
    await reader.untilCalls(30);
    const [{ incarnation: first } = { incarnation: '' }] = (await reader.receiver()).topics;
    await cluster.admin.deleteTopics({ topics: [topic] });
    await make(31);
    await reader.untilCalls(60);
    expect((await reader.receiver()).topics[0]!.incarnation).not.toBe(first);
    expect((await reader.receiver()).problems.map(({ code }) => code)).toContain('topic_recreated');
    await reader.stop();
    await cluster.admin.deleteTopics({ topics: [topic] });
    await make(61);
    await reader.start();
    await reader.untilProblem('topic_recreated', /deleted and made anew/);
    await reader.untilCalls(90);
  });

  test('counts what the broker deleted before it was read', async () => {
    const topic = topicName('spans');
    await cluster.createTopic(topic);
    await cluster.send(topic, callMessages(1, 10));
    const reader = await subjectOf({ traces: { topics: [topic] } }).start();
    await reader.untilCalls(10);
    await reader.stop();
    await cluster.send(topic, callMessages(11, 20));
    // It looks for the leader among topics that it was asked about.
    await cluster.admin.fetchTopicOffsets(topic);
    await cluster.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '25' }] });
    await reader.start();
    await reader.untilCalls(15);
    await reader.untilProblem('records_lost', new RegExp(`15 records of ${topic}/0 .*offsets 10 to 24`));
    expect((await reader.receiver()).topics).toMatchObject([{ lost: 15, lag: 0 }]);
  });

  test('counts what the broker deleted under it while it reads', async () => {
    const topic = topicName('spans');
    await cluster.createTopic(topic, 2);
    await cluster.send(topic, callMessages(1, 20, 2));
    const reader = await subjectOf({ traces: { topics: [topic] } }).start();
    await reader.untilCalls(20);
    const { pid } = reader.service!;
    process.kill(pid, 'SIGSTOP');
    try {
      // What it asked for before is answered by then.
      await sleep(1000);
      await cluster.send(topic, callMessages(21, 40, 2));
      await cluster.admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '25' }] });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await reader.untilCalls(45);
    await reader.untilProblem('records_lost', new RegExp(`15 records of ${topic}/1 .*offsets 10 to 24`));
    await reader.until(({ topics }) => expect(topics).toMatchObject([{ lost: 15, lag: 0 }]));
    await cluster.send(topic, callMessages(61, 20, 2));
    await reader.untilCalls(65);
  });

  test('reads on where another program has its group, tells it, and takes the group when it is free', async () => {
    const topic = topicName('spans');
    const groupId = topicName('group');
    await cluster.createTopic(topic);
    const other = cluster.consumer(groupId);
    await other.connect();
    await other.subscribe({ topic, fromBeginning: true });
    const hasJoined = new Promise(resolve => other.on(other.events.GROUP_JOIN, resolve));
    // It leaves where the group is as it was.
    await other.run({ autoCommit: false, eachMessage: async () => {} });
    await hasJoined;
    await cluster.send(topic, callMessages(1, 10));
    const reader = await subjectOf({ traces: { topics: [topic] }, group_id: groupId }).start();
    await reader.untilCalls(10);
    await reader.untilProblem('group_taken', new RegExp(`group ${groupId} is in use by another program`));
    await other.disconnect();
    await reader.until(({ problems, group }) => {
      expect([problems, group.memberId !== '']).toEqual([[], true]);
    });
    await reader.untilCalls(10);
  });

  test(
    'counts every record once, however often it is killed',
    async () => {
      const topic = topicName('spans');
      await cluster.createTopic(topic, 6);
      const reader = subjectOf({ traces: { topics: [topic] } });
      await reader.start();
      let isSent = false;
      const sending = (async () => {
        for (let sent = 0; sent < RECORDS; sent += 500) await cluster.send(topic, callMessages(sent + 1, 500, 6));
        isSent = true;
      })();
      let kills = 0;
      for (; !isSent || kills < 3; kills++) {
        await sleep(1500 + 700 * (kills % 3));
        reader.kill();
        await reader.start();
      }
      await sending;
      await reader.untilCalls(RECORDS, TIMEOUT_MS);
      expect(kills).toBeGreaterThanOrEqual(3);
    },
    TIMEOUT_MS,
  );

  test('runs without a broker, without a topic, and with both as soon as they are there', async () => {
    const [port] = await serverPorts(1);
    const alone = await subjectOf({ brokers: [`127.0.0.1:${port}`], traces: { topics: ['spans'] } }).start();
    await alone.untilProblem('not_connected', new RegExp(`not connected to 127.0.0.1:${port}: .*ECONNREFUSED`));
    expect((await alone.get<{ ready: boolean }>('/v1/status')).ready).toBe(true);
    const topic = topicName('later');
    const reader = await subjectOf({ traces: { topics: [topic] }, initial_offset: 'latest' }).start();
    await reader.untilProblem('unknown_topic', new RegExp(`topic ${topic} does not exist`));
    await cluster.createTopic(topic);
    await cluster.send(topic, callMessages(1, 10));
    await reader.untilCalls(10);
    await reader.until(({ problems }) => expect(problems).toEqual([]));
  });

  test('asks the group where its journal has nothing, and reads nothing twice where it has', async () => {
    const topic = topicName('spans');
    await cluster.createTopic(topic);
    await cluster.send(topic, callMessages(1, 10));
    const reader = await subjectOf({ traces: { topics: [topic] } }).start();
    await reader.untilCalls(10);
    await reader.stop();
    await reader.start();
    await reader.untilCalls(10);
    await reader.stop();
    rmSync(reader.path, { recursive: true });
    await reader.start();
    // The group knows where it was.
    await cluster.send(topic, callMessages(11, 5));
    await reader.untilCalls(5);
  });
});
