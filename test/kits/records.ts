/** Records as their decoders tell them, made by hand: everything that is not said is unknown. */
import type { RecordConsumer, RecordIdentity, RecordView, RowChange, SpanContext } from '../../src/contract/record.ts';

export const NO_IDENTITY: RecordIdentity = { environment: '', databases: {} };

/** A moment that spans made by hand begin at, ms. */
const MOMENT_MS = Date.UTC(2024, 0, 15, 12, 0, 0);

export function recordOf(said: Partial<RecordView> = {}): RecordView {
  return {
    cluster: 'main',
    topic: 'orders',
    incarnation: '',
    partition: 0,
    offset: -1,
    timestampMs: MOMENT_MS,
    keyHash: 0,
    context: undefined,
    messageId: '',
    producer: '',
    originalTopic: '',
    changes: [],
    isOutbox: false,
    marker: undefined,
    transactionContext: undefined,
    ...said,
  };
}

export function changeOf(said: Partial<RowChange> = {}): RowChange {
  const operation = said.operation ?? 'insert';
  return {
    operation,
    rows: operation === 'truncate' || operation === 'snapshot' ? 0 : 1,
    system: 'postgresql',
    source: 'shop',
    database: 'shop',
    schema: 'public',
    table: 'orders',
    timeMs: MOMENT_MS,
    position: '',
    transaction: '',
    context: undefined,
    ...said,
  };
}

/** Of ids in hexadecimal digits. */
export function contextOf(traceId: string, spanId: string): SpanContext {
  const words = traceId.padStart(32, '0') + spanId.padStart(16, '0');
  return [0, 8, 16, 24, 32, 40].map(at => Number.parseInt(words.slice(at, at + 8), 16) | 0) as unknown as SpanContext;
}

/** One group of records. */
export function sendRecords(
  to: RecordConsumer,
  records: readonly RecordView[],
  identity: RecordIdentity = NO_IDENTITY,
): ReturnType<RecordConsumer['commit']> {
  to.begin();
  for (const record of records) to.record(record, identity);
  return to.commit();
}
