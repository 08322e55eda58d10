/** Spans and records out of a real Kafka broker: in every encoding and compression, each once. */
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callOf } from '../cli/analyze-calls.ts';
import { Cluster, topicName } from '../kits/kafka/cluster.ts';
import { KafkaSubject, type Options } from '../kits/kafka/subject.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { missingServices } from '../kits/services/required.ts';

const { None, GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
const missing = missingServices(['kafka']);

/** One call an export, numbered from `from`. */
export function callMessages(from: number, count: number, partitions = 1) {
  return Array.from({ length: count }, (_, i) => ({
    value: Buffer.from(encodeTraces(callOf(from + i, Date.now()))),
    partition: i % partitions,
  }));
}

describe.skipIf(missing !== undefined)('a Kafka receiver', () => {
  let cluster: Cluster;
  let subject: KafkaSubject | undefined;

  beforeAll(async () => {
    cluster = await Cluster.start();
  }, 120_000);

  afterAll(async () => {
    await subject?.stop();
    await cluster?.stop();
  });

  async function running(options: Options): Promise<KafkaSubject> {
    await subject?.stop();
    subject = await new KafkaSubject({ brokers: [cluster.brokers], group_id: topicName('group'), ...options }).start();
    return subject;
  }

  test('reads spans in all compressions', async () => {
    const topic = topicName('spans');
    await cluster.createTopic(topic, 3);
    let sent = 0;
    for (const compression of [None, GZIP, Snappy, LZ4, ZSTD]) {
      await cluster.send(topic, callMessages(sent + 1, 30, 3), compression);
      sent += 30;
    }
    const reader = await running({ traces: { topics: [topic] } });
    await reader.untilCalls(sent);
    await reader.until(({ state, topics, problems }) => {
      expect({ state, problems }).toEqual({ state: 'running', problems: [] });
      expect(topics).toMatchObject([
        { topic, encoding: 'otlp_proto', partitions: 3, records: sent, lag: 0, poison: 0 },
      ]);
    });
  });
});
