/** Messaging over Redis: spans of a database that send and receive. */
import { type Attributes, type CaseSpan, client, consumer, type InstrumentationCase } from './case.ts';

const redis = { 'db.system.name': 'redis', 'server.address': 'cache', 'server.port': 6379 };
const DATABASE = 'database:redis/cache/~';
const topic = (name: string) => `topic:redis/~/${name}`;

const command = (service: string, text: string, more: Attributes = {}): CaseSpan => {
  const verb = text.split(' ')[0]!;
  return client(service, verb, { ...redis, 'db.operation.name': verb, 'db.query.text': text, ...more });
};
const one = (name: string, span: CaseSpan, edges: InstrumentationCase['edges'], more = {}): InstrumentationCase => ({
  name,
  spans: [span],
  edges,
  ...more,
});

const SENT = { messages: 1, operations: { send: 1 }, evidence: { client_span: 1 } };
const RECEIVED = { messages: 1, received: 1, operations: { receive: 1 }, evidence: { server_span: 1 } };

export const streams: readonly InstrumentationCase[] = [
  one('XADD, JS: the key stays', command('shop', 'XADD orders [4 other arguments]'), {
    [`shop publishes ${topic('orders')}`]: SENT,
  }),
  one('xadd as it was called', command('shop', 'xadd orders * [2 other arguments]'), {
    [`shop publishes ${topic('orders')}`]: SENT,
  }),
  one(
    'XADD without an operation attribute',
    client('shop', 'XADD', { 'db.system': 'redis', 'db.statement': 'XADD orders * ? ?' }),
    { [`shop publishes ${topic('orders')}`]: SENT },
  ),
  one(
    'XADD, Python: everything masked, so the database',
    client('shop', 'XADD', { ...redis, 'db.statement': 'XADD ? ? ? ?' }),
    { [`shop writes ${DATABASE}`]: { operations: { xadd: 1 } } },
  ),
  one('XADD without a statement', client('shop', 'XADD', { ...redis, 'db.operation.name': 'XADD' }), {
    [`shop writes ${DATABASE}`]: { operations: { xadd: 1 } },
  }),
  one('XREADGROUP: the group', command('mail', 'XREADGROUP GROUP mailers m-1 COUNT 10 BLOCK 5000 STREAMS orders >'), {
    [`${topic('orders')} consumes mail`]: { ...RECEIVED, groups: { mailers: 1 } },
  }),
  one(
    'XREADGROUP of two streams: an edge of each',
    command('mail', 'XREADGROUP GROUP mailers m-1 STREAMS orders payments > >'),
    {
      [`${topic('orders')} consumes mail`]: { ...RECEIVED, groups: { mailers: 1 } },
      [`${topic('payments')} consumes mail`]: { ...RECEIVED, groups: { mailers: 1 } },
    },
    { fates: { inferred: 1 } },
  ),
  one('XREAD of three streams', command('mail', 'XREAD COUNT 2 STREAMS a b c 0-0 $ 1526999352406-0'), {
    [`${topic('a')} consumes mail`]: RECEIVED,
    [`${topic('b')} consumes mail`]: RECEIVED,
    [`${topic('c')} consumes mail`]: RECEIVED,
  }),
  one('XREAD that names a stream twice', command('mail', 'XREAD STREAMS a a 0 0'), {
    [`${topic('a')} consumes mail`]: RECEIVED,
  }),
  one('XREAD cut behind a stream', command('mail', 'XREAD STREAMS orders [1 other arguments]'), {
    [`${topic('orders')} consumes mail`]: RECEIVED,
  }),
  one('XREADGROUP with masked positions', command('mail', 'XREADGROUP GROUP ? ? STREAMS orders ?'), {
    [`${topic('orders')} consumes mail`]: RECEIVED,
  }),
  one('XREADGROUP, all masked', command('mail', 'XREADGROUP ? ? ? ? ?'), {
    [`${DATABASE} reads mail`]: { operations: { xreadgroup: 1 } },
  }),
  one('XAUTOCLAIM receives again', command('mail', 'XAUTOCLAIM orders mailers m-2 60000 0-0'), {
    [`${topic('orders')} consumes mail`]: { ...RECEIVED, groups: { mailers: 1 } },
  }),
  one('XACK settles', command('mail', 'XACK orders mailers 1526569495631-0'), {}, { fates: { internal: 1 } }),
  one('PUBLISH', command('shop', 'PUBLISH news [1 other arguments]'), { [`shop publishes ${topic('news')}`]: SENT }),
  one('PUBLISH, masked', command('shop', 'PUBLISH ? ?'), {
    [`shop writes ${DATABASE}`]: { operations: { publish: 1 } },
  }),
  one('SUBSCRIBE', command('mail', 'SUBSCRIBE news alerts'), {
    [`${topic('news')} consumes mail`]: RECEIVED,
    [`${topic('alerts')} consumes mail`]: RECEIVED,
  }),
  one('PSUBSCRIBE: the pattern', command('mail', 'PSUBSCRIBE news.*'), {
    [`${topic('news.*')} consumes mail`]: RECEIVED,
  }),
  one('ids in a channel are one channel', command('shop', 'PUBLISH user:12345678 hello'), {
    [`shop publishes ${topic('user:{id}')}`]: SENT,
  }),
  one(
    'a stream in an environment',
    { ...command('shop', 'XADD orders * a 1'), resource: { 'deployment.environment': 'prod' } },
    {
      'shop@prod publishes topic:redis/~/orders@prod': SENT,
    },
  ),
  one(
    'valkey speaks of the same streams',
    client('shop', 'XADD', { 'db.system.name': 'valkey', 'db.query.text': 'XADD orders * a 1' }),
    { [`shop publishes ${topic('orders')}`]: SENT },
  ),
  one(
    'an error of a send',
    { ...command('shop', 'XADD orders * a 1'), status: 2 },
    { [`shop publishes ${topic('orders')}`]: { ...SENT, clientErrors: 1, errors: 1 } },
  ),
  one(
    'an error of a read of two',
    { ...command('mail', 'XREAD STREAMS a b 0 0'), status: 2 },
    {
      [`${topic('a')} consumes mail`]: { serverErrors: 1 },
      [`${topic('b')} consumes mail`]: { serverErrors: 1 },
    },
  ),
  one(
    'a pipeline is work on the database',
    client('shop', 'PIPELINE', { ...redis, 'db.query.text': 'XADD orders * a 1\nSET a 1\nGET a' }),
    {
      [`shop writes ${DATABASE}`]: { operations: { xadd: 1, set: 1 } },
      [`${DATABASE} reads shop`]: { operations: { get: 1 } },
    },
  ),
  one('XADD with options behind the key', command('shop', 'XADD "orders" NOMKSTREAM MAXLEN ~ 1000 * a 1'), {
    [`shop publishes ${topic('orders')}`]: SENT,
  }),
  one('XLEN looks at the database', command('shop', 'XLEN orders'), {
    [`${DATABASE} reads shop`]: { operations: { xlen: 1 } },
  }),
  one('XGROUP changes the database', command('shop', 'XGROUP CREATE orders mailers $'), {
    [`shop writes ${DATABASE}`]: { operations: { xgroup: 1 } },
  }),
  one(
    'another key-value store has no streams',
    client('shop', 'publish', { 'db.system': 'memcached', 'db.statement': 'publish orders 1' }),
    { 'shop queries database:memcached/~/~': {} },
  ),
  {
    name: 'a message with a context of its own: the process span joins the send of the application',
    spans: [
      command('shop', 'XADD orders * traceparent ? data ?'),
      consumer(
        'mail',
        'orders process',
        { 'messaging.system': 'redis', 'messaging.destination.name': 'orders', 'messaging.operation': 'process' },
        { links: [{ to: 1 }] },
      ),
    ],
    edges: {
      [`shop publishes ${topic('orders')}`]: SENT,
      [`${topic('orders')} consumes mail`]: { processed: 1, evidence: { server_span: 1, span_link: 1 } },
    },
    fates: { paired: 2 },
  },
  {
    name: 'a library that says it is messaging is messaging',
    spans: [
      client('shop', 'send orders', {
        'messaging.system': 'redis',
        'messaging.destination.name': 'orders',
        'messaging.operation.type': 'send',
        'db.system': 'redis',
        'db.statement': 'XADD other * a 1',
      }),
    ],
    edges: { [`shop publishes ${topic('orders')}`]: SENT },
  },
];
