/**
 * The encodings → normalize arrow for Kafka records and the like: what a record proves, read out of it. Its payload goes
 * no further than the decoder.
 */
import type { PushResult } from './consumer.ts';

/** A record as its source holds it. */
export interface RawRecord {
  /** Name of the cluster; empty where nobody knows it. */
  readonly cluster: string;
  readonly topic: string;
  /** −1 unknown; so is an offset. */
  readonly partition: number;
  readonly offset: number;
  /** ms since the epoch; 0 unknown. */
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** In their order; a key may come more than once. */
  readonly headers: readonly RecordHeader[];
}

export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** Ids as 32-bit words, big endian: trace id (4, the high half zero for an id of 64 bits), span id (2). */
export type SpanContext = readonly [number, number, number, number, number, number];

export const CHANGE_OPERATIONS = ['insert', 'update', 'delete', 'truncate', 'snapshot'] as const;
export type ChangeOperation = (typeof CHANGE_OPERATIONS)[number];

/** Rows of one table that a change data capture tells of. What its record does not say is empty. */
export interface RowChange {
  readonly operation: ChangeOperation;
  /** 0 for `truncate` and `snapshot`. */
  readonly rows: number;
  /** As the conventions name systems: `postgresql`, `mysql`, `microsoft.sql_server`, … */
  readonly system: string;
  /** Name of the source (of Debezium: the connector's logical name). */
  readonly source: string;
  readonly database: string;
  readonly schema: string;
  readonly table: string;
  /** When the change was made, ms; 0 unknown. */
  readonly timeMs: number;
  /** Where the change stands in its source's log: LSN, file and position and row, SCN, TSO, … as text. */
  readonly position: string;
  readonly transaction: string;
  /** Of the span that made the change, where the change itself leads to it (an outbox column, a statement's comment). */
  readonly context: SpanContext | undefined;
}

/** Why a record of change data capture proves nothing but its topic; what is counted. */
export const RECORD_MARKERS = [
  'tombstone',
  'heartbeat',
  'schema_change',
  'transaction',
  'watermark',
  'message',
  'control',
] as const;
export type RecordMarker = (typeof RECORD_MARKERS)[number];

/** What one record says. Reused by its decoder; valid only during the call. */
export interface RecordView {
  readonly cluster: string;
  /** Empty: unknown, as of a bare change in a file; its tables are nodes, and no more. */
  readonly topic: string;
  /** Tells a topic from one of the same name before it; empty where nobody knows. */
  readonly incarnation: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  /** A hash of the record's key; 0 for none. */
  readonly keyHash: number;
  /** Of the first context header that is valid. */
  readonly context: SpanContext | undefined;
  /** Empty: none. */
  readonly messageId: string;
  /** A header names the service that sent it; empty: none does. */
  readonly producer: string;
  /** Where a retry or dead-letter record was before; empty: nowhere else. */
  readonly originalTopic: string;
  readonly changes: readonly RowChange[];
  /** An event of an outbox: its table is not named. */
  readonly isOutbox: boolean;
  readonly marker: RecordMarker | undefined;
  /**
   * A transaction that is known to belong to a span (a logical message in its log): name of the source, transaction, and
   * the context.
   */
  readonly transactionContext:
    | { readonly source: string; readonly transaction: string; readonly context: SpanContext }
    | undefined;
}

/** What a receiver's configuration says of its records that they do not say themselves. */
export interface RecordIdentity {
  readonly environment: string;
  /** Source name of a change (`RowChange.source`) → instance of its database. */
  readonly databases: Readonly<Record<string, string>>;
}

/** How far a receiver has read a partition: the offset of the next record. */
export interface Progress {
  /** Id of the receiver. */
  readonly receiver: string;
  readonly cluster: string;
  readonly topic: string;
  readonly incarnation: string;
  readonly partition: number;
  readonly next: number;
  /** A backlog is read, and all of the receiver's partitions up to this time of their source, ms; left out: none is. */
  readonly reachedMs?: number;
}

/**
 * Takes records in groups, each whole or not at all: `begin`, any number of `record` and `progress`, then `commit` or
 * `abort`; groups never interleave with each other or with requests of spans.
 */
export interface RecordConsumer {
  /** As a `SpanConsumer`'s. */
  admit?(): void;
  begin(): void;
  record(view: RecordView, identity: RecordIdentity): void;
  /** Goes into the journal with the records before it. */
  progress(at: Progress): void;
  commit(): PushResult | Promise<PushResult>;
  abort(reason: string): void;
}
