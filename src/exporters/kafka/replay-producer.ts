/**
 * Records as they were recorded → the topics of a Kafka cluster: partition, key, value, headers and time as they stand.
 * Topics and partitions that are not there are made.
 */
import { type Admin, Kafka, logLevel, type Message } from 'kafkajs';
import type { RawRecord, RecordHeader } from '../../contract/record.ts';
import { AcknowledgedProducer } from '../../lib/kafka/acknowledged-producer.ts';

const CONNECT_MS = 5000;
/** Of one send, all attempts together some ten seconds: a broker may be starting again. */
const RETRY = { retries: 10, initialRetryTime: 100, maxRetryTime: 2000 };

export interface ReplayProducer {
  /** In their order within a topic and partition. Rejects when not all could be sent. */
  send(records: readonly RawRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** Rejects when no broker answers. */
export async function connectReplayProducer(brokers: readonly string[]): Promise<ReplayProducer> {
  const kafka = new Kafka({
    clientId: 'tacit-replay',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: CONNECT_MS,
    retry: { ...RETRY, retries: 2 },
  });
  const producer = new AcknowledgedProducer(kafka, { retry: RETRY });
  const admin = kafka.admin();
  await producer.connect();
  await admin.connect();
  const topics = new Topics(admin);
  return {
    async send(records) {
      const byTopic = Map.groupBy(records, ({ topic }) => topic);
      for (const [topic, own] of byTopic) await topics.ensure(topic, partitionsOf(own));
      await producer.send([...byTopic].map(([topic, own]) => ({ topic, messages: own.map(toMessage) })));
    },
    async close() {
      await producer.disconnect();
      await admin.disconnect();
    },
  };
}

class Topics {
  private readonly admin: Admin;
  /** Partitions by topic, as far as they were asked for. */
  private readonly known = new Map<string, number>();

  constructor(admin: Admin) {
    this.admin = admin;
  }

  /** The topic has at least so many partitions then. */
  async ensure(topic: string, partitions: number): Promise<void> {
    if ((this.known.get(topic) ?? 0) >= partitions) return;
    const there = await this.partitions(topic);
    if (there === 0) {
      await this.admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
    } else if (there < partitions) {
      await this.admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
    }
    this.known.set(topic, Math.max(there, partitions));
  }

  /** 0: there is no such topic. */
  private async partitions(topic: string): Promise<number> {
    if (!(await this.admin.listTopics()).includes(topic)) return 0;
    const { topics } = await this.admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length ?? 0;
  }
}

function partitionsOf(records: readonly RawRecord[]): number {
  return records.reduce((most, { partition }) => Math.max(most, partition + 1), 1);
}

function toMessage({ key, value, headers, partition, timestampMs }: RawRecord): Message {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: toHeaders(headers),
    ...(partition >= 0 ? { partition } : {}),
    ...(timestampMs > 0 ? { timestamp: String(Math.round(timestampMs)) } : {}),
  };
}

/** Those of one name together, which is all the library knows; one without a value is left out. */
function toHeaders(headers: readonly RecordHeader[]): NonNullable<Message['headers']> {
  const found: Record<string, Buffer[]> = {};
  for (const { key, value } of headers) {
    if (value === null) continue;
    if (!Object.hasOwn(found, key)) Object.defineProperty(found, key, { value: [], enumerable: true });
    found[key]!.push(Buffer.from(value));
  }
  return found;
}
