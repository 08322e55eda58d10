/**
 * Where a message is and what it is called, as spans and their links tell it; texts that are equal for one message. A
 * sender and a consumer meet by them only within a known cluster, or of systems that have none.
 */
import { readAttribute } from './attributes.ts';
import { compareValues } from './chains.ts';
import type { NodeIdentity } from './names.ts';
import type { Fact } from './normalize.ts';
import { type Attributes, type Link, wholeTraceId } from './span.ts';

export interface Position {
  /** Undefined for the span's own. */
  readonly link?: Link;
  readonly topic: NodeIdentity;
  readonly atOffset?: string;
  readonly byId?: string;
  /** Within the consumer group, else the service. */
  readonly inGroup?: string;
}

/** A message that is a row of an outbox. */
export interface OutboxEvent {
  readonly position: Position;
  readonly table: NodeIdentity;
}

/** What a single message has on the span, and those of a batch on its links. */
export function positionsOf(fact: Fact): Position[] {
  const { span, linkTopics, topic } = fact;
  const ofLinks = span.links.map((link, index) => positionIn(fact, link.attributes, linkTopics[index] ?? topic, link));
  const isSingle = span.links.length <= 1 && (fact.delivery?.batchCount ?? 0) <= 1;
  const own = isSingle ? positionIn(fact, span.attributes, topic) : undefined;
  return [own, ...ofLinks].filter(position => position !== undefined);
}

function positionIn(
  fact: Fact,
  attributes: Attributes,
  topic: NodeIdentity | undefined,
  link?: Link,
): Position | undefined {
  if (topic === undefined) return undefined;
  const told = readPosition(fact, attributes, link);
  const { system, cluster = fact.onlyCluster, name } = topic;
  const offset = told.partition === undefined || told.offset === undefined ? undefined : [told.partition, told.offset];
  const joinsIds = system !== undefined && (cluster !== undefined || system !== 'kafka');
  const group = fact.delivery?.group ?? ['service', fact.service?.id];
  return {
    topic,
    ...(link && { link }),
    ...(offset && cluster !== undefined && { atOffset: JSON.stringify([cluster, name, ...offset]) }),
    ...(told.id !== undefined && joinsIds && { byId: JSON.stringify([system, cluster, name, told.id]) }),
    ...(offset && { inGroup: JSON.stringify([group, topic.id, ...offset]) }),
  };
}

interface Told {
  readonly partition: string | undefined;
  readonly offset: number | undefined;
  readonly id: string | undefined;
}

function readPosition(fact: Fact, attributes: Attributes, link?: Link): Told {
  const read = (...names: string[]) => readAttribute(attributes, ...names);
  const partitionNames = [
    'messaging.destination.partition.id',
    'messaging.kafka.destination.partition',
    'messaging.kafka.source.partition',
    'messaging.kafka.partition',
  ];
  const partition = read(...partitionNames) ?? (link && readAttribute(fact.span.attributes, ...partitionNames));
  const number = Number(read('messaging.kafka.offset', 'messaging.kafka.message.offset') ?? Number.NaN);
  const offset = Number.isInteger(number) && number >= 0 ? number : undefined;
  const id = read('messaging.message.id', 'messaging.message_id');
  if (id === undefined || id === String(offset)) return { partition, offset, id: undefined };
  if (readAttribute(fact.span.attributes, 'messaging.system') !== 'kafka') return { partition, offset, id };
  if (/^\d+$/.test(id) && offset === undefined)
    return { partition, offset: id === '0' && fact.class === 'producer' ? undefined : Number(id), id: undefined };
  const [, topic, inId, last] = /^(.*)\.(\d+)\.(\d+)$/.exec(id) ?? [];
  const named = (link && destinationIn(link.attributes)) ?? destinationIn(fact.span.attributes);
  if (topic === undefined || topic !== named || (partition ?? inId) !== inId) return { partition, offset, id };
  return { partition: inId, offset: offset ?? Number(last), id: undefined };
}

function destinationIn(attributes: Attributes): string | undefined {
  return readAttribute(attributes, 'messaging.destination.name', 'messaging.source.name', 'messaging.destination');
}

export interface Sender {
  readonly sender: Fact;
  readonly evidence: 'offset' | 'message_id';
}

/** What it tells itself, once it has sent, and what records tell. */
function sentAt(fact: Fact): readonly Position[] {
  return [...(fact.creates ? [] : positionsOf(fact)), ...(fact.told ?? [])];
}

/** The sender at the offset, else the one of the id; of several the smaller (trace id, span id). */
export function findSender({ atOffset, byId }: Position, facts: readonly Fact[]): Sender | undefined {
  const ways = [
    ['offset', atOffset, (position: Position) => position.atOffset],
    ['message_id', byId, (position: Position) => position.byId],
  ] as const;
  for (const [evidence, key, keyOf] of ways) {
    if (key === undefined) continue;
    const producers = facts.filter(
      fact => fact.class === 'producer' && sentAt(fact).some(position => keyOf(position) === key),
    );
    const writers = facts.flatMap(
      fact =>
        fact.events?.filter(({ position }) => keyOf(position) === key).map(event => asProducer(fact, event)) ?? [],
    );
    const [sender] = [...producers, ...writers].sort(
      (a, b) => compareIds(a, b) || compareValues(a.topic?.id ?? '', b.topic?.id ?? ''),
    );
    if (sender !== undefined) return { sender, evidence };
  }
  return undefined;
}

/** A database span as the sender of an event of the outbox that it wrote. */
function asProducer(wrote: Fact, { position: { topic }, table }: OutboxEvent): Fact {
  return { ...wrote, class: 'producer', database: undefined, topic, outbox: { wrote, table } };
}

/** By the low half of the trace id, which is never lost. */
export function compareIds(a: Fact, b: Fact): number {
  const low = (fact: Fact) => wholeTraceId(fact.span.traceId).slice(16);
  return compareValues(low(a), low(b)) || compareValues(a.span.spanId.toLowerCase(), b.span.spanId.toLowerCase());
}
