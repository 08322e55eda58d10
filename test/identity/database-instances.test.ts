/** Where a database is: each span's table or database, as its id says it. */
import { describe, expect, it } from 'vitest';
import { type Attributes, type JudgedSpan, judge } from '../kits/judged.ts';

const READ = { 'db.query.text': 'SELECT a FROM orders' };
const PG = { 'db.system.name': 'postgresql', 'db.namespace': 'shop', ...READ };

type Case = readonly [title: string, attributes: Attributes, id: string];
type Contained = readonly [...Case, more: Partial<JudgedSpan>];

/** Of a `SELECT a FROM orders` in PostgreSQL's database `shop`, unless it says otherwise. */
const ADDRESSES: readonly Case[] = [
  ['a host', { ...PG, 'server.address': 'pg-1' }, 'pg-1'],
  ['a host in capitals', { ...PG, 'server.address': 'PG-1.Example.ORG' }, 'pg-1.example.org'],
  ['a host with a dot at the end', { ...PG, 'server.address': 'pg-1.example.org.' }, 'pg-1.example.org'],
  ['the default port', { ...PG, 'server.address': 'pg-1', 'server.port': 5432 }, 'pg-1'],
  ['the default port as a text', { ...PG, 'server.address': 'pg-1', 'server.port': '5432' }, 'pg-1'],
  ['another port', { ...PG, 'server.address': 'pg-1', 'server.port': 6432 }, 'pg-1:6432'],
  ['a port within the address', { ...PG, 'server.address': 'pg-1:6432' }, 'pg-1:6432'],
  ['a port twice', { ...PG, 'server.address': 'pg-1:6432', 'server.port': 6432 }, 'pg-1:6432'],
  ['port 0', { ...PG, 'server.address': 'pg-1', 'server.port': 0 }, 'pg-1'],
  ['an IPv6 address in brackets', { ...PG, 'server.address': '[2001:DB8::1]' }, '2001:db8::1'],
  ['an IPv6 address', { ...PG, 'server.address': '2001:db8::1' }, '2001:db8::1'],
  ['an IPv4 address', { ...PG, 'server.address': '10.1.2.3' }, '10.1.2.3'],
  ['the old names', { ...PG, 'net.peer.name': 'pg-1', 'net.peer.port': 6432 }, 'pg-1:6432'],
  ['both generations', { ...PG, 'net.peer.name': 'old', 'server.address': 'new' }, 'new'],
  ['an empty new name', { ...PG, 'net.peer.name': 'old', 'server.address': '' }, 'old'],
  ['a socket address alone', { ...PG, 'network.peer.address': '10.1.2.3', 'network.peer.port': 6432 }, '10.1.2.3:6432'],
  ['an old socket address', { ...PG, 'net.peer.ip': '10.1.2.3' }, '10.1.2.3'],
  ['a name before the socket', { ...PG, 'server.address': 'pg-1', 'network.peer.address': '10.1.2.3' }, 'pg-1'],
  ['a connection string', { ...PG, 'db.connection_string': 'postgresql://pg-1:6432' }, 'pg-1:6432'],
  ['with a user', { ...PG, 'db.connection_string': 'postgresql://me:secret@pg-1:5432/shop' }, 'pg-1'],
  ['a JDBC URL', { ...PG, 'db.connection_string': 'jdbc:postgresql://pg-1:5432/shop?ssl=true' }, 'pg-1'],
  [
    'a connection string before the socket',
    { ...PG, 'db.connection_string': 'postgresql://pg-1', 'network.peer.address': '10.1.2.3' },
    'pg-1',
  ],
  ['keys of libpq', { ...PG, 'db.connection_string': 'host=pg-1 port=6432 dbname=shop' }, 'pg-1:6432'],
  ['peer.service, when there is no address', { ...PG, 'peer.service': 'Orders-DB' }, 'orders-db'],
  ['an address before peer.service', { ...PG, 'peer.service': 'orders-db', 'server.address': 'pg-1' }, 'pg-1'],
  ['nothing', PG, '~'],
  ['localhost', { ...PG, 'server.address': 'localhost' }, 'local'],
  ['127.0.0.1 on the default port', { ...PG, 'server.address': '127.0.0.1', 'server.port': 5432 }, 'local'],
  ['::1 on another port', { ...PG, 'server.address': '::1', 'server.port': 6432 }, 'local:6432'],
  ['[::1] on another port', { ...PG, 'server.address': '[::1]', 'server.port': 6432 }, 'local:6432'],
  ['127.9.9.9', { ...PG, 'server.address': '127.9.9.9' }, 'local'],
  ['a link-local address', { ...PG, 'server.address': '169.254.1.1' }, 'local'],
  ['a link-local address of IPv6', { ...PG, 'server.address': 'fe80::1%eth0' }, 'local'],
  ['a unix socket', { ...PG, 'server.address': '/var/run/postgresql/.s.PGSQL.5432' }, 'local'],
];

const CONTAINED: readonly Contained[] = [
  ['in a pod', { ...PG, 'server.address': '127.0.0.1' }, 'local:app', { resource: { 'k8s.pod.name': 'app-1' } }],
  ['in a deployment', { ...PG, 'server.address': '::1' }, 'local:app', { resource: { 'k8s.deployment.name': 'app' } }],
  ['in a container', { ...PG, 'server.address': 'localhost' }, 'local:app', { resource: { 'container.id': 'f00' } }],
  [
    'on another port',
    { ...PG, 'server.address': 'localhost', 'server.port': 6432 },
    'local:app',
    { resource: { 'container.image.name': 'app' } },
  ],
  ['by a unix socket', { ...PG, 'server.address': '/tmp/pg' }, 'local:app', { resource: { 'container.id': 'f00' } }],
  ['to another host', { ...PG, 'server.address': 'pg-1' }, 'pg-1', { resource: { 'container.id': 'f00' } }],
  ['with an empty container id', { ...PG, 'server.address': '::1' }, 'local', { resource: { 'container.id': '' } }],
];

const REST: readonly Case[] = [
  [
    'MySQL has no schema',
    { 'db.system': 'mysql', 'db.name': 'shop', 'net.peer.name': 'my-1', 'net.peer.port': 3306, ...READ },
    'table:mysql/my-1/shop/~/orders',
  ],
  [
    'MariaDB neither',
    { 'db.system': 'mariadb', 'db.name': 'shop', 'server.address': 'my-1', 'server.port': 3307, ...READ },
    'table:mariadb/my-1:3307/shop/~/orders',
  ],
  [
    'SQL Server under its old name',
    { 'db.system': 'mssql', 'db.name': 'Shop', 'server.address': 'ms-1', 'server.port': 1433, ...READ },
    'table:microsoft.sql_server/ms-1/shop/dbo/orders',
  ],
  [
    'a named instance of SQL Server',
    { 'db.system.name': 'microsoft.sql_server', 'db.namespace': 'SQLEXPRESS|Shop', 'server.address': 'MS-1', ...READ },
    'table:microsoft.sql_server/ms-1\\sqlexpress/shop/dbo/orders',
  ],
  [
    'a named instance in the address',
    { 'db.system': 'mssql', 'db.name': 'shop', 'server.address': 'ms-1\\SQLEXPRESS', ...READ },
    'table:microsoft.sql_server/ms-1\\sqlexpress/shop/dbo/orders',
  ],
  [
    'a schema in the namespace',
    { 'db.system.name': 'postgresql', 'db.namespace': 'shop|audit', 'server.address': 'pg-1', ...READ },
    'table:postgresql/pg-1/shop/audit/orders',
  ],
  [
    'a schema in the statement before it',
    {
      'db.system.name': 'postgresql',
      'db.namespace': 'shop|audit',
      'server.address': 'pg-1',
      'db.query.text': 'SELECT a FROM billing.orders',
    },
    'table:postgresql/pg-1/shop/billing/orders',
  ],
  [
    'all-upper names of Oracle',
    { 'db.system': 'oracle', 'db.name': 'ORCL', 'server.address': 'ora-1', 'server.port': 1521, ...READ },
    'table:oracle.db/ora-1/orcl/~/orders',
  ],
  [
    'Oracle by its connection string',
    { 'db.system': 'oracle', 'db.connection_string': 'jdbc:oracle:thin:@ora-1:1522/ORCL', ...READ },
    'table:oracle.db/ora-1:1522/~/~/orders',
  ],
  [
    'a quoted name of PostgreSQL',
    { ...PG, 'server.address': 'pg-1', 'db.query.text': 'SELECT a FROM "Orders"' },
    'table:postgresql/pg-1/shop/public/Orders',
  ],
  [
    'an unquoted one in capitals',
    { ...PG, 'server.address': 'pg-1', 'db.query.text': 'SELECT a FROM ORDERS' },
    'table:postgresql/pg-1/shop/public/orders',
  ],
  [
    'Redis by its index',
    {
      'db.system': 'redis',
      'db.redis.database_index': 3,
      'net.peer.name': 'cache-1',
      'net.peer.port': 6379,
      'db.statement': 'GET a',
    },
    'database:redis/cache-1/3',
  ],
  [
    'Redis without one',
    { 'db.system': 'redis', 'server.address': 'cache-1', 'db.operation': 'GET' },
    'database:redis/cache-1/~',
  ],
  [
    'MongoDB keeps names as they are',
    {
      'db.system': 'mongodb',
      'db.name': 'Shop',
      'db.mongodb.collection': 'userEvents',
      'db.operation': 'find',
      'server.address': 'mongo-1',
      'server.port': 27017,
    },
    'table:mongodb/mongo-1/Shop/~/userEvents',
  ],
  [
    'a system value that is the name of the database',
    { 'db.system': 'orders_db', 'server.address': 'pg-1', 'server.port': 5432, ...READ },
    'table:postgresql/pg-1/orders_db/public/orders',
  ],
  [
    'which does not replace a name that is told',
    { 'db.system': 'orders_db', 'db.name': 'shop', 'server.address': 'my-1', 'server.port': 3306, ...READ },
    'table:mysql/my-1/shop/~/orders',
  ],
  [
    'a system value nobody knows, on a port nobody knows',
    { 'db.system': 'acmedb', 'db.name': 'shop', 'server.address': 'acme-1', 'server.port': 7777, ...READ },
    'table:acmedb/acme-1:7777/shop/~/orders',
  ],
  [
    'a known system on the port of another',
    { 'db.system': 'mysql', 'db.name': 'shop', 'server.address': 'my-1', 'server.port': 5432, ...READ },
    'table:mysql/my-1:5432/shop/~/orders',
  ],
  [
    'a system in capitals',
    { ...PG, 'db.system.name': 'PostgreSQL', 'server.address': 'pg-1' },
    'table:postgresql/pg-1/shop/public/orders',
  ],
];

async function storesOf(attributes: Attributes, more: Partial<JudgedSpan> = {}): Promise<string[]> {
  const { nodes } = await judge([{ kind: 'client', attributes, ...more }]);
  return nodes.filter(id => /^(table|database):/.test(id));
}

describe('the instance of a database', () => {
  it.each(ADDRESSES)('%s', async (_, attributes, instance) => {
    expect(await storesOf(attributes)).toEqual([`table:postgresql/${instance}/shop/public/orders`]);
  });
});

describe('the machine itself, where the resource says that it is one of its own', () => {
  it.each(CONTAINED)('%s', async (_, attributes, instance, more) => {
    expect(await storesOf(attributes, more)).toEqual([`table:postgresql/${instance}/shop/public/orders`]);
  });
});

describe('systems, databases and schemas', () => {
  it.each(REST)('%s', async (_, attributes, id) => {
    expect(await storesOf(attributes)).toEqual([id]);
  });
});

describe('services that meet on a loopback address', () => {
  const at = (service: string, port: number, more: Partial<JudgedSpan> = {}): JudgedSpan => ({
    service,
    kind: 'client',
    attributes: { ...PG, 'server.address': 'localhost', 'server.port': port },
    ...more,
  });
  const LOCAL = 'table:postgresql/local/shop/public/orders';

  it('are told of', async () => {
    const { graph } = await judge([at('a', 5432), at('b', 5432)]);
    expect(graph.diagnostics).toMatchObject([
      { code: 'shared_loopback', nodes: [LOCAL, 'service:a', 'service:b'], message: expect.stringContaining('local') },
    ]);
  });

  it.each([
    ['one service alone', [at('a', 5432), at('a', 5432)]],
    ['other ports', [at('a', 5432), at('b', 6432)]],
    ['other environments', [at('a', 5432, { env: 'prod' }), at('b', 5432, { env: 'test' })]],
    ['containers', ['a', 'b'].map(name => at(name, 5432, { resource: { 'container.id': name } }))],
  ])('are not, when it is %s', async (_, spans) => {
    expect((await judge(spans)).graph.diagnostics).toEqual([]);
  });

  it('have one each or one together, as the configuration says', async () => {
    const set = (how: string) => ['--set', `connectors.topology.identity.loopback=${how}`];
    const spans = [at('a', 5432), at('b', 5432, { resource: { 'container.id': 'b' } })];
    const instances = async (...args: string[]) =>
      (await judge(spans, ...args)).graph.nodes.flatMap(({ instance }) => instance ?? []);
    expect(await instances()).toEqual(['local', 'local:b']);
    expect(await instances(...set('shared'))).toEqual(['local']);
    expect(await instances(...set('service'))).toEqual(['local:a', 'local:b']);
  });
});
