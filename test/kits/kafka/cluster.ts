/** A Kafka cluster as its users see it, through the published interface of kafkajs: topics are made, records sent. */
import { setTimeout as delay } from 'node:timers/promises';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs, {
  type Admin,
  type CompressionTypes,
  type Consumer,
  type EachMessagePayload,
  type Producer,
  type ProducerRecord,
} from 'kafkajs';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { compress, uncompress } from 'snappyjs';
import { type Kafka, startKafka } from '../services/kafka.ts';
import { namedService } from '../services/required.ts';

const { Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
const codec = (encode: (bytes: Buffer) => Uint8Array, decode: (bytes: Buffer) => Uint8Array) => () => ({
  compress: async ({ buffer }: { readonly buffer: Buffer }) => Buffer.from(encode(buffer)),
  decompress: async (bytes: Buffer) => Buffer.from(decode(bytes)),
});
kafkajs.CompressionCodecs[Snappy] = codec(compress, uncompress);
kafkajs.CompressionCodecs[LZ4] = codec(compressFrameSync, decompressFrameSync);
kafkajs.CompressionCodecs[ZSTD] = codec(zstdCompressSync, zstdDecompressSync);

export interface Message {
  readonly key?: string | null;
  readonly value: string | Buffer | null;
  readonly partition?: number;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
  readonly timestamp?: string;
}

export class Cluster {
  /** Separated by commas. */
  readonly brokers: string;
  readonly admin: Admin;
  producer: Producer;
  private readonly kafka: kafkajs.Kafka;
  private readonly own: readonly Kafka[];

  private constructor(brokers: string, own: readonly Kafka[]) {
    this.brokers = brokers;
    this.own = own;
    const retry = { retries: 100, initialRetryTime: 100, maxRetryTime: 1000 };
    this.kafka = new kafkajs.Kafka({ brokers: this.addresses, logLevel: kafkajs.logLevel.NOTHING, retry });
    this.admin = this.kafka.admin();
    this.producer = this.createProducer();
  }

  /** The one that the environment names, or one of its own. `own`: one whose brokers can be halted. */
  static async start(own?: readonly Kafka[]): Promise<Cluster> {
    const named = own === undefined ? namedService('kafka') : undefined;
    const started = named === undefined ? (own ?? [await startKafka()]) : [];
    const cluster = new Cluster(named ?? started.map(({ brokers }) => brokers).join(), started);
    await cluster.admin.connect();
    await cluster.producer.connect();
    return cluster;
  }

  get addresses(): string[] {
    return this.brokers.split(',');
  }

  async stop(): Promise<void> {
    await this.producer.disconnect();
    await this.admin.disconnect();
    // Together: a node that is the last of its cluster waits in vain for another to take over.
    await Promise.all(this.own.map(broker => broker.stop()));
  }

  async createTopic(topic: string, numPartitions = 1, replicationFactor = 1): Promise<void> {
    await this.admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor }], waitForLeaders: true });
    // A leader may be named before it takes records, and what others took of a batch would be sent again with the rest.
    while (!(await this.admin.fetchTopicOffsets(topic).catch(() => undefined))) await delay(20);
  }

  async send(topic: string, messages: readonly Message[], compression?: CompressionTypes): Promise<void> {
    const record = { topic, messages, acks: -1, ...(compression === undefined ? {} : { compression }) };
    await this.producer.send(record as ProducerRecord);
  }

  /** Of all records of the topic, each once. */
  async keysIn(topic: string): Promise<readonly string[]> {
    const records = await this.recordsIn(topic);
    return [...new Set(records.map(({ key }) => String(key)))];
  }

  /** All that the topic has just now. */
  async recordsIn(topic: string): Promise<readonly Required<Omit<Message, 'partition' | 'timestamp'>>[]> {
    const ends = await this.admin.fetchTopicOffsets(topic);
    const expected = ends.reduce((sum, { high }) => sum + Number(high), 0);
    const consumer = this.consumer(`records-${topic}`);
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const records: Required<Omit<Message, 'partition' | 'timestamp'>>[] = [];
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({ message: { key, value, headers } }: EachMessagePayload) => {
        const texts = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)] as const);
        records.push({ key: key === null ? null : String(key), value, headers: Object.fromEntries(texts) });
        if (records.length >= expected) resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
    await consumer.disconnect();
    return records;
  }

  consumer(groupId: string): Consumer {
    return this.kafka.consumer({ groupId });
  }

  /** By a producer that knows of partitions which were just made. */
  async sendAnew(topic: string, messages: readonly Message[]): Promise<void> {
    await this.producer.disconnect();
    this.producer = this.createProducer();
    await this.producer.connect();
    await this.send(topic, messages);
  }

  private createProducer(): Producer {
    return this.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  }
}

let topics = 0;
/** Of no other test, also in a cluster that stays. */
export function topicName(what: string): string {
  topics += 1;
  return `${what}-${process.pid}-${topics}-${Date.now().toString(36)}`;
}
