/**
 * The attributes the program understands, as data: one slot per logical field, its aliases newest first.
 * Adding an alias is adding a line here; nothing else knows attribute names.
 */

import type { ExtraAttributes } from '../../contract/component.ts';
import { MAX_SLOTS, SpanView } from '../../contract/span-view.ts';
import { KeyTable } from '../../lib/key-table.ts';

interface SlotDefinition {
  readonly aliases: readonly string[];
  /** Any other attribute with one of these prefixes counts as present, value unread. */
  readonly prefixes?: readonly string[];
  /** The names are those of several attributes, of which any will do. */
  readonly isMixed?: boolean;
}

/** Where a message is, and what it is called: on the span, or on the links of a batch. */
const PARTITION = [
  'messaging.destination.partition.id',
  'messaging.kafka.destination.partition',
  'messaging.kafka.source.partition',
  'messaging.kafka.partition',
];
const OFFSET = ['messaging.kafka.offset', 'messaging.kafka.message.offset'];
const MESSAGE_ID = ['messaging.message.id', 'messaging.message_id'];

/** Span attributes. */
export const SPAN = {
  peerService: { aliases: ['service.peer.name', 'peer.service'] },
  serverAddress: { aliases: ['server.address', 'net.peer.name'] },
  serverPort: { aliases: ['server.port', 'net.peer.port'] },
  socketAddress: { aliases: ['network.peer.address', 'net.sock.peer.addr', 'net.peer.ip'] },
  socketPort: { aliases: ['network.peer.port', 'net.sock.peer.port'] },
  url: { aliases: ['url.full', 'http.url'] },
  httpHost: { aliases: ['http.host'] },
  httpMethod: { aliases: ['http.request.method', 'http.method'] },
  /** Any RPC or HTTP attribute: the span is a call. */
  rpc: { aliases: ['rpc.system.name', 'rpc.system'], prefixes: ['http.', 'url.', 'rpc.'] },
  httpStatus: { aliases: ['http.response.status_code', 'http.status_code'] },
  errorType: { aliases: ['error.type'] },
  messagingSystem: { aliases: ['messaging.system'] },
  destinationTemplate: { aliases: ['messaging.destination.template', 'messaging.source.template'] },
  destination: {
    aliases: [
      'messaging.destination.name',
      'messaging.source.name',
      'messaging.destination',
      'messaging.destination_publish.name',
      'messaging.source',
      'message_bus.destination',
      'kafka.topic',
      'aws.sns.topic.arn',
    ],
  },
  queueUrl: { aliases: ['aws.sqs.queue.url', 'aws.queue.url', 'messaging.url'] },
  operationType: { aliases: ['messaging.operation.type'] },
  operation: { aliases: ['messaging.operation'] },
  operationName: { aliases: ['messaging.operation.name'] },
  batchCount: { aliases: ['messaging.batch.message_count'] },
  group: {
    aliases: [
      'messaging.consumer.group.name',
      'messaging.kafka.consumer.group',
      'messaging.kafka.consumer_group',
      'messaging.eventhubs.consumer.group',
      'messaging.rocketmq.client_group',
      'messaging.rocketmq.consumer_group',
    ],
  },
  consumerId: { aliases: ['messaging.consumer.id', 'messaging.consumer_id'] },
  routingKey: { aliases: ['messaging.rabbitmq.destination.routing_key', 'messaging.rabbitmq.routing_key'] },
  clusterId: { aliases: ['messaging.kafka.cluster.id'] },
  partition: { aliases: PARTITION },
  offset: { aliases: OFFSET },
  messageId: { aliases: MESSAGE_ID },
  dbSystem: { aliases: ['db.system.name', 'db.system', 'db.type'] },
  dbNamespace: {
    aliases: [
      'db.namespace',
      'db.name',
      'db.cassandra.keyspace',
      'db.hbase.namespace',
      'db.elasticsearch.cluster.name',
      'db.instance',
    ],
  },
  dbCollection: {
    aliases: [
      'db.collection.name',
      'db.sql.table',
      'db.mongodb.collection',
      'db.cassandra.table',
      'db.cosmosdb.container',
      'db.elasticsearch.path_parts.index',
      'db.operation.parameter.index',
      'aws.dynamodb.table_names',
      'aws.table.name',
      'aws.table_name',
      'elasticsearch.request.indices',
      'db.hbase.table',
    ],
  },
  dbStatement: { aliases: ['db.query.text', 'db.statement'] },
  dbOperation: { aliases: ['db.operation.name', 'db.operation'] },
  dbSummary: { aliases: ['db.query.summary'] },
  dbConnection: { aliases: ['db.connection_string'] },
  dbInstanceName: { aliases: ['db.mssql.instance_name'] },
  dbPath: { aliases: ['elasticsearch.url'] },
  dbMethod: { aliases: ['elasticsearch.method'] },
  dbIndex: { aliases: ['db.redis.database_index'] },
  /** Of spans that Debezium makes of its source's log: name of the source, and the transaction. */
  captureSource: { aliases: ['db.cdc-name'] },
  captureTransaction: { aliases: ['db.txId'] },
} as const satisfies Record<string, SlotDefinition>;

/** Resource attributes. */
export const RESOURCE = {
  serviceName: { aliases: ['service.name'] },
  serviceNamespace: { aliases: ['service.namespace'] },
  serviceInstance: { aliases: ['service.instance.id'] },
  environment: { aliases: ['deployment.environment.name', 'deployment.environment'] },
  /** Any attribute of a container or of Kubernetes: loopback addresses are the service's own. */
  container: { isMixed: true, aliases: ['container.id'], prefixes: ['k8s.', 'container.', 'aws.ecs.'] },
} as const satisfies Record<string, SlotDefinition>;

/** Link attributes: of a batch's message. As many as `LINK_SLOTS`. */
const LINK = {
  destination: { aliases: ['messaging.destination.name', 'messaging.source.name', 'messaging.destination'] },
  partition: { aliases: PARTITION },
  offset: { aliases: OFFSET },
  messageId: { aliases: MESSAGE_ID },
} as const satisfies Record<string, SlotDefinition>;

type Slots<T> = { readonly [K in keyof T]: number };

function numberSlots<T extends Record<string, SlotDefinition>>(definitions: T): Slots<T> {
  return Object.fromEntries(Object.keys(definitions).map((name, slot) => [name, slot])) as Slots<T>;
}

interface Compiled {
  readonly keys: KeyTable;
  readonly mirrors: ReadonlyMap<number, number>;
}

/**
 * Keys asked for beside share the slot of their older and newer names. One that no convention knows, or that shares a
 * slot with other attributes, has a slot of its own, from which the shared one is filled, too.
 */
function compile(definitions: Record<string, SlotDefinition>, extra: readonly string[] = []): Compiled {
  const all = Object.values(definitions);
  const entries = all.flatMap((d, slot) => d.aliases.map((key, rank) => ({ key, slot, rank })));
  const prefixes = all.flatMap((d, slot) => (d.prefixes ?? []).map(prefix => ({ prefix, slot })));
  const known = new KeyTable(entries, prefixes);
  const isShared = (found: number) => {
    const { isMixed, prefixes: own } = all[found >> 8]!;
    return isMixed === true || own !== undefined;
  };
  const more = extra.filter(key => known.findText(key) < 0 || isShared(known.findText(key)));
  const own = more.slice(0, MAX_SLOTS - all.length).map((key, i) => ({ key, slot: all.length + i, rank: 0 }));
  const replaced = new Set(own.map(({ key }) => key));
  const keys = new KeyTable([...entries.filter(({ key }) => !replaced.has(key)), ...own], prefixes);
  const mirrored = own.filter(({ key }) => known.findText(key) >= 0);
  return { keys, mirrors: new Map(mirrored.map(({ key, slot }) => [slot, known.findText(key)])) };
}

/** The name under which a slot's value came, by its rank. */
export function aliasOf(slot: number, rank: number): string {
  return SPAN_ALIASES[slot]?.[rank] ?? '';
}

const SPAN_ALIASES: readonly (readonly string[])[] = Object.values(SPAN).map(({ aliases }) => aliases);

export const SPAN_SLOT: Slots<typeof SPAN> = numberSlots(SPAN);
export const RESOURCE_SLOT: Slots<typeof RESOURCE> = numberSlots(RESOURCE);
export const LINK_SLOT: Slots<typeof LINK> = numberSlots(LINK);

/** A view that knows the conventions' attributes and those asked for beside. */
export function createSpanView(extra: ExtraAttributes = { span: [], resource: [] }): SpanView {
  const span = compile(SPAN, extra.span);
  const resource = compile(RESOURCE, extra.resource);
  const { keys: link } = compile(LINK);
  return new SpanView({
    span: span.keys,
    resource: resource.keys,
    link,
    spanMirrors: span.mirrors,
    resourceMirrors: resource.mirrors,
  });
}
