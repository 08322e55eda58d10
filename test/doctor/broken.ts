/** One broken input per code of the doctor that recorded spans can show. */
import type { DoctorCode } from '../../src/query/doctor/codes.ts';
import {
  client,
  consumer,
  internal,
  linkTo,
  OTHER_TRACE,
  postgres,
  producer,
  server,
  spanId,
  topic,
} from '../oracle/cases.ts';
import { toRequest } from '../oracle/requests.ts';
import type { Span } from '../oracle/span.ts';

export interface Broken {
  readonly code: DoctorCode;
  /** Text of the file. */
  readonly input: string;
  /** `key=value` for `analyze --set`. */
  readonly sets?: readonly string[];
  /** Of the finding; 1 unless told. */
  readonly count?: number;
  /** Span id of the example; undefined where there is none. */
  readonly example?: string;
  readonly service?: string;
}

const of = (...spans: Span[]): string => JSON.stringify(toRequest(spans));
const peer = (name: string) => ({ attributes: { 'peer.service': name } });
const pair = (id: number) => [client('web', id, 0), server('shop', id + 1, id)];
const limits = (nodes: number, edges = 200_000) => [
  `connectors.topology.limits.nodes=${nodes}`,
  `connectors.topology.limits.edges=${edges}`,
];
export const many = (count: number, make: (i: number) => Span) => Array.from({ length: count }, (_, i) => make(i));
const select = {
  attributes: { 'db.system.name': 'postgresql', 'db.operation.name': 'SELECT', 'server.address': 'pg-1' },
};
const orders = { ...select, attributes: { ...select.attributes, 'db.query.text': 'SELECT id FROM orders' } };

export const BROKEN: readonly Broken[] = [
  { code: 'no_service_name', input: of(client('', 1, 0), ...pair(10)), example: spanId(1), service: '' },
  { code: 'missing_parent', input: of(server('shop', 1, 99)), example: spanId(1), service: 'service:shop' },
  {
    code: 'local_parent',
    input: of(server('shop', 1, 0), server('shop', 2, 1)),
    example: spanId(2),
    service: 'service:shop',
  },
  { code: 'unpaired_client', input: of(client('web', 1, 0)), example: spanId(1), service: 'service:web' },
  {
    code: 'unpaired_nameless',
    input: of(client('web', 1, 0, peer('gateway')), server('', 2, 1)),
    example: spanId(1),
    service: 'service:web',
  },
  { code: 'no_destination', input: of(producer('shop', 1, 0)), example: spanId(1), service: 'service:shop' },
  {
    code: 'no_propagation',
    input: of(consumer('mail', 1, 0, topic('orders'))),
    example: spanId(1),
    service: 'service:mail',
  },
  {
    code: 'no_propagation',
    input: of(consumer('mail', 1, 0, topic('orders', { 'messaging.operation.type': 'receive' }))),
    example: spanId(1),
    service: 'service:mail',
  },
  {
    code: 'missing_producer',
    input: of(
      consumer('mail', 1, 99, topic('orders')),
      consumer('mail', 2, 0, { ...topic('orders'), links: [linkTo(5, OTHER_TRACE)] }),
    ),
    count: 2,
    service: 'service:mail',
  },
  { code: 'no_statement', input: of(client('shop', 1, 0, select)), example: spanId(1), service: 'service:shop' },
  {
    code: 'statement_truncated',
    input: of(client('shop', 1, 0, postgres({ 'db.query.text': "SELECT id FROM orders WHERE name = 'Mus" }))),
    example: spanId(1),
    service: 'service:shop',
  },
  {
    code: 'statement_unreadable',
    input: of(client('shop', 1, 0, postgres({ 'db.query.text': 'UPDATE ? SET a = 1' }))),
    example: spanId(1),
    service: 'service:shop',
  },
  {
    code: 'evicted',
    input: of(...many(1200, i => client('web', i + 1, 0, peer('bank')))),
    sets: ['connectors.topology.correlation.max_pending=1000'],
    count: 256,
    service: 'service:web',
  },
  {
    code: 'dropped_links',
    input: of(producer('shop', 9, 0, topic('orders')), consumer('mail', 1, 9, { ...topic('orders'), droppedLinks: 7 })),
    example: spanId(1),
    service: 'service:mail',
  },
  {
    code: 'ambiguous_destination',
    input: of(consumer('mail', 1, 0, topic('orders,bills', { 'messaging.operation.type': 'receive' }))),
    example: spanId(1),
    service: 'service:mail',
  },
  { code: 'duplicates', input: of(...pair(1), ...pair(1)), count: 2 },
  {
    code: 'bad_time',
    input: of(...pair(1), { ...server('shop', 9, 1), startUs: 5, endUs: 9 }),
    example: spanId(9),
    service: 'service:shop',
  },
  {
    code: 'negative_duration',
    input: of(...pair(1), { ...server('shop', 9, 1), endUs: 5e14 }),
    example: spanId(9),
    service: 'service:shop',
  },
  {
    code: 'invalid_trace_id',
    input: of(...pair(1), { ...server('shop', 9, 0), traceId: '0'.repeat(32) }),
    service: 'service:shop',
  },
  {
    code: 'invalid_span_id',
    input: of(...pair(1), { ...server('shop', 9, 0), spanId: '0'.repeat(16) }),
    service: 'service:shop',
  },
  {
    code: 'incomplete_traces',
    input: of(...pair(1), server('shop', 9, 99)),
    example: spanId(9),
    service: 'service:shop',
  },
  { code: 'nothing_received', input: '{"resourceSpans":[]}', count: 0 },
  { code: 'only_logs', input: '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}' },
  { code: 'unreadable_requests', input: `${of(...pair(1))}\n{"resourceSpans":7}\n` },
  { code: 'everything_refused', input: of({ ...server('shop', 9, 0), traceId: '0'.repeat(32) }) },
  { code: 'everything_nameless', input: of(client('', 1, 0), server('', 2, 1)), count: 2 },
  { code: 'no_edges', input: of(internal('shop', 1, 0)) },
  {
    code: 'external_like_service',
    input: of(client('web', 1, 0, peer('cart-service:8080')), server('cart', 5, 0)),
  },
  { code: 'one_sided_edge', input: of(client('web', 1, 0, peer('cart')), server('cart', 5, 0)) },
  { code: 'parent_child_only', input: of(internal('web', 1, 0), server('shop', 2, 1)) },
  {
    code: 'shared_loopback',
    input: of(
      client('web', 1, 0, postgres({ 'db.query.text': 'SELECT id FROM t', 'server.address': '127.0.0.1' })),
      client('shop', 2, 0, postgres({ 'db.query.text': 'SELECT id FROM t', 'server.address': 'localhost' })),
    ),
  },
  {
    code: 'ambiguous_identity',
    input: of(
      client('a', 1, 0, orders),
      client('b', 2, 0, { attributes: { ...orders.attributes, 'server.address': 'pg-2' } }),
      client('c', 3, 0, { attributes: { ...orders.attributes, 'server.address': '' } }),
    ),
  },
  {
    code: 'partial_identity',
    input: of(
      client('a', 1, 0, { attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT id FROM t' } }),
    ),
  },
  { code: 'topic_without_publisher', input: of(consumer('mail', 1, 0, topic('orders'))) },
  { code: 'topic_without_consumer', input: of(producer('shop', 1, 0, topic('orders'))) },
  { code: 'sampled', input: of(...pair(1).map(span => ({ ...span, traceState: 'ot=th:c' }))) },
  { code: 'nodes_limit', input: of(...many(30, i => server(`shop-${i}`, i + 1, 0))), sets: limits(10) },
  { code: 'overflow', input: of(...many(30, i => server(`shop-${i}`, i + 1, 0))), sets: limits(10) },
  {
    code: 'edges_limit',
    input: of(...many(60, i => client('web', i + 1, 0, peer(`bank-${i}`)))),
    sets: limits(20_000, 10),
  },
  {
    code: 'skipped_by_rule',
    input: of(client('shop', 1, 0, postgres({ 'db.query.text': 'SELECT 1' })), ...pair(10)),
  },
];
