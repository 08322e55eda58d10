/** The messaging side of a span: operation, topic and number of messages, from old and new attribute names. */
import { readAttribute, readNumber } from './attributes.ts';
import { cleanName, type NodeIdentity, topicNode } from './names.ts';
import { type Attributes, CONSUMER, PRODUCER, SERVER, type Span } from './span.ts';

export type Operation = 'send' | 'receive' | 'process' | 'create' | 'settle';

/** What a send, receive or process span hands over. The links of the span are counted where all spans are known. */
export interface Delivery {
  readonly operation: 'send' | 'receive' | 'process';
  readonly batchCount: number;
  readonly group: string | undefined;
}

interface MessagingPart {
  readonly hasAttributes: boolean;
  readonly hasMessagingKind: boolean;
  readonly operation: Operation | undefined;
  readonly topic: NodeIdentity | undefined;
  /** The destination is a list of several names; `topic` is the first. */
  readonly namesSeveral: boolean;
  /** By link: the topic that its attributes name. */
  readonly linkTopics: readonly (NodeIdentity | undefined)[];
  readonly delivery: Delivery | undefined;
}

const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ...(['send', 'publish', 'produce', 'enqueue', 'request'] as const).map(verb => [verb, 'send'] as const),
  ...(['receive', 'poll', 'fetch', 'consume', 'pull', 'subscribe'] as const).map(verb => [verb, 'receive'] as const),
  ...(['process', 'deliver', 'handle'] as const).map(verb => [verb, 'process'] as const),
  ...(['ack', 'nack', 'commit', 'settle', 'complete', 'modack'] as const).map(verb => [verb, 'settle'] as const),
  ['create', 'create'] as const,
]);

const KNOWN_SYSTEMS = ['kafka', 'rabbitmq'];
const DEFAULT_EXCHANGES = ['', '<default>', 'amq.default'];
const TEMPORARY = /^\((temporary|anonymous)\)$|^amq\.gen-/;

/** `operation` is given when the class was decided from it already. */
export function messagingPartOf(
  span: Span,
  environment: string | undefined,
  operation: Operation | undefined,
): MessagingPart {
  const { attributes } = span;
  const system = systemOf(attributes);
  const destinations = destinationsOf(span);
  const destination = destinations[0];
  const isKnownSystem = system !== undefined && KNOWN_SYSTEMS.includes(system);
  const name = destination ?? (isKnownSystem ? nameBesideVerb(span.name) : undefined);
  const told = operation ?? operationOf(span, isKnownSystem);
  const cluster = readAttribute(attributes, 'messaging.kafka.cluster.id');
  const topicOf = (text: string | undefined) =>
    text === undefined ? undefined : topicNode(environment, system, cluster && cleanName(cluster), topicName(text));
  const onLink = (text: string | undefined) =>
    text === undefined || !isRabbit(attributes) ? text : exchangeOf(text, '') || undefined;
  const linkTopics = span.links.map(link => topicOf(onLink(nameOn(link.attributes))));
  const counts = told === 'send' || told === 'receive' || told === 'process';
  return {
    hasAttributes: readAttribute(attributes, 'messaging.system') !== undefined || destination !== undefined,
    hasMessagingKind: span.kind === PRODUCER || span.kind === CONSUMER,
    operation: told,
    topic: topicOf(name) ?? (counts ? linkTopics.find(topic => topic !== undefined) : undefined),
    namesSeveral: destinations.length > 1 && linkTopics.every(topic => topic === undefined),
    linkTopics,
    delivery: counts ? { operation: told, batchCount: batchCountOf(span), group: groupOf(span) } : undefined,
  };
}

/** The template, else the names: one poll of several topics joins them by commas. */
function destinationsOf({ attributes }: Span): string[] {
  const template = readAttribute(attributes, 'messaging.destination.template');
  if (template !== undefined) return [template];
  const routingKey = readAttribute(attributes, 'messaging.rabbitmq.destination.routing_key') ?? '';
  if (isRabbit(attributes)) return [exchangeOf(nameOn(attributes) ?? '', routingKey)].filter(name => name !== '');
  const names = nameOn(attributes)?.split(',') ?? [];
  return [...new Set(names.map(name => name.trim()))].filter(name => name !== '');
}

/** Under its name, or as an attribute of its own tells. */
function systemOf(attributes: Attributes): string | undefined {
  const isBrave = nameOn(attributes) !== undefined && nameOn(attributes) === readAttribute(attributes, 'kafka.topic');
  return readAttribute(attributes, 'messaging.system') ?? (isBrave ? 'kafka' : undefined);
}

const isRabbit = (attributes: Attributes) => readAttribute(attributes, 'messaging.system') === 'rabbitmq';

/** The exchange, or with the default one the queue, which is its routing key. */
function exchangeOf(name: string, routingKey: string): string {
  const [exchange = '', key = ''] = name.split(':');
  if (!DEFAULT_EXCHANGES.includes(exchange)) return exchange;
  return key === '' ? routingKey : key;
}

function nameOn(attributes: Attributes): string | undefined {
  return readAttribute(
    attributes,
    'messaging.destination.name',
    'messaging.source.name',
    'messaging.destination',
    'kafka.topic',
  );
}

/** The type, the old name, the API verb, the verb in the span's name, and last the kind (old consumers were servers). */
function operationOf(span: Span, isKnownSystem: boolean): Operation | undefined {
  const { attributes } = span;
  const given = ['messaging.operation.type', 'messaging.operation', 'messaging.operation.name'].map(name =>
    readAttribute(attributes, name),
  );
  const words = isKnownSystem ? span.name.split(' ') : [];
  for (const verb of [...given, words.at(-1), words[0]]) {
    const operation = verb === undefined ? undefined : OPERATIONS.get(verb.toLowerCase());
    if (operation !== undefined) return operation;
  }
  if (span.kind === PRODUCER) return 'send';
  return span.kind === CONSUMER || span.kind === SERVER ? 'process' : undefined;
}

/** `<name> verb` or `verb <name>`. */
function nameBesideVerb(spanName: string): string | undefined {
  const words = spanName.split(' ');
  const [first, second] = words;
  if (first === undefined || second === undefined || words.length !== 2) return undefined;
  if (OPERATIONS.has(second.toLowerCase())) return first;
  return OPERATIONS.has(first.toLowerCase()) ? second : undefined;
}

/** Runs of six and more digits are one topic each time. */
function topicName(raw: string): string {
  return TEMPORARY.test(raw) ? '(temporary)' : cleanName(raw.replace(/\d{6,}/g, '{id}'));
}

function batchCountOf(span: Span): number {
  return readNumber(span.attributes, 'messaging.batch.message_count') ?? 0;
}

function groupOf(span: Span): string | undefined {
  const group = readAttribute(
    span.attributes,
    'messaging.consumer.group.name',
    'messaging.kafka.consumer.group',
    'messaging.kafka.consumer_group',
  );
  const ofConsumer = readAttribute(span.attributes, 'messaging.consumer.id')?.split(' - ')[0];
  return cleanName(group ?? ofConsumer ?? '') || undefined;
}
