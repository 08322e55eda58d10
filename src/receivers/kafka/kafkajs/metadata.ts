/**
 * Asks for topics and who leads their partitions in version 10 and newer of the request: kafkajs speaks up to 6, and
 * only from 10 on (Kafka 2.8) does an answer tell the id of a topic.
 */
import type { Broker } from 'kafkajs/src/broker/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import type { ClusterView, PartitionView, TopicView } from '../client.ts';
import { ProtocolReader } from './bytes.ts';
import { nameOfCode } from './errors.ts';

const METADATA = 3;
const OLDEST = 10;
const NEWEST = 12;
const ID_BYTES = 16;

/** Undefined: the broker is too old for it. */
export async function readTopics(
  broker: Broker,
  names: readonly string[] | undefined,
): Promise<ClusterView | undefined> {
  const apiVersion = Math.min(NEWEST, broker.versions[METADATA]?.maxVersion ?? 0);
  if (apiVersion < OLDEST) return undefined;
  const answer = await broker.connectionPool.send({
    request: {
      apiKey: METADATA,
      apiVersion,
      apiName: 'Metadata',
      encode: async () => {
        const encoder = new Encoder();
        encoder.writeBufferInternal(question(names, apiVersion));
        return encoder;
      },
    },
    response: {
      decode: async payload => ({ clientSideThrottleTime: payload.readInt32BE(1), view: readView(payload) }),
      parse: async decoded => (decoded as { readonly view: ClusterView }).view,
    },
    logResponseError: false,
  });
  return answer as ClusterView;
}

/** Begins with the (no) tags that end the head of the request, which kafkajs does not know of. */
function question(names: readonly string[] | undefined, version: number): Buffer {
  const topics = names?.flatMap(name => {
    const bytes = Buffer.from(name);
    return [Buffer.alloc(ID_BYTES), uvarint(bytes.length + 1), bytes, Buffer.from([0])];
  });
  // No topic is to be made by asking for it, and nobody asks what we may do; 10 has two such flags.
  const flags = Buffer.alloc(version === 10 ? 3 : 2);
  const count = uvarint(names === undefined ? 0 : names.length + 1);
  return Buffer.concat([Buffer.from([0]), count, ...(topics ?? []), flags, Buffer.from([0])]);
}

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function readView(payload: Buffer): ClusterView {
  const reader = new ProtocolReader(payload);
  reader.skipTags();
  reader.int32();
  reader.compactArray(() => {
    reader.int32();
    reader.compactString();
    reader.int32();
    reader.compactString();
    reader.skipTags();
  });
  const clusterId = reader.compactString();
  reader.int32();
  return { clusterId, topics: reader.compactArray(() => readTopic(reader)) };
}

function readTopic(reader: ProtocolReader): TopicView {
  const error = nameOfCode(reader.int16());
  const name = reader.compactString();
  const id = reader.slice(ID_BYTES)!;
  const isInternal = reader.int8() !== 0;
  const partitions = reader.compactArray(() => readPartition(reader));
  reader.int32();
  reader.skipTags();
  return { name, id: id.some(byte => byte !== 0) ? id.toString('hex') : '', error, isInternal, partitions };
}

function readPartition(reader: ProtocolReader): PartitionView {
  const error = reader.int16();
  const partition = reader.int32();
  const leader = reader.int32();
  reader.int32();
  for (let i = 0; i < 3; i++) reader.compactArray(() => reader.int32());
  reader.skipTags();
  return { partition, leader: error === 0 || leader >= 0 ? leader : -1 };
}
