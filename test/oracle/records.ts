/**
 * Records and row changes by the rules, one by one and each once: what they prove of topics and tables, whose spans they
 * were sent by, and who wrote what they tell.
 */
import type { RecordView, RowChange, SpanContext } from '../../src/contract/record.ts';
import { compareSharers, compareValues, findSpans } from './chains.ts';
import type { Decisions } from './decisions.ts';
import type { Sight } from './document.ts';
import type { Interaction } from './interactions.ts';
import { type NodeIdentity, serviceNode, tableNode, topicNode } from './names.ts';
import { type Fact, isBadTime } from './normalize.ts';
import type { OutboxEvent, Position } from './positions.ts';

export interface RecordOutcome {
  readonly records: Readonly<Record<string, number>>;
  readonly changes: Readonly<Record<string, number>>;
  readonly interactions: readonly Interaction[];
  /** Topics and tables that are there without an edge. */
  readonly seen: readonly Sight[];
  /** Edges that a change proves beside what was counted. */
  readonly proven: readonly Pick<Interaction, 'source' | 'kind' | 'target'>[];
  /** Nodes that follow the place of a span. */
  readonly ways: readonly { readonly from: Fact; readonly nodes: readonly NodeIdentity[] }[];
  readonly reasons: readonly string[];
}

interface Change {
  readonly change: RowChange;
  readonly record: RecordView;
  readonly table: NodeIdentity | undefined;
  readonly timeUs: number;
}

const topicOf = (record: RecordView, name = record.topic): NodeIdentity | undefined =>
  name === '' ? undefined : topicNode(undefined, 'kafka', record.cluster || undefined, name);

export function readRecords(
  records: readonly RecordView[],
  decisions: Decisions,
  nowUs: number,
  isOutbox: (table: string) => boolean = isUsualOutbox,
): RecordOutcome {
  const facts = decisions.spans.map(({ fact }) => fact);
  const times = records.flatMap(({ timestampMs, changes }) => [timestampMs, ...changes.map(one => one.timeMs)]);
  const newest = Math.max(
    0,
    ...[...times.map(ms => ms * 1000), ...facts.map(fact => fact.startUs)].filter(t => !isBadTime(t, nowUs)),
  );
  const once = onceEach(records);
  const events = once.filter(isEvent).map(record => {
    const timeUs = timeOf(record.timestampMs * 1000, newest, nowUs);
    return outcomeOfEvent(record, timeUs, outboxWrite(record, decisions, isOutbox));
  });
  const told = once.flatMap(record => record.changes.map((change, i) => ({ record, change, key: keyOf(record, i) })));
  const changesOnce = told.filter(
    (one, i) => one.key === undefined || told.findIndex(({ key }) => key === one.key) === i,
  );
  const changes = changesOnce.map(({ record, change }): Change => {
    const timeUs = (change.timeMs || record.timestampMs) * 1000;
    return { record, change, table: tableOf(change), timeUs: timeOf(timeUs, newest, nowUs) };
  });
  const writers = changes.map(one => writerOf(one, changes, records, decisions));
  return {
    records: tally([
      ...records.map(() => 'received'),
      ...records.slice(once.length).map(() => 'duplicates'),
      ...once.flatMap(one => one.marker ?? []),
    ]),
    changes: tally([
      ...changes.flatMap(({ change }) => Array<string>(times1(change)).fill(change.operation)),
      ...told
        .filter(one => !changesOnce.includes(one))
        .flatMap(({ change }) => Array<string>(times1(change)).fill('duplicates')),
    ]),
    interactions: [
      ...once.flatMap(record => headersOf(record, facts, newest, nowUs)),
      ...once.flatMap(record => captures(changes.filter(one => one.record === record))),
      ...writers.flatMap(one => one?.inferred ?? []),
      ...events.flatMap(one => one.interactions),
    ],
    seen: [
      ...once.flatMap(record => sightOf(topicOf(record), timeOf(record.timestampMs * 1000, newest, nowUs))),
      ...changes.flatMap(({ record, table, timeUs }) => (record.topic === '' ? sightOf(table, timeUs) : [])),
    ],
    proven: writers.flatMap(one => one?.proven ?? []),
    ways: [...writers.flatMap(one => one?.ways ?? []), ...events.flatMap(one => one.ways)],
    reasons: [
      ...writers.flatMap(one =>
        one !== undefined && one.inferred.length + one.proven.length === 0 ? ['writer_unknown'] : [],
      ),
      ...events.flatMap(one => (one.ways.length === 0 ? ['outbox_unknown'] : [])),
    ],
  };
}

const timeOf = (us: number, newest: number, nowUs: number): number => (isBadTime(us, nowUs) ? newest : us);

const sightOf = (node: NodeIdentity | undefined, timeUs: number): Sight[] =>
  node === undefined ? [] : [{ node, timeUs }];

const times1 = ({ rows }: RowChange): number => Math.max(rows, 1);

function tally(names: readonly string[]): Record<string, number> {
  return Object.fromEntries([...new Set(names)].map(name => [name, names.filter(one => one === name).length]));
}

function onceEach(records: readonly RecordView[]): RecordView[] {
  return records.filter((one, i) => records.findIndex(other => isSameRecord(one, other)) === i);
}

function isSameRecord(a: RecordView, b: RecordView): boolean {
  if (a === b) return true;
  const where = ({ cluster, topic, incarnation, partition, offset }: RecordView) =>
    JSON.stringify([cluster, topic, incarnation, partition, offset]);
  return a.topic !== '' && a.offset >= 0 && a.partition >= 0 && where(a) === where(b);
}

/** The n-th of those that its record tells apart by nothing. */
function keyOf(record: RecordView, index: number): string | undefined {
  const what = ({ source, database, schema, table, position, operation }: RowChange) =>
    JSON.stringify([
      record.cluster,
      record.topic,
      source,
      database,
      schema,
      table,
      position,
      record.keyHash,
      operation,
    ]);
  const change = record.changes[index]!;
  if (change.position === '') return undefined;
  const before = record.changes.slice(0, index).filter(other => what(other) === what(change)).length;
  return `${what(change)} ${before}`;
}

function tableOf({ system, database, schema, table }: RowChange): NodeIdentity | undefined {
  if (table === '') return undefined;
  const store = {
    environment: undefined,
    system: system || undefined,
    instance: undefined,
    database: database || undefined,
  };
  const usual = system === 'postgresql' ? 'public' : system === 'microsoft.sql_server' ? 'dbo' : undefined;
  return tableNode(store, schema || usual, table);
}

/** A moment that the context's span stands for, or nothing. */
function witness(timeUs: number, context: SpanContext | undefined): Fact {
  const hex = (words: readonly number[]) => words.map(word => (word >>> 0).toString(16).padStart(8, '0')).join('');
  const [traceId, spanId] = context === undefined ? ['', ''] : [hex(context.slice(0, 4)), hex(context.slice(4))];
  return { startUs: timeUs, span: { traceId, spanId } } as Fact;
}

function spansOf(context: SpanContext, facts: readonly Fact[]): Fact[] {
  const { traceId, spanId } = witness(0, context).span;
  return findSpans(traceId, spanId, facts).filter(fact => fact.service !== undefined);
}

const RANKS = ['producer', 'server', 'consumer', 'internal', 'client', 'database'];

function speakerOf(spans: readonly Fact[]): Fact | undefined {
  return [...spans].sort(
    (a, b) => compareValues(RANKS.indexOf(a.class), RANKS.indexOf(b.class)) || compareSharers(a, b),
  )[0];
}

function headersOf(record: RecordView, facts: readonly Fact[], newest: number, nowUs: number): Interaction[] {
  const topic = topicOf(record);
  if (topic === undefined) return [];
  const timeUs = timeOf(record.timestampMs * 1000, newest, nowUs);
  const common = { witness: witness(timeUs, record.context), adjusted: 1, evidence: ['record_header'] as const };
  const published = {
    kind: 'publishes' as const,
    target: topic,
    message: { operation: 'send', count: 1, isBatch: false, group: undefined } as const,
    operations: ['send'],
    ...common,
  };
  const found: Interaction[] = [];
  if (record.producer !== '') found.push({ ...published, source: serviceNode(undefined, undefined, record.producer) });
  const origin = topicOf(record, record.originalTopic);
  if (origin !== undefined && origin.id !== topic.id)
    found.push({ kind: 'routes', source: origin, target: topic, ...common });
  if (record.context === undefined || record.isOutbox || record.changes.length > 0) return found;
  const speaker = speakerOf(spansOf(record.context, facts));
  if (speaker === undefined || speaker.creates || (speaker.class === 'producer' && speaker.topic !== undefined))
    return found;
  return [...found, { ...published, source: speaker.service! }];
}

/** Once for each table of one record. */
function captures(changes: readonly Change[]): Interaction[] {
  const topic = changes[0] && topicOf(changes[0].record);
  if (topic === undefined) return [];
  const tables = new Map(changes.flatMap(({ table }) => (table === undefined ? [] : [[table.id, table] as const])));
  return [...tables.values()].map(table => {
    const own = changes.filter(one => one.table?.id === table.id);
    const [{ timeUs, change }] = own as [Change, ...Change[]];
    return {
      kind: 'captures',
      source: table,
      target: topic,
      witness: witness(timeUs, change.context),
      adjusted: 1,
      evidence: ['cdc'],
      operations: own.flatMap(one => Array<string>(times1(one.change)).fill(one.change.operation)),
      rows: own.reduce((sum, one) => sum + one.change.rows, 0),
    };
  });
}

interface Writer {
  readonly inferred: readonly Interaction[];
  readonly proven: RecordOutcome['proven'];
  readonly ways: RecordOutcome['ways'];
}

/** Undefined for a change that leads to no trace. */
function writerOf(
  one: Change,
  all: readonly Change[],
  records: readonly RecordView[],
  { spans }: Decisions,
): Writer | undefined {
  const { change, record, table, timeUs } = one;
  const context = contextOf(one) ?? contextOfTransaction(change, all, records);
  if (context === undefined || table === undefined || change.operation === 'snapshot') return undefined;
  const facts = spans.map(({ fact }) => fact);
  const topics = [topicOf(record)].filter(topic => topic !== undefined);
  const ofTrace = (fact: Fact) => findSpans(witness(0, context).span.traceId, fact.span.spanId, [fact]).length > 0;
  const [wrote] = spans
    .filter(({ fact }) => fact.class === 'database' && ofTrace(fact))
    .flatMap(({ fact, interactions }) =>
      interactions.filter(made => made.kind === 'writes').map(made => ({ fact, made })),
    )
    .filter(({ made }) => areSameTable(made.target, table))
    .sort(
      (a, b) =>
        compareValues(a.made.source.id, b.made.source.id) ||
        compareValues(a.made.target.id, b.made.target.id) ||
        compareValues(a.fact.startUs, b.fact.startUs) ||
        compareValues(a.fact.span.spanId.toLowerCase(), b.fact.span.spanId.toLowerCase()),
    );
  if (wrote !== undefined) {
    return {
      inferred: [],
      proven: [wrote.made],
      ways: topics.map(topic => ({ from: wrote.fact, nodes: [wrote.made.target, topic] })),
    };
  }
  const speaker = speakerOf(spansOf(context, facts));
  if (speaker === undefined) return { inferred: [], proven: [], ways: [] };
  const inferred: Interaction = {
    kind: 'writes',
    source: speaker.service!,
    target: table,
    witness: witness(timeUs, context),
    adjusted: 1,
    evidence: ['cdc'],
    operations: Array<string>(times1(change)).fill(change.operation),
  };
  return {
    inferred: [inferred],
    proven: [],
    ways: [[table], ...topics.map(topic => [table, topic])].map(nodes => ({ from: speaker, nodes })),
  };
}

const contextOf = ({ change, record }: Change) => change.context ?? record.context;

function contextOfTransaction(
  { source, transaction }: RowChange,
  all: readonly Change[],
  records: readonly RecordView[],
): SpanContext | undefined {
  if (transaction === '') return undefined;
  const told = records.find(({ transactionContext: one }) => one?.source === source && one.transaction === transaction);
  const other = all.find(
    one =>
      one.change.source === source &&
      one.change.transaction === transaction &&
      contextOf(one) !== undefined &&
      one.change.operation !== 'snapshot' &&
      one.table !== undefined,
  );
  return told?.transactionContext?.context ?? (other && contextOf(other));
}

function areSameTable(a: NodeIdentity, b: NodeIdentity): boolean {
  if (a.kind !== 'table' || a.name !== b.name) return false;
  const parts = ['environment', 'system', 'instance', 'database', 'schema'] as const;
  return parts.every(part => a[part] === undefined || b[part] === undefined || a[part] === b[part]);
}

/** Where producers' messages are, and what they are called, as records tell it. */
export function tellPositions(
  records: readonly RecordView[],
  facts: readonly Fact[],
  onlyCluster: string | undefined,
): Map<Fact, Position[]> {
  const told = new Map<Fact, Position[]>();
  for (const record of records) {
    const position = positionOf(record, onlyCluster);
    if (position === undefined || record.context === undefined) continue;
    for (const fact of spansOf(record.context, facts)) {
      if (fact.class === 'producer') told.set(fact, [...(told.get(fact) ?? []), position]);
    }
  }
  return told;
}

function positionOf(record: RecordView, onlyCluster: string | undefined): Position | undefined {
  const topic = topicOf(record);
  if (topic === undefined) return undefined;
  const { cluster = onlyCluster, name } = topic;
  const isPlaced = record.partition >= 0 && record.offset >= 0;
  return {
    topic,
    ...(cluster !== undefined &&
      isPlaced && { atOffset: JSON.stringify([cluster, name, String(record.partition), record.offset]) }),
    ...(cluster !== undefined &&
      record.messageId !== '' && { byId: JSON.stringify(['kafka', cluster, name, record.messageId]) }),
  };
}

/** An event of an outbox that leads to a trace. */
const isEvent = (record: RecordView): boolean =>
  record.isOutbox && record.context !== undefined && topicOf(record) !== undefined;

export function isUsualOutbox(table: string): boolean {
  const name = table.toLowerCase();
  return ['outbox', 'outboxevent'].includes(name) || name.endsWith('_outbox') || name.startsWith('outbox_');
}

interface Write {
  readonly fact: Fact;
  readonly table: NodeIdentity;
}

/** The earliest write of the one outbox that the trace of an event wrote. */
function outboxWrite(
  { context }: RecordView,
  { spans }: Decisions,
  isOutbox: (table: string) => boolean,
): Write | undefined {
  const { traceId } = witness(0, context).span;
  const writes = spans
    .filter(({ fact }) => fact.class === 'database' && findSpans(traceId, fact.span.spanId, [fact]).length > 0)
    .flatMap(({ fact, interactions }) =>
      interactions.filter(made => made.kind === 'writes').map(made => ({ fact, table: made.target })),
    )
    .filter(({ table }) => table.kind === 'table' && isOutbox(table.name ?? ''))
    .sort(
      (a, b) =>
        compareValues(a.fact.startUs, b.fact.startUs) ||
        compareValues(a.fact.span.spanId.toLowerCase(), b.fact.span.spanId.toLowerCase()) ||
        compareValues(a.fact.service!.id, b.fact.service!.id) ||
        compareValues(a.table.id, b.table.id),
    );
  return writes.every(a => writes.every(b => areSameTable(a.table, b.table))) ? writes[0] : undefined;
}

function outcomeOfEvent(
  record: RecordView,
  timeUs: number,
  write: Write | undefined,
): Pick<RecordOutcome, 'interactions' | 'ways'> {
  const topic = topicOf(record);
  if (write === undefined || topic === undefined) return { interactions: [], ways: [] };
  const captured: Interaction = {
    kind: 'captures',
    source: write.table,
    target: topic,
    witness: witness(timeUs, record.context),
    adjusted: 1,
    evidence: ['cdc'],
    operations: ['insert'],
    rows: 1,
  };
  return { interactions: [captured], ways: [{ from: write.fact, nodes: [write.table, topic] }] };
}

/** The events of outboxes that database spans sent: those whose context names no producer. */
export function tellEvents(
  records: readonly RecordView[],
  decisions: Decisions,
  onlyCluster: string | undefined,
  isOutbox: (table: string) => boolean,
): Map<Fact, OutboxEvent[]> {
  const facts = decisions.spans.map(({ fact }) => fact);
  const sent = new Map<Fact, OutboxEvent[]>();
  for (const record of onceEach(records).filter(isEvent)) {
    if (spansOf(record.context!, facts).some(fact => fact.class === 'producer')) continue;
    const write = outboxWrite(record, decisions, isOutbox);
    const position = positionOf(record, onlyCluster);
    if (write === undefined || position === undefined) continue;
    sent.set(write.fact, [...(sent.get(write.fact) ?? []), { position, table: write.table }]);
  }
  return sent;
}
