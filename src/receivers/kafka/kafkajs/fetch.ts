/** Reads records from the node that leads their partitions; each partition has an answer of its own, or an error. */
import type { Broker } from 'kafkajs/src/broker/index.js';
import protocol from 'kafkajs/src/protocol/requests/index.js';
import type { FetchedPartition, FetchLimits, PartitionOffset } from '../client.ts';
import { ProtocolReader } from './bytes.ts';
import { nameOfCode } from './errors.ts';
import type { AnswerMemory } from './memory.ts';
import { readRecords } from './record-batches.ts';

export const FETCH = 1;
const CONSUMER = -1;
/** Beside the time it may wait for records. */
const ANSWER_MS = 10_000;

export async function fetchRecords(
  broker: Broker,
  memory: AnswerMemory,
  from: readonly PartitionOffset[],
  limits: FetchLimits,
  isolationLevel: number,
): Promise<readonly FetchedPartition[]> {
  const { maxWaitMs, minBytes, maxBytes, maxPartitionBytes } = limits;
  const { request } = broker.lookupRequest(
    FETCH,
    protocol.requests.Fetch,
  )({
    replicaId: CONSUMER,
    isolationLevel,
    maxWaitTime: maxWaitMs,
    minBytes,
    maxBytes,
    topics: byTopic(from, maxPartitionBytes),
  });
  const asked = new Map(from.map(({ topic, partition, offset }) => [`${partition} ${topic}`, offset]));
  const response = {
    decode: async (payload: Buffer) => new Answer(payload, memory, request.apiVersion, asked),
    parse: async (answer: object) => (answer as Answer).partitions,
  };
  const requestTimeout = maxWaitMs + ANSWER_MS;
  const answer = await broker.connectionPool.send({ request, response, requestTimeout, logResponseError: false });
  return answer as readonly FetchedPartition[];
}

/** In their order: what comes first is filled first. */
function byTopic(from: readonly PartitionOffset[], maxBytes: number): readonly object[] {
  const topics = new Map<string, object[]>();
  for (const { topic, partition, offset } of from) {
    const partitions = topics.get(topic) ?? [];
    partitions.push({ partition, fetchOffset: String(offset), maxBytes });
    topics.set(topic, partitions);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}

class Answer {
  /** Read by kafkajs: how long the broker wants us to be silent. */
  readonly clientSideThrottleTime: number;
  readonly partitions: readonly FetchedPartition[];
  private readonly reader: ProtocolReader;
  private readonly version: number;
  private readonly asked: ReadonlyMap<string, number>;
  private readonly share: () => () => void;

  constructor(payload: Buffer, memory: AnswerMemory, version: number, asked: ReadonlyMap<string, number>) {
    this.reader = new ProtocolReader(payload);
    this.version = version;
    this.asked = asked;
    this.share = memory.shares(payload);
    this.clientSideThrottleTime = this.reader.int32();
    // Error and session of the whole; sessions are not used.
    if (version >= 7) this.reader.at += 6;
    this.partitions = this.reader
      .array(() => {
        const topic = this.reader.string();
        return this.reader.array(() => this.partition(topic));
      })
      .flat();
  }

  private partition(topic: string): FetchedPartition {
    const { reader, version } = this;
    const partition = reader.int32();
    const error = nameOfCode(reader.int16());
    const written = reader.int64();
    const stable = reader.int64();
    const logEnd = stable < 0 ? written : Math.min(written, stable);
    const logStart = version >= 5 ? reader.int64() : -1;
    const aborted = reader.array(() => ({ producerId: reader.int64(), firstOffset: reader.int64() }));
    if (version >= 11) reader.int32();
    const bytes = reader.slice(reader.int32()) ?? Buffer.alloc(0);
    const from = this.asked.get(`${partition} ${topic}`) ?? 0;
    const read = readRecords(bytes, from, aborted);
    return { topic, partition, error, from, logStart, logEnd, bytes: bytes.length, ...read, release: this.share() };
  }
}
