/**
 * What decoders fill: one record view with the changes of its rows, used again for the next record. Nothing of it may be
 * kept but its texts.
 */
import type {
  ChangeOperation,
  RawRecord,
  RecordMarker,
  RecordView,
  RowChange,
  SpanContext,
} from '../../contract/record.ts';
import { hashBytes, viewOf } from '../../lib/bytes.ts';
import type { Schemas } from '../avro/schemas.ts';
import { DEBEZIUM, type Outbox } from '../outbox.ts';
import { RecordHeaders } from '../record-headers/headers.ts';

/** Changes kept for records to come; one with more has new ones. */
const MAX_KEPT_CHANGES = 1024;

export class Change implements RowChange {
  operation: ChangeOperation = 'insert';
  rows = 0;
  system = '';
  source = '';
  database = '';
  schema = '';
  table = '';
  timeMs = 0;
  position = '';
  transaction = '';
  context: SpanContext | undefined;

  reset(): void {
    this.operation = 'insert';
    this.rows = this.timeMs = 0;
    this.system = this.source = this.database = this.schema = this.table = '';
    this.position = this.transaction = '';
    this.context = undefined;
  }
}

/** What a configuration says of records. */
export interface RecordNames {
  /** Names of headers that hold a message's id, beside the usual ones. */
  readonly messageIdHeaders?: readonly string[];
  /** What events of an outbox are told by; left out, as Debezium has it. */
  readonly outbox?: Outbox;
  /** Of values that name theirs. */
  readonly schemas?: Schemas | undefined;
}

export class DecodedRecord implements RecordView {
  cluster = '';
  topic = '';
  incarnation = '';
  partition = -1;
  offset = -1;
  timestampMs = 0;
  keyHash = 0;
  context: SpanContext | undefined;
  messageId = '';
  producer = '';
  originalTopic = '';
  readonly changes: Change[] = [];
  isOutbox = false;
  marker: RecordMarker | undefined;
  transactionContext: RecordView['transactionContext'];
  readonly headers: RecordHeaders;
  private readonly kept: Change[] = [];

  readonly outbox: Outbox;
  readonly schemas: Schemas | undefined;

  constructor({ messageIdHeaders = [], outbox = DEBEZIUM, schemas }: RecordNames = {}) {
    this.headers = new RecordHeaders(messageIdHeaders, outbox);
    this.outbox = outbox;
    this.schemas = schemas;
  }

  /** Everything that a record says outside its value. */
  begin(raw: RawRecord, incarnation: string): void {
    this.cluster = raw.cluster;
    this.topic = raw.topic;
    this.incarnation = incarnation;
    this.partition = raw.partition;
    this.offset = raw.offset;
    this.timestampMs = raw.timestampMs;
    this.keyHash = raw.key === null ? 0 : hashOf(raw.key);
    this.changes.length = 0;
    this.isOutbox = false;
    this.marker = this.transactionContext = undefined;
    const { headers } = this;
    headers.read(raw.headers);
    this.context = headers.context;
    this.messageId = headers.messageId;
    this.producer = headers.producer;
    this.originalTopic = headers.originalTopic === raw.topic ? '' : headers.originalTopic;
  }

  /** One change more; all of it is still to be said. */
  addChange(): Change {
    const at = this.changes.length;
    const change = this.kept[at] ?? new Change();
    if (at < MAX_KEPT_CHANGES) this.kept[at] = change;
    change.reset();
    this.changes.push(change);
    return change;
  }
}

function hashOf(key: Uint8Array): number {
  return hashBytes(viewOf(key), 0, key.length) || 1;
}
