/** Records of business topics and of change data capture → the consumer of records. One that cannot be read is passed over. */
import type { Consumers } from '../../contract/component.ts';
import type { RecordIdentity } from '../../contract/record.ts';
import { MalformedError } from '../../encodings/malformed.ts';
import { decodeRecord, type RecordEncoding } from '../../encodings/records/decode.ts';
import { DecodedRecord, type RecordNames } from '../../encodings/records/decoded-record.ts';
import type { ClientRecord } from './client.ts';
import { type Chunk, type Intake, nextAfter, promiseOf, type Taken, type ToProgress } from './intake.ts';
import type { Partition } from './partition.ts';
import type { Poison } from './poison.ts';
import type { SchemaLoading } from './schema-registry/loading.ts';

export interface RecordIntakeParts {
  readonly consumers: Consumers;
  readonly encoding: RecordEncoding;
  readonly identity: RecordIdentity;
  /** Name of the cluster in the graph. */
  cluster(): string;
  readonly names: Pick<RecordNames, 'messageIdHeaders' | 'outbox'>;
  readonly toProgress: ToProgress;
  readonly poison: Poison;
  /** Where values may have theirs in a registry. */
  readonly loading: SchemaLoading | undefined;
}

export class RecordIntake implements Intake {
  private readonly parts: RecordIntakeParts;
  private readonly view: DecodedRecord;

  constructor(parts: RecordIntakeParts) {
    this.parts = parts;
    this.view = new DecodedRecord({ ...parts.names, schemas: parts.loading?.schemas });
  }

  take(chunk: Chunk): Taken {
    const { consumers, identity, toProgress } = this.parts;
    const consumer = consumers.records!;
    const { at, records, from } = chunk;
    const until = this.decodable(chunk);
    consumer.begin();
    for (let i = from; i < until; i++) {
      if (this.decode(at, records[i]!)) consumer.record(this.view, identity);
    }
    consumer.progress(toProgress(at, nextAfter(chunk, until)));
    return { until, committed: promiseOf(consumer.commit()) };
  }

  /** Up to the first record whose schema has to be waited for. */
  private decodable({ records, from, until }: Chunk): number {
    const { loading } = this.parts;
    if (loading === undefined) return until;
    for (let i = from; i < until; i++) {
      const missing = loading.missingFor(records[i]!);
      if (missing === undefined) continue;
      if (i === from) throw missing;
      return i;
    }
    return until;
  }

  private decode(at: Partition, record: ClientRecord): boolean {
    const { topic, partition, incarnation } = at;
    const { offset, timestampMs, key, value, headers } = record;
    const raw = { cluster: this.parts.cluster(), topic, partition, offset, timestampMs, key, value, headers };
    try {
      decodeRecord(raw, incarnation, this.parts.encoding, this.view);
      return true;
    } catch (thrown) {
      const reason = thrown instanceof MalformedError ? thrown.reason : 'failed';
      this.parts.poison.record(at, record, reason, thrown instanceof Error ? thrown.message : String(thrown));
      return false;
    }
  }
}
