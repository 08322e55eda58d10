/** Records of business topics and of change data capture → the consumer of records. One that cannot be read is passed over. */
import type { Consumers } from '../../contract/component.ts';
import type { RecordIdentity } from '../../contract/record.ts';
import { MalformedError } from '../../encodings/malformed.ts';
import { decodeRecord, type RecordEncoding } from '../../encodings/records/decode.ts';
import { DecodedRecord } from '../../encodings/records/decoded-record.ts';
import type { ClientRecord } from './client.ts';
import { type Chunk, type Intake, nextAfter, promiseOf, type Taken, type ToProgress } from './intake.ts';
import type { Partition } from './partition.ts';
import type { Poison } from './poison.ts';

export interface RecordIntakeParts {
  readonly consumers: Consumers;
  readonly encoding: RecordEncoding;
  readonly identity: RecordIdentity;
  /** Name of the cluster in the graph. */
  cluster(): string;
  readonly messageIdHeaders: readonly string[];
  readonly toProgress: ToProgress;
  readonly poison: Poison;
}

export class RecordIntake implements Intake {
  private readonly parts: RecordIntakeParts;
  private readonly view: DecodedRecord;

  constructor(parts: RecordIntakeParts) {
    this.parts = parts;
    this.view = new DecodedRecord(parts.messageIdHeaders);
  }

  take(chunk: Chunk): Taken {
    const { consumers, identity, toProgress } = this.parts;
    const consumer = consumers.records!;
    const { at, records, from, until } = chunk;
    consumer.begin();
    for (let i = from; i < until; i++) {
      if (this.decode(at, records[i]!)) consumer.record(this.view, identity);
    }
    consumer.progress(toProgress(at, nextAfter(chunk, until)));
    return { until, committed: promiseOf(consumer.commit()) };
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
