/** The oracle's own guard: each sentence about calls, fates and weights as one small trace. */
import { describe, expect, it } from 'vitest';
import {
  analyze,
  client,
  consumer,
  internal,
  linkTo,
  OTHER_TRACE,
  producer,
  START_US,
  server,
  spanId,
  TRACE,
  topic,
} from './cases.ts';
import { compareDocuments } from './compare.ts';
import { hashTraceId } from './exemplars.ts';
import { bucketOf, middleOf } from './histogram.ts';

const peer = { attributes: { 'peer.service': 'bank' } };

describe('classes', () => {
  it('takes an unspecified span with a named peer for a client', () => {
    expect(analyze({ ...internal('a', 1, 0, peer), kind: 0 }).edges).toEqual(['a calls external:bank 1']);
  });
  it('leaves an internal span with a named peer internal', () => {
    expect(analyze(internal('a', 1, 0, peer))).toMatchObject({ edges: [], fates: ['internal'] });
  });
  it('keeps a server span with database attributes a server', () => {
    expect(analyze(server('a', 1, 0, { attributes: { 'db.system': 'postgresql' } })).fates).toEqual(['inferred']);
  });
  it('takes a client span that polls for a consumer', () => {
    const poll = client('a', 1, 0, topic('t', { 'messaging.operation.type': 'receive' }));
    expect(analyze(poll).edges).toEqual(['topic:t consumes a 1']);
  });
  it('goes on to the other classes where no messaging operation can be told', () => {
    const told = { attributes: { 'messaging.system': 'kafka', 'messaging.destination': 't' } };
    expect(analyze(client('a', 1, 0, told)).reasons).toEqual({ unpaired_client: 1 });
    expect(analyze(server('a', 1, 0, told)).edges).toEqual(['topic:t consumes a 1']);
  });
  it('counts no message for create and settle spans', () => {
    const create = producer('a', 1, 0, topic('t', { 'messaging.operation.type': 'create' }));
    const settle = client('a', 2, 0, topic('t', { 'messaging.operation.type': 'settle' }));
    expect(analyze(create, settle)).toMatchObject({ edges: [], fates: ['internal', 'internal'] });
  });
});

describe('identity', () => {
  it.each([{}, { 'service.name': '' }, { 'service.name': ' ' }, { 'service.name': 'unknown_service:java' }])(
    'has no service in %j',
    resource => {
      const seen = analyze(server('a', 1, 0, { resource }));
      expect(seen.document.nodes).toEqual([]);
      expect(seen).toMatchObject({ fates: ['skipped'], reasons: { no_service_name: 1 } });
    },
  );
  it('tells services by environment and namespace', () => {
    const resource = { 'service.name': 'x@y', 'service.namespace': 'a/b', 'deployment.environment': 'prod #1' };
    const [node] = analyze(internal('', 1, 0, { resource })).document.nodes;
    expect(node).toMatchObject({
      id: 'service:a%2Fb/x%40y@prod%20%231',
      name: 'x@y',
      namespace: 'a/b',
      environment: 'prod #1',
    });
  });
  it('replaces NUL and bidi controls and cuts long names with a mark', () => {
    const [node] = analyze(internal(`\u0000${'ü'.repeat(200)}\u202e`, 1, 0)).document.nodes;
    expect(node?.name).toMatch(/^\ufffdü{121}~[0-9a-f]{8}$/);
  });
  it('takes __proto__ for an ordinary name', () => {
    expect(analyze(server('__proto__', 1, 0)).document.nodes).toMatchObject([
      { id: 'service:__proto__', entry: { count: 1 } },
    ]);
  });
  it('drops the usual ports of an external', () => {
    const to = (port: number) => ({ attributes: { 'server.address': 'api', 'server.port': port } });
    const seen = analyze(client('a', 1, 0, to(443)), client('a', 2, 0, to(8080)));
    expect(seen.edges).toEqual(['a calls external:api 1', 'a calls external:api:8080 1']);
  });
});

describe('servers', () => {
  it('pairs a server with its parent client', () => {
    const seen = analyze(client('a', 1, 0), server('b', 2, 1));
    expect(seen).toMatchObject({ edges: ['a calls b 1'], fates: ['paired', 'paired'] });
    expect(seen.edge('calls')).toMatchObject({
      served: 1,
      evidence: { paired: 1 },
      firstSeen: '2024-01-15T12:00:00.000Z',
    });
    expect(seen.edge('calls').exemplars).toEqual([{ traceId: TRACE, spanId: spanId(1) }]);
  });
  it('pairs through internal spans of its own and nameless spans', () => {
    const seen = analyze(client('a', 1, 0), internal('b', 2, 1), client('', 3, 2), server('b', 4, 3));
    expect(seen).toMatchObject({ edges: ['a calls b 1'], fates: ['paired', 'internal', 'skipped', 'paired'] });
  });
  it('pairs beyond internal spans of the remote service', () => {
    expect(analyze(client('a', 1, 0), internal('a', 2, 1), server('b', 3, 2)).fates).toEqual([
      'paired',
      'internal',
      'paired',
    ]);
  });
  it('does not pair beyond a second service', () => {
    const seen = analyze(client('c', 1, 0), internal('a', 2, 1), server('b', 3, 2));
    expect(seen.edges).toEqual(['a calls b 1', 'c calls a 1']);
    expect(seen.fates).toEqual(['inferred', 'internal', 'inferred']);
  });
  it('calls from a server of another service without a client', () => {
    const seen = analyze(server('a', 1, 0), server('b', 2, 1));
    expect(seen.edge('calls')).toMatchObject({
      source: 'service:a',
      served: 1,
      evidence: { parent_child: 1 },
      latency: { server: { count: 1 } },
    });
    expect(seen.fates).toEqual(['inferred', 'inferred']);
  });
  it('pairs a server that shares its client id, whatever its parent', () => {
    const seen = analyze(client('a', 1, 9), server('b', 1, 9));
    expect(seen).toMatchObject({ edges: ['a calls b 1'], fates: ['paired', 'paired'] });
  });
  it('counts servers that share an id but not an instance or start apart', () => {
    const other = { resource: { 'service.name': 'b', 'service.instance.id': 'i2' } };
    const seen = analyze(
      client('a', 1, 0),
      server('b', 1, 0),
      server('b', 1, 0, other),
      server('b', 1, 0, { startUs: START_US + 50 }),
    );
    expect(seen.edge('calls')).toMatchObject({ count: 3, served: 3 });
  });
  it('gives a child under a shared id its own service first', () => {
    const seen = analyze(client('a', 1, 0), server('b', 1, 0), client('b', 2, 1, peer));
    expect(seen.edges).toEqual(['a calls b 1', 'b calls external:bank 1']);
  });
  it('counts one client with two servers twice', () => {
    expect(analyze(client('a', 1, 0), server('b', 2, 1), server('b', 3, 1)).edge('calls')).toMatchObject({
      count: 2,
      served: 2,
    });
  });
  it('pairs a server below a producer as a call and keeps the publication', () => {
    expect(analyze(producer('a', 1, 0, topic('t')), server('b', 2, 1)).edges).toEqual([
      'a calls b 1',
      'a publishes topic:t 1',
    ]);
  });
  it('marks a call of itself as a loop', () => {
    expect(analyze(client('a', 1, 0), server('a', 2, 1)).edge('calls').loop).toBe(true);
  });
  it('counts a root server as an entry, also below nameless spans', () => {
    const seen = analyze(server('a', 1, 0), internal('', 2, 0), server('a', 3, 2));
    expect(seen.document.nodes).toMatchObject([{ id: 'service:a', entry: { count: 2 } }]);
  });
  it('takes the named peer of a root server for its caller', () => {
    const seen = analyze(server('a', 1, 0, peer));
    expect(seen.edges).toEqual(['external:bank calls a 1']);
    expect(seen.edge('calls').evidence).toEqual({ server_span: 1 });
  });
  it('leaves a local child and a server whose parent never came unpaired', () => {
    const seen = analyze(
      server('a', 1, 0),
      server('a', 2, 1),
      server('a', 3, 9),
      internal('a', 4, 0),
      server('a', 5, 4),
    );
    expect(seen.reasons).toEqual({ local_parent: 2, missing_parent: 1 });
    expect(seen.edges).toEqual([]);
  });
  it('knows the caller where an internal span of it is the last that came', () => {
    expect(analyze(internal('a', 1, 9), server('b', 2, 1)).edges).toEqual(['a calls b 1']);
  });
  it('ends at self parents and cycles', () => {
    const seen = analyze(server('a', 1, 1), internal('b', 2, 3), internal('b', 3, 2), server('b', 4, 3));
    expect(seen.reasons).toEqual({ missing_parent: 2 });
  });
});

describe('clients', () => {
  it('calls the external peer when nobody answers', () => {
    const seen = analyze(client('a', 1, 0, peer));
    expect(seen.edge('calls')).toMatchObject({ target: 'external:bank', served: 0, evidence: { client_span: 1 } });
    expect(seen.fates).toEqual(['inferred']);
  });
  it('counts a client without peer as unresolved', () => {
    const seen = analyze(client('a', 1, 0));
    expect(seen.document.nodes).toMatchObject([{ id: 'service:a', unresolved: 1 }]);
    expect(seen.reasons).toEqual({ unpaired_client: 1 });
  });
  it('does not take the peer when only nameless spans came beneath', () => {
    expect(analyze(client('a', 1, 0, peer), server('', 2, 1)).reasons).toEqual({
      unpaired_nameless: 1,
      no_service_name: 1,
    });
  });
  it('calls the service of a client beneath, not the peer', () => {
    const seen = analyze(client('a', 1, 0, peer), client('b', 2, 1), internal('b', 3, 1));
    expect(seen.edges).toEqual(['a calls b 1']);
    expect(seen.edge('calls')).toMatchObject({
      served: 0,
      evidence: { parent_child: 1 },
      latency: { client: { count: 1 } },
    });
    expect(seen.fates).toEqual(['inferred', 'unpaired', 'internal']);
  });
  it('explains other spans of a paired service by the pair', () => {
    expect(analyze(client('a', 1, 0), server('b', 2, 1), internal('b', 3, 1)).edges).toEqual(['a calls b 1']);
  });
  it('counts one call per child where there is no client span', () => {
    const seen = analyze(server('a', 1, 0), internal('b', 2, 1), client('b', 3, 1));
    expect(seen.edge('calls')).toMatchObject({ count: 2, clientErrors: 0, latency: {} });
  });
  it('takes a child without RPC attributes after its parent ended for a message', () => {
    const later = { startUs: START_US + 500 };
    const rpc = { ...later, attributes: { 'http.method': 'GET' } };
    expect(analyze(internal('a', 1, 0), internal('b', 2, 1, later)).edges).toEqual(['a messages b 1']);
    expect(analyze(internal('a', 1, 0), internal('b', 2, 1, rpc)).edges).toEqual(['a calls b 1']);
    expect(analyze(client('a', 1, 0), internal('b', 2, 1, later), internal('b', 3, 1)).edges).toEqual(['a calls b 1']);
  });
});

describe('weights', () => {
  it('counts an error on both sides once', () => {
    const failed = { status: 2 };
    const seen = analyze(client('a', 1, 0, failed), server('b', 2, 1, failed));
    expect(seen.edge('calls')).toMatchObject({ clientErrors: 1, serverErrors: 1, errors: 1 });
  });
  it.each([
    [{ attributes: { 'error.type': 'timeout' } }, 1],
    [{ attributes: { 'http.status_code': 503 } }, 1],
    [{ attributes: { 'http.response.status_code': 404 } }, 0],
    [{ attributes: { 'error.type': 'timeout' }, status: 1 }, 0],
  ])('tells an error by %j', (more, errors) => {
    expect(analyze(client('a', 1, 0), server('b', 2, 1, more)).edge('calls').serverErrors).toBe(errors);
  });
  it('corrects by the larger of the sides, at most 2^20', () => {
    const pair = (state: string) =>
      analyze(client('a', 1, 0, { traceState: 'ot=th:8' }), server('b', 2, 1, { traceState: state })).edge('calls');
    expect(pair('x=1,ot=rv:1;th:c').estimated).toBe(4);
    expect(pair('').estimated).toBe(2);
    expect(pair('ot=th:ffffffffffffff').estimated).toBe(2 ** 20);
  });
  it('has 8 latency buckets per doubling', () => {
    expect([0, 1, 2, 4, 1000].map(bucketOf)).toEqual([0, 1, 9, 17, 80]);
    expect(middleOf(0)).toBe(0);
    expect(middleOf(9) * 1e6).toBeCloseTo(2 * 2 ** (1 / 16), 9);
    const { latency } = analyze(client('a', 1, 0), server('b', 2, 1)).edge('calls');
    expect(latency?.client).toMatchObject({ count: 1, mean: 0.0001 });
  });
  it('takes an end before the start for no time at all', () => {
    const seen = analyze(client('a', 1, 0), server('b', 2, 1, { endUs: START_US }));
    expect(seen.edge('calls').latency?.server?.mean).toBe(0);
    expect(seen.reasons).toEqual({ negative_duration: 1 });
  });
  it('replaces a bad time by the newest good one', () => {
    const seen = analyze(
      client('a', 1, 0, { ...peer, startUs: 0, endUs: 0 }),
      internal('a', 2, 0, { startUs: START_US + 5_000_000 }),
    );
    expect(seen.edge('calls').firstSeen).toBe('2024-01-15T12:00:05.000Z');
    expect(seen.reasons).toEqual({ bad_time: 1 });
  });
  it('is the surer the more kinds of proof there are', () => {
    expect(analyze(client('a', 1, 0), server('b', 2, 1)).edge('calls').confidence).toBeCloseTo(0.3, 12);
  });
  it('keeps four exemplars, one a trace, with the smallest hashes', () => {
    const traces = Array.from({ length: 9 }, (_, i) => `${'0'.repeat(31)}${i + 1}`);
    const spans = traces.flatMap(traceId => [
      client('a', 2, 0, { ...peer, traceId }),
      client('a', 1, 0, { ...peer, traceId }),
    ]);
    const expected = traces.sort((a, b) => hashTraceId(a) - hashTraceId(b)).slice(0, 4);
    expect(analyze(...spans).edge('calls').exemplars).toEqual(
      expected.map(traceId => ({ traceId, spanId: spanId(1) })),
    );
  });
});

describe('ids and repetition', () => {
  it('joins a 64-bit trace id with its longer form', () => {
    expect(analyze(client('a', 1, 0), server('b', 2, 1, { traceId: TRACE.slice(16).toUpperCase() })).edges).toEqual([
      'a calls b 1',
    ]);
  });
  it('does not join the same span id of another trace, nor another high half', () => {
    const otherHigh = `f${TRACE.slice(1)}`;
    const seen = analyze(
      client('a', 1, 0),
      server('b', 2, 1, { traceId: OTHER_TRACE }),
      server('b', 2, 1, { traceId: otherHigh }),
    );
    expect(seen.reasons).toEqual({ unpaired_client: 1, missing_parent: 2 });
  });
  it('rejects spans without a usable id', () => {
    const seen = analyze(
      server('a', 0, 0),
      server('a', 1, 0, { traceId: '0'.repeat(32) }),
      server('a', 1, 0, { traceId: 'abc' }),
    );
    expect(seen.reasons).toEqual({ invalid_span_id: 1, invalid_trace_id: 2 });
    expect(seen.document.stats.spans).toMatchObject({ received: 3, rejected: 3 });
  });
  it('ignores the same span again', () => {
    const seen = analyze(client('a', 1, 0), server('b', 2, 1), client('a', 1, 0), server('b', 2, 1));
    expect(seen.edges).toEqual(['a calls b 1']);
    expect(seen.document.stats.spans).toMatchObject({ received: 4, duplicates: 2, paired: 2 });
  });
});

describe('compare', () => {
  it('names edge, field, expected and got', () => {
    const pair = (status: number) => analyze(client('a', 1, 0), server('b', 2, 1, { status })).document;
    expect(compareDocuments(pair(0), pair(0))).toEqual([]);
    expect(compareDocuments(pair(0), pair(2))).toEqual([
      'edge service:a#calls#service:b: serverErrors expected 0, got 1',
      'edge service:a#calls#service:b: errors expected 0, got 1',
    ]);
  });
  it('finds missing and unexpected nodes and edges', () => {
    const [empty, one] = [
      analyze().document,
      analyze(client('a', 1, 0), consumer('b', 2, 1, { links: [linkTo(1)] })).document,
    ];
    expect(compareDocuments(empty, one).filter(line => line.includes('not expected'))).toHaveLength(3);
    expect(compareDocuments(one, empty).filter(line => line.includes('missing, expected'))).toHaveLength(3);
  });
});
