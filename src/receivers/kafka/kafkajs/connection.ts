/**
 * A `KafkaClient` on kafkajs: it keeps the connections (TLS, SASL, nodes of the cluster); what is asked over them is
 * here. kafkajs tries nothing again by itself: whoever calls knows better when.
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import { Kafka, type KafkaConfig } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import loggers from 'kafkajs/src/loggers/index.js';
import type { Logger } from '../../../contract/logger.ts';
import { AcknowledgedProducer } from '../../../lib/kafka/acknowledged-producer.ts';
import type {
  ClientHeader,
  ClientRecord,
  ClusterView,
  FetchedPartition,
  FetchLimits,
  GroupPlace,
  KafkaClient,
  OffsetAt,
  PartitionOffset,
  TopicPartition,
} from '../client.ts';
import { KafkaError } from '../client.ts';
import { toKafkaError } from './errors.ts';
import { fetchRecords } from './fetch.ts';
import { KafkajsGroup } from './group.ts';
import { readTopics } from './metadata.ts';
import { Sockets } from './sockets.ts';
import { armTimersOnlyForWaiting } from './timers.ts';
import { takeWholeAnswers } from './whole-answers.ts';

const CONNECT_MS = 5000;
const REQUEST_MS = 30_000;
/** For what is under way when it is closed. */
const FAREWELL_MS = 300;
const NO_RETRY = { retries: 0 };
const DEBUG = 5;
const CONSUMER = -1;
const EARLIEST = '-2';
const LATEST = '-1';

export type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';

export interface KafkajsOptions {
  readonly clientId: string;
  readonly brokers: readonly string[];
  readonly tls: ConnectionOptions | undefined;
  readonly sasl:
    | { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string }
    | undefined;
  readonly readsCommitted: boolean;
}

export function createKafkajsClient(options: KafkajsOptions, logger: Logger): KafkaClient {
  armTimersOnlyForWaiting();
  takeWholeAnswers();
  return new KafkajsClient(options, logger);
}

class KafkajsClient implements KafkaClient {
  private readonly options: KafkajsOptions;
  private readonly logger: Logger;
  private readonly cluster: Cluster;
  private readonly sockets = new Sockets();
  private producer: Promise<AcknowledgedProducer> | undefined;

  constructor(options: KafkajsOptions, logger: Logger) {
    this.options = options;
    this.logger = logger;
    this.cluster = new Cluster({
      logger: quietLogger(logger),
      retry: NO_RETRY,
      socketFactory: this.sockets.create,
      brokers: options.brokers,
      ssl: options.tls,
      sasl: options.sasl,
      clientId: options.clientId,
      connectionTimeout: CONNECT_MS,
      authenticationTimeout: CONNECT_MS,
      reauthenticationThreshold: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      enforceRequestTimeout: true,
      metadataMaxAge: 0,
      allowAutoTopicCreation: false,
      isolationLevel: this.isolationLevel,
    });
  }

  /** By the first of the brokers that answers. */
  async connect(): Promise<void> {
    const { brokers } = this.options;
    for (let tried = 1; ; tried++) {
      try {
        return await tell(() => this.connectToNext());
      } catch (error) {
        if ((error as KafkaError).kind !== 'connection' || tried >= brokers.length) throw error;
      }
    }
  }

  /** kafkajs goes on to the next of the brokers when one cannot be reached. */
  private async connectToNext(): Promise<void> {
    await this.cluster.connect();
    await this.cluster.brokerPool.refreshMetadata([]);
  }

  topics(names: readonly string[] | undefined): Promise<ClusterView> {
    return tell(async () => {
      const broker = await this.cluster.brokerPool.findConnectedBroker();
      const view = await readTopics(broker, names);
      if (view !== undefined) return view;
      throw new KafkaError('protocol', 'UNSUPPORTED_VERSION', 'the brokers are older than Kafka 2.8');
    });
  }

  offsets(partitions: readonly TopicPartition[], at: OffsetAt): Promise<readonly PartitionOffset[]> {
    return tell(async () => {
      const timestamp = at === 'earliest' ? EARLIEST : at === 'latest' ? LATEST : String(at);
      const { topics } = await this.topics([...new Set(partitions.map(({ topic }) => topic))]);
      const leaders = new Map(
        topics.flatMap(({ name, partitions }) => partitions.map(one => [`${one.partition} ${name}`, one.leader])),
      );
      const byLeader = Map.groupBy(partitions, ({ topic, partition }) => leaders.get(`${partition} ${topic}`) ?? -1);
      byLeader.delete(-1);
      const answers = await Promise.all([...byLeader].map(([leader, own]) => this.listOffsets(leader, own, timestamp)));
      return answers.flat();
    });
  }

  fetch(node: number, from: readonly PartitionOffset[], limits: FetchLimits): Promise<readonly FetchedPartition[]> {
    return tell(async () =>
      fetchRecords(await this.broker(node), this.sockets.memory, from, limits, this.isolationLevel),
    );
  }

  group(groupId: string): GroupPlace {
    return new KafkajsGroup(this.cluster, groupId);
  }

  send(topic: string, records: readonly Omit<ClientRecord, 'offset'>[]): Promise<void> {
    return tell(async () => {
      this.producer ??= this.createProducer();
      const producer = await this.producer.catch(error => {
        this.producer = undefined;
        throw error;
      });
      const messages = records.map(({ key, value, headers, timestampMs }) => ({
        key: asBuffer(key),
        value: asBuffer(value),
        timestamp: String(timestampMs),
        headers: toHeaders(headers),
      }));
      await producer.send([{ topic, messages }]);
    });
  }

  async disconnect(): Promise<void> {
    const producer = await this.producer?.catch(() => undefined);
    const polite = Promise.allSettled([producer?.disconnect(), this.cluster.disconnect()]);
    await Promise.race([polite, delay(FAREWELL_MS)]);
    this.sockets.destroy();
    await Promise.race([polite, delay(FAREWELL_MS)]);
  }

  private get isolationLevel(): number {
    return this.options.readsCommitted ? 1 : 0;
  }

  /** A node that came after we connected is not known yet. */
  private async broker(nodeId: number) {
    const { brokerPool } = this.cluster;
    if (!brokerPool.getNodeIds().includes(String(nodeId))) await brokerPool.refreshMetadata([]);
    return this.cluster.findBroker({ nodeId });
  }

  private async listOffsets(
    leader: number,
    partitions: readonly TopicPartition[],
    timestamp: string,
  ): Promise<readonly PartitionOffset[]> {
    const broker = await this.broker(leader);
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, own]) => ({
      topic,
      partitions: own.map(({ partition }) => ({ partition, timestamp })),
    }));
    const { responses } = await broker.listOffsets({
      replicaId: CONSUMER,
      isolationLevel: this.isolationLevel,
      topics,
    });
    const all = responses.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
    );
    return all.filter(({ offset }) => offset >= 0);
  }

  private async createProducer(): Promise<AcknowledgedProducer> {
    const { clientId, brokers, tls, sasl } = this.options;
    const config = { clientId, brokers: [...brokers], retry: { retries: 5 }, logCreator: () => quietly(this.logger) };
    const kafka = new Kafka({
      ...config,
      socketFactory: this.sockets.create,
      ...(tls === undefined ? {} : { ssl: tls }),
      ...(sasl === undefined ? {} : { sasl }),
    } as KafkaConfig);
    const producer = new AcknowledgedProducer(kafka, { allowAutoTopicCreation: false });
    await producer.connect();
    return producer;
  }
}

async function tell<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw toKafkaError(error);
  }
}

/** kafkajs writes no header without a value: an empty one takes its place. */
function toHeaders(headers: readonly ClientHeader[]): Record<string, Buffer[]> {
  const all: Record<string, Buffer[]> = Object.create(null);
  for (const { key, value } of headers) {
    all[key] ??= [];
    all[key].push(asBuffer(value) ?? Buffer.alloc(0));
  }
  return all;
}

function asBuffer(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What kafkajs says is for whoever looks for a fault: what matters is told where it is caught. */
function quietLogger(logger: Logger): object {
  return loggers.createLogger({ level: DEBUG - 1, logCreator: () => quietly(logger) });
}

function quietly(logger: Logger) {
  return ({ log }: { readonly log: { readonly message: string } }) => logger.debug({ library: 'kafkajs' }, log.message);
}
