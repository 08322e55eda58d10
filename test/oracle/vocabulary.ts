/** What generated spans are made of: resources, and attributes of each role under old and new names. */
import type { Random } from './random.ts';
import { type AttributeValue, CLIENT, CONSUMER, INTERNAL, PRODUCER, SERVER, UNSPECIFIED } from './span.ts';
import { HOUSEKEEPING_NAMES, SKIPPED_STATEMENTS, STATEMENTS, SUMMARIES, TABLE_NAMES } from './statements.ts';
import { COMMANDS, SKIPPED_COMMANDS, STREAM_COMMANDS } from './stores.ts';

export type Role =
  | 'client'
  | 'server'
  | 'producer'
  | 'consumer'
  | 'internal'
  | 'database'
  | 'create'
  | 'settle'
  | 'named_peer';

/** What a role gives a span. */
export interface Costume {
  readonly kind: number;
  readonly name: string;
  readonly attributes: Record<string, AttributeValue>;
}

type Resource = Readonly<Record<string, string>>;

const LONG = 'a-very-long-name-'.repeat(20);
const HOSTILE_NAMES = [
  '__proto__',
  'constructor',
  'a/b#c',
  'x@y',
  'nul\u0000byte',
  'bidi\u202eevil',
  `${LONG}ü`,
  '100 %',
  'Grüße ☃',
];

const SERVICES: readonly Resource[] = [
  { 'service.name': 'cart' },
  { 'service.name': 'orders' },
  { 'service.name': 'orders', 'service.instance.id': 'orders-1' },
  { 'service.name': 'orders', 'service.instance.id': 'orders-2' },
  { 'service.name': 'billing', 'service.namespace': 'shop' },
  { 'service.name': 'mail', 'deployment.environment.name': 'prod' },
  { 'service.name': 'mail', 'deployment.environment': 'prod', 'service.namespace': 'shop' },
  { 'service.name': 'stock', 'deployment.environment.name': '', 'deployment.environment': 'test' },
  { 'service.name': 'depot', 'k8s.pod.name': 'depot-1' },
  { 'service.name': 'depot', 'container.id': 'f00', 'deployment.environment': 'prod' },
];

const NAMELESS: readonly Resource[] = [
  {},
  { 'service.name': '' },
  { 'service.name': '  ' },
  { 'service.name': 'unknown_service' },
  { 'service.name': 'unknown_service:java', 'service.instance.id': 'i-1' },
];

export function namelessResource(random: Random): Resource {
  return random.pick(NAMELESS);
}

/** Two to four services, so that spans meet their own service often. */
export function chooseServices(random: Random): Resource[] {
  const services = random.shuffle(SERVICES).slice(0, 2 + random.below(3));
  return random.chance(0.15) ? [...services, { 'service.name': random.pick(HOSTILE_NAMES) }] : services;
}

export function dress(role: Role, random: Random): Costume {
  const costume = COSTUMES[role](random);
  const attributes = { ...costume.attributes, ...errorAttributes(random) };
  return { ...costume, attributes };
}

const COSTUMES: Readonly<Record<Role, (random: Random) => Costume>> = {
  client: random => ({
    kind: CLIENT,
    name: 'GET',
    attributes: { ...rpcAttributes(random), ...peerAttributes(random) },
  }),
  server: random => ({ kind: SERVER, name: 'GET /', attributes: serverAttributes(random) }),
  producer: producerCostume,
  consumer: consumerCostume,
  internal: random => ({
    kind: random.pick([UNSPECIFIED, INTERNAL]),
    name: 'work',
    attributes: internalAttributes(random),
  }),
  database: databaseCostume,
  create: random => ({
    kind: PRODUCER,
    name: 'create',
    attributes: { 'messaging.operation.type': 'create', ...destination(random, 'messaging.destination.name') },
  }),
  settle: random => ({
    kind: random.pick([CLIENT, CONSUMER]),
    name: 'commit',
    attributes: { 'messaging.operation.type': 'settle', ...destination(random, 'messaging.destination.name') },
  }),
  named_peer: random => ({ kind: UNSPECIFIED, name: 'lookup', attributes: { [peerKey(random)]: peerName(random) } }),
};

function rpcAttributes(random: Random): Record<string, AttributeValue> {
  return random.pick<Record<string, AttributeValue>>([
    { 'http.request.method': 'GET', 'url.full': 'http://shop.example/' },
    { 'http.method': 'POST' },
    { 'rpc.system': 'grpc', 'rpc.service': 'shop.Cart' },
    { 'rpc.system.name': 'grpc' },
    {},
    {},
  ]);
}

const peerKey = (random: Random) => random.pick(['peer.service', 'service.peer.name']);
const peerName = (random: Random) =>
  random.chance(0.1) ? random.pick(HOSTILE_NAMES) : random.pick(['bank', 'tax-office', 'carrier', ...OWN_NAMES]);

/** Of services that may be there as well, as they are and as addresses. */
const OWN_NAMES = ['cart', 'orders', 'mail', 'billing'];
const OWN_HOSTS = [...OWN_NAMES, 'Cart.', 'billing.shop.svc', 'orders.shop.svc.cluster.local', 'mail.example.org'];

function peerAttributes(random: Random): Record<string, AttributeValue> {
  return random.pick<() => Record<string, AttributeValue>>([
    () => ({}),
    () => ({ [peerKey(random)]: peerName(random) }),
    () => ({ 'server.address': 'api.example.org', 'server.port': random.pick<AttributeValue>([80, 443, '443', 8080]) }),
    () => ({ 'server.address': random.pick(OWN_HOSTS), 'server.port': random.pick<AttributeValue>([80, 8080]) }),
    () => ({ 'net.peer.name': 'api.example.org', 'net.peer.port': random.pick<AttributeValue>([443, '9000']) }),
  ])();
}

function serverAttributes(random: Random): Record<string, AttributeValue> {
  const peer: Record<string, AttributeValue> = random.chance(0.15) ? { [peerKey(random)]: peerName(random) } : {};
  const database: Record<string, AttributeValue> = random.chance(0.05) ? { 'db.system': 'postgresql' } : {};
  const messaging = random.chance(0.03) ? destination(random, 'messaging.destination') : {};
  return { ...rpcAttributes(random), ...peer, ...database, ...messaging };
}

function internalAttributes(random: Random): Record<string, AttributeValue> {
  return random.chance(0.2) ? rpcAttributes(random) : {};
}

function errorAttributes(random: Random): Record<string, AttributeValue> {
  switch (random.weighted({ none: 84, type: 5, new: 5, old: 3, missing: 3 })) {
    case 'type':
      return { 'error.type': 'timeout' };
    case 'new':
      return { 'http.response.status_code': random.pick<AttributeValue>([500, 503, '502', 404]) };
    case 'old':
      return { 'http.status_code': random.pick<AttributeValue>([500, 200]) };
    case 'missing':
      return { 'error.type': '' };
    case 'none':
      return {};
  }
}

const LISTS = ['orders, mails', 'mails,orders', 'orders, orders'];
const CLUSTERS = ['eu-1', 'eu-1', 'us-1'];
const EXCHANGES = ['shop', 'shop:created', 'shop:created:mails', 'mails', '<default>:mails', ':orders', 'amq.default'];
const TOPICS = [
  'orders',
  'amq.gen-x1',
  '(anonymous)',
  'mails',
  'orders.dlq',
  'a/b#c',
  'reply-1234567',
  'reply-7654321',
  '__proto__',
];
const DESTINATION_KEYS = [
  'messaging.destination.name',
  'messaging.destination',
  'messaging.source.name',
  'messaging.destination.template',
];

function destination(random: Random, key: string): Record<string, AttributeValue> {
  if (random.chance(0.08)) return exchange(random, key);
  const cluster: Record<string, AttributeValue> = random.chance(0.12)
    ? { 'messaging.kafka.cluster.id': random.pick(CLUSTERS) }
    : {};
  const system: Record<string, AttributeValue> = random.chance(0.95) ? { 'messaging.system': 'kafka' } : {};
  return { ...system, ...cluster, [key]: random.pick(TOPICS) };
}

function exchange(random: Random, key: string): Record<string, AttributeValue> {
  const name = key.endsWith('template') ? 'messaging.destination.name' : key;
  const routing: Record<string, AttributeValue> = random.chance(0.5)
    ? { 'messaging.rabbitmq.destination.routing_key': random.pick(['created', 'mails']) }
    : {};
  return { 'messaging.system': 'rabbitmq', [name]: random.pick(EXCHANGES), ...routing };
}

/** A destination under one of its names or two, in the span's name, or none. */
function destinationPart(random: Random, verb: string): { name: string; attributes: Record<string, AttributeValue> } {
  switch (
    random.weighted({
      named: 60,
      both: 8,
      in_name: 8,
      list: verb === 'receive' ? 12 : 0,
      brave: 5,
      none: 15,
      nothing: 9,
    })
  ) {
    case 'list':
      return {
        name: 'span',
        attributes: { 'messaging.system': 'kafka', [random.pick(DESTINATION_KEYS.slice(0, 3))]: random.pick(LISTS) },
      };
    case 'named':
      return { name: 'span', attributes: destination(random, random.pick(DESTINATION_KEYS)) };
    case 'both': {
      const topic = random.pick(TOPICS);
      return {
        name: 'span',
        attributes: {
          'messaging.system': 'kafka',
          'messaging.destination': topic,
          'messaging.destination.name': topic,
        },
      };
    }
    case 'in_name': {
      const topic = random.pick(['orders', 'mails']);
      return {
        name: random.chance(0.5) ? `${topic} ${verb}` : `${verb} ${topic}`,
        attributes: { 'messaging.system': 'kafka' },
      };
    }
    case 'brave':
      return { name: verb, attributes: { 'kafka.topic': random.pick(TOPICS) } };
    case 'none':
      return { name: 'span', attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': '' } };
    case 'nothing':
      return { name: 'span', attributes: {} };
  }
}

/** What a link says of its message. */
export function linkAttributes(random: Random): Record<string, AttributeValue> {
  return random.chance(0.3) ? { [random.pick(DESTINATION_KEYS.slice(0, 3))]: random.pick(TOPICS) } : {};
}

/** The operation under one of its names; kinds that tell it need none. */
function operationPart(random: Random, verbs: readonly string[], isNeeded: boolean): Record<string, AttributeValue> {
  if (!isNeeded && random.chance(0.4)) return {};
  const verb = random.pick(verbs);
  return random.pick<Record<string, AttributeValue>>([
    { 'messaging.operation.type': verb },
    { 'messaging.operation': verb },
    { 'messaging.operation.name': verb },
    { 'messaging.operation.type': verb, 'messaging.operation': verb, 'messaging.operation.name': verb },
  ]);
}

function batchPart(random: Random): Record<string, AttributeValue> {
  return random.chance(0.2) ? { 'messaging.batch.message_count': random.pick<AttributeValue>([0, 1, 3, 7, '5']) } : {};
}

function producerCostume(random: Random): Costume {
  const { name, attributes } = destinationPart(random, 'publish');
  const isClient = Object.keys(attributes).length > 0 && random.chance(0.2);
  const operation = operationPart(random, ['send', 'publish', 'Send'], isClient && random.chance(0.8));
  return {
    kind: isClient ? CLIENT : PRODUCER,
    name,
    attributes: { ...attributes, ...operation, ...batchPart(random) },
  };
}

const GROUP_KEYS = [
  'messaging.consumer.group.name',
  'messaging.kafka.consumer.group',
  'messaging.kafka.consumer_group',
];

function consumerCostume(random: Random): Costume {
  const receives = random.chance(0.35);
  const verbs = receives ? ['receive', 'poll'] : ['process', 'deliver'];
  const { name, attributes } = destinationPart(random, receives ? 'receive' : 'process');
  const isClient = receives && Object.keys(attributes).length > 0 && random.chance(0.5);
  const operation = operationPart(random, verbs, isClient || receives);
  const group = groupPart(random);
  return {
    kind: isClient ? CLIENT : CONSUMER,
    name,
    attributes: { ...attributes, ...operation, ...group, ...batchPart(random) },
  };
}

function groupPart(random: Random): Record<string, AttributeValue> {
  if (random.chance(0.1)) return { 'messaging.consumer.id': 'g1 - consumer-7' };
  return random.chance(0.4) ? { [random.pick(GROUP_KEYS)]: random.pick(['g1', 'g2', '__proto__']) } : {};
}

type Naming = Readonly<Record<'system' | 'text' | 'table' | 'operation' | 'database' | 'address' | 'port', string>>;

const OLD: Naming = {
  system: 'db.system',
  text: 'db.statement',
  table: 'db.sql.table',
  operation: 'db.operation',
  database: 'db.name',
  address: 'net.peer.name',
  port: 'net.peer.port',
};

const NEW: Naming = {
  system: 'db.system.name',
  text: 'db.query.text',
  table: 'db.collection.name',
  operation: 'db.operation.name',
  database: 'db.namespace',
  address: 'server.address',
  port: 'server.port',
};

function databaseCostume(random: Random): Costume {
  const naming = random.pick([OLD, NEW]);
  if (random.chance(0.25)) return redisCostume(random, naming);
  const { name, attributes } = workPart(random, naming);
  const kind = random.pick([CLIENT, CLIENT, CLIENT, INTERNAL, UNSPECIFIED]);
  const system = { [naming.system]: 'postgresql' };
  return { kind, name, attributes: { ...system, ...storePart(random, naming), ...attributes } };
}

function redisCostume(random: Random, naming: Naming): Costume {
  const texts = random.pick([COMMANDS, COMMANDS, STREAM_COMMANDS, SKIPPED_COMMANDS]);
  const text = random.pick([...texts.keys()]);
  const verb = text.split(' ')[0]!;
  const attributes: Record<string, AttributeValue> = {
    [naming.system]: 'redis',
    [naming.text]: text,
    ...(!text.includes('\n') && random.chance(0.5) && { [naming.operation]: verb }),
    ...(random.chance(0.5) && { [naming.address]: 'cache' }),
    ...(random.chance(0.5) && { [naming.port]: random.pick<AttributeValue>([6379, '6380']) }),
    ...(random.chance(0.3) && { 'db.redis.database_index': random.pick([0, 2]) }),
  };
  return { kind: random.pick([CLIENT, CLIENT, CLIENT, INTERNAL]), name: verb, attributes };
}

function storePart(random: Random, naming: Naming): Record<string, AttributeValue> {
  const database: Record<string, AttributeValue> = random.chance(0.7)
    ? { [naming.database]: databaseName(random, naming) }
    : {};
  const host: Record<string, AttributeValue> = random.chance(0.7)
    ? { [naming.address]: random.pick(['pg-1', 'PG-1.', 'pg-2.example.org', 'localhost', '127.0.0.1']) }
    : {};
  const port: Record<string, AttributeValue> = random.chance(0.5)
    ? { [naming.port]: random.pick<AttributeValue>([5432, '5432', 6432]) }
    : {};
  return { ...database, ...host, ...port };
}

const databaseName = (random: Random, naming: Naming) => (naming === NEW && random.chance(0.2) ? 'shop|audit' : 'shop');

/** A statement, a summary, a table attribute, a verb alone, or something that gives no edge. */
function workPart(random: Random, naming: Naming): { name: string; attributes: Record<string, AttributeValue> } {
  const text = random.pick([...STATEMENTS.keys()]);
  const verb = () => random.pick(['SELECT', 'INSERT', 'update', 'Delete', 'SELECT shop', 'BATCH INSERT']);
  switch (
    random.weighted({ statement: 45, summary: 6, both: 6, table: 12, verb: 8, bare: 4, skipped: 15, housekeeping: 10 })
  ) {
    case 'statement':
      return { name: 'query', attributes: { [naming.text]: text } };
    case 'both':
      return {
        name: 'query',
        attributes: { [naming.text]: text, 'db.query.summary': random.pick([...SUMMARIES.keys()]) },
      };
    case 'summary':
      return { name: 'query', attributes: { 'db.query.summary': random.pick([...SUMMARIES.keys()]) } };
    case 'table':
      return {
        name: 'query',
        attributes: { [naming.table]: random.pick([...TABLE_NAMES.keys()]), [naming.operation]: verb() },
      };
    case 'verb':
      return { name: 'query', attributes: { [naming.operation]: verb() } };
    case 'bare':
      return { name: random.pick(['query', 'SELECT shop', 'update']), attributes: {} };
    case 'skipped':
      return { name: 'query', attributes: { [naming.text]: random.pick([...SKIPPED_STATEMENTS.keys()]) } };
    case 'housekeeping': {
      const name = random.pick(HOUSEKEEPING_NAMES);
      return { name, attributes: name.endsWith('prepare') ? { [naming.text]: text } : {} };
    }
  }
}
