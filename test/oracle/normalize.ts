/**
 * One span in, one fact out: its class, its service, and what its attributes say.
 * A nameless span of any class is an internal fact without a service.
 */
import { hasAttributeBelow, readAttribute, readNumber } from './attributes.ts';
import { type DatabaseWork, hasDatabaseAttributes, readDatabaseWork } from './database.ts';
import { type Delivery, messagingPartOf, type Operation } from './messaging.ts';
import { cleanName, externalNode, type NodeIdentity, serviceNode, topicNode } from './names.ts';
import type { OutboxEvent, Position } from './positions.ts';
import { CLIENT, SERVER, type Span, STATUS_ERROR, STATUS_UNSET, UNSPECIFIED } from './span.ts';
import { streamWorkOf } from './stores.ts';

type SpanClass = 'client' | 'server' | 'producer' | 'consumer' | 'internal' | 'database';

export interface Fact {
  readonly span: Span;
  readonly class: SpanClass;
  /** Undefined for a nameless span. */
  readonly service: NodeIdentity | undefined;
  readonly instance: string;
  /** C, P, a create span, or D of kind client: may have a server or consumer beneath. */
  readonly outbound: boolean;
  /** S or Q. */
  readonly inbound: boolean;
  /** Makes the context of a message without sending it: a parent and link target like a P. */
  readonly creates: boolean;
  readonly startUs: number;
  readonly endUs: number;
  readonly durationUs: number;
  readonly badTime: boolean;
  readonly negativeDuration: boolean;
  readonly error: boolean;
  readonly adjusted: number;
  /** peer.service or its newer name. */
  readonly namedPeer: NodeIdentity | undefined;
  /** The named peer, else host and port. */
  readonly peer: NodeIdentity | undefined;
  readonly hasRpcAttributes: boolean;
  readonly topic: NodeIdentity | undefined;
  /** The one cluster that the configuration knows, where it knows just one. */
  readonly onlyCluster?: string;
  /** The destination is a list; `topic` is the first. */
  readonly namesSeveral: boolean;
  readonly linkTopics: readonly (NodeIdentity | undefined)[];
  readonly delivery: Delivery | undefined;
  readonly database: DatabaseWork | undefined;
  /** Of producers: positions that records tell. */
  readonly told?: readonly Position[];
  /** Events of outboxes that a database span sent. */
  readonly events?: readonly OutboxEvent[];
  /** Of a database span that stands for a producer: itself, and the outbox it wrote. */
  readonly outbox?: { readonly wrote: Fact; readonly table: NodeIdentity };
}

const YEAR_2000_US = Date.UTC(2000, 0, 1) * 1000;
const DAY_US = 86_400_000_000;

/** Times before 2000 or more than a day ahead of now are bad. */
export function isBadTime(timeUs: number, nowUs: number): boolean {
  return timeUs < YEAR_2000_US || timeUs > nowUs + DAY_US;
}

/** `replacementUs` stands in for a bad start. */
export function normalizeSpan(span: Span, nowUs: number, replacementUs: number): Fact {
  const service = serviceOf(span);
  const environment = environmentOf(span);
  const { class: spanClass, operation } = service === undefined ? NAMELESS : classify(span);
  const creates = operation === 'create';
  const messaging =
    spanClass === 'producer' || spanClass === 'consumer' ? partOf(span, environment, operation) : undefined;
  return {
    span,
    class: spanClass,
    service,
    instance: readAttribute(span.resource, 'service.instance.id') ?? '',
    outbound: spanClass === 'client' || spanClass === 'producer' || (spanClass === 'database' && span.kind === CLIENT),
    inbound: spanClass === 'server' || spanClass === 'consumer',
    creates,
    ...timesOf(span, nowUs, replacementUs),
    error: isError(span),
    adjusted: adjustedCount(span.traceState),
    namedPeer: namedPeerOf(span, environment),
    peer: namedPeerOf(span, environment) ?? hostPeerOf(span, environment),
    hasRpcAttributes: hasAttributeBelow(span.attributes, 'http.', 'url.', 'rpc.'),
    topic: messaging?.topic,
    namesSeveral: messaging?.namesSeveral ?? false,
    linkTopics: messaging?.linkTopics ?? [],
    delivery: creates ? undefined : messaging?.delivery,
    database: spanClass === 'database' ? readDatabaseWork(span, environment) : undefined,
  };
}

/** A stream of Redis says by its command what other messages say by attributes. */
function partOf(span: Span, environment: string | undefined, operation: Operation | undefined) {
  const part = messagingPartOf(span, environment, operation);
  const stream = part.hasAttributes ? undefined : streamWorkOf(span.attributes);
  if (stream === undefined || stream.operation === 'settle') return part;
  const topic = topicNode(environment, 'redis', undefined, stream.names[0]!);
  const delivery = { operation: stream.operation, batchCount: 0, group: stream.group };
  return { ...part, topic, namesSeveral: false, delivery };
}

interface Classified {
  readonly class: SpanClass;
  readonly operation?: Operation;
}

const NAMELESS: Classified = { class: 'internal' };

function classify(span: Span): Classified {
  const { kind } = span;
  const messaging = messagingPartOf(span, undefined, undefined);
  const hasDatabase = hasDatabaseAttributes(span);
  const isMessaging = messaging.hasAttributes || (messaging.hasMessagingKind && !hasDatabase);
  if (isMessaging && messaging.operation !== undefined) return classOfOperation(messaging.operation);
  if (hasDatabase && kind !== SERVER) {
    const stream = streamWorkOf(span.attributes);
    return stream !== undefined && stream.names.length === 1
      ? classOfOperation(stream.operation)
      : { class: 'database' };
  }
  if (kind === CLIENT) return { class: 'client' };
  if (kind === SERVER) return { class: 'server' };
  if (kind === UNSPECIFIED && namedPeerOf(span, undefined) !== undefined) return { class: 'client' };
  return { class: 'internal' };
}

/** A create span has the place of a producer in the tree; settling carries the chain only. */
function classOfOperation(operation: Operation): Classified {
  if (operation === 'send' || operation === 'create') return { class: 'producer', operation };
  if (operation === 'receive' || operation === 'process') return { class: 'consumer', operation };
  return { class: 'internal' };
}

function serviceOf(span: Span): NodeIdentity | undefined {
  const name = readAttribute(span.resource, 'service.name');
  if (name === undefined || name.trim() === '') return undefined;
  if (name === 'unknown_service' || name.startsWith('unknown_service:')) return undefined;
  const namespace = readAttribute(span.resource, 'service.namespace');
  return serviceNode(environmentOf(span), namespace && cleanName(namespace), cleanName(name));
}

function environmentOf(span: Span): string | undefined {
  const name = readAttribute(span.resource, 'deployment.environment.name', 'deployment.environment');
  return name && cleanName(name);
}

function namedPeerOf(span: Span, environment: string | undefined): NodeIdentity | undefined {
  const name = readAttribute(span.attributes, 'peer.service', 'service.peer.name');
  return name === undefined ? undefined : externalNode(environment, cleanName(name));
}

function hostPeerOf(span: Span, environment: string | undefined): NodeIdentity | undefined {
  const address = readAttribute(
    span.attributes,
    'server.address',
    'net.peer.name',
    'network.peer.address',
    'net.sock.peer.addr',
    'net.peer.ip',
  );
  const host = address?.toLowerCase().replace(/\.$/, '');
  if (host === undefined) return urlPeerOf(span, environment);
  const port = readAttribute(span.attributes, 'server.port', 'net.peer.port');
  const isDefaultPort = port === undefined || port === '80' || port === '443';
  return externalNode(environment, cleanName(isDefaultPort ? host : `${host}:${port}`));
}

/** Without an address the URL tells whom the client called. */
function urlPeerOf(span: Span, environment: string | undefined): NodeIdentity | undefined {
  const url = readAttribute(span.attributes, 'url.full', 'http.url');
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  if (hostname === '') return undefined;
  return externalNode(
    environment,
    cleanName(port === '' || port === '80' || port === '443' ? hostname : `${hostname}:${port}`),
  );
}

function timesOf(span: Span, nowUs: number, replacementUs: number) {
  const badTime = isBadTime(span.startUs, nowUs);
  const startUs = badTime ? replacementUs : span.startUs;
  const negativeDuration = !badTime && span.endUs < span.startUs;
  const durationUs = badTime || negativeDuration ? 0 : span.endUs - span.startUs;
  return { badTime, negativeDuration, startUs, durationUs, endUs: startUs + durationUs };
}

/** Status ERROR, or unset with an error type or an HTTP status of 500 and above. */
function isError(span: Span): boolean {
  if (span.status === STATUS_ERROR) return true;
  if (span.status !== STATUS_UNSET) return false;
  if (readAttribute(span.attributes, 'error.type') !== undefined) return true;
  return (readNumber(span.attributes, 'http.response.status_code', 'http.status_code') ?? 0) >= 500;
}

const MAX_ADJUSTED = 2 ** 20;

/** The threshold T in `ot=th:…` keeps (2^56 − T) of 2^56 traces; the count is its inverse, to 24 bits, at most 2^20. */
function adjustedCount(traceState: string): number {
  const vendor = traceState.split(',').find(member => member.trim().startsWith('ot='));
  const field = vendor
    ?.trim()
    .slice(3)
    .split(';')
    .find(part => part.startsWith('th:'));
  const digits = field?.slice(3);
  if (digits === undefined || !/^[0-9a-f]{1,14}$/.test(digits)) return 1;
  const kept = 2n ** 56n - BigInt(`0x${digits.padEnd(14, '0')}`);
  return Math.min(MAX_ADJUSTED, Math.fround(2 ** 56 / Number(kept)));
}
