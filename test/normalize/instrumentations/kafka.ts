/** Clients of Kafka, each with the attributes it really sets. */
import { client, consumer, type InstrumentationCase, internal, producer, server, unspecified } from './case.ts';

const TOPIC = 'topic:kafka/~/orders';
const SENT = { [`shop publishes ${TOPIC}`]: { messages: 1, operations: { send: 1 }, evidence: { client_span: 1 } } };
const PROCESSED = {
  messages: 1,
  processed: 1,
  operations: { process: 1 },
  evidence: { server_span: 1, paired: 1 },
};
const RECEIVED = { messages: 1, received: 1, operations: { receive: 1 }, evidence: { server_span: 1, paired: 1 } };

const kafkajs = {
  'messaging.system': 'kafka',
  'messaging.destination.name': 'orders',
  'messaging.kafka.message.key': 'u1',
};
const sending = { 'messaging.operation.name': 'send', 'messaging.operation.type': 'send' };
const processing = { 'messaging.operation.name': 'process', 'messaging.operation.type': 'process' };

const java = {
  'messaging.system': 'kafka',
  'messaging.destination.name': 'orders',
  'messaging.client_id': 'shop-1',
  'messaging.destination.partition.id': '0',
  'messaging.kafka.message.offset': 7,
};

export const kafka: readonly InstrumentationCase[] = [
  {
    name: 'kafkajs 0.9, eachMessage: the process span is a child of the send span',
    spans: [
      producer('shop', 'send orders', { ...kafkajs, ...sending }),
      consumer(
        'mail',
        'process orders',
        {
          ...kafkajs,
          ...processing,
          'messaging.destination.partition.id': '0',
          'messaging.kafka.offset': '0',
          'messaging.kafka.cluster.id': '',
        },
        { under: 1 },
      ),
    ],
    edges: { ...SENT, [`${TOPIC} consumes mail`]: PROCESSED },
    fates: { paired: 2 },
  },
  {
    name: 'kafkajs 0.9, eachBatch: a poll of kind client, and one process span a message that links to its producer',
    spans: [
      producer('shop', 'send orders', { ...kafkajs, ...sending }),
      producer('shop', 'send orders', { ...kafkajs, ...sending }),
      client('mail', 'poll orders', {
        'messaging.system': 'kafka',
        'messaging.destination.name': 'orders',
        'messaging.operation.name': 'poll',
        'messaging.operation.type': 'receive',
        'messaging.batch.message_count': 2,
      }),
      consumer('mail', 'process orders', { ...kafkajs, ...processing }, { under: 3, links: [{ to: 1 }] }),
      consumer('mail', 'process orders', { ...kafkajs, ...processing }, { under: 3, links: [{ to: 2 }] }),
    ],
    edges: {
      [`shop publishes ${TOPIC}`]: { count: 2, messages: 2 },
      [`${TOPIC} consumes mail`]: {
        count: 2,
        messages: 2,
        received: 2,
        processed: 2,
        batches: 1,
        operations: { receive: 1, process: 2 },
        evidence: { server_span: 3, span_link: 2 },
      },
    },
  },
  {
    name: 'kafkajs 0.9, a transaction: an internal span above the sends',
    spans: [
      server('shop', 'POST /orders', { 'http.request.method': 'POST' }),
      internal(
        'shop',
        'transaction',
        { 'messaging.system': 'kafka', 'messaging.operation.name': 'transaction' },
        { under: 1 },
      ),
      producer('shop', 'send orders', { ...kafkajs, ...sending }, { under: 2 }),
    ],
    edges: SENT,
  },
  {
    name: 'kafkajs 0.8: the topic is the span name, the old destination attribute, no operation on the producer',
    spans: [
      producer('shop', 'orders', {
        'messaging.system': 'kafka',
        'messaging.destination': 'orders',
        'messaging.destination_kind': 'topic',
      }),
      consumer(
        'mail',
        'orders',
        { 'messaging.system': 'kafka', 'messaging.destination': 'orders', 'messaging.operation': 'process' },
        { under: 1 },
      ),
    ],
    edges: { ...SENT, [`${TOPIC} consumes mail`]: PROCESSED },
  },
  {
    name: 'kafkajs 0.8, eachBatch: the receive root is of kind consumer',
    spans: [
      producer('shop', 'orders', { 'messaging.system': 'kafka', 'messaging.destination': 'orders' }),
      consumer('mail', 'orders', {
        'messaging.system': 'kafka',
        'messaging.destination': 'orders',
        'messaging.operation': 'receive',
      }),
      consumer(
        'mail',
        'orders',
        { 'messaging.system': 'kafka', 'messaging.destination': 'orders', 'messaging.operation': 'process' },
        { under: 2, links: [{ to: 1 }] },
      ),
    ],
    edges: {
      ...SENT,
      [`${TOPIC} consumes mail`]: {
        count: 1,
        messages: 1,
        received: 1,
        processed: 1,
        evidence: { server_span: 2, span_link: 1 },
      },
    },
  },
  {
    name: 'Java agent, default: publish and process, a child of the producer',
    spans: [
      producer('shop', 'orders publish', { ...java, 'messaging.operation': 'publish' }),
      consumer(
        'mail',
        'orders process',
        { ...java, 'messaging.operation': 'process', 'messaging.kafka.consumer.group': 'mailers' },
        { under: 1 },
      ),
    ],
    edges: { ...SENT, [`${TOPIC} consumes mail`]: { ...PROCESSED, groups: { mailers: 1 } } },
  },
  {
    name: 'Java agent with receive telemetry: the process span is under the receive span and links to the producer',
    spans: [
      producer('shop', 'orders publish', { ...java, 'messaging.operation': 'publish' }),
      consumer('mail', 'orders receive', {
        'messaging.system': 'kafka',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'receive',
        'messaging.batch.message_count': 1,
        'messaging.kafka.consumer.group': 'mailers',
      }),
      consumer(
        'mail',
        'orders process',
        { ...java, 'messaging.operation': 'process', 'messaging.kafka.consumer.group': 'mailers' },
        { under: 2, links: [{ to: 1 }] },
      ),
    ],
    edges: {
      ...SENT,
      [`${TOPIC} consumes mail`]: { messages: 1, received: 1, processed: 1, groups: { mailers: 1 } },
    },
  },
  {
    name: 'Java agent, opt-in conventions: send, poll of kind client, process that always links',
    spans: [
      producer('shop', 'send orders', {
        'messaging.system': 'kafka',
        'messaging.destination.name': 'orders',
        'messaging.operation.type': 'send',
        'messaging.operation.name': 'send',
        'messaging.client.id': 'shop-1',
        'messaging.kafka.offset': 7,
      }),
      client(
        'mail',
        'poll orders',
        {
          'messaging.system': 'kafka',
          'messaging.destination.name': 'orders',
          'messaging.operation.type': 'receive',
          'messaging.operation.name': 'poll',
          'messaging.batch.message_count': 1,
          'messaging.consumer.group.name': 'mailers',
        },
        { links: [{ to: 1, attributes: { 'messaging.kafka.offset': 7 } }] },
      ),
      consumer(
        'mail',
        'process orders',
        {
          'messaging.system': 'kafka',
          'messaging.destination.name': 'orders',
          'messaging.operation.type': 'process',
          'messaging.operation.name': 'process',
          'messaging.consumer.group.name': 'mailers',
        },
        { under: 2, links: [{ to: 1 }] },
      ),
    ],
    edges: {
      ...SENT,
      [`${TOPIC} consumes mail`]: { messages: 1, received: 1, processed: 1, groups: { mailers: 1 } },
    },
  },
  {
    name: 'Java agent, opt-in: a send of kind client, since its context is not handed on',
    spans: [
      client('shop', 'send orders', {
        'messaging.system': 'kafka',
        'messaging.destination.name': 'orders',
        'messaging.operation.type': 'send',
        'messaging.operation.name': 'send',
      }),
    ],
    edges: SENT,
    fates: { inferred: 1 },
  },
  {
    name: 'Java agent, messaging/dup: old and new attributes on one span count once',
    spans: [
      producer('shop', 'send orders', {
        'messaging.system': 'kafka',
        'messaging.destination': 'orders',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'publish',
        'messaging.operation.type': 'send',
        'messaging.operation.name': 'send',
      }),
    ],
    edges: SENT,
  },
  {
    name: 'spring-kafka, batch listener of the Java agent: one process span that links to each record',
    spans: [
      producer('shop', 'orders publish', { ...java, 'messaging.operation': 'publish' }),
      producer('shop', 'orders publish', { ...java, 'messaging.operation': 'publish' }),
      producer('shop', 'orders publish', { ...java, 'messaging.operation': 'publish' }),
      consumer(
        'mail',
        'orders process',
        { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders', 'messaging.operation': 'process' },
        { links: [{ to: 1 }, { to: 2 }, { to: 3 }] },
      ),
    ],
    edges: {
      [`shop publishes ${TOPIC}`]: { count: 3, messages: 3 },
      [`${TOPIC} consumes mail`]: { count: 1, messages: 3, processed: 3, evidence: { server_span: 1, span_link: 3 } },
    },
  },
  {
    name: 'spring-kafka, Micrometer: destination on the producer, source on the consumer, the group in the consumer id',
    spans: [
      producer('shop', 'orders send', {
        'messaging.operation': 'publish',
        'messaging.system': 'kafka',
        'messaging.destination.name': 'orders',
        'messaging.destination.kind': 'topic',
        'spring.kafka.template.name': 'kafkaTemplate',
      }),
      consumer(
        'mail',
        'orders receive',
        {
          'messaging.operation': 'receive',
          'messaging.system': 'kafka',
          'messaging.source.name': 'orders',
          'messaging.source.kind': 'topic',
          'messaging.consumer.id': 'mailers - consumer-mailers-1',
          'messaging.kafka.source.partition': '0',
          'messaging.kafka.message.offset': '12',
          'spring.kafka.listener.id': 'org.springframework.kafka.KafkaListenerEndpointContainer#0-0',
        },
        { under: 1 },
      ),
    ],
    edges: { ...SENT, [`${TOPIC} consumes mail`]: { ...RECEIVED, groups: { mailers: 1 } } },
  },
  {
    name: 'kafka-python: send and receive under the old destination attribute, brokers as a JSON text',
    spans: [
      producer('shop', 'orders send', {
        'messaging.system': 'kafka',
        'messaging.destination': 'orders',
        'messaging.kafka.partition': 0,
        'messaging.url': '["kafka-1:9092","kafka-2:9092"]',
      }),
      consumer(
        'mail',
        'orders receive',
        {
          'messaging.system': 'kafka',
          'messaging.destination': 'orders',
          'messaging.kafka.partition': 0,
          'messaging.url': '"kafka-1:9092"',
        },
        { under: 1 },
      ),
    ],
    edges: { ...SENT, [`${TOPIC} consumes mail`]: RECEIVED },
  },
  {
    name: 'confluent-kafka for Python: a tiny recv span, and a process span beneath it with links',
    spans: [
      producer('shop', 'orders send', {
        'messaging.system': 'kafka',
        'messaging.operation': 'publish',
        'messaging.destination': 'orders',
        'messaging.destination_kind': 'queue',
      }),
      consumer('mail', 'recv', {}),
      consumer(
        'mail',
        'orders process',
        {
          'messaging.system': 'kafka',
          'messaging.operation': 'process',
          'messaging.destination': 'orders',
          'messaging.destination_kind': 'queue',
          'messaging.kafka.partition': 0,
          'messaging.message.id': 'orders.0.7',
        },
        { under: 2, links: [{ to: 1 }] },
      ),
    ],
    edges: {
      ...SENT,
      [`${TOPIC} consumes mail`]: { messages: 1, processed: 1, evidence: { server_span: 1, span_link: 1 } },
    },
    reasons: { no_destination: 1 },
  },
  {
    name: 'aiokafka, getone: type publish on the producer, a receive span that is its child',
    spans: [
      producer('shop', 'orders send', {
        'messaging.system': 'kafka',
        'server.address': '["kafka-1:9092"]',
        'messaging.client.id': 'aiokafka-producer-1',
        'messaging.destination.name': 'orders',
        'messaging.destination.partition.id': '0',
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'publish',
      }),
      consumer(
        'mail',
        'orders receive',
        {
          'messaging.system': 'kafka',
          'server.address': '["kafka-1:9092"]',
          'messaging.destination.name': 'orders',
          'messaging.destination.partition.id': '0',
          'messaging.consumer.group.name': 'mailers',
          'messaging.operation.name': 'receive',
          'messaging.operation.type': 'receive',
          'messaging.kafka.message.offset': 7,
          'messaging.message.id': 'orders.0.7',
        },
        { under: 1 },
      ),
    ],
    edges: { ...SENT, [`${TOPIC} consumes mail`]: { ...RECEIVED, groups: { mailers: 1 } } },
  },
  {
    name: 'franz-go kotel: the consumer names its source',
    spans: [
      producer('shop', 'orders publish', {
        'messaging.system': 'kafka',
        'messaging.destination.kind': 'topic',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'publish',
        'messaging.kafka.client_id': 'shop',
        'messaging.kafka.message.offset': 7,
      }),
      consumer(
        'mail',
        'orders receive',
        {
          'messaging.system': 'kafka',
          'messaging.source.kind': 'topic',
          'messaging.source.name': 'orders',
          'messaging.operation': 'receive',
          'messaging.kafka.source.partition': 0,
          'messaging.kafka.message.offset': 7,
          'messaging.kafka.consumer.group': 'mailers',
        },
        { under: 1 },
      ),
    ],
    edges: { ...SENT, [`${TOPIC} consumes mail`]: { ...RECEIVED, groups: { mailers: 1 } } },
  },
  {
    name: 'franz-go kotel with WithProcessSpan: a receive and a process span for one record',
    spans: [
      producer('shop', 'orders publish', {
        'messaging.system': 'kafka',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'publish',
      }),
      consumer(
        'mail',
        'orders receive',
        { 'messaging.system': 'kafka', 'messaging.source.name': 'orders', 'messaging.operation': 'receive' },
        { under: 1 },
      ),
      consumer(
        'mail',
        'orders process',
        { 'messaging.system': 'kafka', 'messaging.source.name': 'orders', 'messaging.operation': 'process' },
        { under: 2 },
      ),
    ],
    edges: {
      ...SENT,
      [`${TOPIC} consumes mail`]: { count: 1, messages: 1, received: 1, processed: 1 },
    },
  },
  {
    name: 'otelsarama: a root send, since its parent is taken from the headers; offsets as message ids',
    spans: [
      producer('shop', 'orders publish', {
        'messaging.system': 'kafka',
        'messaging.destination.kind': 'topic',
        'messaging.destination.name': 'orders',
        'messaging.message.id': '7',
        'messaging.kafka.destination.partition': 0,
      }),
      consumer(
        'mail',
        'orders receive',
        {
          'messaging.system': 'kafka',
          'messaging.destination.kind': 'topic',
          'messaging.destination.name': 'orders',
          'messaging.operation': 'receive',
          'messaging.message.id': '7',
          'messaging.kafka.source.partition': 0,
        },
        { under: 1 },
      ),
    ],
    edges: { ...SENT, [`${TOPIC} consumes mail`]: RECEIVED },
  },
  {
    name: '.NET Confluent.Kafka 0.2: a poll of kind client that links to the producer',
    spans: [
      producer('shop', 'send orders', {
        'messaging.system': 'kafka',
        'messaging.client.id': 'rdkafka#producer-1',
        'messaging.destination.name': 'orders',
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.destination.partition.id': '0',
        'messaging.kafka.offset': 7,
      }),
      client(
        'mail',
        'poll orders',
        {
          'messaging.system': 'kafka',
          'messaging.client.id': 'rdkafka#consumer-2',
          'messaging.destination.name': 'orders',
          'messaging.operation.name': 'poll',
          'messaging.operation.type': 'receive',
          'messaging.consumer.group.name': 'mailers',
          'messaging.destination.partition.id': '0',
          'messaging.kafka.offset': 7,
        },
        { links: [{ to: 1 }] },
      ),
    ],
    edges: {
      ...SENT,
      [`${TOPIC} consumes mail`]: { ...RECEIVED, evidence: { server_span: 1, span_link: 1 }, groups: { mailers: 1 } },
    },
  },
  {
    name: '.NET Confluent.Kafka 0.1: publish and receive of kind consumer',
    spans: [
      producer('shop', 'orders publish', {
        'messaging.system': 'kafka',
        'messaging.destination.name': 'orders',
        'messaging.operation': 'publish',
      }),
      consumer(
        'mail',
        'orders receive',
        { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders', 'messaging.operation': 'receive' },
        { links: [{ to: 1 }] },
      ),
    ],
    edges: {
      ...SENT,
      [`${TOPIC} consumes mail`]: { ...RECEIVED, evidence: { server_span: 1, span_link: 1 } },
    },
  },
  {
    name: 'Debezium and Kafka Connect: internal spans carry the chain, the sink has a link a record',
    spans: [
      internal('connect', 'db-log-write', {}),
      internal('connect', 'debezium-read', {}, { under: 1 }),
      producer('connect', 'orders publish', { ...java, 'messaging.operation': 'publish' }, { under: 2 }),
      consumer(
        'sink',
        'orders process',
        {
          'messaging.system': 'kafka',
          'messaging.destination.name': 'orders',
          'messaging.operation': 'process',
          'messaging.batch.message_count': 1,
        },
        { links: [{ to: 3 }] },
      ),
    ],
    edges: {
      [`connect publishes ${TOPIC}`]: { messages: 1 },
      [`${TOPIC} consumes sink`]: { messages: 1, processed: 1, evidence: { server_span: 1, span_link: 1 } },
    },
  },
  {
    name: 'Brave: kafka.topic names the topic and the system',
    spans: [
      producer('shop', 'send', { 'kafka.topic': 'orders', 'kafka.key': 'u1', 'peer.service': 'kafka' }),
      consumer('mail', 'poll', { 'kafka.topic': 'orders', 'peer.service': 'kafka' }, { under: 1 }),
    ],
    edges: { ...SENT, [`${TOPIC} consumes mail`]: RECEIVED },
  },
  {
    name: 'OpenTracing: message_bus.destination, the operation by kind',
    spans: [
      producer('shop', 'To_orders', {
        component: 'java-kafka',
        'peer.service': 'kafka',
        'message_bus.destination': 'orders',
      }),
      consumer(
        'mail',
        'From_orders',
        { component: 'java-kafka', 'peer.service': 'kafka', 'message_bus.destination': 'orders' },
        { under: 1 },
      ),
    ],
    edges: {
      'shop publishes topic:~/~/orders': { messages: 1 },
      'topic:~/~/orders consumes mail': { processed: 1, messages: 1 },
    },
  },
  {
    name: 'a consumer of the first conventions, of kind server',
    spans: [
      producer('shop', 'orders send', { 'messaging.system': 'kafka', 'messaging.destination': 'orders' }),
      server(
        'mail',
        'orders receive',
        { 'messaging.system': 'kafka', 'messaging.destination': 'orders', 'messaging.operation': 'receive' },
        { under: 1 },
      ),
    ],
    edges: { ...SENT, [`${TOPIC} consumes mail`]: RECEIVED },
  },
  {
    name: 'the destination of a kind of span that no one gave is a message all the same',
    spans: [
      unspecified('shop', 'orders send', { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' }),
    ],
    edges: SENT,
  },
  {
    name: 'a cluster is part of the identity, and a topic without one is the only one that has it',
    spans: [
      producer('shop', 'send orders', { ...kafkajs, ...sending }),
      consumer(
        'mail',
        'process orders',
        { ...kafkajs, ...processing, 'messaging.kafka.cluster.id': 'eu-1' },
        { under: 1 },
      ),
    ],
    edges: {
      'shop publishes topic:kafka/eu-1/orders': { messages: 1 },
      'topic:kafka/eu-1/orders consumes mail': { messages: 1 },
    },
  },
  {
    name: 'a commit span settles: no message, no edge',
    spans: [
      consumer('mail', 'process orders', { ...kafkajs, ...processing }),
      client(
        'mail',
        'commit orders',
        {
          'messaging.system': 'kafka',
          'messaging.destination.name': 'orders',
          'messaging.operation.type': 'settle',
          'messaging.operation.name': 'commit',
        },
        { under: 1 },
      ),
    ],
    edges: { [`${TOPIC} consumes mail`]: { messages: 1, processed: 1 } },
    fates: { internal: 1, inferred: 1 },
  },
  {
    name: 'a create span counts no message; the batch that links to it does',
    spans: [
      producer('shop', 'create orders', {
        ...kafkajs,
        'messaging.operation.type': 'create',
        'messaging.operation.name': 'create',
      }),
      producer('shop', 'create orders', {
        ...kafkajs,
        'messaging.operation.type': 'create',
        'messaging.operation.name': 'create',
      }),
      client(
        'shop',
        'send orders',
        {
          'messaging.system': 'kafka',
          'messaging.destination.name': 'orders',
          ...sending,
          'messaging.batch.message_count': 2,
        },
        { links: [{ to: 1 }, { to: 2 }] },
      ),
    ],
    edges: { [`shop publishes ${TOPIC}`]: { count: 1, messages: 2, batches: 1, operations: { send: 1 } } },
  },
];
