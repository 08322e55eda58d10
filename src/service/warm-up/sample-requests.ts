/**
 * Requests of a small made-up shop, such as the program meets them: calls, statements and messages of both generations
 * of conventions, with and without positions and ids, both halves of most calls in different requests and either order,
 * deliveries joined by parent, by link and by id, several consumers of one message, messages that come again, failures of
 * either side, work of no time and of an hour.
 */
import { attribute, type Bytes, bytesField, numberField, textField, timeField } from './otlp-bytes.ts';

/** Bytes 8 to 11 of every trace id; a replay puts its own number there. */
const MARK: Bytes = Uint8Array.of(0x5a, 0xc3, 0x3c, 0xa5);
const NOTHING: Bytes = Uint8Array.of();
const TRACES = 64;
const SPANS_A_REQUEST = 100;
const [SERVER, CLIENT, PRODUCER, CONSUMER, INTERNAL] = [2, 3, 4, 5, 1];

/** An Event without a time, and the fixed32 flags of a sampled span. */
const EVENT: Bytes = bytesField(11, textField(2, 'retry'));
const FLAGS: Bytes = Uint8Array.of(0x85, 0x01, 1, 1, 0, 0);

const SCHEMA: Bytes = textField(3, 'https://opentelemetry.io/schemas/1.40.0');
const HOUR_MS = 3_600_000;

type Attributes = Readonly<Record<string, string | number>>;

interface SampleSpan {
  readonly service: string;
  readonly bytes: Bytes;
}

interface SpanShape {
  readonly id: number;
  readonly parent?: number;
  readonly kind: number;
  readonly name: string;
  readonly attributes?: Attributes;
  readonly link?: Bytes;
  readonly failed?: boolean;
  readonly tookMs?: number;
}

/** The encoded requests; times are around `nowMs`. */
export function sampleRequests(nowMs: number): Uint8Array[] {
  const traces = Array.from({ length: TRACES }, (_, n) => sampleTrace(n, nowMs));
  const spans = traces.flatMap((trace, n) => (n % 2 === 0 ? trace : trace.toReversed()));
  // By turns into two halves, so that partners seldom share a request.
  const halves = [spans.filter((_, i) => i % 2 === 0), spans.filter((_, i) => i % 2 === 1)].flat();
  const requests: Uint8Array[] = [];
  for (let i = 0; i < halves.length; i += SPANS_A_REQUEST) {
    requests.push(encodeRequest(halves.slice(i, i + SPANS_A_REQUEST)));
  }
  return requests;
}

/** Gives the trace ids of a request a number, so that its spans are new ones. */
export function markReplay(request: Uint8Array, marks: readonly number[], replay: number): void {
  const view = new DataView(request.buffer);
  for (const at of marks) view.setInt32(at, replay);
}

/** Where in a request trace ids stand. */
export function findMarks(request: Uint8Array): number[] {
  const marks: number[] = [];
  for (let at = 0; at + MARK.length <= request.length; at++) {
    if (MARK.every((byte, i) => request[at + i] === byte)) marks.push(at);
  }
  return marks;
}

function sampleTrace(n: number, nowMs: number): SampleSpan[] {
  const modern = n % 2 === 0;
  const [web, orders, billing, bank] = ['web', 'orders', 'billing', 'bank'].map(name => `${name}-${n % 7}`);
  // Called in one trace alone: what a graph counts of it first may be taken back to the last.
  const rare = `rare-${n}`;
  const http = (peer: string): Attributes =>
    modern
      ? { 'http.request.method': 'POST', 'url.full': `http://${peer}/v1`, 'server.address': peer, 'server.port': 8080 }
      : {
          ...{ 'http.method': 'POST', 'http.url': `http://${peer}/v1`, 'net.peer.name': peer },
          ...{ 'http.status_code': n % 11 === 1 ? 503 : 200, 'url.full': `http://${peer}/v1` },
        };
  const sql = (statement: string): Attributes =>
    modern
      ? { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'db.query.text': statement, 'server.address': 'pg' }
      : { 'db.system': 'postgresql', 'db.name': 'shop', 'db.statement': statement, 'net.peer.name': 'pg' };
  const message = (operation: string, group?: string): Attributes => ({
    'messaging.system': 'kafka',
    ...(modern
      ? {
          'messaging.destination.name': 'events',
          'messaging.operation.type': operation,
          'messaging.operation.name': operation,
          'messaging.client.id': `client-${n % 3}`,
          'server.address': 'kafka',
          'server.port': 9092,
        }
      : { 'messaging.destination': 'events', 'messaging.operation': operation, 'messaging.batch.message_count': 2 }),
    ...(group !== undefined && {
      [modern ? 'messaging.consumer.group.name' : 'messaging.kafka.consumer.group']: group,
    }),
    ...(n % 3 > 0 && {
      [modern ? 'messaging.destination.partition.id' : 'messaging.kafka.partition']: String(n % 13),
      [modern ? 'messaging.kafka.offset' : 'messaging.kafka.message.offset']: (n % 3) * 2 ** 36 + n,
    }),
  });
  const queued = (operation: string): Attributes => ({
    'messaging.system': 'rabbitmq',
    'messaging.destination.name': 'mails',
    'messaging.operation.type': operation,
    'messaging.message.id': `m-${n}`,
  });
  const linked = n % 4 < 2;
  const second = linked ? n + TRACES : n;
  const delivery = linked ? { link: bytesField(13, traceId(n), spanId(2, 7)) } : { parent: 7 };
  const span = (service: string | undefined, trace: number, shape: SpanShape): SampleSpan => ({
    service: service!,
    bytes: encodeSpan(trace, nowMs, shape),
  });
  return [
    span(web, n, { id: 1, kind: SERVER!, name: 'GET /', attributes: http('web') }),
    span(web, n, { id: 2, parent: 1, kind: CLIENT!, name: 'POST', attributes: http(orders!), failed: n % 9 === 0 }),
    span(orders, n, {
      ...{ id: 3, parent: 2, kind: SERVER!, name: 'POST /v1', attributes: http('orders') },
      ...{ failed: n % 10 === 0, tookMs: n % 8 === 0 ? HOUR_MS : 3 },
    }),
    span(orders, n, { id: 4, parent: 3, kind: INTERNAL!, name: 'place', tookMs: n % 8 === 1 ? HOUR_MS : 0 }),
    span(orders, n, {
      id: 5,
      parent: 4,
      kind: CLIENT!,
      name: 'INSERT',
      attributes: sql('INSERT INTO orders VALUES ($1)'),
    }),
    span(orders, n, {
      id: 6,
      parent: 4,
      kind: CLIENT!,
      name: 'SELECT',
      attributes: sql(`SELECT a FROM stock WHERE b = $1 AND c = ${n}`),
    }),
    span(orders, n, {
      id: 7,
      parent: 4,
      kind: PRODUCER!,
      name: 'send',
      attributes: message(modern ? 'send' : 'publish'),
    }),
    span(billing, second, {
      id: 8,
      kind: CONSUMER!,
      name: 'process',
      attributes: message('process', 'billing'),
      ...delivery,
    }),
    span(bank, second, {
      id: 13,
      kind: CONSUMER!,
      name: 'receive',
      attributes: message('receive', 'bank'),
      ...delivery,
    }),
    span(bank, second, {
      id: 16,
      parent: 13,
      kind: CONSUMER!,
      name: 'process',
      attributes: message('process', 'bank'),
    }),
    span(bank, second, {
      id: 17,
      kind: CONSUMER!,
      name: 'process',
      attributes: message('process', n % 5 === 0 ? 'bank' : 'audit'),
      ...delivery,
    }),
    span(orders, n, { id: 18, parent: 4, kind: CLIENT!, name: 'SET', attributes: { 'db.system': 'redis' }, tookMs: 0 }),
    span(orders, n, { id: 14, parent: 4, kind: PRODUCER!, name: 'send', attributes: queued('send') }),
    span(web, n + 2 * TRACES, { id: 15, kind: CONSUMER!, name: 'process', attributes: queued('process') }),
    span(billing, second, { id: 9, parent: 8, kind: CLIENT!, name: 'POST', attributes: http(bank!) }),
    span(bank, second, { id: 10, parent: 9, kind: SERVER!, name: 'POST /v1', attributes: http('bank') }),
    span(bank, second, {
      id: 11,
      parent: 10,
      kind: CLIENT!,
      name: 'UPDATE',
      attributes: sql('UPDATE accounts SET c = $1'),
    }),
    span(rare, second, { id: 19, parent: 9, kind: INTERNAL!, name: 'work' }),
    span(rare, second, { id: 20, parent: 9, kind: SERVER!, name: 'POST /v1' }),
    span(bank, second, { id: 12, parent: 10, kind: CLIENT!, name: 'GET', attributes: { 'peer.service': 'elsewhere' } }),
  ];
}

function traceId(trace: number): Bytes {
  return bytesField(1, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, ...MARK, 0, 0, trace >>> 8, trace & 255));
}

function spanId(field: number, id: number): Bytes {
  return bytesField(field, Uint8Array.of(9, 9, 9, 9, 9, 9, 9, id));
}

function encodeSpan(trace: number, nowMs: number, shape: SpanShape): Bytes {
  const {
    id,
    parent,
    kind,
    name,
    attributes = {},
    link = NOTHING,
    failed = false,
    tookMs = (id * (trace % 17)) / 3,
  } = shape;
  return bytesField(
    2,
    traceId(trace),
    spanId(2, id),
    parent === undefined ? NOTHING : spanId(4, parent),
    textField(5, name),
    numberField(6, kind),
    timeField(7, nowMs + id),
    timeField(8, nowMs + id + tookMs),
    ...Object.entries(attributes).map(([key, value]) => attribute(9, key, value)),
    attribute(9, 'thread.name', 'worker'),
    attribute(9, 'thread.id', id * 2 ** (5 * (trace % 8))),
    attribute(9, 'process.start', nowMs * 1e6),
    trace % 16 === 1 ? numberField(10, 2 ** 34) : NOTHING,
    attribute(9, 'code.stacktrace', 'at shop.Orders.place '.repeat(8)),
    id === 3 ? EVENT : NOTHING,
    id === 9 ? textField(3, 'ot=th:8') : NOTHING,
    FLAGS,
    link,
    bytesField(15, failed ? numberField(3, 2) : NOTHING),
  );
}

/** One ResourceSpans for each run of spans of one service. */
function encodeRequest(spans: readonly SampleSpan[]): Uint8Array {
  const services = [...new Set(spans.map(span => span.service))];
  const parts = services.map(service => {
    const own = spans.filter(span => span.service === service).map(span => span.bytes);
    const resource = bytesField(
      1,
      attribute(1, 'service.name', service),
      attribute(1, 'host.name', 'sample'),
      attribute(1, 'service.version', '1'),
      attribute(1, 'process.pid', 2 ** 21),
      attribute(1, 'deployment.environment.name', 'sample'),
    );
    const scope = bytesField(1, textField(1, 'sample'), textField(2, '1.0'), attribute(3, 'short', 'yes'));
    return bytesField(1, resource, bytesField(2, scope, ...own, SCHEMA), SCHEMA);
  });
  return Uint8Array.from(Buffer.concat(parts));
}
