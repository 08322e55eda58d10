/** Records by seed, with everything that a record may say, or not. */
import {
  CHANGE_OPERATIONS,
  type Progress,
  RECORD_MARKERS,
  type RecordView,
  type RowChange,
  type SpanContext,
} from '../../src/contract/record.ts';
import type { Random } from '../oracle/random.ts';
import { changeOf, contextOf, recordOf } from './records.ts';

const NAMES = ['orders', 'Users', 'order-12345678', 'é/%@', ''];
const TIMES = [Date.UTC(2024, 0, 15, 12), Date.UTC(2024, 0, 15, 11) + 0.5, 0, 1, 2e15];

const CONTEXTS: readonly SpanContext[] = ['7', 'a0000000000000000000000000000007'].flatMap(trace =>
  [1, 2, 3].map(span => contextOf(trace, `${span}`)),
);

/** @param contexts of spans that records may name. */
export function randomRecord(random: Random, contexts = CONTEXTS): RecordView {
  const marker = random.chance(0.2) ? random.pick(RECORD_MARKERS) : undefined;
  const transaction = { source: random.pick(NAMES), transaction: `${random.below(9)}`, context: random.pick(contexts) };
  return recordOf({
    cluster: random.pick(['', 'main', 'other']),
    topic: random.pick(NAMES),
    incarnation: random.pick(['', 'a']),
    partition: random.pick([-1, 0, 7]),
    offset: random.pick([-1, 0, 5, 2 ** 40]),
    timestampMs: random.pick(TIMES),
    keyHash: random.below(3),
    context: random.chance(0.4) ? random.pick(contexts) : undefined,
    messageId: random.pick(['', 'id-1', '5', 'orders.0.5']),
    producer: random.pick(['', 'shop']),
    originalTopic: random.pick(['', 'orders', 'other']),
    changes: Array.from({ length: random.pick([0, 1, 3]) }, () => randomChange(random, contexts)),
    isOutbox: random.chance(0.2),
    marker,
    transactionContext: random.chance(0.2) ? transaction : undefined,
  });
}

function randomChange(random: Random, contexts: readonly SpanContext[]): RowChange {
  return changeOf({
    operation: random.pick(CHANGE_OPERATIONS),
    source: random.pick(NAMES),
    table: random.pick(NAMES),
    system: random.pick(['postgresql', 'mysql', '']),
    timeMs: random.pick(TIMES),
    position: random.pick(['', '1', '2']),
    transaction: random.pick(['', '7']),
    context: random.chance(0.3) ? random.pick(contexts) : undefined,
  });
}

export function randomProgress(random: Random): Progress {
  return {
    receiver: random.pick(['kafka', 'kafka/cdc']),
    cluster: random.pick(['', 'main']),
    topic: random.pick(NAMES),
    incarnation: random.pick(['', 'a']),
    partition: random.below(1000),
    next: random.pick([0, 7, 2 ** 45]),
    ...(random.chance(0.5) ? { reachedMs: 1_764_000_000_000 + random.below(1e9) } : {}),
  };
}
