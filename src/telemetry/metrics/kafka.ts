/** The Kafka receiver. */
import { define, type MetricDefinition } from './define.ts';

const TOPIC_LABELS = ['receiver', 'topic'];
export const KAFKA_CONNECTED = define(
  'gauge',
  'tacit_kafka_connected',
  '1 while a Kafka receiver reads, 0 while it looks for its brokers.',
  ['receiver'],
);
export const KAFKA_CONNECTIONS = define(
  'counter',
  'tacit_kafka_connections_total',
  'Tries of a Kafka receiver to reach its brokers, by what they came to: `connected` or `failed`.',
  ['receiver', 'outcome'],
);
export const KAFKA_RECORDS = define('counter', 'tacit_kafka_records_total', 'Kafka records taken in.', TOPIC_LABELS);
export const KAFKA_BYTES = define(
  'counter',
  'tacit_kafka_bytes_total',
  'Bytes of Kafka records as fetched, before decompression.',
  TOPIC_LABELS,
);
export const KAFKA_LAG = define(
  'gauge',
  'tacit_kafka_lag_records',
  'Kafka records that were written and are not yet taken in for certain.',
  TOPIC_LABELS,
);
export const KAFKA_PARTITIONS = define('gauge', 'tacit_kafka_partitions', 'Kafka partitions read.', TOPIC_LABELS);
export const KAFKA_POISON = define(
  'counter',
  'tacit_kafka_poison_records_total',
  'Kafka records that could not be read, and were passed over.',
  [...TOPIC_LABELS, 'reason'],
);
export const KAFKA_LOST = define(
  'counter',
  'tacit_kafka_lost_records_total',
  'Kafka records that were deleted by the broker before they could be read.',
  TOPIC_LABELS,
);
export const KAFKA_DEAD_LETTERS = define(
  'counter',
  'tacit_kafka_dead_letters_total',
  'Poison records by what became of their copies: `sent`, `failed`, or `dropped` because too many waited.',
  ['receiver', 'outcome'],
);
export const KAFKA_WAITS = define(
  'counter',
  'tacit_kafka_waits_total',
  'How often a Kafka receiver stood still because what it read could not be stored just then.',
  ['receiver'],
);
export const KAFKA_REWINDS = define(
  'counter',
  'tacit_kafka_rewinds_total',
  'How often a Kafka partition was read again from its last stored position.',
  ['receiver'],
);
export const KAFKA_JOINS = define(
  'counter',
  'tacit_kafka_group_joins_total',
  'How often a Kafka receiver joined its group, at the start and at each rebalance.',
  ['receiver'],
);

export const KAFKA_METRICS: readonly MetricDefinition[] = [
  KAFKA_CONNECTED,
  KAFKA_CONNECTIONS,
  KAFKA_RECORDS,
  KAFKA_BYTES,
  KAFKA_LAG,
  KAFKA_PARTITIONS,
  KAFKA_POISON,
  KAFKA_LOST,
  KAFKA_DEAD_LETTERS,
  KAFKA_WAITS,
  KAFKA_REWINDS,
  KAFKA_JOINS,
];
