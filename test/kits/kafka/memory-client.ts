/** A cluster in memory behind the receiver's own interface: logs of partitions that are there when the test begins. */
import type { ClientRecord, KafkaClient } from '../../../src/receivers/kafka/client.ts';

export interface MemoryCluster {
  readonly topic: string;
  /** Records of each partition, with offsets from 0. */
  readonly partitions: readonly (readonly ClientRecord[])[];
  /** Node that leads each partition. */
  readonly nodes: number;
  /** A fetch answers with so many records of a partition, at most. */
  readonly maxRecords: number;
}

export function memoryClient({ topic, partitions, nodes, maxRecords }: MemoryCluster): KafkaClient {
  const leaderOf = (partition: number) => partition % nodes;
  const all = partitions.map((_, partition) => ({ partition, leader: leaderOf(partition) }));
  return {
    connect: async () => {},
    disconnect: async () => {},
    send: async () => {},
    topics: async () => ({
      clusterId: 'memory',
      topics: [{ name: topic, id: 'one', error: '', isInternal: false, partitions: all }],
    }),
    offsets: async (asked, at) =>
      asked.flatMap(one => {
        const log = partitions[one.partition]!;
        const offset =
          at === 'latest' ? log.length : log.findIndex(({ timestampMs }) => at === 'earliest' || timestampMs >= at);
        return offset < 0 ? (at === 'earliest' ? { ...one, offset: 0 } : []) : { ...one, offset };
      }),
    async fetch(_, from, { maxWaitMs }) {
      const isUpToDate = from.every(one => one.offset >= partitions[one.partition]!.length);
      await new Promise(resolve => setTimeout(resolve, isUpToDate ? maxWaitMs : 0));
      return from.map(({ partition, offset }) => {
        const log = partitions[partition]!;
        const records = log
          .slice(offset, offset + maxRecords)
          .map(one => ({ ...one, value: one.value && Uint8Array.from(one.value) }));
        // Whoever looks at them later sees it.
        const release = () => {
          for (const { value } of records) value?.fill(0xff);
        };
        const next = offset + records.length;
        return {
          ...{ topic, partition, error: '', from: offset, next, logStart: 0, logEnd: log.length },
          ...{ records, broken: [], bytes: records.length, release },
        };
      });
    },
    group: () => ({
      memberId: '',
      join: async () => {},
      heartbeat: async () => {},
      members: async () => [],
      commit: async () => {},
      committed: async () => [],
      leave: async () => {},
    }),
  };
}
