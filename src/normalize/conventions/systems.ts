/** Names of database and messaging systems, as data: old values, default ports and schemas. */

/** Older `db.system` values → today's. */
export const DATABASE_SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['mssql', 'microsoft.sql_server'],
  ['sqlserver', 'microsoft.sql_server'],
  ['oracle', 'oracle.db'],
  ['db2', 'ibm.db2'],
  ['dynamodb', 'aws.dynamodb'],
  ['redshift', 'aws.redshift'],
  ['cosmosdb', 'azure.cosmosdb'],
  ['spanner', 'gcp.spanner'],
  ['h2', 'h2database'],
  ['firebird', 'firebirdsql'],
  ['hanadb', 'sap.hana'],
  ['maxdb', 'sap.maxdb'],
  ['adabas', 'softwareag.adabas'],
  ['ingres', 'actian.ingres'],
  ['informix', 'ibm.informix'],
  ['netezza', 'ibm.netezza'],
  ['intersystems_cache', 'intersystems.cache'],
  ['postgres', 'postgresql'],
]);

export const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['postgresql', '5432'],
  ['mysql', '3306'],
  ['mariadb', '3306'],
  ['microsoft.sql_server', '1433'],
  ['oracle.db', '1521'],
  ['mongodb', '27017'],
  ['redis', '6379'],
  ['elasticsearch', '9200'],
  ['opensearch', '9200'],
  ['cassandra', '9042'],
  ['clickhouse', '9000'],
  ['cockroachdb', '26257'],
  ['memcached', '11211'],
  ['ibm.db2', '50000'],
  ['aws.redshift', '5439'],
  ['couchdb', '5984'],
  ['neo4j', '7687'],
  ['influxdb', '8086'],
  ['firebirdsql', '3050'],
  ['valkey', '6379'],
  ['tidb', '4000'],
]);

/** Values of `db.system.name` that are no names of databases. */
export const KNOWN_DATABASES: ReadonlySet<string> = new Set([
  ...DATABASE_SYSTEMS.values(),
  ...DEFAULT_PORTS.keys(),
  ...`other_sql sqlite duckdb hsqldb derby hive spark trino presto snowflake gcp.bigquery gcp.spanner databricks teradata
  vertica greenplum cloudscape coldfusion edb progress pervasive pointbase instantdb filemaker cache
  couchbase hbase geode milvus pinecone weaviate qdrant rethinkdb arangodb scylladb yugabytedb singlestore questdb
  timescaledb aerospike etcd dgraph surrealdb apache.druid`.split(/\s+/),
]);

export const DEFAULT_SCHEMAS: ReadonlyMap<string, string> = new Map([
  ['postgresql', 'public'],
  ['microsoft.sql_server', 'dbo'],
]);

/** Key-value and document stores: their commands, not SQL. */
export const COMMAND_STORES: ReadonlySet<string> = new Set([
  'redis',
  'memcached',
  'mongodb',
  'elasticsearch',
  'opensearch',
  'aws.dynamodb',
  'couchbase',
  'couchdb',
]);

/** Older or vendor values of `messaging.system` → today's. */
export const MESSAGING_SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['AmazonSQS', 'aws_sqs'],
  ['aws.sqs', 'aws_sqs'],
  ['AmazonSNS', 'aws.sns'],
  ['aws_sns', 'aws.sns'],
]);
