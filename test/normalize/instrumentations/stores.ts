/** Key-value, document, search and graph stores. */
import type { InstrumentationCase } from './case.ts';
import { at, queries, reads, span, writes } from './define.ts';

const redis = at('redis', 'cache/~', undefined, {
  'db.system.name': 'redis',
  'server.address': 'cache',
  'server.port': 6379,
});
const oldRedis = at('redis', 'cache/2', undefined, {
  'db.system': 'redis',
  'net.peer.name': 'cache',
  'net.peer.port': 6379,
  'db.redis.database_index': 2,
});
const valkey = at('valkey', 'cache/0', undefined, {
  'db.system.name': 'valkey',
  'server.address': 'cache',
  'db.namespace': '0',
});

const verbs = (words: string) => words.split(/\s+/);

export const redisKeys: readonly InstrumentationCase[] = [
  ...verbs(
    'GET MGET HGET HGETALL EXISTS TTL SCAN LRANGE SMEMBERS ZRANGE ZRANGEBYSCORE PFCOUNT GEOSEARCH XLEN JSON.GET FT.SEARCH',
  ).map(verb =>
    span(
      `${verb} reads`,
      redis,
      [verb, { 'db.operation.name': verb, 'db.query.text': `${verb} ?` }],
      reads(redis.database, verb.toLowerCase()),
    ),
  ),
  ...verbs(
    'SET SETEX DEL UNLINK HSET HDEL HINCRBY INCR EXPIRE LPUSH RPOP BLPOP SADD ZADD ZREM GETDEL GETSET FLUSHDB PFADD JSON.SET XTRIM',
  ).map(verb =>
    span(
      `${verb} writes`,
      redis,
      [verb, { 'db.operation.name': verb, 'db.query.text': `${verb} ?` }],
      writes(redis.database, verb.toLowerCase()),
    ),
  ),
  span(
    'ioredis: the command as it was called',
    redis,
    ['hset', { 'db.operation.name': 'hset', 'db.query.text': 'hset cart:1 [2 other arguments]' }],
    writes(redis.database, 'hset'),
  ),
  span(
    'ioredis of before: the statement alone',
    oldRedis,
    ['get', { 'db.statement': 'get cart:1' }],
    reads(oldRedis.database, 'get'),
  ),
  span(
    'Python: a masked statement, the index as a number',
    oldRedis,
    ['SET', { 'db.statement': 'SET ? ?', 'db.redis.args_length': 3 }],
    writes(oldRedis.database, 'set'),
  ),
  span(
    'Python, a pipeline: a command a line',
    oldRedis,
    ['SET GET', { 'db.statement': 'SET ? ?\nGET ?', 'db.redis.pipeline_length': 2 }],
    {
      ...writes(oldRedis.database, 'set'),
      ...reads(oldRedis.database, 'get'),
    },
  ),
  span(
    'Go, a pipeline: all commands in the statement',
    oldRedis,
    ['redis.pipeline set incr', { 'db.statement': 'set a: 1\nincr b', 'db.redis.num_cmd': 2 }],
    {
      [`shop writes ${oldRedis.database}`]: { operations: { set: 1, incr: 1 } },
    },
  ),
  span(
    'Java, Lettuce: operation and sanitised statement',
    oldRedis,
    ['HGETALL', { 'db.operation': 'HGETALL', 'db.statement': 'HGETALL cart:?' }],
    reads(oldRedis.database, 'hgetall'),
  ),
  span('.NET: the command alone', oldRedis, ['HMGET', { 'db.statement': 'HMGET' }], reads(oldRedis.database, 'hmget')),
  span(
    'a batch whose operation says so',
    redis,
    ['PIPELINE SET', { 'db.operation.name': 'PIPELINE SET', 'db.operation.batch.size': 3 }],
    writes(redis.database, 'set'),
  ),
  span(
    'a transaction whose operation names a command',
    redis,
    ['MULTI SET', { 'db.operation.name': 'MULTI SET' }],
    writes(redis.database, 'set'),
  ),
  span('valkey is a system of its own', valkey, ['GET', { 'db.operation.name': 'GET' }], reads(valkey.database, 'get')),
  span('a name alone', redis, ['GET', {}], reads(redis.database, 'get')),
  span(
    'a script may do anything',
    redis,
    ['EVALSHA', { 'db.operation.name': 'EVALSHA', 'db.query.text': 'evalsha 6b1 1 k' }],
    queries(redis.database, 'evalsha'),
  ),
  span(
    'a command that nobody knows',
    redis,
    ['FROB', { 'db.operation.name': 'FROB' }],
    queries(redis.database, 'frob'),
  ),
  span('PING', redis, ['PING', { 'db.operation.name': 'PING' }], 'health_check'),
  span('INFO', redis, ['info', { 'db.query.text': 'info' }], 'health_check'),
  span('AUTH', redis, ['AUTH', { 'db.operation.name': 'AUTH', 'db.query.text': 'AUTH ?' }], 'session'),
  span(
    'SELECT chooses a database',
    redis,
    ['SELECT', { 'db.operation.name': 'SELECT', 'db.query.text': 'SELECT 2' }],
    'session',
  ),
  span('MULTI', redis, ['MULTI', { 'db.operation.name': 'multi' }], 'transaction_control'),
  span('EXEC', redis, ['EXEC', { 'db.operation.name': 'exec', 'db.query.text': 'exec' }], 'transaction_control'),
  span('connecting, as ioredis tells it', redis, ['connect', { 'db.query.text': 'connect' }], 'session'),
  span('connecting, as node-redis tells it', redis, ['redis-connect', {}], 'driver_housekeeping'),
  span('dialling, as Go tells it', redis, ['redis.dial', {}], 'driver_housekeeping'),
];

const memcached = at('memcached', 'mc-1/~', undefined, {
  'db.system': 'memcached',
  'net.peer.name': 'mc-1',
  'net.peer.port': 11211,
});

export const keyValue: readonly InstrumentationCase[] = [
  span('memcached, JS: get', memcached, ['memcached get', { 'db.operation': 'get' }], reads(memcached.database, 'get')),
  span('memcached, Python: set', memcached, ['set', { 'db.statement': 'set ?' }], writes(memcached.database, 'set')),
  span('memcached, Java: the name alone', memcached, ['incr', {}], writes(memcached.database, 'incr')),
  span(
    'memcached: delete_many',
    memcached,
    ['delete_many', { 'db.operation': 'delete_many' }],
    writes(memcached.database, 'delete_many'),
  ),
  span('memcached: version', memcached, ['version', { 'db.operation': 'version' }], 'health_check'),
  ...(
    [
      ['geode', 'get', 'reads'],
      ['geode', 'put', 'writes'],
      ['hazelcast', 'put', 'writes'],
      ['etcd', 'Range', 'reads'],
      ['etcd', 'Put', 'writes'],
      ['etcd', 'DeleteRange', 'writes'],
      ['consul', 'kv.get', 'reads'],
      ['consul', 'kv.put', 'writes'],
      ['aerospike', 'Get', 'reads'],
      ['aerospike', 'Put', 'writes'],
    ] as const
  ).map(([system, verb, kind]) => {
    const store = at(system, 'kv-1/~', undefined, { 'db.system': system, 'server.address': 'kv-1' });
    const edge = kind === 'reads' ? reads : writes;
    return span(
      `${system}: ${verb}`,
      store,
      [verb, { 'db.operation': verb }],
      edge(store.database, verb.toLowerCase()),
    );
  }),
];

const mongo = at('mongodb', 'mongo-1/shop', undefined, {
  'db.system.name': 'mongodb',
  'server.address': 'mongo-1',
  'server.port': 27017,
  'db.namespace': 'shop',
});
const oldMongo = at('mongodb', 'mongo-1/shop', undefined, {
  'db.system': 'mongodb',
  'net.peer.name': 'mongo-1',
  'net.peer.port': 27017,
  'db.name': 'shop',
});
const orders = mongo.table('orders');

export const documents: readonly InstrumentationCase[] = [
  ...verbs('find aggregate count distinct getMore findOne countDocuments').map(verb =>
    span(
      `MongoDB: ${verb} reads`,
      mongo,
      [`${verb} orders`, { 'db.operation.name': verb, 'db.collection.name': 'orders' }],
      reads(orders, verb.toLowerCase()),
    ),
  ),
  ...verbs('insert update delete findAndModify insertMany bulkWrite createIndexes drop').map(verb =>
    span(
      `MongoDB: ${verb} writes`,
      mongo,
      [`${verb} orders`, { 'db.operation.name': verb, 'db.collection.name': 'orders' }],
      writes(orders, verb.toLowerCase()),
    ),
  ),
  span(
    'MongoDB, JS of before: old names, a masked filter',
    oldMongo,
    ['mongodb.find', { 'db.operation': 'find', 'db.mongodb.collection': 'orders', 'db.statement': '{"status":"?"}' }],
    reads(orders, 'find'),
  ),
  span(
    'MongoDB, Java: the command as JSON',
    oldMongo,
    [
      'find shop.orders',
      {
        'db.operation': 'find',
        'db.mongodb.collection': 'orders',
        'db.statement': '{"find": "orders", "filter": {"status": "?"}}',
      },
    ],
    reads(orders, 'find'),
  ),
  span(
    'MongoDB, Go: the statement tells all',
    oldMongo,
    ['orders.insert', { 'db.statement': '{"insert":"orders","ordered":true,"documents":[{"_id":"?"}]}' }],
    writes(orders, 'insert'),
  ),
  span(
    'MongoDB, pymongo: verb and command in words',
    oldMongo,
    ['shop.find', { 'db.statement': "find {'find': 'orders', 'filter': {'a': 1}, '$db': 'shop'}" }],
    reads(orders, 'find'),
  ),
  span(
    'MongoDB, pymongo: the verb as statement, the collection beside it',
    oldMongo,
    ['shop.insert', { 'db.statement': 'insert', 'db.mongodb.collection': 'orders' }],
    writes(orders, 'insert'),
  ),
  span(
    'MongoDB, a cursor read on',
    oldMongo,
    ['getMore', { 'db.statement': '{"getMore":7139821,"collection":"orders","batchSize":100}' }],
    reads(orders, 'getmore'),
  ),
  span(
    'MongoDB, Coroot: a query without an operation',
    oldMongo,
    ['query', { 'db.statement': '{"update":"orders","updates":[{"q":{"_id":1}}]}' }],
    writes(orders, 'update'),
  ),
  span(
    'MongoDB, an aggregation looks up another collection',
    oldMongo,
    [
      'orders.aggregate',
      {
        'db.statement':
          '{"aggregate":"orders","pipeline":[{"$match":{"a":"?"}},{"$lookup":{"from":"customers","localField":"c","foreignField":"_id","as":"c"}}]}',
      },
    ],
    {
      ...reads(orders, 'aggregate'),
      ...reads(mongo.table('customers'), 'aggregate'),
    },
  ),
  span(
    'MongoDB, an aggregation writes its result',
    oldMongo,
    [
      'orders.aggregate',
      {
        'db.operation': 'aggregate',
        'db.mongodb.collection': 'orders',
        'db.statement': '[{"$group":{"_id":"$a"}},{"$merge":{"into":"totals"}}]',
      },
    ],
    {
      ...reads(orders, 'aggregate'),
      ...writes(mongo.table('totals'), 'merge'),
    },
  ),
  span(
    'MongoDB, an aggregation puts its result out',
    oldMongo,
    [
      'orders.aggregate',
      {
        'db.operation': 'aggregate',
        'db.mongodb.collection': 'orders',
        'db.statement': '[{"$unionWith":{"coll":"archive"}},{"$out":"totals"}]',
      },
    ],
    {
      ...reads(orders, 'aggregate'),
      ...reads(mongo.table('archive'), 'aggregate'),
      ...writes(mongo.table('totals'), 'out'),
    },
  ),
  span(
    'MongoDB, masked names are none',
    oldMongo,
    [
      'find',
      {
        'db.operation': 'aggregate',
        'db.mongodb.collection': 'orders',
        'db.statement': '[{"$lookup":{"from":"?","as":"?"}}]',
      },
    ],
    reads(orders, 'aggregate'),
  ),
  span(
    'MongoDB, a command on the whole database',
    oldMongo,
    ['shop.$cmd', { 'db.operation': 'aggregate', 'db.mongodb.collection': '$cmd' }],
    reads(mongo.database, 'aggregate'),
  ),
  span('MongoDB: hello', oldMongo, ['mongodb.hello', { 'db.operation': 'hello' }], 'health_check'),
  span(
    'MongoDB: isMaster in the statement',
    oldMongo,
    ['isMaster', { 'db.statement': '{"isMaster":1,"helloOk":true}' }],
    'health_check',
  ),
  span('MongoDB: endSessions', oldMongo, ['endSessions', { 'db.operation': 'endSessions' }], 'session'),
  span(
    'MongoDB: commitTransaction',
    oldMongo,
    ['commitTransaction', { 'db.operation': 'commitTransaction' }],
    'transaction_control',
  ),
  span(
    'mongoose: a system of its own name is MongoDB',
    at('mongodb', 'mongo-1/shop', undefined, {
      'db.system': 'mongoose',
      'net.peer.name': 'mongo-1',
      'net.peer.port': 27017,
      'db.name': 'shop',
    }),
    ['mongoose.Order.save', { 'db.operation': 'save', 'db.mongodb.collection': 'orders' }],
    writes(orders, 'save'),
  ),
  span(
    'MongoDB: a verb nobody knows looks at its collection',
    oldMongo,
    ['frob', { 'db.operation': 'frob', 'db.mongodb.collection': 'orders' }],
    reads(orders, 'frob'),
  ),
  span('MongoDB: a span without a word is a query', oldMongo, ['mongodb', {}], queries(mongo.database)),
];

const dynamo = at('aws.dynamodb', 'dynamodb.eu-central-1.amazonaws.com/~', undefined, {
  'db.system': 'dynamodb',
  'net.peer.name': 'dynamodb.eu-central-1.amazonaws.com',
  'rpc.system': 'aws-api',
  'rpc.service': 'DynamoDB',
});
const dynamoOrders = dynamo.table('Orders');

const couchbase = at('couchbase', 'cb-1/shop', undefined, {
  'db.system': 'couchbase',
  'net.peer.name': 'cb-1',
  'db.name': 'shop',
});
const cosmos = at('azure.cosmosdb', 'shop.documents.azure.com/shop', undefined, {
  'db.system': 'cosmosdb',
  'net.peer.name': 'shop.documents.azure.com',
  'db.name': 'shop',
});
const hbase = at('hbase', 'hb-1/default', undefined, {
  'db.system': 'hbase',
  'net.peer.name': 'hb-1',
  'db.hbase.namespace': 'default',
});
const neo4j = at('neo4j', 'neo-1/neo4j', undefined, {
  'db.system': 'neo4j',
  'server.address': 'neo-1',
  'server.port': 7687,
  'db.namespace': 'neo4j',
});
const influx = at('influxdb', 'influx-1/metrics', undefined, {
  'db.system': 'influxdb',
  'server.address': 'influx-1',
  'server.port': 8086,
  'db.name': 'metrics',
});

export const cloudStores: readonly InstrumentationCase[] = [
  span(
    'DynamoDB, JS: the table as database name, and in a list',
    dynamo,
    ['DynamoDB.PutItem', { 'db.operation': 'PutItem', 'db.name': 'Orders', 'aws.dynamodb.table_names': ['Orders'] }],
    writes(dynamoOrders, 'putitem'),
  ),
  span(
    'DynamoDB, JS of before: the table as database name only',
    dynamo,
    ['DynamoDB.GetItem', { 'db.operation': 'GetItem', 'db.name': 'Orders' }],
    reads(dynamoOrders, 'getitem'),
  ),
  span(
    'DynamoDB, Python: a list',
    dynamo,
    ['DynamoDB.Query', { 'db.operation': 'Query', 'aws.dynamodb.table_names': ['Orders'] }],
    reads(dynamoOrders, 'query'),
  ),
  span(
    'DynamoDB, several tables at once: an edge of each',
    dynamo,
    ['DynamoDB.BatchWriteItem', { 'db.operation': 'BatchWriteItem', 'aws.dynamodb.table_names': ['Orders', 'Stock'] }],
    {
      ...writes(dynamoOrders, 'batchwriteitem'),
      ...writes(dynamo.table('Stock'), 'batchwriteitem'),
    },
  ),
  span(
    'DynamoDB, Java: the table’s own attribute',
    dynamo,
    ['DynamoDb.Scan', { 'db.operation': 'Scan', 'aws.table.name': 'Orders' }],
    reads(dynamoOrders, 'scan'),
  ),
  span(
    'DynamoDB, today’s names',
    dynamo,
    ['UpdateItem Orders', { 'db.operation.name': 'UpdateItem', 'db.collection.name': 'Orders' }],
    writes(dynamoOrders, 'updateitem'),
  ),
  span(
    'DynamoDB, a list as text, as formats without lists have it',
    dynamo,
    ['DynamoDB.Scan', { 'db.operation': 'Scan', 'aws.dynamodb.table_names': '["Orders","Stock"]' }],
    {
      ...reads(dynamoOrders, 'scan'),
      ...reads(dynamo.table('Stock'), 'scan'),
    },
  ),
  span(
    'DynamoDB, a statement',
    dynamo,
    [
      'DynamoDB.ExecuteStatement',
      { 'db.operation': 'ExecuteStatement', 'db.statement': 'SELECT * FROM orders WHERE id = ?' },
    ],
    reads(dynamo.table('orders'), 'select'),
  ),
  span(
    'DynamoDB: no table is named',
    dynamo,
    ['DynamoDB.ListTables', { 'db.operation': 'ListTables' }],
    reads(dynamo.database, 'listtables'),
  ),
  span(
    'Couchbase: an operation on the bucket',
    couchbase,
    ['Bucket.get', { 'db.operation': 'Bucket.get' }],
    reads(couchbase.database, 'bucket.get'),
  ),
  span(
    'Couchbase: upsert on a collection',
    couchbase,
    ['upsert', { 'db.operation': 'upsert', 'db.collection.name': 'orders' }],
    writes(couchbase.table('orders'), 'upsert'),
  ),
  span(
    'Couchbase: a query',
    couchbase,
    ['SELECT', { 'db.statement': 'SELECT o.* FROM orders o WHERE o.id = ?' }],
    reads(couchbase.table('orders'), 'select'),
  ),
  span(
    'Cosmos DB: items of a container; the alias in its query is no table',
    cosmos,
    [
      'query_items orders',
      {
        'db.operation.name': 'query_items',
        'db.collection.name': 'orders',
        'db.query.text': 'SELECT * FROM c WHERE c.id = @id',
      },
    ],
    reads(cosmos.table('orders'), 'query_items'),
  ),
  span(
    'Cosmos DB, old names',
    cosmos,
    ['upsertItem.orders', { 'db.operation': 'upsertItem', 'db.cosmosdb.container': 'orders' }],
    writes(cosmos.table('orders'), 'upsertitem'),
  ),
  span(
    'HBase: get',
    hbase,
    ['GET default:orders', { 'db.operation': 'GET', 'db.hbase.table': 'orders' }],
    reads(hbase.table('orders'), 'get'),
  ),
  span(
    'HBase: put',
    hbase,
    ['PUT default:orders', { 'db.operation': 'PUT', 'db.hbase.table': 'orders' }],
    writes(hbase.table('orders'), 'put'),
  ),
  span(
    'Neo4j: a match reads the database',
    neo4j,
    ['MATCH', { 'db.query.text': 'MATCH (o:Order)-[:OF]->(c) WHERE o.id = $id RETURN o' }],
    reads(neo4j.database, 'match'),
  ),
  span(
    'Neo4j: a clause that changes data tells',
    neo4j,
    ['neo4j', { 'db.query.text': 'MATCH (o:Order {id: $id}) SET o.done = true RETURN o' }],
    writes(neo4j.database, 'set'),
  ),
  span(
    'Neo4j: words in strings, labels and properties are no clauses',
    neo4j,
    ['neo4j', { 'db.query.text': "MATCH (o:Set {merge: 'CREATE'}) RETURN o.delete" }],
    reads(neo4j.database, 'match'),
  ),
  span(
    'Neo4j: a procedure',
    neo4j,
    ['neo4j', { 'db.query.text': 'CALL db.labels()' }],
    queries(neo4j.database, 'call'),
  ),
  span(
    'InfluxDB: a query names its measurement',
    influx,
    ['SELECT metrics', { 'db.operation': 'SELECT', 'db.statement': 'SELECT * FROM cpu_load WHERE time > ?' }],
    reads(influx.table('cpu_load'), 'select'),
  ),
  span('InfluxDB: a write', influx, ['WRITE metrics', { 'db.operation': 'WRITE' }], writes(influx.database, 'write')),
  span(
    'a vector store',
    at('qdrant', 'q-1/~', undefined, { 'db.system': 'qdrant', 'server.address': 'q-1' }),
    ['qdrant.upsert', { 'db.operation': 'upsert', 'db.collection.name': 'embeddings' }],
    writes('table:qdrant/q-1/~/~/embeddings', 'upsert'),
  ),
];

const elastic = at('elasticsearch', 'es-1/~', undefined, {
  'db.system': 'elasticsearch',
  'server.address': 'es-1',
  'server.port': 9200,
});
const logs = elastic.table('orders');
const http = (method: string, path: string) => ({
  'http.request.method': method,
  'url.full': `http://es-1:9200${path}`,
});

export const search: readonly InstrumentationCase[] = [
  span(
    'Elasticsearch 8, Java: the index as a part of the path',
    elastic,
    [
      'search',
      { 'db.operation': 'search', 'db.elasticsearch.path_parts.index': 'orders', ...http('POST', '/orders/_search') },
    ],
    reads(logs, 'search'),
  ),
  span(
    'Elasticsearch, today’s names',
    elastic,
    [
      'search orders',
      { 'db.operation.name': 'search', 'db.collection.name': 'orders', ...http('POST', '/orders/_search') },
    ],
    reads(logs, 'search'),
  ),
  span(
    'Elasticsearch: index writes',
    elastic,
    ['index', { 'db.operation.name': 'index', 'db.collection.name': 'orders' }],
    writes(logs, 'index'),
  ),
  span(
    'Elasticsearch: bulk without an index',
    elastic,
    ['bulk', { 'db.operation.name': 'bulk', ...http('POST', '/_bulk') }],
    writes(elastic.database, 'bulk'),
  ),
  span(
    'Elasticsearch: several indices, an edge of each',
    elastic,
    ['search', { 'db.operation.name': 'search', 'db.elasticsearch.path_parts.index': 'orders,customers' }],
    {
      ...reads(logs, 'search'),
      ...reads(elastic.table('customers'), 'search'),
    },
  ),
  span(
    'Elasticsearch 7, Java: method and path alone',
    elastic,
    ['POST', http('POST', '/orders/_search?size=10')],
    reads(logs, 'search'),
  ),
  span(
    'Elasticsearch, Python: a path of its own attribute',
    elastic,
    [
      'Elasticsearch/orders/_search',
      {
        'elasticsearch.url': '/orders/_search',
        'elasticsearch.method': 'POST',
        'db.statement': '{"query":{"match_all":{}}}',
      },
    ],
    reads(logs, 'search'),
  ),
  span('Elasticsearch: a document is put', elastic, ['PUT', http('PUT', '/orders/_doc/17')], writes(logs, 'index')),
  span('Elasticsearch: a document is got', elastic, ['GET', http('GET', '/orders/_doc/17')], reads(logs, 'get')),
  span(
    'Elasticsearch: a document is deleted',
    elastic,
    ['DELETE', http('DELETE', '/orders/_doc/17')],
    writes(logs, 'delete'),
  ),
  span('Elasticsearch: an index is created', elastic, ['PUT', http('PUT', '/orders')], writes(logs, 'indices.create')),
  span(
    'Elasticsearch: _update_by_query',
    elastic,
    ['POST', http('POST', '/orders/_update_by_query')],
    writes(logs, 'update_by_query'),
  ),
  span(
    'Elasticsearch: the health of the cluster',
    elastic,
    ['cluster.health', { 'db.operation.name': 'cluster.health', ...http('GET', '/_cluster/health') }],
    'health_check',
  ),
  span('Elasticsearch: the root says who it is', elastic, ['GET', http('GET', '/')], 'health_check'),
  span(
    'Elasticsearch: the cluster’s name is its database',
    at('elasticsearch', 'es-1/logs', undefined, {
      'db.system': 'elasticsearch',
      'server.address': 'es-1',
      'db.elasticsearch.cluster.name': 'logs',
    }),
    ['search', { 'db.operation': 'search', 'db.elasticsearch.path_parts.index': 'orders' }],
    reads('table:elasticsearch/es-1/logs/~/orders', 'search'),
  ),
  span(
    'OpenSearch',
    at('opensearch', 'os-1/~', undefined, { 'db.system': 'opensearch', 'server.address': 'os-1' }),
    ['OpenSearch', { 'db.operation': 'delete_by_query', 'db.collection.name': 'orders' }],
    writes('table:opensearch/os-1/~/~/orders', 'delete_by_query'),
  ),
];
