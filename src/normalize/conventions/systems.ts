/** Names of database and messaging systems, as data: old values, default ports and schemas. */
import { STORE_FAMILIES } from './stores.ts';

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
  ['pgsql', 'postgresql'],
  ['mongoose', 'mongodb'],
  ['mongo', 'mongodb'],
  ['bigquery', 'gcp.bigquery'],
  ['cassandradb', 'cassandra'],
  ['documentdb', 'aws.documentdb'],
  ['firestore', 'gcp.firestore'],
  ['datastore', 'gcp.datastore'],
  ['bigtable', 'gcp.bigtable'],
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
  ...STORE_FAMILIES.keys(),
  ...`other_sql sqlite duckdb hsqldb derby hive spark trino presto snowflake gcp.bigquery gcp.spanner databricks teradata
  vertica greenplum cloudscape coldfusion edb progress pervasive pointbase instantdb filemaker cache
  arangodb scylladb yugabytedb singlestore questdb timescaledb dgraph surrealdb apache.druid`.split(/\s+/),
]);

export const DEFAULT_SCHEMAS: ReadonlyMap<string, string> = new Map([
  ['postgresql', 'public'],
  ['microsoft.sql_server', 'dbo'],
]);

/** Older or vendor values of `messaging.system`, in lower case → today's. */
export const MESSAGING_SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['amazonsqs', 'aws_sqs'],
  ['aws.sqs', 'aws_sqs'],
  ['sqs', 'aws_sqs'],
  ['amazonsns', 'aws.sns'],
  ['aws_sns', 'aws.sns'],
  ['sns', 'aws.sns'],
  ['pubsub', 'gcp_pubsub'],
  ['gcp.pubsub', 'gcp_pubsub'],
  ['google_pubsub', 'gcp_pubsub'],
  ['azure_servicebus', 'servicebus'],
  ['azure.servicebus', 'servicebus'],
  ['azure_eventhubs', 'eventhubs'],
  ['azure.eventhubs', 'eventhubs'],
  ['apache_kafka', 'kafka'],
  ['apache_pulsar', 'pulsar'],
  ['redis_streams', 'redis'],
]);

/** Values that are today's names already; case makes no difference for them. */
export const KNOWN_MESSAGING: ReadonlySet<string> = new Set([
  ...MESSAGING_SYSTEMS.values(),
  ...'rabbitmq activemq artemis eventgrid jms rocketmq nats ibm_mq mqtt amqp stomp zeromq celery'.split(' '),
]);

/** Attributes that only spans of one messaging system have, and that stand for its name where no other says it. */
export const IMPLIED_MESSAGING: ReadonlyMap<string, string> = new Map([
  ['kafka.topic', 'kafka'],
  ['aws.sns.topic.arn', 'aws.sns'],
  ['aws.sqs.queue.url', 'aws_sqs'],
  ['aws.queue.url', 'aws_sqs'],
]);
