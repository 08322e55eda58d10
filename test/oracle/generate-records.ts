/** Records by seed beside the spans of a set: where consumers found their messages, what their database spans wrote, and neither. */
import { CHANGE_OPERATIONS, type RecordView, type RowChange, type SpanContext } from '../../src/contract/record.ts';
import { changeOf, contextOf, recordOf } from '../kits/records.ts';
import { usesOf } from './database.ts';
import { type Fact, normalizeSpan } from './normalize.ts';
import { OUTBOXES } from './outboxes.ts';
import { Random } from './random.ts';
import { isSpanId, isTraceId, type Span } from './span.ts';

const IDS = [
  'messaging.kafka.offset',
  'messaging.kafka.message.offset',
  'messaging.message.id',
  'messaging.message_id',
];

interface Stage {
  readonly random: Random;
  readonly facts: readonly Fact[];
  /** Offset of the next record made up. */
  next: number;
  /** Two records do not stand at one place. */
  readonly taken: Set<string>;
}

/** Up to eight records, some of them again at their place, or told again by a connector. */
export function generateRecords(seed: number, spans: readonly Span[]): RecordView[] {
  const random = new Random(seed ^ 0x3c6ef372);
  const usable = spans.filter(span => isTraceId(span.traceId) && isSpanId(span.spanId));
  const facts = usable.map(span => normalizeSpan(span, Date.now() * 1000, 0));
  if (facts.length === 0) return [];
  const stage: Stage = { random, facts, next: 1000, taken: new Set() };
  const records = Array.from({ length: random.below(7) }, () => makeRecord(stage));
  return records.flatMap(record => {
    if (random.chance(0.1)) return [record, { ...record }];
    if (random.chance(0.15)) return [record, { ...record, offset: stage.next++, context: record.context }];
    return [record];
  });
}

function makeRecord(stage: Stage): RecordView {
  const { random } = stage;
  switch (random.weighted({ message: 50, change: 40, marker: 10 })) {
    case 'message':
      return makeMessage(stage);
    case 'change':
      return recordOf({
        ...placeOf(stage, 'cdc'),
        keyHash: random.below(2),
        context: random.chance(0.3) ? anyContext(stage) : undefined,
        changes: Array.from({ length: 1 + random.below(2) }, () => makeChange(stage)),
      });
    case 'marker':
      return recordOf({ ...placeOf(stage, 'cdc'), marker: random.pick(['tombstone', 'heartbeat', 'transaction']) });
  }
}

function placeOf(stage: Stage, topic: string) {
  const place = { cluster: 'main', topic, partition: 1, offset: stage.next++ };
  return stage.random.chance(0.1) ? { ...place, topic: '', offset: -1 } : place;
}

/** At the place, or of the id, that some consumer names, or anywhere. */
function makeMessage(stage: Stage): RecordView {
  const { random, facts } = stage;
  const sought = facts.filter(
    ({ class: kind, topic }) => kind === 'consumer' && topic?.system === 'kafka' && topic.environment === undefined,
  );
  const isOutbox = random.chance(0.4);
  const context =
    isOutbox && random.chance(0.8) ? contextOfWriter(stage) : random.chance(0.8) ? anyContext(stage) : undefined;
  const timestampMs = Date.UTC(2024, 0, 15, 12) + random.below(5);
  const rest = { context, timestampMs, isOutbox, producer: random.chance(0.1) ? 'legacy' : '' };
  if (sought.length === 0 || random.chance(0.3)) {
    const originalTopic = random.chance(0.2) ? 'orders' : '';
    return recordOf({ ...placeOf(stage, 'orders-dlt'), ...rest, originalTopic });
  }
  const told = sought.filter(({ span }) => IDS.some(name => span.attributes[name] !== undefined));
  const { span, topic } = random.pick(told.length > 0 && random.chance(0.7) ? told : sought);
  const text = (name: string) => (span.attributes[name] === undefined ? '' : String(span.attributes[name]));
  const offset = Number(text('messaging.kafka.offset') || text('messaging.kafka.message.offset') || stage.next++);
  const partition = Number(text('messaging.destination.partition.id') || '0');
  const place = JSON.stringify([topic!.cluster, topic!.name, partition, offset]);
  const isPlaced = Number.isInteger(offset) && Number.isInteger(partition) && !stage.taken.has(place);
  stage.taken.add(place);
  return recordOf({
    ...rest,
    cluster: topic!.cluster ?? '',
    topic: topic!.name,
    partition: isPlaced ? partition : 0,
    offset: isPlaced ? offset : stage.next++,
    messageId: /^\d*$/.test(text('messaging.message.id')) ? '' : text('messaging.message.id'),
  });
}

function makeChange(stage: Stage): RowChange {
  const { random } = stage;
  const operation = random.pick(CHANGE_OPERATIONS);
  const context = random.chance(0.3) ? anyContext(stage) : undefined;
  const rows = operation === 'truncate' || operation === 'snapshot' ? 0 : 1 + random.below(2);
  const position = random.chance(0.8) ? String(stage.next++) : '';
  const timeMs = Date.UTC(2024, 0, 15, 12) + random.below(9);
  return changeOf({ operation, context, rows, position, timeMs, ...tableOf(stage) });
}

/** One that a span of the set writes, as far as a connector knows it. */
function tableOf({ random, facts }: Stage): Partial<RowChange> {
  const written = facts
    .flatMap(({ database }) => (database === undefined || database.streams !== undefined ? [] : usesOf(database)))
    .filter(({ does, node }) => does === 'writes' && node.kind === 'table' && node.system !== undefined);
  if (written.length === 0 || random.chance(0.2)) return random.chance(0.2) ? { table: '' } : {};
  const { system, database = '', schema = '', name } = random.pick(written).node;
  return { system: system!, database, schema, table: name };
}

/** Of some span of a trace that wrote a table that may be an outbox. */
function contextOfWriter(stage: Stage): SpanContext {
  const { random, facts } = stage;
  const writers = facts.filter(
    ({ database }) =>
      database !== undefined &&
      database.streams === undefined &&
      usesOf(database).some(({ does, node }) => does === 'writes' && OUTBOXES.includes(node.name ?? '')),
  );
  if (writers.length === 0) return anyContext(stage);
  const { traceId } = random.pick(writers).span;
  return contextOf(traceId, random.pick(facts.filter(fact => fact.span.traceId === traceId)).span.spanId);
}

function anyContext({ random, facts }: Stage): SpanContext {
  const { traceId, spanId } = random.pick(facts).span;
  return random.chance(0.05) ? contextOf(traceId, random.hex(16)) : contextOf(traceId, spanId);
}
