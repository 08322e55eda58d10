/**
 * What nobody should send, sent to a real process: each gets its clear answer and is counted under its name, and the
 * good request that follows every one of them is counted right.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FATES, type GraphDocument, type Node } from '../../src/contract/graph-document.ts';
import { callOf, resourceSpans } from '../cli/analyze-calls.ts';
import type { Reply } from '../kits/exchange.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { type RunningService, startServiceProcess } from '../kits/sdk/service-process.ts';
import { OtlpClient } from '../receivers/otlp/grpc-client.ts';
import { head, RawConnection, send, TYPE } from '../receivers/otlp/http-client.ts';
import { readStatus, readTracesResponse } from '../receivers/otlp/messages.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startServiceProcess(
    'receivers.otlp.protocols.http.max_request_body_size=1MiB',
    'receivers.otlp.protocols.http.max_decompressed_size=4MiB',
    'receivers.otlp.protocols.http.read_timeout=1s',
    'receivers.otlp.protocols.grpc.max_recv_msg_size_mib=1',
    'connectors.topology.correlation.wait=300ms',
  );
});
afterAll(async () => {
  expect(await service.stop()).toBe(0);
});

/** Good calls so far. */
let calls = 0;
afterEach(async () => {
  const graph = await settled();
  const edge = goodCalls(graph);
  expect(edge).toMatchObject({ count: calls, served: calls, evidence: { paired: calls } });
  const { spans } = graph.stats;
  expect(FATES.reduce((sum, fate) => sum + spans[fate], 0)).toBe(spans.received);
});

const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));

function post(request: object): Promise<Reply> {
  return send(portOf(service.http), { headers: { 'content-type': TYPE.json }, body: JSON.stringify(request) });
}

const goodCalls = (graph: GraphDocument) => graph.edges.find(({ id }) => id === 'service:web#calls#service:shop');

/** Sends a good call when nothing waits any more; the graph that shows it. */
async function settled(): Promise<GraphDocument> {
  await vi.waitFor(async () => expect(await metric('tacit_spans', { fate: 'pending' })).toBe(0), PATIENCE);
  calls++;
  const answer = await post(callOf(calls, Date.now()));
  expect([answer.status, answer.body.toString()]).toEqual([200, '{}']);
  return vi.waitFor(async () => {
    const graph = (await (await fetch(`http://${service.api}/v1/graph`)).json()) as GraphDocument;
    expect(goodCalls(graph)?.count).toBe(calls);
    return graph;
  }, PATIENCE);
}

const PATIENCE = { timeout: 10_000, interval: 50 };

/** The sum of a metric over all its series with these labels. */
async function metric(name: string, labels: Readonly<Record<string, string>>): Promise<number> {
  const text = await (await fetch(`http://${service.api}/metrics`)).text();
  const series = text.split('\n').filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const matching = series.filter(line => wanted.every(pair => line.includes(pair)));
  return matching.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** What a metric grows by while something is done. */
async function growth<T>(name: string, labels: Readonly<Record<string, string>>, action: () => Promise<T>) {
  const before = await metric(name, labels);
  const result = await action();
  return { result, by: (await metric(name, labels)) - before };
}

const REQUESTS = 'tacit_otlp_requests_total';
const MALFORMED = 'tacit_otlp_malformed_requests_total';
const GOOD = Buffer.from(encodeTraces(callOf(9999)));
const PROTOBUF = { 'content-type': TYPE.protobuf };
const JSON_TYPE = { 'content-type': TYPE.json };

describe('bodies that are no request', () => {
  it.each<[string, Record<string, string>, Uint8Array | string, string, RegExp]>([
    ['protobuf cut off', PROTOBUF, GOOD.subarray(0, 50), 'malformed_protobuf', /malformed protobuf at byte \d+: /],
    ['noise as protobuf', PROTOBUF, Buffer.alloc(400, 0xee), 'malformed_protobuf', /malformed protobuf at byte/],
    ['JSON cut off', JSON_TYPE, '{"resourceSpans":[{', 'malformed_json', /malformed JSON: /],
    [
      'JSON of the wrong shape',
      JSON_TYPE,
      '{"resourceSpans":{}}',
      'malformed_json',
      /resourceSpans: expected an array/,
    ],
    ['JSON that is no object', JSON_TYPE, '7', 'malformed_json', /expected an object, got a number/],
    ['protobuf as JSON', JSON_TYPE, GOOD, 'malformed_json', /malformed JSON: /],
    ['broken gzip', { ...PROTOBUF, 'content-encoding': 'gzip' }, GOOD, 'bad_gzip', /gzip/],
  ])('%s: 400, and why', async (_, headers, body, reason, message) => {
    const request = () => send(portOf(service.http), { headers, body });
    const { result, by } = await growth(MALFORMED, { reason }, request);
    expect({ status: result.status, by }).toEqual({ status: 400, by: 1 });
    const encoding = headers['content-type'] === TYPE.json ? 'json' : 'protobuf';
    expect(readStatus(result.body, encoding)).toMatchObject({ code: 3, message: expect.stringMatching(message) });
  });

  it('nothing of a request counts whose end is broken', async () => {
    await settled();
    const received = await metric('tacit_spans_received_total', {});
    const broken = Buffer.concat([Buffer.from(encodeTraces(callOf(5000))), Buffer.from([0x0a, 0x7f])]);
    expect((await send(portOf(service.http), { headers: PROTOBUF, body: broken })).status).toBe(400);
    expect(await metric('tacit_spans_received_total', {})).toBe(received);
  });

  it('gRPC: INVALID_ARGUMENT, and RESOURCE_EXHAUSTED beyond the limit', async () => {
    const client = new OtlpClient(portOf(service.grpc));
    try {
      const { result, by } = await growth(MALFORMED, { reason: 'malformed_protobuf' }, () =>
        client.export('trace.v1.TraceService', GOOD.subarray(0, 50)),
      );
      expect({ code: result.code, by }).toEqual({ code: 3, by: 1 });
      expect(result.details).toMatch(/malformed protobuf at byte/);
      expect((await client.export('trace.v1.TraceService', Buffer.alloc(2 ** 20 + 1))).code).toBe(8);
    } finally {
      client.close();
    }
  });
});

describe('requests that go too far', () => {
  const zipped = { ...PROTOBUF, 'content-encoding': 'gzip' };
  it.each<[string, Record<string, string>, Uint8Array | string, number, string]>([
    ['another content type', { 'content-type': 'text/plain' }, 'hello', 415, 'unsupported'],
    ['another compression', { ...PROTOBUF, 'content-encoding': 'br' }, GOOD, 415, 'unsupported'],
    ['a body over the limit', PROTOBUF, Buffer.alloc(2 ** 20 + 1), 413, 'too_large'],
    ['a body that inflates over the limit', zipped, gzipSync(Buffer.alloc(200 * 2 ** 20)), 413, 'too_large'],
  ])('%s', async (_, headers, body, status, outcome) => {
    const { result, by } = await growth(REQUESTS, { outcome }, () => send(portOf(service.http), { headers, body }));
    expect({ status: result.status, by }).toEqual({ status, by: 1 });
    expect(result.body.length).toBeGreaterThan(10);
  });

  it('a body that never ends is answered after its time', async () => {
    const { result, by } = await growth(REQUESTS, { outcome: 'timed_out' }, async () => {
      const connection = new RawConnection(portOf(service.http));
      connection.write(head({ 'Content-Type': TYPE.json, 'Content-Length': 1000 }));
      connection.write('{"resource');
      const reply = await connection.next();
      await connection.untilClosed();
      return reply;
    });
    expect({ status: result?.status, by }).toEqual({ status: 408, by: 1 });
  });

  it('another path and method', async () => {
    expect((await send(portOf(service.http), { path: '/v1/nothing' })).status).toBe(404);
    const get = await send(portOf(service.http), { method: 'GET' });
    expect([get.status, get.headers.allow]).toEqual([405, 'POST']);
  });
});

/** 32 or 16 digits from a name, the same each time. */
const traceId = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);
const spanId = (name: string): string => traceId(name).slice(0, 16);

interface SpanParts {
  readonly kind?: number;
  readonly parent?: string;
  readonly start?: string;
  readonly end?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

function span(trace: string, name: string, { kind = 1, parent, start, end, attributes = {} }: SpanParts = {}): object {
  const now = BigInt(Date.now()) * 1_000_000n;
  return {
    traceId: traceId(trace),
    spanId: spanId(trace + name),
    ...(parent === undefined ? {} : { parentSpanId: spanId(trace + parent) }),
    name,
    kind,
    startTimeUnixNano: start ?? String(now),
    endTimeUnixNano: end ?? String(now + 1_000_000n),
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  };
}

const [SERVER, CLIENT, PRODUCER] = [2, 3, 4];

describe('spans that cannot be', () => {
  it('zero, empty and odd ids: refused by number, the others of the request are taken', async () => {
    const before = await settled();
    const good = span('ids', 'good', { kind: SERVER });
    const request = {
      resourceSpans: [
        resourceSpans(
          'ids',
          good,
          { ...good, traceId: '0'.repeat(32) },
          { ...good, spanId: '0'.repeat(16) },
          { ...good, traceId: '' },
          { ...good, spanId: 'abc' },
        ),
      ],
    };
    const answer = await post(request);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      partialSuccess: { rejectedSpans: '4', errorMessage: expect.stringMatching(/2 × invalid_trace_id/) },
    });
    const after = await settled();
    // The good call of `settled` is two more.
    expect(after.stats.spans.received - before.stats.spans.received).toBe(5 + 2);
    expect(after.stats.spans.rejected - before.stats.spans.rejected).toBe(4);
    expect(after.stats.reasons).toMatchObject({ invalid_trace_id: 2, invalid_span_id: 2 });
    expect(await metric('tacit_spans', { fate: 'rejected' })).toBe(after.stats.spans.rejected);
  });

  it('the same in protobuf', async () => {
    const request = {
      resourceSpans: [resourceSpans('ids', { spanId: '', name: 'x' }, { traceId: 'abcd', name: 'y' })],
    };
    const answer = await send(portOf(service.http), { headers: PROTOBUF, body: encodeTraces(request) });
    expect(answer.status).toBe(200);
    expect(readTracesResponse(answer.body)).toMatchObject({ partialSuccess: { rejectedSpans: '2' } });
  });

  it('absurd times: the arrival stands in for them', async () => {
    const began = Date.now();
    const times = [
      { start: '0', end: '0' },
      { start: '18446744073709551615', end: '18446744073709551615' },
      { start: '9'.repeat(19), end: '1' },
      { start: String(BigInt(began + 2 * 86_400_000) * 1_000_000n) },
    ];
    const spans = times.map((time, i) => span('times', `bad ${i}`, { kind: SERVER, ...time }));
    const late = span('times', 'backwards', { kind: SERVER, end: String(BigInt(began - 5000) * 1_000_000n) });
    expect((await post({ resourceSpans: [resourceSpans('times', ...spans, late)] })).status).toBe(200);
    const { nodes, stats } = await settled();
    expect(stats.reasons).toMatchObject({ bad_time: 4, negative_duration: 1 });
    const node = nodes.find(({ name }) => name === 'times')!;
    expect(node.entry).toEqual({ count: 5 });
    for (const seen of [node.firstSeen, node.lastSeen]) {
      expect(Date.parse(seen)).toBeGreaterThanOrEqual(began - 1000);
      expect(Date.parse(seen)).toBeLessThanOrEqual(Date.now() + 1000);
    }
  });
});

describe('names that try something', () => {
  const NAMES = [
    '__proto__',
    'constructor',
    'toString',
    'a/b#c@d',
    '100%',
    'nul\0inside',
    'turned\u202earound',
    'x'.repeat(65_536),
    '<script>alert(1)</script>',
    '"];\n}',
    '(other)',
    '~',
    '\ud800',
  ];

  it('are ordinary names of services, topics and tables', async () => {
    const requests = NAMES.map((name, i) => {
      const topic = { 'messaging.system': 'kafka', 'messaging.destination.name': name };
      const table = { 'db.system.name': 'mysql', 'db.operation.name': 'INSERT', 'db.collection.name': name };
      const trace = `name ${i}`;
      return resourceSpans(
        name,
        span(trace, name.slice(0, 100), { kind: SERVER }),
        span(trace, 'send', { kind: PRODUCER, attributes: topic }),
        span(trace, 'insert', { kind: CLIENT, attributes: table }),
      );
    });
    const answer = await post({ resourceSpans: requests });
    expect([answer.status, answer.body.toString()]).toEqual([200, '{}']);
    const { nodes, edges } = await settled();
    const services = nodes.filter(({ kind, name }) => kind === 'service' && isHostile(name));
    expect(services).toHaveLength(NAMES.length);
    for (const node of services) await expectOrdinary(node);
    for (const kind of ['publishes', 'writes'] as const) {
      const found = edges.filter(edge => edge.kind === kind && services.some(({ id }) => id === edge.source));
      expect({ kind, edges: found.length }).toEqual({ kind, edges: NAMES.length });
    }
  });

  it.each(['dot', 'mermaid', 'json', 'graphml', 'gexf', 'cytoscape', 'grafana'])(
    'come out as %s without control characters',
    async format => {
      const text = await (await fetch(`http://${service.api}/v1/graph?format=${format}`)).text();
      expect(text).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}/u);
      expect(text.length).toBeGreaterThan(1000);
    },
  );

  const isHostile = (name: string): boolean => !['web', 'shop', 'ids', 'times'].includes(name);

  /** Short, clean, and found again by its id and its key. */
  async function expectOrdinary(node: Node): Promise<void> {
    expect(Buffer.byteLength(node.name)).toBeLessThanOrEqual(255);
    expect(node.name).not.toMatch(/\0|\p{Bidi_Control}|\p{Cs}/u);
    expect(node.entry).toEqual({ count: 1 });
    for (const url of [`/v1/nodes/${encodeURIComponent(node.id)}`, `/v1/nodes/${node.key}`]) {
      const answer = await fetch(`http://${service.api}${url}`);
      expect({ id: node.id, answer: await answer.json() }).toMatchObject({ id: node.id, answer: { id: node.id } });
    }
  }
});

describe('parents that never end', () => {
  it('a span that is its own parent, and rings of two and of many', async () => {
    const ring = Array.from({ length: 500 }, (_, i) => span('ring', `${i}`, { parent: `${(i + 1) % 500}` }));
    const request = {
      resourceSpans: [
        resourceSpans('rings', span('own', 'own', { kind: SERVER, parent: 'own' }), ...ring),
        resourceSpans('rings', span('two', 'a', { kind: CLIENT, parent: 'b' })),
        resourceSpans('ringers', span('two', 'b', { kind: SERVER, parent: 'a' })),
        resourceSpans('ringers', span('ring', 'hangs', { kind: SERVER, parent: '7' })),
      ],
    };
    expect((await post(request)).status).toBe(200);
    const { edges, stats } = await settled();
    expect(edges.find(({ id }) => id === 'service:rings#calls#service:ringers')).toMatchObject({
      served: 2,
      evidence: { paired: 1, parent_child: 1 },
    });
    expect(stats.reasons).toHaveProperty('missing_parent');
  });

  it('a chain of ten thousand, and a span with ten thousand children, take no time', async () => {
    const depth = 10_000;
    const chain = Array.from({ length: depth }, (_, i) => span('deep', `${i}`, i === 0 ? {} : { parent: `${i - 1}` }));
    const children = Array.from({ length: depth }, (_, i) => span('wide', `${i}`, { parent: 'top' }));
    const parts = [chain, chain.toReversed(), children, [span('wide', 'top', { kind: SERVER })]];
    const began = Date.now();
    for (const part of parts) {
      for (let i = 0; i < part.length; i += 2000)
        expect((await post({ resourceSpans: [resourceSpans('deep', ...part.slice(i, i + 2000))] })).status).toBe(200);
    }
    const bottom = span('deep', 'bottom', { kind: SERVER, parent: `${depth - 1}` });
    expect((await post({ resourceSpans: [resourceSpans('bottom', bottom)] })).status).toBe(200);
    expect(Date.now() - began).toBeLessThan(20_000);
    const { stats, nodes } = await settled();
    expect(stats.spans.duplicates).toBe(depth);
    expect(nodes.map(({ name }) => name)).toEqual(expect.arrayContaining(['deep', 'bottom']));
  });
});
