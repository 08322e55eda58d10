/** A Kafka receiver and a cluster of three real brokers: partitions have leaders of their own, and brokers end and come back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectReplayProducer } from '../../src/exporters/kafka/replay-producer.ts';
import { createKafkajsClient } from '../../src/receivers/kafka/kafkajs/connection.ts';
import { callMessages } from '../kits/kafka/calls.ts';
import { type Cluster, topicName } from '../kits/kafka/cluster.ts';
import { KafkaReaders } from '../kits/kafka/readers.ts';
import type { KafkaSubject, Options } from '../kits/kafka/subject.ts';
import { type Kafka, startBrokers } from '../kits/services/kafka.ts';
import { serverPorts } from '../kits/services/ports.ts';
import { missingServices } from '../kits/services/required.ts';

const missing = missingServices(['kafka']);
const COPIES = 3;
const BATCH = 60;
const PATIENCE = { timeout: 60_000, interval: 100 };

describe.skipIf(missing !== undefined)('a Kafka receiver with three brokers', () => {
  let brokers: readonly Kafka[];
  let cluster: Cluster;
  const readers = new KafkaReaders(async () => {
    brokers = await startBrokers(3);
    return brokers;
  });

  beforeAll(() => {
    cluster = readers.cluster;
  });

  const subjectOf = (options: Options): KafkaSubject => readers.subject(options);

  /** Ids of the nodes that lead the partitions of a topic, by partition. */
  async function leaders(topic: string): Promise<readonly number[]> {
    const { topics } = await cluster.admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]!.partitions.toSorted((a, b) => a.partitionId - b.partitionId).map(({ leader }) => leader);
  }

  /** Until all of its copies are there again. */
  async function isWhole(topic: string): Promise<void> {
    await expect
      .poll(async () => {
        const { topics } = await cluster.admin.fetchTopicMetadata({ topics: [topic] });
        return topics[0]!.partitions.every(({ isr }) => isr.length === COPIES);
      }, PATIENCE)
      .toBe(true);
  }

  async function makeTopic(partitions: number): Promise<string> {
    const topic = topicName('spans');
    await cluster.createTopic(topic, partitions, COPIES);
    return topic;
  }

  test('reads each partition from the one that leads it', async () => {
    const topic = await makeTopic(6);
    expect(new Set(await leaders(topic)).size).toBe(3);
    await cluster.send(topic, callMessages(1, 60, 6));
    const reader = await subjectOf({ traces: { topics: [topic] } }).start();
    await reader.untilCalls(60);
    await cluster.send(topic, callMessages(61, 60, 6));
    await reader.untilCalls(120);
    await reader.until(({ state, problems, topics }) => {
      expect({ state, problems }).toEqual({ state: 'running', problems: [] });
      expect(topics).toMatchObject([{ topic, partitions: 6, records: 120, lag: 0 }]);
    });
  });

  test('finds its cluster through whichever of the brokers answers', async () => {
    const [dead] = await serverPorts(1);
    const topic = await makeTopic(3);
    await cluster.send(topic, callMessages(1, 30, 3));
    const [, , third] = cluster.addresses;
    const reader = subjectOf({ brokers: [`127.0.0.1:${dead}`, third], traces: { topics: [topic] } });
    await reader.start();
    await reader.untilCalls(30);
    await reader.until(({ state, problems }) =>
      expect({ state, problems }).toEqual({ state: 'running', problems: [] }),
    );
  });

  test('loses nothing and counts nothing twice while its brokers end and come back, one after the other', async () => {
    const topic = await makeTopic(6);
    const reader = await subjectOf({ traces: { topics: [topic] } }).start();
    let sent = 0;
    let isOver = false;
    const sending = (async () => {
      for (; !isOver; sent += BATCH) {
        const messages = callMessages(sent + 1, BATCH, 6);
        // Of a request to several leaders, kafkajs loses what has another leader by the time it is sent again.
        const byPartition = Map.groupBy(messages, ({ partition }) => partition);
        await Promise.all([...byPartition.values()].map(own => cluster.send(topic, own)));
        await sleep(50);
      }
    })();
    for (const [i, broker] of brokers.entries()) {
      const [before, led] = [sent, (await leaders(topic)).filter(leader => leader === i + 1).length];
      expect(led).toBeGreaterThan(0);
      await broker[i === 1 ? 'halt' : 'kill']();
      await expect.poll(async () => (await leaders(topic)).includes(i + 1), PATIENCE).toBe(false);
      await expect.poll(() => sent > before + 5 * BATCH, PATIENCE).toBe(true);
      await broker.start();
      await isWhole(topic);
    }
    isOver = true;
    await sending;
    await readsAll(reader, topic, sent);
    await reader.until(({ state, problems }) =>
      expect({ state, problems }).toEqual({ state: 'running', problems: [] }),
    );
  });

  test('goes on after a kill of its own while a broker is away', async () => {
    const topic = await makeTopic(3);
    await cluster.send(topic, callMessages(1, 30, 3));
    const reader = await subjectOf({ traces: { topics: [topic] } }).start();
    await reader.untilCalls(30);
    reader.kill();
    // The first address that it knows.
    await brokers[0]!.kill();
    await cluster.send(topic, callMessages(31, 30, 3));
    await reader.start();
    await readsAll(reader, topic, 60);
    await brokers[0]!.start();
    await isWhole(topic);
    await cluster.send(topic, callMessages(61, 30, 3));
    await readsAll(reader, topic, 90);
  });

  /** A sender that lost its broker sends again: each record of the log was taken, and each call counted once. */
  async function readsAll(reader: KafkaSubject, topic: string, calls: number): Promise<void> {
    const ends = await cluster.admin.fetchTopicOffsets(topic);
    const records = ends.reduce((sum, { high }) => sum + Number(high), 0);
    expect(records).toBeGreaterThanOrEqual(calls);
    await reader.until(({ topics }) => expect(topics).toMatchObject([{ lag: 0, lost: 0 }]));
    await reader.untilGraph(({ edges, stats }) => {
      expect(edges.map(({ id, count }) => [id, count])).toEqual([['service:web#calls#service:shop', calls]]);
      const { duplicates, rejected, pending } = stats.spans;
      expect({ duplicates, rejected, pending }).toEqual({ duplicates: 2 * (records - calls), rejected: 0, pending: 0 });
    });
  }

  /** Partitions of the topic that the others lead have the first broker alone then. */
  async function gather(topic: string): Promise<void> {
    const led = await leaders(topic);
    const moved = led.flatMap((leader, partition) => (leader === 1 ? [] : [{ partition, replicas: [1] }]));
    expect(moved.length).toBeGreaterThan(0);
    await cluster.admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: moved }] });
    await expect.poll(() => leaders(topic), PATIENCE).toEqual(led.map(() => 1));
  }

  const recordsIn = async (topic: string): Promise<number> =>
    (await cluster.admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);

  // Whoever leads a partition by the time it is sent again has answered for another already. Last: with a topic of which
  // one broker has all, the cluster's client waits for that broker from then on.
  test.each<[string, () => Promise<Sender>]>([
    ['replay sends', replaySender],
    ['a receiver sends dead letters', deadLetterSender],
  ])('loses nothing that %s when leaders moved since it last asked', async (_, connect) => {
    const topic = topicName('moved');
    await cluster.createTopic(topic, 6);
    expect(new Set(await leaders(topic)).size).toBe(3);
    const sender = await connect();
    try {
      await sender.send(topic, 60);
      expect(await recordsIn(topic)).toBe(60);
      await gather(topic);
      await sender.send(topic, 60);
      // What a broker took, and nobody was told of, may come twice.
      expect(await recordsIn(topic)).toBeGreaterThanOrEqual(120);
      const keys = await cluster.keysIn(topic);
      expect(keys.toSorted()).toEqual(Array.from({ length: 120 }, (_, i) => `k${i}`).toSorted());
    } finally {
      await sender.close();
    }
  });

  interface Sender {
    /** So many records more, with keys of their own. */
    send(topic: string, count: number): Promise<void>;
    close(): Promise<void>;
  }

  const recordsFrom = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      key: Buffer.from(`k${first + i}`),
      value: Buffer.from('v'),
      headers: [],
      timestampMs: Date.now(),
    }));

  async function replaySender(): Promise<Sender> {
    const producer = await connectReplayProducer(cluster.addresses);
    let sent = 0;
    return {
      send(topic, count) {
        const records = recordsFrom(sent, count).map((one, i) => ({
          ...one,
          ...{ cluster: '', topic, partition: i % 6, offset: i },
        }));
        sent += count;
        return producer.send(records);
      },
      close: () => producer.close(),
    };
  }

  async function deadLetterSender(): Promise<Sender> {
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    const options = { clientId: 'test', brokers: cluster.addresses, tls: undefined, sasl: undefined };
    const client = createKafkajsClient({ ...options, readsCommitted: true }, quiet);
    let sent = 0;
    return {
      send(topic, count) {
        const records = recordsFrom(sent, count);
        sent += count;
        return client.send(topic, records);
      },
      close: () => client.disconnect(),
    };
  }
});
