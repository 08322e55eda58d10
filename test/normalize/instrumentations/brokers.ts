/** Clients of RabbitMQ, NATS, JMS, Pulsar, RocketMQ and others. */
import { type Attributes, client, consumer, type InstrumentationCase, producer, server } from './case.ts';

const rabbit = (more: Attributes): Attributes => ({ 'messaging.system': 'rabbitmq', ...more });

/** A message from `shop` to `mail` as its child: the topic, and the attributes of both sides. */
function delivered(
  name: string,
  topic: string,
  [sendName, send]: readonly [string, Attributes],
  [takeName, take]: readonly [string, Attributes],
  operation: 'process' | 'receive' = 'process',
): InstrumentationCase {
  return {
    name,
    spans: [producer('shop', sendName, send), consumer('mail', takeName, take, { under: 1 })],
    edges: {
      [`shop publishes topic:${topic}`]: { messages: 1, operations: { send: 1 } },
      [`topic:${topic} consumes mail`]: {
        messages: 1,
        operations: { [operation]: 1 },
        evidence: { server_span: 1, paired: 1 },
      },
    },
    fates: { paired: 2 },
  };
}

const amqplib = (more: Attributes): Attributes =>
  rabbit({
    'messaging.destination_kind': 'topic',
    'messaging.protocol': 'AMQP',
    'messaging.protocol_version': '0.9.1',
    'messaging.url': 'amqp://guest:***@rabbit:5672/vhost',
    ...more,
  });

export const rabbitmq: readonly InstrumentationCase[] = [
  delivered(
    'amqplib: the exchange is the destination on both sides, the queue only in the name',
    'rabbitmq/~/events',
    [
      'publish events',
      amqplib({ 'messaging.destination': 'events', 'messaging.rabbitmq.routing_key': 'order.created' }),
    ],
    [
      'mail-queue process',
      amqplib({
        'messaging.destination': 'events',
        'messaging.rabbitmq.routing_key': 'order.created',
        'messaging.operation': 'process',
      }),
    ],
  ),
  delivered(
    'amqplib with the default exchange: an empty destination, the routing key is the queue',
    'rabbitmq/~/mail-queue',
    ['publish <default>', amqplib({ 'messaging.destination': '', 'messaging.rabbitmq.routing_key': 'mail-queue' })],
    [
      'mail-queue process',
      amqplib({
        'messaging.destination': '',
        'messaging.rabbitmq.routing_key': 'mail-queue',
        'messaging.operation': 'process',
      }),
    ],
  ),
  {
    name: 'amqplib with links: the consumer is a root that links to the producer',
    spans: [
      producer('shop', 'publish events', amqplib({ 'messaging.destination': 'events' })),
      consumer(
        'mail',
        'mail-queue process',
        amqplib({ 'messaging.destination': 'events', 'messaging.operation': 'process' }),
        {
          links: [{ to: 1 }],
        },
      ),
    ],
    edges: {
      'shop publishes topic:rabbitmq/~/events': {},
      'topic:rabbitmq/~/events consumes mail': { evidence: { server_span: 1, span_link: 1 } },
    },
  },
  delivered(
    'Java agent: the exchange',
    'rabbitmq/~/events',
    [
      'events publish',
      rabbit({
        'messaging.destination.name': 'events',
        'messaging.operation': 'publish',
        'messaging.rabbitmq.destination.routing_key': 'order.created',
      }),
    ],
    [
      'mail-queue process',
      rabbit({
        'messaging.destination.name': 'events',
        'messaging.operation': 'process',
        'messaging.rabbitmq.destination.routing_key': 'order.created',
      }),
    ],
  ),
  delivered(
    'Java agent with the default exchange: <default> and the routing key',
    'rabbitmq/~/mail-queue',
    [
      '<default> publish',
      rabbit({
        'messaging.destination.name': '<default>',
        'messaging.operation': 'publish',
        'messaging.rabbitmq.destination.routing_key': 'mail-queue',
      }),
    ],
    [
      'mail-queue process',
      rabbit({
        'messaging.destination.name': '<default>',
        'messaging.operation': 'process',
        'messaging.rabbitmq.destination.routing_key': 'mail-queue',
      }),
    ],
  ),
  delivered(
    'Java agent with a generated queue behind an exchange: the exchange',
    'rabbitmq/~/events',
    ['events publish', rabbit({ 'messaging.destination.name': 'events', 'messaging.operation': 'publish' })],
    ['<generated> process', rabbit({ 'messaging.destination.name': 'events', 'messaging.operation': 'process' })],
  ),
  delivered(
    'Java agent with a generated queue as routing key: temporary',
    'rabbitmq/~/(temporary)',
    [
      '<default> publish',
      rabbit({
        'messaging.destination.name': '<default>',
        'messaging.operation': 'publish',
        'messaging.rabbitmq.destination.routing_key': 'amq.gen-JzTY20BRgKO',
      }),
    ],
    [
      '<generated> process',
      rabbit({
        'messaging.destination.name': '<default>',
        'messaging.operation': 'process',
        'messaging.rabbitmq.destination.routing_key': 'amq.gen-Xy7Z81CRqNP',
      }),
    ],
  ),
  delivered(
    'today’s conventions: exchange:key and exchange:key:queue are one exchange',
    'rabbitmq/~/events',
    [
      'send events:order.created',
      rabbit({ 'messaging.destination.name': 'events:order.created', 'messaging.operation.type': 'send' }),
    ],
    [
      'consume events:order.created:mail-queue',
      rabbit({
        'messaging.destination.name': 'events:order.created:mail-queue',
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'consume',
      }),
    ],
  ),
  delivered(
    'today’s conventions with the default exchange: the key alone, or amq.default',
    'rabbitmq/~/mail-queue',
    [
      'send mail-queue',
      rabbit({
        'messaging.destination.name': 'amq.default',
        'messaging.rabbitmq.destination.routing_key': 'mail-queue',
        'messaging.operation.type': 'send',
      }),
    ],
    [
      'consume mail-queue',
      rabbit({ 'messaging.destination.name': ':mail-queue', 'messaging.operation.type': 'process' }),
    ],
  ),
  {
    name: 'spring-rabbit beside the Java agent: the consumer names the routing key, which is routed from the exchange',
    spans: [
      producer(
        'shop',
        'events publish',
        rabbit({ 'messaging.destination.name': 'events', 'messaging.operation': 'publish' }),
      ),
      consumer(
        'mail',
        'order.created process',
        rabbit({
          'messaging.destination.name': 'order.created',
          'messaging.operation': 'process',
          'messaging.message.id': 'm-1',
        }),
        { under: 1 },
      ),
    ],
    edges: {
      'shop publishes topic:rabbitmq/~/events': {},
      'topic:rabbitmq/~/order.created consumes mail': {},
      'topic:rabbitmq/~/events routes topic:rabbitmq/~/order.created': {},
    },
  },
  delivered(
    'pika: exchange or routing key, and a temp_destination that says nothing',
    'rabbitmq/~/mail-queue',
    [
      'mail-queue send',
      rabbit({
        'messaging.destination': 'mail-queue',
        'messaging.temp_destination': true,
        'net.peer.name': 'rabbit',
        'net.peer.port': 5672,
      }),
    ],
    ['mail-queue receive', rabbit({ 'messaging.destination': 'mail-queue', 'messaging.operation': 'receive' })],
    'receive',
  ),
  {
    name: 'an acknowledgement settles',
    spans: [
      client(
        'mail',
        'ack mail-queue',
        rabbit({ 'messaging.destination.name': 'events', 'messaging.operation.name': 'ack' }),
      ),
    ],
    edges: {},
    fates: { internal: 1 },
  },
  delivered(
    'the server’s product as system, in its own case',
    'rabbitmq/~/events',
    ['publish events', { 'messaging.system': 'RabbitMQ', 'messaging.destination': 'events' }],
    [
      'q process',
      { 'messaging.system': 'rabbitmq', 'messaging.destination': 'events', 'messaging.operation': 'process' },
    ],
  ),
];

const nats = (more: Attributes): Attributes => ({ 'messaging.system': 'nats', ...more });

export const others: readonly InstrumentationCase[] = [
  delivered(
    'NATS, Java agent: the subject',
    'nats/~/orders.created',
    [
      'orders.created publish',
      nats({
        'messaging.destination.name': 'orders.created',
        'messaging.operation': 'publish',
        'messaging.client_id': '7',
      }),
    ],
    [
      'orders.created process',
      nats({ 'messaging.destination.name': 'orders.created', 'messaging.operation': 'process' }),
    ],
  ),
  {
    name: 'NATS, a request: the reply goes to an inbox that is temporary',
    spans: [
      producer(
        'shop',
        'request stock',
        nats({ 'messaging.destination.name': 'stock', 'messaging.operation.name': 'request' }),
      ),
      consumer(
        'stock',
        'stock process',
        nats({ 'messaging.destination.name': 'stock', 'messaging.operation': 'process' }),
        {
          under: 1,
        },
      ),
      producer(
        'stock',
        '(temporary) publish',
        nats({
          'messaging.destination.name': '(temporary)',
          'messaging.destination.temporary': true,
          'messaging.operation': 'publish',
        }),
        { under: 2 },
      ),
      consumer(
        'shop',
        'process',
        nats({ 'messaging.destination.name': '_INBOX.abc.def', 'messaging.operation': 'process' }),
        { under: 3 },
      ),
    ],
    edges: {
      'shop publishes topic:nats/~/stock': {},
      'topic:nats/~/stock consumes stock': {},
      'stock publishes topic:nats/~/(temporary)': {},
      'topic:nats/~/(temporary) consumes shop': {},
    },
  },
  delivered(
    'JMS, Java agent: a queue',
    'jms/~/orders',
    [
      'orders publish',
      {
        'messaging.system': 'jms',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'publish',
        'messaging.message.id': 'ID:1',
      },
    ],
    [
      'orders process',
      {
        'messaging.system': 'jms',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'process',
        'messaging.message.id': 'ID:1',
      },
    ],
  ),
  delivered(
    'JMS of the first conventions: a temporary queue, and the kind of destination',
    'jms/~/(temporary)',
    [
      '(temporary) send',
      {
        'messaging.system': 'jms',
        'messaging.destination': '(temporary)',
        'messaging.temp_destination': true,
        'messaging.destination_kind': 'queue',
      },
    ],
    [
      '(temporary) receive',
      {
        'messaging.system': 'jms',
        'messaging.destination': '(temporary)',
        'messaging.operation': 'receive',
        'messaging.destination_kind': 'queue',
      },
    ],
    'receive',
  ),
  delivered(
    'ActiveMQ',
    'activemq/~/orders',
    [
      'send orders',
      { 'messaging.system': 'activemq', 'messaging.destination.name': 'orders', 'messaging.operation.type': 'send' },
    ],
    [
      'process orders',
      { 'messaging.system': 'activemq', 'messaging.destination.name': 'orders', 'messaging.operation.type': 'process' },
    ],
  ),
  delivered(
    'Pulsar, Java agent: the whole name of the topic is the topic',
    'pulsar/~/persistent:%2F%2Fpublic%2Fdefault%2Forders',
    [
      'persistent://public/default/orders publish',
      {
        'messaging.system': 'pulsar',
        'messaging.destination.name': 'persistent://public/default/orders',
        'messaging.operation': 'publish',
        'server.address': 'pulsar',
        'server.port': 6650,
        'messaging.pulsar.message.type': 'normal',
      },
    ],
    [
      'persistent://public/default/orders process',
      {
        'messaging.system': 'pulsar',
        'messaging.destination.name': 'persistent://public/default/orders',
        'messaging.operation': 'process',
        'messaging.message.id': '4:0:-1',
      },
    ],
  ),
  {
    name: 'Pulsar, a receive span that links to the producer',
    spans: [
      producer('shop', 'orders publish', {
        'messaging.system': 'pulsar',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'publish',
      }),
      consumer(
        'mail',
        'orders receive',
        {
          'messaging.system': 'pulsar',
          'messaging.destination.name': 'orders',
          'messaging.operation': 'receive',
          'messaging.batch.message_count': 3,
        },
        { links: [{ to: 1 }] },
      ),
    ],
    edges: {
      'shop publishes topic:pulsar/~/orders': {},
      'topic:pulsar/~/orders consumes mail': {
        messages: 3,
        received: 3,
        batches: 1,
        evidence: { server_span: 1, span_link: 1 },
      },
    },
  },
  delivered(
    'RocketMQ, Java agent: the client group',
    'rocketmq/~/orders',
    [
      'orders publish',
      {
        'messaging.system': 'rocketmq',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'publish',
        'messaging.rocketmq.message.tag': 'created',
        'messaging.message.id': '7F0000010001',
      },
    ],
    [
      'orders process',
      {
        'messaging.system': 'rocketmq',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'process',
        'messaging.rocketmq.client_group': 'mailers',
      },
    ],
  ),
  {
    name: 'RocketMQ, a batch: a receive root and a process span for each message with a link',
    spans: [
      producer('shop', 'orders send', { 'messaging.system': 'rocketmq', 'messaging.destination': 'orders' }),
      consumer('mail', 'multiple_sources receive', {
        'messaging.system': 'rocketmq',
        'messaging.operation': 'receive',
      }),
      consumer(
        'mail',
        'orders process',
        { 'messaging.system': 'rocketmq', 'messaging.destination': 'orders', 'messaging.operation': 'process' },
        { under: 2, links: [{ to: 1 }] },
      ),
    ],
    edges: {
      'shop publishes topic:rocketmq/~/orders': {},
      'topic:rocketmq/~/multiple_sources consumes mail': { received: 1 },
      'topic:rocketmq/~/orders consumes mail': { processed: 1 },
    },
  },
  delivered(
    'Celery: tasks by the kind of their spans',
    '~/~/celery',
    [
      'apply_async/mail.send',
      {
        'celery.action': 'apply_async',
        'messaging.destination': 'celery',
        'messaging.message_id': 't-1',
        'messaging.destination_kind': 'queue',
      },
    ],
    ['run/mail.send', { 'celery.action': 'run', 'messaging.destination': 'celery', 'messaging.message_id': 't-1' }],
  ),
  delivered(
    'MassTransit: names of its own',
    'rabbitmq/~/Shop.Contracts',
    [
      'Shop.Contracts:OrderCreated send',
      {
        'messaging.system': 'rabbitmq',
        'messaging.destination.name': 'Shop.Contracts:OrderCreated',
        'messaging.operation': 'send',
      },
    ],
    [
      'mail receive',
      {
        'messaging.system': 'rabbitmq',
        'messaging.destination.name': 'Shop.Contracts:OrderCreated',
        'messaging.operation': 'receive',
      },
    ],
    'receive',
  ),
  delivered(
    'a system nobody knows, with its destination in the span’s name',
    'mybus/~/orders',
    ['orders send', { 'messaging.system': 'mybus' }],
    ['process orders', { 'messaging.system': 'mybus' }],
  ),
  {
    name: 'without a system the span’s name says nothing',
    spans: [producer('shop', 'orders send', {}), consumer('mail', 'orders process', {}, { under: 1 })],
    edges: { 'shop messages mail': { messages: 1, operations: { process: 1 } } },
    fates: { paired: 2 },
  },
  {
    name: 'a span’s name of three words names no destination',
    spans: [producer('shop', 'send some orders', { 'messaging.system': 'mybus' })],
    edges: {},
    reasons: { no_destination: 1 },
  },
  {
    name: 'a producer that a server span answers is a call too',
    spans: [
      producer('shop', 'send orders', { 'messaging.system': 'mybus', 'messaging.destination.name': 'orders' }),
      server('mail', 'POST /orders', { 'http.request.method': 'POST' }, { under: 1 }),
    ],
    edges: { 'shop publishes topic:mybus/~/orders': {}, 'shop calls mail': { evidence: { paired: 1 } } },
  },
];
