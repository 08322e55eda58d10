/** Drivers, ORMs and agents that speak SQL. */
import { client, type InstrumentationCase, internal, server } from './case.ts';
import { at, queries, reads, span, writes } from './define.ts';

const pg = at('postgresql', 'pg-1/shop', 'public', {
  'db.system.name': 'postgresql',
  'db.namespace': 'shop',
  'server.address': 'pg-1',
  'server.port': 5432,
});
const oldPg = at('postgresql', 'pg-1/shop', 'public', {
  'db.system': 'postgresql',
  'db.name': 'shop',
  'net.peer.name': 'pg-1',
  'net.peer.port': 5432,
});
const mysql = at('mysql', 'my-1/shop', undefined, {
  'db.system.name': 'mysql',
  'db.namespace': 'shop',
  'server.address': 'my-1',
  'server.port': 3306,
});
const orders = pg.table('orders');
const SELECT = 'SELECT id, total FROM orders WHERE id = $1';

export const node: readonly InstrumentationCase[] = [
  span('pg 0.73: today’s names', pg, ['pg.query:SELECT shop', { 'db.query.text': SELECT }], reads(orders, 'select')),
  span(
    'pg of before: old names',
    oldPg,
    [
      'pg.query:SELECT shop',
      { 'db.statement': SELECT, 'db.user': 'shop', 'db.connection_string': 'postgresql://pg-1:5432/shop' },
    ],
    reads(orders, 'select'),
  ),
  span(
    'pg, a named statement',
    pg,
    ['pg.query:order-by-id shop', { 'db.query.text': SELECT, 'db.postgresql.plan': 'order-by-id' }],
    reads(orders, 'select'),
  ),
  span('pg, the name alone', pg, ['pg.query:UPDATE shop', {}], writes(pg.database, 'update')),
  span('pg connects', pg, ['pg.connect', {}], 'driver_housekeeping'),
  span(
    'pg’s pool connects',
    pg,
    ['pg-pool.connect', { 'db.postgresql.idle.timeout.millis': 10_000 }],
    'driver_housekeeping',
  ),
  span('pg begins', pg, ['pg.query:BEGIN shop', { 'db.query.text': 'BEGIN' }], 'transaction_control'),
  span('pg rolls back', pg, ['pg.query:ROLLBACK shop', { 'db.query.text': 'ROLLBACK' }], 'transaction_control'),
  span(
    'mysql2: the verb as name, values in the text',
    mysql,
    ['SELECT', { 'db.query.text': "SELECT * FROM orders WHERE mail = 'a@b.c' AND n = 7" }],
    reads(mysql.table('orders'), 'select'),
  ),
  span('mysql2, a statement without a blank', mysql, ['COMMIT', { 'db.query.text': 'COMMIT' }], 'transaction_control'),
  span(
    'mysql2 of before',
    at('mysql', 'my-1/shop', undefined, {
      'db.system': 'mysql',
      'db.name': 'shop',
      'net.peer.name': 'my-1',
      'net.peer.port': 3306,
      'db.connection_string': 'jdbc:mysql://my-1:3306/shop',
    }),
    ['INSERT', { 'db.statement': 'INSERT INTO `orders` (`id`) VALUES (1)' }],
    writes(mysql.table('orders'), 'insert'),
  ),
  span(
    'tedious: the batch',
    at('microsoft.sql_server', 'ms-1/shop', 'dbo', {
      'db.system': 'mssql',
      'db.name': 'shop',
      'net.peer.name': 'ms-1',
      'net.peer.port': 1433,
    }),
    ['execSql shop', { 'db.statement': 'select * from [Orders] where id=@id' }],
    reads('table:microsoft.sql_server/ms-1/shop/dbo/orders', 'select'),
  ),
  {
    name: 'knex over pg: one work, told by the outer span',
    spans: [
      client('shop', 'select orders', {
        'db.system': 'postgresql',
        'db.sql.table': 'orders',
        'db.operation': 'select',
        'db.statement': 'select * from "orders" where "id" = $1',
        'db.name': 'shop',
      }),
      client(
        'shop',
        'pg.query:SELECT shop',
        { ...oldPg.attributes, 'db.statement': 'select * from "orders" where "id" = $1' },
        { under: 1 },
      ),
    ],
    edges: reads(orders, 'select'),
    fates: { inferred: 2 },
  },
  {
    name: 'pg’s pool above its connect and a query beside them',
    spans: [
      server('shop', 'GET /orders', { 'http.request.method': 'GET' }),
      client('shop', 'pg-pool.connect', pg.attributes, { under: 1 }),
      client('shop', 'pg.connect', pg.attributes, { under: 2 }),
      client('shop', 'pg.query:SELECT shop', { ...pg.attributes, 'db.query.text': SELECT }, { under: 1 }),
    ],
    edges: reads(orders, 'select'),
    reasons: { driver_housekeeping: 2 },
  },
  {
    name: 'Prisma: the query of its engine, below internal spans',
    spans: [
      internal('shop', 'prisma:client:operation', { method: 'findMany', model: 'Order' }),
      internal(
        'shop',
        'prisma:client:db_query',
        { 'db.system': 'postgresql', 'db.query.text': 'SELECT "public"."Order"."id" FROM "public"."Order"' },
        { under: 1 },
      ),
    ],
    edges: { 'table:postgresql/~/~/public/Order reads shop': {} },
  },
];

export const java: readonly InstrumentationCase[] = [
  span(
    'JDBC: operation, one table, sanitised text',
    oldPg,
    [
      'SELECT shop.orders',
      {
        'db.operation': 'SELECT',
        'db.sql.table': 'orders',
        'db.statement': 'SELECT * FROM orders WHERE id = ?',
        'db.connection_string': 'postgresql://pg-1:5432',
      },
    ],
    reads(orders, 'select'),
  ),
  span(
    'JDBC: a join has no table attribute',
    oldPg,
    [
      'SELECT shop',
      {
        'db.operation': 'SELECT',
        'db.statement': 'SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = ?',
      },
    ],
    {
      ...reads(orders, 'select'),
      ...reads(pg.table('customers'), 'select'),
    },
  ),
  span(
    'JDBC: the attribute names the written table, the text the read one',
    oldPg,
    [
      'INSERT shop.archive',
      {
        'db.operation': 'INSERT',
        'db.sql.table': 'archive',
        'db.statement': 'INSERT INTO archive SELECT * FROM orders WHERE done = ?',
      },
    ],
    {
      ...writes(pg.table('archive'), 'insert'),
      ...reads(orders, 'select'),
    },
  ),
  span(
    'JDBC: no address but in the connection string',
    at('postgresql', 'pg-1/shop', 'public', {
      'db.system': 'postgresql',
      'db.name': 'shop',
      'db.connection_string': 'postgresql://pg-1:5432',
    }),
    [
      'DELETE shop.orders',
      { 'db.operation': 'DELETE', 'db.sql.table': 'orders', 'db.statement': 'DELETE FROM orders WHERE id = ?' },
    ],
    writes(orders, 'delete'),
  ),
  span(
    'JDBC opt-in: a summary, no operation',
    pg,
    ['SELECT orders', { 'db.query.summary': 'SELECT orders', 'db.query.text': 'SELECT * FROM orders WHERE id = ?' }],
    reads(orders, 'select'),
  ),
  span(
    'JDBC opt-in: the summary alone',
    pg,
    ['INSERT archive SELECT orders', { 'db.query.summary': 'INSERT archive SELECT orders' }],
    {
      ...writes(pg.table('archive'), 'insert'),
      ...reads(orders, 'select'),
    },
  ),
  span(
    'JDBC opt-in: a summary of a batch',
    pg,
    ['BATCH INSERT orders', { 'db.query.summary': 'BATCH INSERT orders', 'db.operation.batch.size': 3 }],
    writes(orders, 'insert'),
  ),
  span(
    'database/dup: both generations count once',
    pg,
    [
      'SELECT orders',
      {
        ...oldPg.attributes,
        'db.operation': 'SELECT',
        'db.sql.table': 'orders',
        'db.collection.name': 'orders',
        'db.operation.name': 'SELECT',
        'db.statement': 'SELECT * FROM orders',
        'db.query.text': 'SELECT * FROM orders',
      },
    ],
    reads(orders, 'select'),
  ),
  span(
    'JDBC’s data source hands out a connection',
    oldPg,
    ['HikariDataSource.getConnection', { 'code.namespace': 'com.zaxxer.hikari.HikariDataSource' }],
    'driver_housekeeping',
  ),
  span(
    'JDBC: isValid',
    oldPg,
    ['SELECT shop', { 'db.operation': 'SELECT', 'db.statement': 'SELECT ?' }],
    'health_check',
  ),
  span(
    'JDBC: a procedure',
    oldPg,
    ['CALL shop', { 'db.operation': 'CALL', 'db.statement': '{call close_day(?)}' }],
    queries(pg.database, 'call'),
  ),
  span(
    'Oracle: upper case folds',
    at('oracle.db', 'ora-1/orcl', undefined, {
      'db.system': 'oracle',
      'db.name': 'ORCL',
      'net.peer.name': 'ora-1',
      'net.peer.port': 1521,
    }),
    [
      'SELECT ORCL.ORDERS',
      { 'db.operation': 'SELECT', 'db.sql.table': 'ORDERS', 'db.statement': 'SELECT * FROM ORDERS WHERE ID = ?' },
    ],
    reads('table:oracle.db/ora-1/orcl/~/orders', 'select'),
  ),
  span(
    'Cassandra: keyspace and table',
    at('cassandra', 'cas-1/shop', undefined, {
      'db.system': 'cassandra',
      'db.cassandra.keyspace': 'shop',
      'net.peer.name': 'cas-1',
      'net.peer.port': 9042,
    }),
    [
      'SELECT shop.orders',
      {
        'db.operation': 'SELECT',
        'db.cassandra.table': 'orders',
        'db.statement': 'SELECT * FROM orders WHERE id = ?',
        'db.cassandra.consistency_level': 'LOCAL_QUORUM',
      },
    ],
    reads('table:cassandra/cas-1/shop/~/orders', 'select'),
  ),
  span(
    'Cassandra: the keyspace in the statement',
    at('cassandra', 'cas-1/shop', undefined, { 'db.system': 'cassandra', 'net.peer.name': 'cas-1' }),
    ['cassandra', { 'db.statement': 'INSERT INTO shop.orders (id) VALUES (?) USING TTL 60' }],
    writes('table:cassandra/cas-1/shop/~/orders', 'insert'),
  ),
  span(
    'R2DBC: no statement, a table and a verb',
    pg,
    ['UPDATE orders', { 'db.operation.name': 'UPDATE', 'db.collection.name': 'orders' }],
    writes(orders, 'update'),
  ),
  {
    name: 'Hibernate above JDBC: internal spans carry the chain',
    spans: [
      internal('shop', 'SELECT com.shop.Order', { 'hibernate.session_id': '7' }),
      client(
        'shop',
        'SELECT shop.orders',
        { ...oldPg.attributes, 'db.statement': 'select o1_0.id from orders o1_0 where o1_0.id=?' },
        { under: 1 },
      ),
    ],
    edges: reads(orders, 'select'),
  },
];

export const python: readonly InstrumentationCase[] = [
  span(
    'psycopg2: the first word, raw text',
    oldPg,
    ['SELECT', { 'db.statement': 'SELECT * FROM orders WHERE id = %s', 'db.user': 'shop' }],
    reads(orders, 'select'),
  ),
  span(
    'SQLAlchemy: the operation is verb and database',
    oldPg,
    [
      'SELECT shop',
      { 'db.operation': 'SELECT shop', 'db.statement': 'SELECT orders.id FROM orders WHERE orders.id = %(id_1)s' },
    ],
    reads(orders, 'select'),
  ),
  span(
    'SQLAlchemy without a statement',
    oldPg,
    ['INSERT shop', { 'db.operation': 'INSERT shop' }],
    writes(pg.database, 'insert'),
  ),
  span('SQLAlchemy connects', oldPg, ['connect', {}], 'driver_housekeeping'),
  {
    name: 'SQLAlchemy above psycopg2: one work; what the outer lacks is filled in',
    spans: [
      client('shop', 'SELECT shop', {
        'db.system': 'postgresql',
        'db.operation': 'SELECT shop',
        'db.statement': 'SELECT * FROM orders',
      }),
      client('shop', 'SELECT', { ...oldPg.attributes, 'db.statement': 'SELECT * FROM orders' }, { under: 1 }),
    ],
    edges: reads(orders, 'select'),
    fates: { inferred: 2 },
  },
  span(
    'sqlite3: in process',
    at('sqlite', '~/shop.db', undefined, { 'db.system': 'sqlite', 'db.name': 'shop.db' }),
    ['INSERT', { 'db.statement': 'INSERT INTO orders VALUES (?)' }],
    writes('table:sqlite/~/shop.db/~/orders', 'insert'),
  ),
  span(
    'asyncpg: the text as name',
    oldPg,
    ['SELECT * FROM orders', { 'db.statement': 'SELECT * FROM orders' }],
    reads(orders, 'select'),
  ),
  span(
    'a sqlcommenter comment in front',
    oldPg,
    [
      'SELECT',
      {
        'db.statement':
          "/*traceparent='00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'*/ SELECT * FROM orders",
      },
    ],
    reads(orders, 'select'),
  ),
];

const goPg = at('postgresql', 'pg-1/~', 'public', {
  'db.system.name': 'postgresql',
  'server.address': 'pg-1',
  'server.port': 5432,
});
const goOrders = goPg.table('orders');

export const go: readonly InstrumentationCase[] = [
  span('otelsql: a query', goPg, ['sql.conn.query', { 'db.query.text': SELECT }], reads(goOrders, 'select')),
  span(
    'otelsql: an exec',
    goPg,
    ['sql.conn.exec', { 'db.query.text': 'DELETE FROM orders WHERE id = $1' }],
    writes(goOrders, 'delete'),
  ),
  span(
    'otelsql: a statement’s query',
    goPg,
    ['sql.stmt.query', { 'db.query.text': SELECT }],
    reads(goOrders, 'select'),
  ),
  span('otelsql: texts switched off leave a query', goPg, ['sql.conn.query', {}], queries(goPg.database)),
  ...[
    'sql.connector.connect',
    'sql.conn.begin_tx',
    'sql.tx.commit',
    'sql.tx.rollback',
    'sql.rows',
    'sql.conn.ping',
    'sql.conn.reset_session',
  ].map(name => span(`otelsql: ${name}`, goPg, [name, {}], 'driver_housekeeping')),
  span(
    'otelsql: preparing is none, even with its statement',
    goPg,
    ['sql.conn.prepare', { 'db.query.text': SELECT }],
    'driver_housekeeping',
  ),
  span(
    'otelpgx: query and the whole text as name',
    pg,
    [`query ${SELECT}`, { 'db.query.text': SELECT, 'db.operation.name': 'SELECT', 'user.name': 'shop' }],
    reads(orders, 'select'),
  ),
  span(
    'otelpgx: copy from',
    pg,
    ['copy_from "public"."orders"', { 'db.collection.name': '"public"."orders"' }],
    writes(orders, 'copy'),
  ),
  span(
    'otelpgx: copy from, with an operation',
    pg,
    ['copy_from "public"."orders"', { 'db.collection.name': '"public"."orders"', 'db.operation.name': 'copy_from' }],
    writes(orders, 'copy'),
  ),
  span(
    'otelpgx: prepare',
    pg,
    [`prepare ${SELECT}`, { 'db.query.text': SELECT, 'db.operation.name': 'SELECT' }],
    'driver_housekeeping',
  ),
  span('otelpgx: the pool', pg, ['pool.acquire', {}], 'driver_housekeeping'),
  span('otelpgx: connect', pg, ['connect', {}], 'driver_housekeeping'),
  span(
    'gorm: table and statement',
    pg,
    [
      'gorm.Query',
      {
        'db.query.text': 'SELECT * FROM "orders" WHERE "orders"."id" = $1',
        'db.collection.name': 'orders',
        'db.operation.name': 'select',
      },
    ],
    reads(orders, 'select'),
  ),
];

const mssql = at('microsoft.sql_server', 'ms-1\\main/shop', 'dbo', {
  'db.system': 'mssql',
  'db.name': 'shop',
  'server.address': 'ms-1',
  'db.mssql.instance_name': 'MAIN',
});

export const others: readonly InstrumentationCase[] = [
  span(
    '.NET SqlClient: the database as name, a named instance',
    mssql,
    ['shop', { 'db.statement': 'SELECT * FROM Orders WHERE Id = @id' }],
    reads('table:microsoft.sql_server/ms-1\\main/shop/dbo/orders', 'select'),
  ),
  span(
    '.NET SqlClient, today’s names: instance|database',
    at('microsoft.sql_server', 'ms-1\\main/shop', 'dbo', {
      'db.system.name': 'microsoft.sql_server',
      'db.namespace': 'MAIN|shop',
      'server.address': 'ms-1',
    }),
    ['SELECT Orders', { 'db.query.text': 'SELECT * FROM Orders' }],
    reads('table:microsoft.sql_server/ms-1\\main/shop/dbo/orders', 'select'),
  ),
  span(
    '.NET SqlClient: a stored procedure',
    mssql,
    ['CloseDay', { 'db.operation': 'EXECUTE', 'db.stored_procedure.name': 'CloseDay' }],
    queries('database:microsoft.sql_server/ms-1\\main/shop', 'execute'),
  ),
  span(
    'Npgsql: the database as name',
    oldPg,
    ['shop', { 'db.statement': SELECT, 'db.connection_id': 7 }],
    reads(orders, 'select'),
  ),
  span('PHP PDO: a statement', oldPg, ['PDO::query', { 'db.statement': SELECT }], reads(orders, 'select')),
  span('PHP PDO: connecting', oldPg, ['PDO::__construct', {}], 'driver_housekeeping'),
  span('PHP PDO: beginTransaction', oldPg, ['PDO::beginTransaction', {}], 'driver_housekeeping'),
  span('PHP PDO: fetchAll looks at rows', oldPg, ['PDOStatement::fetchAll', {}], 'driver_housekeeping'),
  span(
    'Ruby pg: verb and database',
    oldPg,
    ['SELECT shop', { 'db.operation': 'SELECT', 'db.statement': SELECT, 'peer.service': 'postgres' }],
    reads(orders, 'select'),
  ),
  span(
    'Ruby trilogy: the verb alone',
    at('mysql', 'my-1/shop', undefined, { 'db.system': 'mysql', 'db.name': 'shop', 'net.peer.name': 'my-1' }),
    ['select', { 'db.statement': 'select * from orders' }],
    reads(mysql.table('orders'), 'select'),
  ),
  span(
    'Ecto: the table in the name',
    oldPg,
    ['shop.repo.query:orders', { 'db.statement': SELECT, 'db.type': 'sql', 'db.url': 'ecto://pg-1/shop' }],
    reads(orders, 'select'),
  ),
  span(
    'a batch operation with its table',
    pg,
    [
      'BATCH INSERT orders',
      { 'db.operation.name': 'BATCH INSERT', 'db.collection.name': 'orders', 'db.operation.batch.size': 3 },
    ],
    writes(orders, 'insert'),
  ),
  span(
    'a batch operation without a table',
    pg,
    ['BATCH SELECT', { 'db.operation.name': 'BATCH SELECT' }],
    reads(pg.database, 'select'),
  ),
  span(
    'a batch of several texts',
    pg,
    [
      'BATCH',
      {
        'db.operation.name': 'BATCH',
        'db.query.text': 'INSERT INTO orders VALUES (?); DELETE FROM carts WHERE id = ?',
      },
    ],
    {
      ...writes(orders, 'insert'),
      ...writes(pg.table('carts'), 'delete'),
    },
  ),
  span(
    'a PostgreSQL namespace with a schema',
    at('postgresql', 'pg-1/shop', 'audit', {
      'db.system.name': 'postgresql',
      'db.namespace': 'shop|audit',
      'server.address': 'pg-1',
    }),
    ['SELECT events', { 'db.query.text': 'SELECT * FROM events' }],
    reads('table:postgresql/pg-1/shop/audit/events', 'select'),
  ),
  span('verb known, table not', pg, ['SELECT shop', { 'db.operation.name': 'SELECT' }], reads(pg.database, 'select')),
  span(
    'a statement whose verb cannot be told',
    pg,
    ['query', { 'db.query.text': 'frobnicate the orders' }],
    queries(pg.database),
  ),
  ...(
    [
      ['SELECT 1', 'health_check'],
      ['SELECT ?', 'health_check'],
      ['select version()', 'health_check'],
      ['SET search_path TO audit', 'settings'],
      ['SHOW server_version', 'settings'],
      ['USE shop', 'session'],
      ['EXPLAIN SELECT * FROM orders', 'explain'],
      ['DISCARD ALL', 'session'],
      ['LISTEN orders', 'session'],
      ['PREPARE q AS SELECT * FROM orders', 'prepare'],
      ['DEALLOCATE q', 'prepare'],
      ['GRANT SELECT ON orders TO shop', 'grant'],
      ['START TRANSACTION', 'transaction_control'],
      ['SAVEPOINT a', 'transaction_control'],
      ['PRAGMA table_info(orders)', 'settings'],
    ] as const
  ).map(([text, reason]) => span(`no edge: ${text}`, pg, ['query', { 'db.query.text': text }], reason)),
  ...(
    [
      ['COMMIT', 'transaction_control'],
      ['SHOW', 'settings'],
      ['SET', 'settings'],
      ['EXPLAIN', 'explain'],
      ['PREPARE', 'driver_housekeeping'],
    ] as const
  ).map(([verb, reason]) =>
    span(`no edge: the operation ${verb} alone`, pg, [verb, { 'db.operation.name': verb }], reason),
  ),
  span(
    'a statement that gives no edge gives none by its table either',
    pg,
    ['EXPLAIN orders', { 'db.query.text': 'EXPLAIN SELECT * FROM orders', 'db.collection.name': 'orders' }],
    'explain',
  ),
  span(
    'an operation that gives no edge gives none by its table either',
    pg,
    ['EXPLAIN orders', { 'db.operation.name': 'EXPLAIN', 'db.collection.name': 'orders' }],
    'explain',
  ),
  span('a name that speaks of connections', pg, ['get connection', {}], 'driver_housekeeping'),
  span('a name that creates a connection', pg, ['create connection', {}], 'driver_housekeeping'),
  span('a name that opens', pg, ['OpenAsync', {}], 'driver_housekeeping'),
  span(
    'a name with a verb, of a table that sounds like a pool',
    pg,
    ['UPDATE pool_stats', {}],
    writes(pg.database, 'update'),
  ),
  span('a name that ends a transaction', pg, ['COMMIT', {}], 'driver_housekeeping'),
  span('a name that sets', pg, ['SET', {}], 'settings'),
  {
    name: 'a database span that a server answers is a call',
    spans: [
      client('shop', 'SELECT', { ...pg.attributes, 'db.query.text': SELECT }),
      server('pg-proxy', 'SELECT', { 'db.system': 'postgresql' }, { under: 1 }),
    ],
    edges: { 'shop calls pg-proxy': { served: 1, evidence: { paired: 1 } } },
    fates: { paired: 2 },
  },
  {
    name: 'an internal span with a database is one',
    spans: [internal('shop', 'query', { ...pg.attributes, 'db.query.text': SELECT })],
    edges: reads(orders, 'select'),
  },
  {
    name: 'two systems one above the other are two works',
    spans: [
      client('shop', 'SELECT', { ...pg.attributes, 'db.query.text': SELECT }),
      client(
        'shop',
        'GET',
        { 'db.system.name': 'redis', 'server.address': 'cache', 'db.operation.name': 'GET' },
        { under: 1 },
      ),
    ],
    edges: { ...reads(orders, 'select'), ...reads('database:redis/cache/~', 'get') },
  },
];
