/** The rules of names, classes, peers and errors, one attribute at a time. */
import {
  type Attributes,
  client,
  consumer,
  type InstrumentationCase,
  internal,
  producer,
  server,
  unspecified,
} from './case.ts';

const kafka = (more: Attributes): Attributes => ({ 'messaging.system': 'kafka', ...more });
const published = (topic: string, weights: object = {}) => ({ [`shop publishes topic:${topic}`]: weights });
const consumed = (topic: string, weights: object = {}) => ({ [`topic:${topic} consumes mail`]: weights });

const sends = (
  name: string,
  attributes: Attributes,
  edges: InstrumentationCase['edges'],
  spanName = 'x',
): InstrumentationCase => ({
  name,
  spans: [producer('shop', spanName, attributes)],
  edges,
});
const takes = (
  name: string,
  attributes: Attributes,
  edges: InstrumentationCase['edges'],
  spanName = 'x',
): InstrumentationCase => ({
  name,
  spans: [consumer('mail', spanName, attributes)],
  edges,
});

export const aliases: readonly InstrumentationCase[] = [
  ...[
    'messaging.destination.name',
    'messaging.source.name',
    'messaging.destination',
    'messaging.destination_publish.name',
    'messaging.source',
    'messaging.destination.template',
    'messaging.source.template',
  ].map(key => sends(`the destination as ${key}`, kafka({ [key]: 'orders' }), published('kafka/~/orders'))),
  sends(
    'a template comes before a name',
    kafka({ 'messaging.destination.name': 'orders-17', 'messaging.destination.template': 'orders-{n}' }),
    published('kafka/~/orders-{n}'),
  ),
  sends(
    'the newest name comes first',
    kafka({
      'messaging.destination': 'old',
      'messaging.source.name': 'between',
      'messaging.destination.name': 'orders',
    }),
    published('kafka/~/orders'),
  ),
  sends(
    'an empty name is absent',
    kafka({ 'messaging.destination.name': '', 'messaging.destination': 'orders' }),
    published('kafka/~/orders'),
  ),
  sends(
    '{} is absent',
    kafka({ 'messaging.destination.name': '{}', 'messaging.destination': 'orders' }),
    published('kafka/~/orders'),
  ),
  sends('a number is its text', kafka({ 'messaging.destination.name': 42 }), published('kafka/~/42')),
  sends('a truth is its text', kafka({ 'messaging.destination.name': true }), published('kafka/~/true')),
  ...(
    [
      ['messaging.operation.type', 'receive'],
      ['messaging.operation', 'receive'],
      ['messaging.operation.name', 'poll'],
      ['messaging.operation.name', 'consume'],
      ['messaging.operation.name', 'fetch'],
      ['messaging.operation', 'RECEIVE'],
    ] as const
  ).map(([key, verb]) =>
    takes(
      `a receive as ${key} = ${verb}`,
      kafka({ 'messaging.destination.name': 'orders', [key]: verb }),
      consumed('kafka/~/orders', { received: 1, operations: { receive: 1 } }),
    ),
  ),
  ...['process', 'deliver', 'handle'].map(verb =>
    takes(
      `a process as ${verb}`,
      kafka({ 'messaging.destination.name': 'orders', 'messaging.operation': verb }),
      consumed('kafka/~/orders', { processed: 1, operations: { process: 1 } }),
    ),
  ),
  ...['send', 'publish', 'produce', 'enqueue'].map(verb => ({
    name: `a send as ${verb}, whatever the kind`,
    spans: [consumer('shop', 'x', kafka({ 'messaging.destination.name': 'orders', 'messaging.operation': verb }))],
    edges: published('kafka/~/orders'),
  })),
  ...['ack', 'nack', 'commit', 'settle'].map(verb => ({
    name: `a settlement as ${verb}`,
    spans: [consumer('mail', 'x', kafka({ 'messaging.destination.name': 'orders', 'messaging.operation.name': verb }))],
    edges: {},
    fates: { internal: 1 },
  })),
  takes(
    'the type comes before the old operation',
    kafka({
      'messaging.destination.name': 'orders',
      'messaging.operation.type': 'process',
      'messaging.operation': 'receive',
    }),
    consumed('kafka/~/orders', { processed: 1 }),
  ),
  takes(
    'an operation that is no verb falls through',
    kafka({
      'messaging.destination.name': 'orders',
      'messaging.operation.type': 'frob',
      'messaging.operation': 'receive',
    }),
    consumed('kafka/~/orders', { received: 1 }),
  ),
  takes(
    'the verb of the span’s name',
    kafka({ 'messaging.destination.name': 'orders' }),
    consumed('kafka/~/orders', { received: 1 }),
    'orders receive',
  ),
  takes(
    'the kind when nothing else tells',
    kafka({ 'messaging.destination.name': 'orders' }),
    consumed('kafka/~/orders', { processed: 1 }),
  ),
  ...['messaging.consumer.group.name', 'messaging.kafka.consumer.group', 'messaging.kafka.consumer_group'].map(key =>
    takes(
      `the group as ${key}`,
      kafka({ 'messaging.destination.name': 'orders', [key]: 'g' }),
      consumed('kafka/~/orders', { groups: { g: 1 } }),
    ),
  ),
  ...['messaging.consumer.id', 'messaging.consumer_id'].map(key =>
    takes(
      `the group in ${key}`,
      kafka({ 'messaging.destination.name': 'orders', [key]: 'g - client-1' }),
      consumed('kafka/~/orders', { groups: { g: 1 } }),
    ),
  ),
  sends('the name and verb of a span’s name', kafka({}), published('kafka/~/orders'), 'orders send'),
  sends('verb and name of a span’s name', kafka({}), published('kafka/~/orders'), 'send orders'),
  sends('a name that is a verb', kafka({}), published('kafka/~/send'), 'send publish'),
  sends(
    'a batch count',
    kafka({ 'messaging.destination.name': 'orders', 'messaging.batch.message_count': 5 }),
    published('kafka/~/orders', { count: 1, messages: 5, batches: 1 }),
  ),
  sends(
    'a batch count as text',
    kafka({ 'messaging.destination.name': 'orders', 'messaging.batch.message_count': '5' }),
    published('kafka/~/orders', { messages: 5 }),
  ),
  sends(
    'a batch count of none',
    kafka({ 'messaging.destination.name': 'orders', 'messaging.batch.message_count': 0 }),
    published('kafka/~/orders', { messages: 1 }),
  ),
  {
    name: 'links that the SDK dropped are messages',
    spans: [
      producer('shop', 'x', kafka({ 'messaging.destination.name': 'orders' })),
      consumer('mail', 'x', kafka({ 'messaging.destination.name': 'orders', 'messaging.operation': 'process' }), {
        links: [{ to: 1 }],
        droppedLinks: 4,
      }),
    ],
    edges: { ...published('kafka/~/orders'), ...consumed('kafka/~/orders', { count: 1, messages: 5 }) },
  },
];

export const names: readonly InstrumentationCase[] = [
  sends(
    'a UUID in a topic',
    kafka({ 'messaging.destination.name': 'reply-3f2504e0-4f89-11d3-9a0c-0305e82c3301' }),
    published('kafka/~/reply-{id}'),
  ),
  sends(
    'six digits in a topic',
    kafka({ 'messaging.destination.name': 'reply-123456' }),
    published('kafka/~/reply-{id}'),
  ),
  sends('five digits stay', kafka({ 'messaging.destination.name': 'reply-12345' }), published('kafka/~/reply-12345')),
  ...['(temporary)', '(anonymous)', '<generated>', 'amq.gen-abc', 'spring.gen-abc', '_INBOX.abc.1'].map(name =>
    sends(
      `${name} is temporary`,
      { 'messaging.system': 'jms', 'messaging.destination.name': name },
      published('jms/~/(temporary)'),
    ),
  ),
  sends(
    'the flag alone makes nothing temporary',
    { 'messaging.system': 'jms', 'messaging.destination': 'orders', 'messaging.temp_destination': true },
    published('jms/~/orders'),
  ),
  sends(
    'separators in a topic',
    kafka({ 'messaging.destination.name': 'a/b@c#d e%' }),
    published('kafka/~/a%2Fb%40c%23d%20e%25'),
  ),
  sends('__proto__ is a name', kafka({ 'messaging.destination.name': '__proto__' }), published('kafka/~/__proto__')),
  ...(
    [
      ['AmazonSQS', 'aws_sqs'],
      ['aws.sqs', 'aws_sqs'],
      ['aws_sqs', 'aws_sqs'],
      ['AmazonSNS', 'aws.sns'],
      ['Kafka', 'kafka'],
      ['activemq', 'activemq'],
      ['my.bus', 'my.bus'],
    ] as const
  ).map(([given, system]) =>
    sends(
      `the system ${given}`,
      { 'messaging.system': given, 'messaging.destination.name': 'orders' },
      published(`${system}/~/orders`),
    ),
  ),
  ...['unknown_service', 'unknown_service:java', '', '   '].map(name => ({
    name: `the service ‘${name}’ is none`,
    spans: [producer(name, 'send orders', kafka({ 'messaging.destination.name': 'orders' }))],
    edges: {},
    fates: { skipped: 1 },
    reasons: { no_service_name: 1 },
  })),
  {
    name: 'unknown_services is a service',
    spans: [producer('unknown_services', 'send orders', kafka({ 'messaging.destination.name': 'orders' }))],
    edges: { 'unknown_services publishes topic:kafka/~/orders': {} },
  },
  {
    name: 'a nameless span is transparent: what is beneath pairs with what is above',
    spans: [
      client('web', 'GET', { 'http.request.method': 'GET' }),
      server('unknown_service:envoy', 'GET', {}, { under: 1 }),
      client('unknown_service:envoy', 'GET', { 'server.address': 'cart' }, { under: 2 }),
      server('cart', 'GET /', { 'http.request.method': 'GET' }, { under: 3 }),
    ],
    edges: { 'web calls cart': { evidence: { paired: 1 } } },
    reasons: { no_service_name: 2 },
  },
  {
    name: 'a call beneath which nobody is named',
    spans: [
      client('web', 'GET', { 'http.request.method': 'GET', 'server.address': 'cart' }),
      server('unknown_service', 'GET', {}, { under: 1 }),
    ],
    edges: {},
    reasons: { no_service_name: 1, unpaired_nameless: 1 },
  },
  {
    name: 'the environment’s new name comes before its old one',
    spans: [
      producer('shop', 'x', kafka({ 'messaging.destination.name': 'orders' }), {
        resource: { 'deployment.environment.name': 'prod', 'deployment.environment': 'old' },
      }),
      producer('shop', 'x', kafka({ 'messaging.destination.name': 'orders' }), {
        resource: { 'deployment.environment': 'test' },
      }),
      producer('shop', 'x', kafka({ 'messaging.destination.name': 'orders' }), {
        resource: { 'deployment.environment.name': '', 'deployment.environment': 'test' },
      }),
    ],
    edges: {
      'shop@prod publishes topic:kafka/~/orders@prod': {},
      'shop@test publishes topic:kafka/~/orders@test': { count: 2 },
    },
  },
  {
    name: 'a namespace is part of a service',
    spans: [
      producer('shop', 'x', kafka({ 'messaging.destination.name': 'orders' }), {
        resource: { 'service.namespace': 'eu' },
      }),
    ],
    edges: { 'eu/shop publishes topic:kafka/~/orders': {} },
  },
];

const call = (name: string, attributes: Attributes, peer: string, more = {}): InstrumentationCase => ({
  name,
  spans: [client('web', 'GET', attributes)],
  edges: { [`web calls external:${peer}`]: { evidence: { client_span: 1 } } },
  fates: { inferred: 1 },
  ...more,
});

export const peers: readonly InstrumentationCase[] = [
  call('peer.service', { 'peer.service': 'bank', 'server.address': 'b-1' }, 'bank'),
  call('service.peer.name comes before peer.service', { 'peer.service': 'old', 'service.peer.name': 'bank' }, 'bank'),
  call('blanks around a name', { 'peer.service': ' bank ' }, 'bank'),
  call('server.address and port', { 'server.address': 'bank', 'server.port': 8080 }, 'bank:8080'),
  call('port 443 drops', { 'server.address': 'bank', 'server.port': 443 }, 'bank'),
  call('port 80 drops, as text', { 'net.peer.name': 'bank', 'net.peer.port': '80' }, 'bank'),
  call('net.peer.name', { 'net.peer.name': 'bank', 'net.peer.port': 9090 }, 'bank:9090'),
  call('server.address comes before net.peer.name', { 'net.peer.name': 'old', 'server.address': 'bank' }, 'bank'),
  call('a socket’s address', { 'network.peer.address': '10.0.0.1', 'network.peer.port': 9090 }, '10.0.0.1:9090'),
  call('a socket’s address of before', { 'net.peer.ip': '10.0.0.1' }, '10.0.0.1'),
  call('a URL', { 'url.full': 'https://user:pw@bank:8443/pay?x=1' }, 'bank:8443'),
  call('a URL of before', { 'http.url': 'http://bank/pay' }, 'bank'),
  call('a host header', { 'http.host': 'bank:8080', 'http.target': '/pay' }, 'bank:8080'),
  {
    name: 'nobody is named',
    spans: [client('web', 'GET', { 'http.request.method': 'GET' })],
    edges: {},
    fates: { unpaired: 1 },
    reasons: { unpaired_client: 1 },
  },
  {
    name: 'an unspecified kind with a named peer is a call',
    spans: [unspecified('web', 'lookup', { 'peer.service': 'bank' })],
    edges: { 'web calls external:bank': {} },
  },
  {
    name: 'an unspecified kind with an address is none',
    spans: [unspecified('web', 'lookup', { 'server.address': 'bank' })],
    edges: {},
    fates: { internal: 1 },
  },
  {
    name: 'an internal span with a named peer is none',
    spans: [internal('web', 'lookup', { 'peer.service': 'bank' })],
    edges: {},
    fates: { internal: 1 },
  },
  {
    name: 'a root server with a named peer is called by it',
    spans: [server('cart', 'GET /', { 'peer.service': 'browser' })],
    edges: { 'external:browser calls cart': { evidence: { server_span: 1 } } },
  },
  {
    name: 'a consumer without a destination has its message from a named peer',
    spans: [consumer('mail', 'x', { 'peer.service': 'bank' })],
    edges: { 'external:bank messages mail': {} },
  },
  {
    name: 'a client above internal spans pairs',
    spans: [
      client('web', 'GET', { 'server.address': 'cart' }),
      internal('web', 'socket', {}, { under: 1 }),
      server('cart', 'GET /', {}, { under: 2 }),
    ],
    edges: { 'web calls cart': { evidence: { paired: 1 }, served: 1 } },
  },
  {
    name: 'a producer without a destination that nobody takes',
    spans: [producer('shop', 'x', { 'messaging.system': 'kafka' })],
    edges: {},
    reasons: { no_destination: 1 },
  },
];

const failed = (name: string, attributes: Attributes, errors: number, status?: number): InstrumentationCase => ({
  name,
  spans: [client('web', 'GET', { 'server.address': 'bank', ...attributes }, status === undefined ? {} : { status })],
  edges: { 'web calls external:bank': { clientErrors: errors, errors } },
});

export const errors: readonly InstrumentationCase[] = [
  failed('no status, nothing amiss', {}, 0),
  failed('the status', {}, 1, 2),
  failed('error.type', { 'error.type': 'timeout' }, 1),
  failed('an empty error.type', { 'error.type': '' }, 0),
  failed('OK is never an error, whatever the type', { 'error.type': 'timeout' }, 0, 1),
  failed('OK is never an error, whatever the HTTP status', { 'http.response.status_code': 500 }, 0, 1),
  failed('HTTP 500', { 'http.response.status_code': 500 }, 1),
  failed('HTTP 503 as text, under its old name', { 'http.status_code': '503' }, 1),
  failed('HTTP 404', { 'http.response.status_code': 404 }, 0),
  failed('the new name of the status comes first', { 'http.status_code': 500, 'http.response.status_code': 200 }, 0),
  failed('a status of gRPC is none', { 'rpc.grpc.status_code': 14 }, 0),
  failed('the status ERROR, whatever HTTP says', { 'http.response.status_code': 200 }, 1, 2),
  {
    name: 'an error of both sides is one',
    spans: [
      client('web', 'GET', {}, { status: 2 }),
      server('cart', 'GET /', { 'http.response.status_code': 500 }, { under: 1 }),
    ],
    edges: { 'web calls cart': { clientErrors: 1, serverErrors: 1, errors: 1 } },
  },
  {
    name: 'a consumer fails on the server’s side, a producer on the client’s',
    spans: [
      producer('shop', 'x', kafka({ 'messaging.destination.name': 'orders' }), { status: 2 }),
      consumer('mail', 'x', kafka({ 'messaging.destination.name': 'orders', 'error.type': 'Boom' }), { under: 1 }),
    ],
    edges: {
      ...published('kafka/~/orders', { clientErrors: 1, serverErrors: 0 }),
      ...consumed('kafka/~/orders', { clientErrors: 0, serverErrors: 1 }),
    },
  },
];

export const classes: readonly InstrumentationCase[] = [
  {
    name: 'a client with a destination and no operation is a call',
    spans: [client('shop', 'x', kafka({ 'messaging.destination.name': 'orders', 'server.address': 'kafka' }))],
    edges: { 'shop calls external:kafka': {} },
  },
  {
    name: 'messaging comes before databases',
    spans: [
      client(
        'shop',
        'send orders',
        kafka({
          'messaging.destination.name': 'orders',
          'db.system': 'postgresql',
          'db.statement': 'SELECT * FROM orders',
        }),
      ),
    ],
    edges: published('kafka/~/orders'),
  },
  {
    name: 'without an operation of messaging the database counts',
    spans: [
      client('shop', 'x', {
        'messaging.system': 'kafka',
        'db.system': 'mysql',
        'db.statement': 'SELECT * FROM orders',
      }),
    ],
    edges: { 'table:mysql/~/~/~/orders reads shop': {} },
  },
  {
    name: 'a request with messaging attributes that says it sends',
    spans: [
      client(
        'shop',
        'POST',
        kafka({
          'messaging.destination.name': 'orders',
          'messaging.operation.type': 'send',
          'http.request.method': 'POST',
          'server.address': 'rest-proxy',
        }),
      ),
    ],
    edges: published('kafka/~/orders'),
  },
  {
    name: 'a producer of nothing known is a message',
    spans: [producer('shop', 'x', {}), consumer('mail', 'x', {}, { under: 1 })],
    edges: { 'shop messages mail': {} },
  },
  {
    name: 'a client with a consumer beneath it is consumption where the topic is known',
    spans: [
      client('shop', 'x', { 'http.request.method': 'POST' }),
      consumer('mail', 'x', kafka({ 'messaging.destination.name': 'orders' }), { under: 1 }),
    ],
    edges: consumed('kafka/~/orders', { evidence: { server_span: 1, paired: 1 } }),
  },
  {
    name: 'a server with database attributes is a server',
    spans: [
      client('web', 'x', {}),
      server('store', 'x', { 'db.system': 'mysql', 'db.statement': 'SELECT * FROM orders' }, { under: 1 }),
    ],
    edges: { 'web calls store': {} },
  },
  {
    name: 'a database’s name alone is a database',
    spans: [client('shop', 'x', { 'db.name': 'shop', 'net.peer.name': 'pg-1' })],
    edges: { 'shop queries database:~/pg-1/shop': {} },
  },
  {
    name: 'an internal span with a poll is a poll',
    spans: [
      internal(
        'mail',
        'poll orders',
        kafka({ 'messaging.destination.name': 'orders', 'messaging.operation.type': 'receive' }),
      ),
    ],
    edges: consumed('kafka/~/orders', { received: 1 }),
  },
];
