/**
 * What the receiver asks of a Kafka library, and no more: another library takes the place of `kafkajs/` by answering
 * these questions. Nothing here tries again by itself; every call may reject with a `KafkaError`.
 */

/** `authentication` and `authorization` are the user's to mend; the others may pass. */
export type KafkaErrorKind = 'connection' | 'authentication' | 'authorization' | 'protocol';

export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  readonly kind: KafkaErrorKind;
  /** Name of the protocol's error, such as `REBALANCE_IN_PROGRESS`; empty: another kind. */
  readonly code: string;

  constructor(kind: KafkaErrorKind, code: string, message: string) {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

export interface PartitionView {
  readonly partition: number;
  /** Node that leads it; −1: none does just now. */
  readonly leader: number;
}

export interface TopicView {
  readonly name: string;
  /** Differs from that of a topic of the same name before it; empty where the brokers tell none (before Kafka 2.8). */
  readonly id: string;
  /** Name of the protocol's error; empty: none. */
  readonly error: string;
  readonly isInternal: boolean;
  readonly partitions: readonly PartitionView[];
}

export interface ClusterView {
  readonly clusterId: string;
  readonly topics: readonly TopicView[];
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

export interface ClientHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

export interface ClientRecord {
  readonly offset: number;
  /** ms since the epoch; 0: none. */
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly ClientHeader[];
}

/** Records that could not be read, such as a batch that does not decompress. */
export interface BrokenRecords {
  readonly offset: number;
  readonly count: number;
  readonly message: string;
}

export interface FetchedPartition extends TopicPartition {
  /** Name of the protocol's error, such as `OFFSET_OUT_OF_RANGE`; empty: none. */
  readonly error: string;
  /** What was asked for. */
  readonly from: number;
  /** Where to go on; beyond the last record where what follows it is no record (marks of transactions, aborted ones). */
  readonly next: number;
  /** Of the first record that there still is; −1 unknown. */
  readonly logStart: number;
  /** After the last record that can be read now; behind it there may be those of a transaction that is open. */
  readonly logEnd: number;
  readonly records: readonly ClientRecord[];
  readonly broken: readonly BrokenRecords[];
  /** As they came over the wire. */
  readonly bytes: number;
  /** To be called when nobody looks at the records any more: their bytes are overwritten. */
  release(): void;
}

export interface FetchLimits {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxPartitionBytes: number;
}

/** `earliest`: of the first record there is; `latest`: after the last one; else of the first since that time, ms. */
export type OffsetAt = 'earliest' | 'latest' | number;

export interface GroupMember {
  readonly memberId: string;
  readonly clientId: string;
  readonly host: string;
}

/** A place in a consumer group, for displays of lag; which partitions are read does not depend on it. */
export interface GroupPlace {
  /** Joins, or joins again: also when what it reads has changed. */
  join(reads: readonly TopicPartition[]): Promise<void>;
  heartbeat(): Promise<void>;
  members(): Promise<readonly GroupMember[]>;
  /** Its own id; empty before it joined. */
  readonly memberId: string;
  commit(positions: readonly PartitionOffset[]): Promise<void>;
  /** What the group committed, of those partitions of which it did. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffset[]>;
  leave(): Promise<void>;
}

export interface KafkaClient {
  connect(): Promise<void>;
  /** All topics, or those of these names; a topic that is not there has an `error`. */
  topics(names: readonly string[] | undefined): Promise<ClusterView>;
  /** Without those that have no such offset. */
  offsets(partitions: readonly TopicPartition[], at: OffsetAt): Promise<readonly PartitionOffset[]>;
  /** From the node that leads these partitions; waits there until something comes, up to `maxWaitMs`. */
  fetch(node: number, from: readonly PartitionOffset[], limits: FetchLimits): Promise<readonly FetchedPartition[]>;
  group(groupId: string): GroupPlace;
  send(topic: string, records: readonly Omit<ClientRecord, 'offset'>[]): Promise<void>;
  disconnect(): Promise<void>;
}
