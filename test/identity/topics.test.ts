/** What a topic is called: each span's topic, as its id says it. */
import { describe, expect, it } from 'vitest';
import { type Attributes, type JudgedSpan, judge } from '../kits/judged.ts';

const KAFKA = { 'messaging.system': 'kafka' };
const RABBIT = { 'messaging.system': 'rabbitmq' };
const ROUTING = 'messaging.rabbitmq.destination.routing_key';
const named = (name: string, system: Attributes = KAFKA): Attributes => ({
  ...system,
  'messaging.destination.name': name,
});

type Case = readonly [title: string, span: Partial<JudgedSpan>, topic: string | undefined];

const CASES: readonly Case[] = [
  ['its name', { attributes: named('orders') }, 'kafka/~/orders'],
  ['the oldest name', { attributes: { ...KAFKA, 'messaging.destination': 'orders' } }, 'kafka/~/orders'],
  ['the source of a consumer', { attributes: { ...KAFKA, 'messaging.source.name': 'orders' } }, 'kafka/~/orders'],
  [
    'the newest name first',
    { attributes: { ...KAFKA, 'messaging.destination': 'old', 'messaging.destination.name': 'new' } },
    'kafka/~/new',
  ],
  ['an empty one is absent', { attributes: { ...named(''), 'messaging.destination': 'orders' } }, 'kafka/~/orders'],
  [
    'the template before the name',
    { attributes: { ...named('orders-42'), 'messaging.destination.template': 'orders-{tenant}' } },
    'kafka/~/orders-{tenant}',
  ],
  ['the cluster', { attributes: { ...named('orders'), 'messaging.kafka.cluster.id': 'eu-1' } }, 'kafka/eu-1/orders'],
  ['no cluster from a broker', { attributes: { ...named('orders'), 'server.address': 'kafka-1' } }, 'kafka/~/orders'],
  ['no system', { attributes: { 'messaging.destination.name': 'orders' } }, '~/~/orders'],
  ['a system in capitals', { attributes: named('orders', { 'messaging.system': 'Kafka' }) }, 'kafka/~/orders'],
  ['a UUID inside', { attributes: named('reply-0b4e9c3a-7d5e-4f1a-9a3f-0c2d1e4f5a6b') }, 'kafka/~/reply-{id}'],
  ['a UUID in capitals', { attributes: named('r-0B4E9C3A-7D5E-4F1A-9A3F-0C2D1E4F5A6B') }, 'kafka/~/r-{id}'],
  ['six digits', { attributes: named('orders-123456-new') }, 'kafka/~/orders-{id}-new'],
  ['five digits', { attributes: named('orders-12345') }, 'kafka/~/orders-12345'],
  ['several runs', { attributes: named('t-20260115.123456789') }, 'kafka/~/t-{id}.{id}'],
  ['a name of digits', { attributes: named('1234567') }, 'kafka/~/{id}'],
  ['(temporary)', { attributes: named('(temporary)', { 'messaging.system': 'jms' }) }, 'jms/~/(temporary)'],
  ['(anonymous)', { attributes: named('(anonymous)', { 'messaging.system': 'jms' }) }, 'jms/~/(temporary)'],
  ['an inbox', { attributes: named('_INBOX.aB3.x', { 'messaging.system': 'nats' }) }, 'nats/~/(temporary)'],
  ['a queue of the broker’s', { attributes: named('amq.gen-JzTY20BRgKO', RABBIT) }, 'rabbitmq/~/(temporary)'],
  ['a queue of Spring’s', { attributes: named('spring.gen-x1', RABBIT) }, 'rabbitmq/~/(temporary)'],
  ['<generated>', { attributes: named('<generated>', RABBIT) }, 'rabbitmq/~/(temporary)'],
  [
    'a flag alone is not temporary',
    { attributes: { ...RABBIT, 'messaging.destination': 'orders', 'messaging.temp_destination': true } },
    'rabbitmq/~/orders',
  ],
  ['(other) is a name like others', { attributes: named('(other)') }, 'kafka/~/%28other)'],
  ['an exchange', { attributes: named('shop', RABBIT) }, 'rabbitmq/~/shop'],
  ['an exchange and key', { attributes: named('shop:order.created', RABBIT) }, 'rabbitmq/~/shop'],
  ['an exchange, key and queue', { attributes: named('shop:order.created:billing', RABBIT) }, 'rabbitmq/~/shop'],
  [
    'the default exchange by <default>',
    { attributes: { ...named('<default>', RABBIT), [ROUTING]: 'mails' } },
    'rabbitmq/~/mails',
  ],
  ['by amq.default', { attributes: { ...named('amq.default', RABBIT), [ROUTING]: 'mails' } }, 'rabbitmq/~/mails'],
  ['by amq.default and key', { attributes: named('amq.default:mails', RABBIT) }, 'rabbitmq/~/mails'],
  ['by an empty first part', { attributes: named(':mails', RABBIT) }, 'rabbitmq/~/mails'],
  ['by an empty name', { attributes: { ...named('', RABBIT), [ROUTING]: 'mails' } }, 'rabbitmq/~/mails'],
  [
    'by the old key',
    { attributes: { ...RABBIT, 'messaging.destination': '', 'messaging.rabbitmq.routing_key': 'mails' } },
    'rabbitmq/~/mails',
  ],
  [
    'a generated queue of the default exchange',
    { attributes: named('amq.default:amq.gen-x', RABBIT) },
    'rabbitmq/~/(temporary)',
  ],
  ['colons elsewhere stay', { attributes: named('a:b:c', { 'messaging.system': 'pulsar' }) }, 'pulsar/~/a:b:c'],
  [
    'the last segment of a queue URL',
    {
      attributes: {
        'messaging.system': 'aws_sqs',
        'aws.sqs.queue.url': 'https://sqs.eu-1.amazonaws.com/123456789012/mails',
      },
    },
    'aws_sqs/~/mails',
  ],
  [
    'AmazonSQS',
    { attributes: { 'messaging.system': 'AmazonSQS', 'messaging.url': 'http://localhost:9324/queue/mails/' } },
    'aws_sqs/~/mails',
  ],
  ['aws.sqs', { attributes: named('mails', { 'messaging.system': 'aws.sqs' }) }, 'aws_sqs/~/mails'],
  [
    'not that of a broker’s URL',
    { attributes: { ...RABBIT, 'messaging.url': 'amqp://guest@mq-1:5672/vhost' }, name: 'work' },
    undefined,
  ],
  ['the span’s name with a verb behind', { attributes: KAFKA, name: 'orders publish' }, 'kafka/~/orders'],
  ['the span’s name with a verb before', { attributes: KAFKA, name: 'send orders' }, 'kafka/~/orders'],
  ['not a name of another form', { attributes: KAFKA, name: 'send orders now' }, undefined],
  ['not without a verb', { attributes: KAFKA, name: 'orders' }, undefined],
  ['not where the system is unknown', { attributes: {}, name: 'orders publish' }, undefined],
  ['the default exchange in a span’s name is none', { attributes: RABBIT, name: '<default> publish' }, undefined],
  ['an environment', { attributes: named('orders'), env: 'prod' }, 'kafka/~/orders@prod'],
  [
    'the old name of an environment',
    { attributes: named('orders'), resource: { 'deployment.environment': 'prod' } },
    'kafka/~/orders@prod',
  ],
];

async function topicsOf(spans: readonly JudgedSpan[], ...args: readonly string[]): Promise<string[]> {
  const { nodes } = await judge(spans, ...args);
  return nodes.filter(id => id.startsWith('topic:'));
}

describe('the topic of a producer', () => {
  it.each(CASES)('%s', async (_, span, topic) => {
    expect(await topicsOf([{ kind: 'producer', ...span }])).toEqual(topic === undefined ? [] : [`topic:${topic}`]);
  });
});

describe('configured topics', () => {
  const identity = (name: string, value: unknown) => [
    '--set',
    `connectors.topology.identity.topics.${name}=${JSON.stringify(value)}`,
  ];
  const send = (name: string, more: Attributes = {}): JudgedSpan => ({
    kind: 'producer',
    attributes: { ...named(name), ...more },
  });

  it('have a template before anything else', async () => {
    const args = identity('templates', [{ match: '^orders-[a-z0-9]+$', name: 'orders-{tenant}' }]);
    const spans = [
      send('orders-acme'),
      send('orders-1234567'),
      send('orders-a', { 'messaging.destination.template': 'orders-{x}' }),
    ];
    expect(await topicsOf(spans, ...args)).toEqual(['topic:kafka/~/orders-{tenant}']);
    expect(await topicsOf([send('orders-acme-dlq')], ...args)).toEqual(['topic:kafka/~/orders-acme-dlq']);
  });

  it('take the first that fits, of their system, with what its groups found', async () => {
    const args = identity('templates', [
      { system: 'rabbitmq', match: 'orders-.*', name: 'rabbits' },
      { match: '(orders|mails)-.*', name: '$1-{tenant}' },
      { match: '.*', name: 'any' },
    ]);
    expect(await topicsOf([send('mails-acme')], ...args)).toEqual(['topic:kafka/~/mails-{tenant}']);
    expect(await topicsOf([send('other')], ...args)).toEqual(['topic:kafka/~/any']);
  });

  it('are found in commands of Redis, too', async () => {
    const args = identity('templates', [{ system: 'redis', match: 'orders:.*', name: 'orders:{tenant}' }]);
    const add: JudgedSpan = {
      kind: 'client',
      attributes: { 'db.system': 'redis', 'db.statement': 'XADD orders:acme * a 1' },
    };
    expect(await topicsOf([add], ...args)).toEqual(['topic:redis/~/orders:{tenant}']);
    expect(await topicsOf([add])).toEqual(['topic:redis/~/orders:acme']);
  });

  it('have a cluster by their brokers', async () => {
    const args = identity('clusters', [
      { brokers: ['kafka-1:9092', 'kafka-2:9092'], name: 'eu-1' },
      { brokers: ['kafka-9'], name: 'us-1' },
    ]);
    const clusterOf = async (more: Attributes) => (await topicsOf([send('orders', more)], ...args))[0]?.split('/')[1];
    expect(await clusterOf({ 'server.address': 'kafka-2', 'server.port': 9092 })).toBe('eu-1');
    expect(await clusterOf({ 'server.address': 'KAFKA-2' })).toBe('eu-1');
    expect(await clusterOf({ 'server.address': 'kafka-2', 'server.port': 9093 })).toBe('~');
    expect(await clusterOf({ 'server.address': 'kafka-9', 'server.port': 1 })).toBe('us-1');
    expect(await clusterOf({ 'server.address': '["kafka-0:9092", "kafka-1:9092"]' })).toBe('eu-1');
    expect(await clusterOf({ 'messaging.url': '["kafka-1:9092"]' })).toBe('eu-1');
    expect(await clusterOf({ 'net.peer.name': 'kafka-1', 'messaging.kafka.cluster.id': 'told' })).toBe('told');
    expect(await clusterOf({ 'server.address': 'kafka-3' })).toBe('~');
  });

  it('have a cluster by the id it tells', async () => {
    const args = identity('clusters', [{ brokers: ['kafka-1:9092'], ids: ['MkU3OEVBNTcw'], name: 'eu-1' }]);
    const spans = [
      send('orders', { 'messaging.kafka.cluster.id': 'MkU3OEVBNTcw' }),
      send('orders', { 'server.address': 'kafka-1', 'server.port': '9092' }),
    ];
    const { graph } = await judge(spans, ...args);
    const topic = graph.nodes.find(({ kind }) => kind === 'topic');
    expect(topic?.id).toBe('topic:kafka/eu-1/orders');
    expect(topic?.rawIds).toEqual(['topic:kafka/MkU3OEVBNTcw/orders', 'topic:kafka/eu-1/orders']);
  });
});

describe('one message under two destinations', () => {
  const deliver = (from: Attributes, to: Attributes, name = 'work'): JudgedSpan[] => [
    { service: 'shop', kind: 'producer', attributes: from },
    { service: 'mail', kind: 'consumer', attributes: to, under: 1, name },
  ];
  const routesOf = async (spans: readonly JudgedSpan[]) =>
    (await judge(spans)).edges.filter(edge => edge.includes(' routes ')).map(edge => edge.replaceAll('topic:', ''));

  it.each<readonly [string, JudgedSpan[], string[]]>([
    [
      'an exchange and a queue',
      deliver(named('shop', RABBIT), named('mails', RABBIT)),
      ['rabbitmq/~/shop routes rabbitmq/~/mails'],
    ],
    ['an exchange on both sides', deliver(named('shop:created', RABBIT), named('shop:created:mails', RABBIT)), []],
    [
      'the routing key that spring-rabbit tells',
      deliver({ ...named('shop', RABBIT), [ROUTING]: 'order.created' }, named('order.created', RABBIT)),
      ['rabbitmq/~/shop routes rabbitmq/~/order.created'],
    ],
    [
      'SNS and SQS',
      deliver(named('orders', { 'messaging.system': 'aws.sns' }), named('mails', { 'messaging.system': 'aws_sqs' })),
      ['aws.sns/~/orders routes aws_sqs/~/mails'],
    ],
    [
      'one name in two systems',
      deliver(named('orders', { 'messaging.system': 'aws.sns' }), named('orders', { 'messaging.system': 'aws_sqs' })),
      ['aws.sns/~/orders routes aws_sqs/~/orders'],
    ],
    ['one name, one system untold', deliver({ 'messaging.destination.name': 'orders' }, named('orders')), []],
    [
      'one name in two clusters',
      deliver(
        { ...named('orders'), 'messaging.kafka.cluster.id': 'eu-1' },
        { ...named('orders'), 'messaging.kafka.cluster.id': 'us-1' },
      ),
      ['kafka/eu-1/orders routes kafka/us-1/orders'],
    ],
    [
      'one name, one cluster untold',
      deliver({ ...named('orders'), 'messaging.kafka.cluster.id': 'eu-1' }, named('orders')),
      [],
    ],
    ['a retry topic', deliver(named('orders'), named('orders-retry')), ['kafka/~/orders routes kafka/~/orders-retry']],
  ])('%s', async (_, spans, routes) => {
    expect(await routesOf(spans)).toEqual(routes);
  });
});
