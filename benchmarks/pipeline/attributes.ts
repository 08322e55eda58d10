/**
 * What real instrumentations put on a span, for services of the old and of the stable semantic conventions.
 * Values that vary come from the random source, so that bodies compress and intern like real ones.
 */
import type { Random } from './random.ts';
import { type Attribute, Serial } from './span-model.ts';
import { hostOf, type Statement, serviceName, usesOldConventions } from './world.ts';

const PARTITIONS = 24;

export const dnsName = (service: number): string => `${serviceName(service)}.prod.svc.cluster.local`;
const address = (random: Random): string => `10.0.${random.below(16)}.${random.below(256)}`;

/** The resource of one instance. */
export function resourceAttributes(service: number, instance: number): readonly Attribute[] {
  const name = serviceName(service);
  return [
    ['service.name', name],
    ['service.namespace', 'shop'],
    ['service.version', `1.${service}.0`],
    ['service.instance.id', `627cc493-f310-47de-96bd-${String(service * 10 + instance).padStart(12, '0')}`],
    [usesOldConventions(service) ? 'deployment.environment' : 'deployment.environment.name', 'production'],
    ['telemetry.sdk.name', 'opentelemetry'],
    ['telemetry.sdk.language', 'java'],
    ['telemetry.sdk.version', '1.49.0'],
    ['host.name', `node-${hostOf(service, instance)}`],
    ['k8s.pod.name', `${name}-7d9c5b6f4-x${instance}`],
    ['k8s.namespace.name', 'prod'],
  ];
}

export interface HttpRequest {
  readonly method: string;
  readonly route: string;
  readonly callee: number;
  readonly status: number;
}

export function httpServer(random: Random, service: number, request: HttpRequest): readonly Attribute[] {
  const target = `${request.route}?id=${random.below(1_000_000)}`;
  if (usesOldConventions(service)) {
    return [
      ['http.method', request.method],
      ['http.route', request.route],
      ['http.target', target],
      ['http.scheme', 'http'],
      ['http.status_code', request.status],
      ['net.host.name', dnsName(service)],
      ['net.host.port', 8080],
      ['net.sock.peer.addr', address(random)],
      ['http.user_agent', 'okhttp/4.12.0'],
    ];
  }
  return [
    ['http.request.method', request.method],
    ['http.route', request.route],
    ['url.path', target],
    ['url.scheme', 'http'],
    ['http.response.status_code', request.status],
    ['server.address', dnsName(service)],
    ['server.port', 8080],
    ['client.address', address(random)],
    ['network.protocol.version', '1.1'],
    ['user_agent.original', 'okhttp/4.12.0'],
  ];
}

export function httpClient(random: Random, service: number, request: HttpRequest): readonly Attribute[] {
  const host = dnsName(request.callee);
  const url = `http://${host}:8080${request.route}?id=${random.below(1_000_000)}`;
  const worker = thread(random, 'http-nio-8080-exec');
  if (usesOldConventions(service)) {
    return [
      ['http.method', request.method],
      ['http.url', url],
      ['net.peer.name', host],
      ['net.peer.port', 8080],
      ['http.status_code', request.status],
      ...worker,
    ];
  }
  return [
    ['http.request.method', request.method],
    ['url.full', url],
    ['server.address', host],
    ['server.port', 8080],
    ['http.response.status_code', request.status],
    ['network.protocol.version', '1.1'],
    ...worker,
  ];
}

export function rpc(random: Random, service: number, rpcService: string, callee: number): readonly Attribute[] {
  const host = dnsName(callee);
  const peer: readonly Attribute[] = [
    ['network.peer.address', address(random)],
    ['network.peer.port', 30_000 + random.below(30_000)],
  ];
  if (usesOldConventions(service)) {
    return [
      ['rpc.system', 'grpc'],
      ['rpc.service', rpcService],
      ['rpc.method', 'Check'],
      ['rpc.grpc.status_code', 0],
      ['net.peer.name', host],
      ['net.peer.port', 9090],
      ...peer,
    ];
  }
  return [
    ['rpc.system.name', 'grpc'],
    ['rpc.method', `${rpcService}/Check`],
    ['rpc.response.status_code', 'OK'],
    ['server.address', host],
    ['server.port', 9090],
    ...peer,
  ];
}

/** `group` is undefined on the sending side; `serial` is the message's offset, the same on both sides. */
export function messaging(
  random: Random,
  service: number,
  topic: string,
  serial: number,
  group: string | undefined,
): readonly Attribute[] {
  const operation = group === undefined ? 'send' : 'process';
  const size = 200 + random.below(4_000);
  if (usesOldConventions(service)) {
    return [
      ['messaging.system', 'kafka'],
      ['messaging.destination.name', topic],
      ['messaging.operation', group === undefined ? 'publish' : 'process'],
      ['messaging.kafka.destination.partition', serial % PARTITIONS],
      ['messaging.kafka.message.offset', new Serial(serial)],
      ['messaging.message.body.size', size],
      ['messaging.client_id', `client-${random.below(8)}`],
      ...(group === undefined ? [] : [['messaging.kafka.consumer.group', group] as const]),
    ];
  }
  return [
    ['messaging.system', 'kafka'],
    ['messaging.destination.name', topic],
    ['messaging.operation.type', operation],
    ['messaging.operation.name', operation],
    ['messaging.destination.partition.id', String(serial % PARTITIONS)],
    ['messaging.kafka.offset', new Serial(serial)],
    ['messaging.message.body.size', size],
    ['messaging.client.id', `client-${random.below(8)}`],
    ['server.address', 'kafka-0.kafka'],
    ['server.port', 9092],
    ...(group === undefined ? [] : [['messaging.consumer.group.name', group] as const]),
  ];
}

/** Every second service of the stable conventions names the table itself when there is only one. */
export function database(random: Random, service: number, statement: Statement): readonly Attribute[] {
  const host = `pg-${statement.database}.db`;
  const worker = thread(random, 'pool-2-thread');
  if (usesOldConventions(service)) {
    return [
      ['db.system', 'postgresql'],
      ['db.name', statement.database],
      ['db.statement', statement.sql],
      ['db.operation', statement.verb],
      ['db.user', 'app'],
      ['db.connection_string', `postgresql://${host}:5432`],
      ['net.peer.name', host],
      ['net.peer.port', 5432],
      ...worker,
    ];
  }
  const tables = [...statement.reads, ...statement.writes];
  const namesTable = service % 4 === 1 && tables.length === 1;
  return [
    ['db.system.name', 'postgresql'],
    ['db.namespace', statement.database],
    ['db.query.text', statement.sql],
    ['db.operation.name', statement.verb],
    ['server.address', host],
    ['server.port', 5432],
    ['network.peer.address', address(random)],
    ...worker,
    ...(namesTable ? [['db.collection.name', tables[0]!] as const] : []),
  ];
}

export function internal(random: Random): readonly Attribute[] {
  return [
    ['code.function.name', 'com.shop.app.OrderService.handle'],
    ['code.line.number', 120 + random.below(80)],
    ...thread(random, 'worker'),
    ['app.tenant', `tenant-${String(random.below(200)).padStart(3, '0')}`],
    ['app.items', random.below(40)],
    ['app.cache.hit', random.chance(0.5)],
    ['app.score', (random.below(1_000) + 0.5) / 1_000],
  ];
}

function thread(random: Random, pool: string): readonly Attribute[] {
  return [
    ['thread.id', 20 + random.below(200)],
    ['thread.name', `${pool}-${random.below(64)}`],
  ];
}
