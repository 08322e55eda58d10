/** Records of one partition → a consumer, in groups that go into the journal whole, each with its position. */
import type { PushResult } from '../../contract/consumer.ts';
import type { Progress } from '../../contract/record.ts';
import type { ClientRecord } from './client.ts';
import type { Partition } from './partition.ts';
import type { Rest } from './rest.ts';

/**
 * A piece of work after which others have their turn. It is a frame of the journal as a rule, and what a frame costs by
 * itself (its names, its sync, the turn that applies it) is a tenth of all with 800 spans in it, and little with 3,000.
 */
const MAX_RECORDS = 500;
const MAX_BYTES = 2 * 1024 * 1024;

export interface Chunk {
  readonly at: Partition;
  readonly records: readonly ClientRecord[];
  /** Of the first and after the last record of the group. */
  readonly from: number;
  readonly until: number;
  /** Where the partition is read on after the last of all records. */
  readonly next: number;
}

export interface Taken {
  /** After the last record taken: the whole group, or less of it. */
  readonly until: number;
  /** Undefined: taken for certain. */
  readonly committed: Promise<unknown> | undefined;
}

export interface Intake {
  /** Throws a `RetryableError`, with nothing taken, when there is no room now. */
  take(chunk: Chunk): Taken;
}

/** The next group of what was fetched, with no record from `end` on. */
export function chunkOf(at: Partition, { records, from, next }: Rest, end: number): Chunk {
  let until = from;
  for (let bytes = 0; until < end && until - from < MAX_RECORDS && bytes < MAX_BYTES; until++) {
    bytes += records[until]!.value?.length ?? 0;
  }
  return { at, records, from, until, next };
}

/** Where the partition is read on after the records before `until`. */
export function nextAfter({ records, next }: Chunk, until: number): number {
  return until < records.length ? records[until]!.offset : next;
}

/** What makes a `Progress` of a position. */
export type ToProgress = (at: Partition, next: number) => Progress;

export function promiseOf(result: PushResult | Promise<PushResult>): Promise<unknown> | undefined {
  return result instanceof Promise ? result : undefined;
}
