/** The options of the Kafka receiver. */
import { type Static, Type } from 'typebox';
import { RECORD_ENCODINGS } from '../../encodings/records/decode.ts';
import { LOG_ENCODINGS, SPAN_ENCODINGS } from '../../encodings/span-encodings.ts';
import { clientTlsOptions } from '../../lib/client-tls.ts';
import { durationOption, sizeOption } from '../../lib/options.ts';
import { outboxNames } from '../outbox-names.ts';
import { recordIdentity } from '../record-identity.ts';
import { schemaRegistrySection } from './schema-registry/options.ts';

export const SASL_MECHANISMS = [
  'plain',
  'scram-sha-256',
  'scram-sha-512',
  'PLAIN',
  'SCRAM-SHA-256',
  'SCRAM-SHA-512',
] as const;

const topics = (what: string) =>
  Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    description: `${what}: names, or regular expressions: /…/ is found anywhere in a name, ^… at its beginning. New topics that fit are read from their first record.`,
  });

const tracesSection = Type.Object(
  {
    topics: topics('Topics with spans'),
    encoding: Type.Enum([...SPAN_ENCODINGS], {
      default: 'otlp_proto',
      description:
        'What the value of a record is. `otlp_*`: an export request, `jaeger_*`: one span, `zipkin_*`: a list of spans.',
    }),
  },
  { additionalProperties: false, description: 'Spans, for a pipeline of traces.' },
);

const logsSection = Type.Object(
  {
    topics: topics('Topics with log records'),
    encoding: Type.Enum([...LOG_ENCODINGS], {
      default: 'otlp_proto',
      description: 'What the value of a record is: an export request.',
    }),
  },
  { additionalProperties: false, description: 'Log records, for a pipeline of logs.' },
);

const saslSection = Type.Object(
  {
    mechanism: Type.Enum([...SASL_MECHANISMS], { description: 'How it signs in.' }),
    username: Type.String({ minLength: 1, description: 'As whom.' }),
    password: Type.String({ minLength: 1, writeOnly: true, description: 'With which password.' }),
  },
  { additionalProperties: false, description: 'SASL; left out, it does not sign in.' },
);

export const kafkaConfig = Type.Object(
  {
    brokers: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: 'Some brokers of the cluster, as host:port; the others are learned from them.',
    }),
    group_id: Type.String({
      default: 'tacit',
      minLength: 1,
      description:
        'Consumer group in which positions are committed for displays of lag. It belongs to one receiver: what is read is decided by positions in the own journal.',
    }),
    client_id: Type.String({ default: 'tacit', minLength: 1, description: 'What brokers call it.' }),
    traces: Type.Optional(tracesSection),
    logs: Type.Optional(logsSection),
    topics: Type.Optional(topics('Topics of messages and of change data capture, for a pipeline of events')),
    encoding: Type.Enum([...RECORD_ENCODINGS], {
      default: 'record',
      description:
        'What records of `topics` are. `record`: headers, message ids and positions alone, the value is not looked at; `cdc`: changes of rows, in the format that each record is found to have; else in this one.',
    }),
    message_id_headers: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Names of headers that hold the id of a message, before those that are known.',
    }),
    outbox: outboxNames,
    schema_registry: Type.Optional(schemaRegistrySection),
    initial_offset: Type.String({
      default: 'latest',
      pattern: '^(earliest|latest|[0-9]{4}-[0-9]{2}-[0-9]{2}T.+)$',
      description:
        'Where a topic is begun of which neither the journal nor the group has a position: `earliest`, `latest`, or a time as RFC 3339.',
    }),
    isolation_level: Type.Enum(['read_committed', 'read_uncommitted'], {
      default: 'read_committed',
      description: '`read_committed` leaves out records of transactions that are open or were aborted.',
    }),
    sasl: Type.Optional(saslSection),
    tls: Type.Optional({
      ...clientTlsOptions,
      description: 'TLS towards the brokers, with the keys of the Collector; {} is enough to have it.',
    }),
    identity: recordIdentity('left out, the id it has'),
    dead_letter: Type.Optional(
      Type.Object(
        { topic: Type.String({ minLength: 1, description: 'Its name; it must be there.' }) },
        {
          additionalProperties: false,
          description:
            'Topic that records which cannot be read are copied to; left out, they are only counted and logged.',
        },
      ),
    ),
    refresh_interval: durationOption({
      default: '10s',
      minimum: '100ms',
      maximum: '1h',
      description: 'How often it looks for new topics and partitions, and for topics that were made anew.',
    }),
    max_fetch_wait: durationOption({
      default: '500ms',
      minimum: '10ms',
      maximum: '30s',
      description: 'How long a broker waits for records when it has none.',
    }),
    min_fetch_size: sizeOption({ default: '1B', description: 'A broker with less waits for more.' }),
    max_fetch_size: sizeOption({
      default: '8MiB',
      minimum: '64KiB',
      maximum: '256MiB',
      description: 'Bytes that are read from a broker at once, before decompression; a larger batch comes alone.',
    }),
    max_partition_fetch_size: sizeOption({
      default: '2MiB',
      minimum: '16KiB',
      maximum: '64MiB',
      description: 'The same, of one partition.',
    }),
  },
  { additionalProperties: false },
);

export type KafkaConfig = Static<typeof kafkaConfig>;
