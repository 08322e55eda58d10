/** Checked options → what the receiver works with. */
import type { RecordIdentity } from '../../contract/record.ts';
import type { Schemas } from '../../encodings/avro/schemas.ts';
import type { RecordNames } from '../../encodings/records/decoded-record.ts';
import { type ClientTls, readClientTls } from '../../lib/client-tls.ts';
import { parseRfc3339 } from '../../lib/rfc3339.ts';
import { parseDuration, parseSize } from '../../lib/units.ts';
import { toOutbox } from '../outbox-names.ts';
import { toRecordIdentity } from '../record-identity.ts';
import type { FetchLimits, OffsetAt } from './client.ts';
import type { KafkaConfig } from './config.ts';
import type { KafkajsOptions, SaslMechanism } from './kafkajs/connection.ts';
import { createSchemas } from './schema-registry/options.ts';
import { type Subscription, subscription } from './subscriptions.ts';

export interface KafkaOptions {
  readonly client: KafkajsOptions;
  readonly groupId: string;
  readonly subscriptions: readonly Subscription[];
  readonly initialOffset: OffsetAt;
  /** Name of the cluster; empty: its id. */
  readonly cluster: string;
  readonly identity: RecordIdentity;
  readonly names: RecordNames;
  readonly schemas: Schemas | undefined;
  readonly deadLetterTopic: string | undefined;
  readonly refreshMs: number;
  readonly limits: FetchLimits;
}

export function toKafkaOptions(config: KafkaConfig): KafkaOptions {
  return {
    client: {
      clientId: config.client_id,
      brokers: config.brokers,
      tls: tlsOf(config),
      sasl: config.sasl && { ...config.sasl, mechanism: config.sasl.mechanism.toLowerCase() as SaslMechanism },
      readsCommitted: config.isolation_level === 'read_committed',
    },
    groupId: config.group_id,
    subscriptions: subscriptionsOf(config),
    initialOffset: offsetOf(config.initial_offset),
    cluster: config.identity?.cluster ?? '',
    identity: toRecordIdentity(config.identity),
    names: { messageIdHeaders: config.message_id_headers, outbox: toOutbox(config.outbox) },
    schemas: config.schema_registry && createSchemas(config.schema_registry, () => performance.now()),
    deadLetterTopic: config.dead_letter?.topic,
    refreshMs: parseDuration(config.refresh_interval),
    limits: {
      maxWaitMs: Math.ceil(parseDuration(config.max_fetch_wait)),
      minBytes: parseSize(config.min_fetch_size),
      maxBytes: parseSize(config.max_fetch_size),
      maxPartitionBytes: parseSize(config.max_partition_fetch_size),
    },
  };
}

export function subscriptionsOf({ traces, logs, topics, encoding }: KafkaConfig): readonly Subscription[] {
  return [
    ...(traces ? [subscription(traces.topics, { signal: 'traces', encoding: traces.encoding })] : []),
    ...(logs ? [subscription(logs.topics, { signal: 'logs', encoding: logs.encoding })] : []),
    ...(topics ? [subscription(topics, { signal: 'events', encoding })] : []),
  ];
}

/** NaN for a text that is no time. */
export function offsetOf(text: string): OffsetAt {
  return text === 'earliest' || text === 'latest' ? text : parseRfc3339(text);
}

/** Files were checked when the configuration was. */
function tlsOf({ tls }: KafkaConfig): ClientTls | undefined {
  return tls === undefined ? undefined : readClientTls(tls).tls;
}
