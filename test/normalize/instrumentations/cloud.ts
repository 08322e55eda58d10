/** Queues and topics of AWS, Google Cloud and Azure. */
import { client, consumer, type InstrumentationCase, internal, producer } from './case.ts';

const QUEUE_URL = 'https://sqs.eu-central-1.amazonaws.com/123456789012/orders';
const QUEUE = 'topic:aws_sqs/~/orders';

const jsSqs = {
  'rpc.system': 'aws-api',
  'rpc.service': 'SQS',
  'messaging.system': 'aws_sqs',
  'messaging.destination.name': 'orders',
  'url.full': QUEUE_URL,
};

export const aws: readonly InstrumentationCase[] = [
  {
    name: 'SQS, JS: one message, the id on the producer, a link with the id on the receive span',
    spans: [
      producer('shop', 'orders send', { ...jsSqs, 'rpc.method': 'SendMessage', 'messaging.message.id': 'm-1' }),
      consumer(
        'mail',
        'orders receive',
        {
          ...jsSqs,
          'rpc.method': 'ReceiveMessage',
          'messaging.operation.type': 'receive',
          'messaging.batch.message_count': 1,
        },
        { links: [{ to: 1, attributes: { 'messaging.message.id': 'm-1' } }] },
      ),
    ],
    edges: {
      [`shop publishes ${QUEUE}`]: { messages: 1 },
      [`${QUEUE} consumes mail`]: { messages: 1, received: 1, evidence: { server_span: 1, span_link: 1 } },
    },
  },
  {
    name: 'SQS, JS: a batch is one span, with a link a message on the receive span',
    spans: [
      producer('shop', 'orders send', {
        ...jsSqs,
        'rpc.method': 'SendMessageBatch',
        'messaging.batch.message_count': 2,
      }),
      consumer(
        'mail',
        'orders receive',
        { ...jsSqs, 'messaging.operation.type': 'receive', 'messaging.batch.message_count': 2 },
        { links: [{ to: 1 }, { to: 1 }] },
      ),
    ],
    edges: {
      [`shop publishes ${QUEUE}`]: { messages: 2, batches: 1 },
      [`${QUEUE} consumes mail`]: { messages: 2, batches: 1 },
    },
  },
  {
    name: 'SQS, JS of before: the old system and the queue as messaging.url',
    spans: [
      producer('shop', 'orders send', {
        'messaging.system': 'aws.sqs',
        'messaging.destination_kind': 'queue',
        'messaging.destination': 'orders',
        'messaging.url': QUEUE_URL,
      }),
    ],
    edges: { [`shop publishes ${QUEUE}`]: {} },
  },
  {
    name: 'SQS, Java agent: AmazonSQS',
    spans: [
      producer('shop', 'orders publish', {
        'messaging.system': 'AmazonSQS',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'publish',
        'aws.queue.url': QUEUE_URL,
        'rpc.system': 'aws-api',
        'rpc.service': 'AmazonSQS',
      }),
      consumer(
        'mail',
        'orders process',
        { 'messaging.system': 'AmazonSQS', 'messaging.destination.name': 'orders', 'messaging.operation': 'process' },
        { under: 1 },
      ),
    ],
    edges: { [`shop publishes ${QUEUE}`]: {}, [`${QUEUE} consumes mail`]: { processed: 1 } },
  },
  {
    name: 'SQS by the queue’s URL alone',
    spans: [
      producer('shop', 'SQS.SendMessage', {
        'messaging.system': 'aws_sqs',
        'aws.sqs.queue.url': QUEUE_URL,
        'messaging.operation.type': 'send',
      }),
    ],
    edges: { [`shop publishes ${QUEUE}`]: {} },
  },
  {
    name: 'SQS by url.full alone, and a name that is a URL',
    spans: [
      producer('shop', 'send', { 'messaging.system': 'aws_sqs', 'url.full': `${QUEUE_URL}/` }),
      producer('shop', 'send', { 'messaging.system': 'aws_sqs', 'messaging.destination.name': QUEUE_URL }),
    ],
    edges: { [`shop publishes ${QUEUE}`]: { count: 2 } },
  },
  {
    name: 'SQS, Python: boto3sqs with links on process spans',
    spans: [
      producer('shop', 'orders send', {
        'messaging.system': 'aws.sqs',
        'messaging.destination': 'orders',
        'messaging.destination_kind': 'queue',
        'messaging.url': QUEUE_URL,
      }),
      consumer('mail', 'orders receive', {
        'messaging.system': 'aws.sqs',
        'messaging.destination': 'orders',
        'messaging.operation': 'receive',
        'messaging.url': QUEUE_URL,
      }),
      consumer(
        'mail',
        'orders process',
        {
          'messaging.system': 'aws.sqs',
          'messaging.destination': 'orders',
          'messaging.operation': 'process',
          'messaging.message_id': 'm-1',
        },
        { under: 2, links: [{ to: 1 }] },
      ),
    ],
    edges: { [`shop publishes ${QUEUE}`]: {}, [`${QUEUE} consumes mail`]: { messages: 1, received: 1, processed: 1 } },
  },
  {
    name: 'SQS, deleting a message settles',
    spans: [
      client('mail', 'orders settle', {
        ...jsSqs,
        'messaging.operation.type': 'settle',
        'messaging.operation.name': 'delete',
      }),
    ],
    edges: {},
    fates: { internal: 1 },
  },
  ...(
    [
      ['SendMessage', { [`shop publishes ${QUEUE}`]: {} }],
      ['SendMessageBatch', { [`shop publishes ${QUEUE}`]: {} }],
      ['ReceiveMessage', { [`${QUEUE} consumes shop`]: { received: 1 } }],
      ['DeleteMessage', {}],
    ] as const
  ).map(([verb, edges]) => ({
    name: `SQS, ${verb} as the operation's name, of kind client`,
    spans: [client('shop', `SQS.${verb}`, { ...jsSqs, 'messaging.operation.name': verb })],
    edges,
  })),
  {
    name: 'SNS, JS: the topic’s name of its resource name',
    spans: [
      producer('shop', 'orders send', {
        'rpc.system': 'aws-api',
        'rpc.service': 'SNS',
        'rpc.method': 'Publish',
        'messaging.system': 'aws.sns',
        'messaging.destination_kind': 'topic',
        'messaging.destination': 'orders',
        'messaging.destination.name': 'arn:aws:sns:eu-central-1:123456789012:orders',
        'aws.sns.topic.arn': 'arn:aws:sns:eu-central-1:123456789012:orders',
      }),
    ],
    edges: { 'shop publishes topic:aws.sns/~/orders': {} },
  },
  {
    name: 'SNS by its resource name alone',
    spans: [producer('shop', 'SNS.Publish', { 'aws.sns.topic.arn': 'arn:aws:sns:eu-central-1:123456789012:orders' })],
    edges: { 'shop publishes topic:aws.sns/~/orders': {} },
  },
  {
    name: 'SNS to SQS: one message under two names of two systems',
    spans: [
      producer('shop', 'orders send', {
        'messaging.system': 'aws.sns',
        'messaging.destination.name': 'orders',
        'messaging.operation.type': 'send',
      }),
      consumer(
        'mail',
        'mail-queue process',
        {
          'messaging.system': 'aws_sqs',
          'messaging.destination.name': 'mail-queue',
          'messaging.operation.type': 'process',
        },
        { links: [{ to: 1 }] },
      ),
    ],
    edges: {
      'shop publishes topic:aws.sns/~/orders': {},
      'topic:aws_sqs/~/mail-queue consumes mail': {},
      'topic:aws.sns/~/orders routes topic:aws_sqs/~/mail-queue': {},
    },
  },
  {
    name: 'Lambda, an SQS trigger: a process span with a link a record',
    spans: [
      producer('shop', 'orders send', { ...jsSqs }),
      consumer(
        'mail-lambda',
        'orders process',
        {
          'faas.trigger': 'pubsub',
          'messaging.system': 'AmazonSQS',
          'messaging.operation': 'process',
          'messaging.destination.name': 'orders',
        },
        { links: [{ to: 1 }] },
      ),
    ],
    edges: { [`shop publishes ${QUEUE}`]: {}, [`${QUEUE} consumes mail-lambda`]: {} },
  },
  {
    name: 'Kinesis, JS: a call to AWS without messaging attributes',
    spans: [
      client('shop', 'Kinesis.PutRecord', {
        'rpc.system': 'aws-api',
        'rpc.service': 'Kinesis',
        'rpc.method': 'PutRecord',
        'server.address': 'kinesis.eu-central-1.amazonaws.com',
        'server.port': 443,
      }),
    ],
    edges: { 'shop calls external:kinesis.eu-central-1.amazonaws.com': {} },
  },
];

const pubsub = { 'messaging.system': 'gcp_pubsub', 'gcp.project_id': 'shop-1' };

export const google: readonly InstrumentationCase[] = [
  {
    name: 'Pub/Sub: create, publish that links to it, subscribe under the created message, process, ack',
    spans: [
      producer('shop', 'orders create', {
        ...pubsub,
        'messaging.destination.name': 'orders',
        'messaging.operation': 'create',
      }),
      client(
        'shop',
        'orders send',
        { ...pubsub, 'messaging.destination.name': 'orders', 'messaging.batch.message_count': 1 },
        { links: [{ to: 1 }] },
      ),
      consumer(
        'mail',
        'orders-sub subscribe',
        {
          ...pubsub,
          'messaging.destination.name': 'orders-sub',
          'messaging.operation': 'receive',
          'messaging.message.id': '7',
        },
        { under: 1 },
      ),
      internal(
        'mail',
        'orders-sub process',
        { ...pubsub, 'messaging.destination.name': 'orders-sub', 'messaging.operation': 'process' },
        { under: 3 },
      ),
      client(
        'mail',
        'orders-sub ack',
        { ...pubsub, 'messaging.destination.name': 'orders-sub', 'messaging.operation.name': 'ack' },
        { links: [{ to: 3 }] },
      ),
    ],
    edges: {
      'shop publishes topic:gcp_pubsub/~/orders': { messages: 1 },
      'topic:gcp_pubsub/~/orders-sub consumes mail': { messages: 1, received: 1, processed: 1 },
      'topic:gcp_pubsub/~/orders routes topic:gcp_pubsub/~/orders-sub': {},
    },
  },
  {
    name: 'Pub/Sub: modack settles, in the name alone',
    spans: [client('mail', 'orders-sub modack', { ...pubsub, 'messaging.destination.name': 'orders-sub' })],
    edges: {},
    fates: { internal: 1 },
  },
  {
    name: 'Pub/Sub: streaming pull is a receive of kind client',
    spans: [
      client('mail', 'pull orders-sub', {
        ...pubsub,
        'messaging.destination.name': 'orders-sub',
        'messaging.batch.message_count': 4,
      }),
    ],
    edges: { 'topic:gcp_pubsub/~/orders-sub consumes mail': { messages: 4, received: 4, batches: 1 } },
  },
  {
    name: 'Pub/Sub under its older name',
    spans: [producer('shop', 'orders send', { 'messaging.system': 'pubsub', 'messaging.destination': 'orders' })],
    edges: { 'shop publishes topic:gcp_pubsub/~/orders': {} },
  },
];

export const azure: readonly InstrumentationCase[] = [
  {
    name: 'Service Bus: message, send that links to it, process, settle',
    spans: [
      producer('shop', 'ServiceBus.message', {
        'messaging.system': 'servicebus',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'create',
        'az.namespace': 'Microsoft.ServiceBus',
      }),
      client(
        'shop',
        'ServiceBus.send',
        {
          'messaging.system': 'servicebus',
          'messaging.destination.name': 'orders',
          'messaging.operation': 'publish',
          'server.address': 'shop.servicebus.windows.net',
          'az.namespace': 'Microsoft.ServiceBus',
        },
        { links: [{ to: 1 }] },
      ),
      consumer(
        'mail',
        'ServiceBus.process',
        { 'messaging.system': 'servicebus', 'messaging.destination.name': 'orders', 'messaging.operation': 'process' },
        { links: [{ to: 1 }] },
      ),
      client(
        'mail',
        'ServiceBus.complete',
        { 'messaging.system': 'servicebus', 'messaging.destination.name': 'orders', 'messaging.operation': 'settle' },
        { under: 3 },
      ),
    ],
    edges: {
      'shop publishes topic:servicebus/~/orders': { messages: 1 },
      'topic:servicebus/~/orders consumes mail': { messages: 1, evidence: { server_span: 1, span_link: 1 } },
    },
  },
  {
    name: 'Service Bus, a subscription beside its topic: the topic is the destination',
    spans: [
      consumer('mail', 'ServiceBus.process', {
        'messaging.system': 'servicebus',
        'messaging.destination.name': 'orders',
        'messaging.servicebus.destination.subscription_name': 'mail',
        'messaging.operation': 'process',
      }),
    ],
    edges: { 'topic:servicebus/~/orders consumes mail': {} },
  },
  {
    name: 'Event Hubs: the consumer group',
    spans: [
      client('shop', 'EventHubs.send', {
        'messaging.system': 'eventhubs',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'publish',
        'messaging.batch.message_count': 3,
      }),
      consumer('mail', 'EventHubs.process', {
        'messaging.system': 'eventhubs',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'process',
        'messaging.eventhubs.consumer.group': '$Default',
      }),
    ],
    edges: {
      'shop publishes topic:eventhubs/~/orders': { messages: 3, batches: 1 },
      'topic:eventhubs/~/orders consumes mail': { groups: { $Default: 1 } },
    },
  },
  {
    name: 'Azure SDKs of before: message_bus.destination',
    spans: [
      producer('shop', 'ServiceBus.send', {
        'message_bus.destination': 'orders',
        'peer.address': 'shop.servicebus.windows.net',
      }),
    ],
    edges: { 'shop publishes topic:~/~/orders': {} },
  },
];
