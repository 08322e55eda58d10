/** Agents that watch from outside of the program: every span is a root, since no context is handed on. */
import { client, consumer, type InstrumentationCase, producer, server } from './case.ts';
import { at, reads, span, writes } from './define.ts';

const K8S = {
  'k8s.namespace.name': 'shop',
  'k8s.pod.name': 'web-1',
  'telemetry.sdk.name': 'opentelemetry-ebpf-instrumentation',
};
const pg = at('postgresql', 'pg-1/~', 'public', {
  'server.address': 'pg-1',
  'server.port': 5432,
  'peer.service': 'pg-1',
  'db.system.name': 'postgresql',
});
const COROOT = { 'container.id': '/k8s/shop/web-1/web' };

export const ebpf: readonly InstrumentationCase[] = [
  {
    name: 'OBI, both sides of a request: an external of the server’s name is that service, and it is an entry',
    spans: [
      client(
        'web',
        'GET',
        {
          'http.request.method': 'GET',
          'http.response.status_code': 200,
          'url.full': 'http://cart:8080/items',
          'http.scheme': 'http',
          'server.address': 'cart',
          'peer.service': 'cart',
          'server.port': 8080,
        },
        { resource: K8S },
      ),
      server(
        'cart',
        'GET /items',
        {
          'http.request.method': 'GET',
          'http.response.status_code': 200,
          'url.path': '/items',
          'client.address': 'web',
          'server.address': 'cart',
          'server.port': 8080,
          'http.route': '/items',
        },
        { resource: K8S },
      ),
    ],
    edges: { 'web calls cart': { evidence: { client_span: 1 } } },
    fates: { inferred: 2 },
  },
  {
    name: 'OBI, a peer that nobody watches',
    spans: [
      client(
        'web',
        'POST',
        {
          'http.request.method': 'POST',
          'url.full': 'https://api.bank.example/pay',
          'server.address': 'api.bank.example',
          'server.port': 443,
        },
        { resource: K8S },
      ),
    ],
    edges: { 'web calls external:api.bank.example': {} },
  },
  {
    name: 'OBI, gRPC: the status is no error of ours',
    spans: [
      client(
        'web',
        '/shop.Cart/Get',
        {
          'rpc.method': '/shop.Cart/Get',
          'rpc.system': 'grpc',
          'rpc.grpc.status_code': 5,
          'server.address': 'cart',
          'peer.service': 'cart',
          'server.port': 9090,
        },
        { resource: K8S },
      ),
    ],
    edges: { 'web calls external:cart': { clientErrors: 0 } },
  },
  span(
    'OBI, SQL: verb and table without a text',
    pg,
    ['SELECT orders', { 'db.operation.name': 'SELECT', 'db.collection.name': 'orders' }],
    reads(pg.table('orders'), 'select'),
  ),
  span(
    'OBI, SQL with its text',
    pg,
    [
      'INSERT orders',
      {
        'db.operation.name': 'INSERT',
        'db.collection.name': 'orders',
        'db.query.text': 'INSERT INTO orders VALUES ($1)',
      },
    ],
    writes(pg.table('orders'), 'insert'),
  ),
  span(
    'OBI, Redis: the command',
    at('redis', 'cache/0', undefined, {
      'server.address': 'cache',
      'server.port': 6379,
      'db.system.name': 'redis',
      'db.namespace': '0',
      'peer.service': 'cache',
    }),
    ['HSET', { 'db.operation.name': 'HSET' }],
    writes('database:redis/cache/0', 'hset'),
  ),
  span(
    'OBI, MongoDB: the collection',
    at('mongodb', 'mongo/shop', undefined, {
      'server.address': 'mongo',
      'server.port': 27017,
      'db.system.name': 'mongodb',
      'db.namespace': 'shop',
    }),
    ['find orders', { 'db.operation.name': 'find', 'db.collection.name': 'orders' }],
    reads('table:mongodb/mongo/shop/~/orders', 'find'),
  ),
  span(
    'OBI, Elasticsearch: a request with database attributes',
    at('elasticsearch', 'es/~', undefined, {
      'http.request.method': 'POST',
      'url.full': 'http://es:9200/orders/_search',
      'server.address': 'es',
      'server.port': 9200,
      'db.system.name': 'elasticsearch',
    }),
    ['POST /orders/_search', { 'db.operation.name': 'search', 'db.collection.name': 'orders' }],
    reads('table:elasticsearch/es/~/~/orders', 'search'),
  ),
  span(
    'OBI, Couchbase',
    at('couchbase', 'cb/shop', undefined, {
      'server.address': 'cb',
      'server.port': 11210,
      'db.system.name': 'couchbase',
      'db.namespace': 'shop',
    }),
    ['GET orders', { 'db.operation.name': 'GET', 'db.collection.name': 'orders' }],
    reads('table:couchbase/cb:11210/shop/~/orders', 'get'),
  ),
  {
    name: 'OBI, Kafka: publish and process that nothing joins',
    spans: [
      producer(
        'shop',
        'orders publish',
        {
          'server.address': 'kafka',
          'server.port': 9092,
          'messaging.system': 'kafka',
          'messaging.destination.name': 'orders',
          'messaging.client_id': 'sarama',
          'messaging.operation.type': 'publish',
          'peer.service': 'kafka',
        },
        { resource: K8S },
      ),
      consumer(
        'mail',
        'orders process',
        {
          'server.address': 'kafka',
          'server.port': 9092,
          'messaging.system': 'kafka',
          'messaging.destination.name': 'orders',
          'messaging.operation.type': 'process',
          'peer.service': 'kafka',
        },
        { resource: K8S },
      ),
    ],
    edges: {
      'shop publishes topic:kafka/~/orders': { evidence: { client_span: 1 } },
      'topic:kafka/~/orders consumes mail': { evidence: { server_span: 1 } },
    },
    fates: { inferred: 2 },
  },
  {
    name: 'OBI, SQS: no system, but a queue’s URL',
    spans: [
      client('shop', 'send orders', {
        'http.request.method': 'POST',
        'server.address': 'sqs.eu-central-1.amazonaws.com',
        'server.port': 443,
        'messaging.operation.name': 'SendMessage',
        'messaging.operation.type': 'send',
        'messaging.destination.name': 'orders',
        'aws.sqs.queue.url': 'https://sqs.eu-central-1.amazonaws.com/123456789012/orders',
      }),
    ],
    edges: { 'shop publishes topic:aws_sqs/~/orders': {} },
  },
  {
    name: 'OBI, the server’s side of Redis is a server',
    spans: [
      server('redis', 'GET', {
        'server.address': 'redis',
        'server.port': 6379,
        'db.system.name': 'redis',
        'db.operation.name': 'GET',
      }),
    ],
    edges: {},
    fates: { inferred: 1 },
  },
  {
    name: 'Coroot: a request by address, an address and port as peer',
    spans: [
      client(
        'web',
        'GET',
        {
          'http.url': 'http://10.0.0.7:8080/items',
          'http.method': 'GET',
          'http.status_code': 200,
          'net.peer.name': '10.0.0.7',
          'net.peer.port': 8080,
        },
        { resource: COROOT },
      ),
    ],
    edges: { 'web calls external:10.0.0.7:8080': {} },
  },
  {
    name: 'Coroot: a query, with no database',
    spans: [
      client(
        'web',
        'query',
        {
          'db.system': 'postgresql',
          'db.statement': 'SELECT * FROM orders WHERE id = $1',
          'net.peer.name': '10.0.0.9',
          'net.peer.port': 5432,
        },
        { resource: COROOT },
      ),
    ],
    edges: { 'table:postgresql/10.0.0.9/~/public/orders reads web': {} },
  },
  {
    name: 'Coroot: a loopback proxy is the service’s own',
    spans: [
      client(
        'web',
        'query',
        {
          'db.system': 'mysql',
          'db.statement': 'SELECT * FROM orders',
          'net.peer.name': '127.0.0.1',
          'net.peer.port': 3306,
        },
        { resource: COROOT },
      ),
    ],
    edges: { 'table:mysql/local:web/~/~/orders reads web': {} },
  },
  {
    name: 'Coroot: memcached with its items in a list',
    spans: [
      client(
        'web',
        'get',
        {
          'db.system': 'memcached',
          'db.operation': 'get',
          'db.memcached.item': ['a', 'b'],
          'net.peer.name': '10.0.0.8',
          'net.peer.port': 11211,
        },
        { resource: COROOT },
      ),
    ],
    edges: { 'database:memcached/10.0.0.8/~ reads web': { operations: { get: 1 } } },
  },
  {
    name: 'Coroot: an error by its status',
    spans: [
      client(
        'web',
        'query',
        {
          'db.system': 'postgresql',
          'db.statement': 'DELETE FROM orders',
          'net.peer.name': '10.0.0.9',
          'net.peer.port': 5432,
        },
        { resource: COROOT, status: 2 },
      ),
    ],
    edges: { 'web writes table:postgresql/10.0.0.9/~/public/orders': { clientErrors: 1 } },
  },
  {
    name: 'Pixie: requests seen at the server, each an entry',
    spans: [
      server('px-sock-shop/orders', '/orders', {
        'http.method': 'POST',
        'http.status_code': 201,
        'http.target': '/orders',
      }),
    ],
    edges: {},
    fates: { inferred: 1 },
  },
];
