/** Zipkin v2 JSON → OTLP JSON, span by span, in the plainest way. Takes well-formed spans. */
import { createSpanView } from '../../../src/normalize/conventions/slots.ts';
import { type Attribute, attributesOf, nanos, statusCode } from './as-otlp.ts';

export interface ZipkinEndpoint {
  readonly serviceName?: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly port?: number;
}

export interface ZipkinSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly timestamp?: number;
  readonly duration?: number;
  readonly localEndpoint?: ZipkinEndpoint;
  readonly remoteEndpoint?: ZipkinEndpoint;
  readonly tags?: Readonly<Record<string, unknown>>;
  readonly shared?: boolean;
}

const KINDS = ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const { keys } = createSpanView();

export function zipkinAsOtlp(spans: readonly ZipkinSpan[]): object[] {
  return spans.map(piece => {
    const span = wholeOf(piece, spans) ?? piece;
    const tags = span.tags ?? {};
    return {
      resource: { attributes: resourceOf(span.localEndpoint ?? {}, tags) },
      scopeSpans: [{ scope: { name: scopeOf(tags) }, spans: [spanOf(span, tags)] }],
    };
  });
}

/** A span without kind and times is a piece of the one with its ids and service. */
function wholeOf(piece: ZipkinSpan, spans: readonly ZipkinSpan[]): ZipkinSpan | undefined {
  if (piece.kind !== undefined || piece.timestamp !== undefined || piece.duration !== undefined) return undefined;
  return spans.findLast(
    ({ kind, timestamp, traceId, id, localEndpoint }) =>
      kind !== undefined &&
      timestamp !== undefined &&
      traceId === piece.traceId &&
      id === piece.id &&
      localEndpoint?.serviceName === piece.localEndpoint?.serviceName,
  );
}

function resourceOf(local: ZipkinEndpoint, tags: object): Attribute[] {
  const address = local.ipv4 || local.ipv6;
  const instance = address && (local.port === undefined ? address : `${address}:${local.port}`);
  return [
    ...attributesOf('service.instance.id', instance || undefined),
    ...Object.entries(tags).flatMap(([name, value]) => attributesOf(name, value)),
    ...attributesOf('service.name', local.serviceName),
  ];
}

function scopeOf(tags: Readonly<Record<string, unknown>>): string {
  for (const name of ['otel.scope.name', 'otel.library.name']) {
    if (typeof tags[name] === 'string') return tags[name];
  }
  return '';
}

function spanOf(span: ZipkinSpan, tags: Readonly<Record<string, unknown>>): object {
  const start = span.timestamp ?? 0;
  const kind = span.kind ? KINDS.indexOf(span.kind.toUpperCase()) + 1 : tags['span.kind'] === 'internal' ? 1 : 0;
  const state = tags['w3c.tracestate'];
  return {
    traceId: span.traceId,
    spanId: span.id,
    parentSpanId: span.parentId ?? '',
    traceState: typeof state === 'string' ? state : '',
    name: span.name ?? '',
    kind,
    startTimeUnixNano: nanos(start),
    endTimeUnixNano: nanos(start + (span.duration ?? 0)),
    status: { code: statusCode(tags['otel.status_code'], tags.error) },
    attributes: [
      ...Object.entries(tags).flatMap(([name, value]) => attributesOf(name, value)),
      ...peersOf(span.remoteEndpoint ?? {}, tags, kind === 2),
    ],
    links: Object.entries(tags).flatMap(([name, value]) => {
      if (!/^otlp\.link\.\d+$/.test(name) || typeof value !== 'string') return [];
      const [traceId = '', spanId = ''] = value.split('|');
      return [{ traceId, spanId }];
    }),
  };
}

function peersOf(remote: ZipkinEndpoint, tags: Readonly<Record<string, unknown>>, isServer: boolean): Attribute[] {
  const peers: Record<string, unknown> = {};
  if (remote.serviceName && !repeats(remote.serviceName, tags)) peers['peer.service'] = remote.serviceName;
  if (!isServer) {
    peers['network.peer.address'] = remote.ipv4 || remote.ipv6 || undefined;
    if ((remote.port ?? 0) > 0) peers['network.peer.port'] = remote.port;
  }
  const slotOf = (name: string) => keys.span.findText(name) >> 8;
  const given = Object.entries(tags).filter(([, value]) => value !== null && value !== '' && value !== '{}');
  const isGiven = (name: string) => given.some(([tag]) => slotOf(tag) === slotOf(name));
  return Object.entries(peers).flatMap(([name, value]) => (isGiven(name) ? [] : attributesOf(name, value)));
}

function repeats(name: string, tags: Readonly<Record<string, unknown>>): boolean {
  const addresses =
    'server.address net.peer.name network.peer.address net.sock.peer.addr net.peer.ip db.namespace db.name'.split(' ');
  return addresses.some(
    tag =>
      tags[tag] !== '' && (tags[tag] === name || (typeof tags[tag] === 'string' && name.startsWith(`${tags[tag]}:`))),
  );
}
