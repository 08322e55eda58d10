/** Deliveries as instrumentations really tell them, which spans mixed without sense would seldom make. */
import type { Random } from './random.ts';
import { CLIENT, CONSUMER, type Link, PRODUCER, type Span } from './span.ts';

type Attributes = Span['attributes'];
type Resource = Span['resource'];

export interface Stage {
  readonly random: Random;
  readonly producer: Resource;
  readonly consumer: Resource;
  readonly beginUs: number;
}

const kafka = (topic: string, operation: string, more: Attributes = {}): Attributes => ({
  'messaging.system': 'kafka',
  'messaging.destination.name': topic,
  'messaging.operation.type': operation,
  ...more,
});

export function playScene(stage: Stage): Span[] {
  const scenes = [layersOfReceiving, twoInstrumentations, pollOfTopics, positions, positions];
  return stage.random.pick(scenes)(stage);
}

interface Part {
  readonly kind: number;
  readonly resource: Resource;
  readonly attributes: Attributes;
  readonly parent?: Span;
  readonly links?: readonly Span[];
  readonly scope?: string;
  readonly linkAttributes?: (target: Span, index: number) => Attributes;
}

function span({ random, beginUs }: Stage, part: Part): Span {
  const startUs = beginUs + random.below(40);
  const links = (part.links ?? []).map(
    (target, index): Link => ({
      traceId: target.traceId,
      spanId: target.spanId,
      attributes: part.linkAttributes?.(target, index) ?? {},
    }),
  );
  return {
    resource: part.resource,
    scope: part.scope ?? 'client',
    traceId: part.parent?.traceId ?? random.hex(32),
    spanId: random.hex(16),
    parentSpanId: part.parent?.spanId ?? '',
    kind: part.kind,
    name: 'span',
    startUs,
    endUs: startUs + random.below(40),
    attributes: part.attributes,
    links,
    droppedLinks: random.chance(0.1) ? 2 : 0,
    traceState: '',
    status: 0,
  };
}

function producers(stage: Stage, topics: readonly string[]): Span[] {
  return Array.from({ length: 1 + stage.random.below(3) }, () =>
    span(stage, {
      kind: PRODUCER,
      resource: stage.producer,
      attributes: kafka(stage.random.pick(topics), 'send'),
    }),
  );
}

const topicOf = (one: Span) => String(one.attributes['messaging.destination.name']);

/** A fetch of several topics, in it one span per topic, which links to the spans of the records. */
function layersOfReceiving(stage: Stage): Span[] {
  const { random, consumer: resource } = stage;
  const sent = producers(stage, ['orders', 'mails']);
  const part = { kind: CONSUMER, resource } as const;
  const fetch = span(stage, {
    ...part,
    attributes: kafka(random.pick(['orders, mails', 'orders', 'mails']), 'receive', {
      'messaging.batch.message_count': sent.length,
    }),
  });
  const records = sent.map(parent =>
    span(stage, { ...part, parent, attributes: kafka(random.chance(0.9) ? topicOf(parent) : '', 'receive') }),
  );
  const perTopic = ['orders', 'mails'].map(topic =>
    span(stage, {
      ...part,
      parent: fetch,
      attributes: kafka(random.chance(0.8) ? topic : '', 'receive'),
      links: records.filter(record => topicOf(record) === topic),
    }),
  );
  const dropped = random.chance(0.3) ? [random.pick(records)] : [];
  return [...sent, fetch, ...perTopic, ...records].filter(one => !dropped.includes(one));
}

/** Client library and framework both tell of the processing: children of the message, or linked to it, or one in the other. */
function twoInstrumentations(stage: Stage): Span[] {
  const { random, consumer: resource } = stage;
  const sent = producers(stage, ['orders']);
  const told: Span[] = [];
  for (const message of sent) {
    for (const scope of ['client', 'framework', 'client']) {
      if (random.chance(0.3)) continue;
      const inside = told.length > 0 && random.chance(0.3) ? random.pick(told) : undefined;
      const how = random.chance(0.5) ? { parent: message } : { links: [message], ...(inside && { parent: inside }) };
      const where = inside !== undefined && random.chance(0.5) ? { parent: inside } : how;
      told.push(span(stage, { kind: CONSUMER, resource, scope, attributes: kafka('orders', 'process'), ...where }));
    }
  }
  const batch = span(stage, {
    kind: CONSUMER,
    resource,
    scope: 'listener',
    attributes: kafka('orders', 'process', random.chance(0.5) ? { 'messaging.batch.message_count': 4 } : {}),
    links: sent,
  });
  const seen = random.chance(0.8) ? sent : sent.slice(1);
  return [...seen, ...told, ...(random.chance(0.5) ? [batch] : [])];
}

/** One poll of two topics; its links name them, or the span names one, both, or none. */
function pollOfTopics(stage: Stage): Span[] {
  const { random } = stage;
  const sent = producers(stage, ['orders', 'mails', 'orders.dlq']);
  const names = random.chance(0.7);
  const poll = span(stage, {
    kind: CLIENT,
    resource: stage.consumer,
    attributes: kafka(random.pick(['', 'orders', 'orders,mails']), 'receive', {
      'messaging.batch.message_count': random.pick([sent.length, 9]),
    }),
    links: sent,
    linkAttributes: target =>
      names && random.chance(0.8) ? { 'messaging.destination.name': random.pick([topicOf(target), 'mails']) } : {},
  });
  const processed = sent.map(message =>
    span(stage, {
      kind: CONSUMER,
      resource: stage.consumer,
      parent: poll,
      links: [message],
      attributes: kafka(topicOf(message), 'process'),
    }),
  );
  return [...sent, poll, ...(random.chance(0.5) ? processed : [])];
}

const CLUSTERS: readonly Attributes[] = [
  { 'messaging.kafka.cluster.id': 'eu-1' },
  { 'messaging.kafka.cluster.id': 'eu-1' },
  { 'messaging.kafka.cluster.id': 'us-1' },
  {},
];

/** Offsets as numbers or text, under any of their names, or as an id; few values, so that they meet. */
function whereIt(random: Random, topic: string, isSent: boolean): Attributes {
  const partition = random.below(2);
  const offset = random.below(3);
  const partitions: readonly Attributes[] = [
    { 'messaging.destination.partition.id': String(partition) },
    { [isSent ? 'messaging.kafka.destination.partition' : 'messaging.kafka.source.partition']: partition },
    { 'messaging.kafka.partition': partition },
    {},
  ];
  const offsets: readonly Attributes[] = [
    { 'messaging.kafka.offset': String(offset) },
    { 'messaging.kafka.message.offset': offset },
    { 'messaging.message.id': String(offset) },
    { 'messaging.message.id': `${topic}.${partition}.${offset}` },
    { 'messaging.message_id': `message-${offset}`, 'messaging.kafka.offset': random.below(2) },
    { 'messaging.message.id': `message-${offset}` },
    { 'messaging.kafka.offset': -1 },
  ];
  return { ...random.pick([...partitions.slice(0, 3), ...partitions]), ...random.pick(offsets) };
}

/** Messages known by where they are and what they are called: no context, or a context that is there, too. */
function positions(stage: Stage): Span[] {
  const { random } = stage;
  const isKafka = random.chance(0.8);
  const system: Attributes = isKafka ? random.pick(CLUSTERS) : { 'messaging.system': 'aws_sqs' };
  const topic = random.pick(['orders', 'mails']);
  const say = (operation: string, more: Attributes): Attributes => ({ ...kafka(topic, operation, more), ...system });
  const count = () => 1 + random.below(3);
  const sent = Array.from({ length: count() }, () =>
    span(stage, { kind: PRODUCER, resource: stage.producer, attributes: say('send', whereIt(random, topic, true)) }),
  );
  const received = Array.from({ length: count() }, () => {
    const context: Partial<Part> = random.pick([
      {},
      {},
      {},
      { parent: random.pick(sent) },
      { links: [random.pick(sent)] },
    ]);
    const group: Attributes = random.chance(0.5) ? { 'messaging.consumer.group.name': 'g' } : {};
    const attributes = say(random.pick(['process', 'process', 'receive']), {
      ...whereIt(random, topic, false),
      ...group,
    });
    const resource = random.chance(0.8) ? stage.consumer : stage.producer;
    return span(stage, {
      kind: CONSUMER,
      resource,
      scope: random.pick(['client', 'framework']),
      attributes,
      ...context,
    });
  });
  const unseen = span(stage, { kind: PRODUCER, resource: stage.producer, attributes: {} });
  const batch = span(stage, {
    kind: CONSUMER,
    resource: stage.consumer,
    attributes: say(random.pick(['process', 'receive']), { 'messaging.destination.partition.id': '1' }),
    links: [unseen, random.pick(sent), { ...unseen, spanId: random.hex(16) }],
    linkAttributes: () => whereIt(random, topic, false),
  });
  return [...sent, ...received, ...(random.chance(0.4) ? [batch] : [])];
}
