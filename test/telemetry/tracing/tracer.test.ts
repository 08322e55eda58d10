/** The tracer against a real HTTP server that answers as it is told; what arrives is read by the program's own reader. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readClientTls } from '../../../src/lib/client-tls.ts';
import { createTracer } from '../../../src/telemetry/tracing/tracer.ts';
import { CertificateFolder } from '../../kits/certificates.ts';
import { createTestLogger } from '../../service/components.ts';

interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly spans: readonly Span[];
  readonly resource: Readonly<Record<string, unknown>>;
}

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number; readonly message?: string };
}

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7';
const WORK = { name: 'GET /v1/graph', parent: undefined, attributes: { 'http.route': '/v1/graph' } };

let server: Server;
let received: Received[];
let answers: (readonly [status: number, headers?: Record<string, string>])[];

beforeEach(async () => {
  received = [];
  answers = [];
  server = createServer(async (request, response) => {
    const body = JSON.parse(String(await buffer(request))) as {
      resourceSpans: {
        resource: { attributes: { key: string; value: Record<string, unknown> }[] };
        scopeSpans: { spans: Span[] }[];
      }[];
    };
    const [{ resource, scopeSpans }] = body.resourceSpans as [(typeof body.resourceSpans)[0]];
    received.push({
      url: request.url!,
      headers: request.headers,
      spans: scopeSpans.flatMap(({ spans }) => spans),
      resource: Object.fromEntries(resource.attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
    });
    const [status, headers] = answers.shift() ?? [200];
    response.writeHead(status, headers).end('{}');
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function traced(over: object = {}) {
  const { logger, lines } = createTestLogger();
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const config = { endpoint, protocol: 'http/json', sampling_ratio: 1, timeout: '5s', ...over } as const;
  const tracer = (await createTracer(config, '1.2.3', logger))!;
  const counts = () =>
    Object.fromEntries(tracer.samples()[0]!.values.map(({ labels, value }) => [labels.outcome, value]));
  return { tracer, counts, lines };
}

describe('a tracer', () => {
  it('is not there without an endpoint', async () => {
    const config = { protocol: 'http/json', sampling_ratio: 1, timeout: '5s' } as const;
    expect(await createTracer(config, '1.2.3', createTestLogger().logger)).toBeUndefined();
  });

  it('sends what was recorded, with who it is and the headers asked for', async () => {
    const { tracer, counts } = await traced({ headers: { 'x-team': 'ops' } });
    const before = Date.now();
    tracer.record({ ...WORK, beganMs: performance.now() - 1000, failure: 'HTTP 500' });
    await tracer.stop(5000);
    expect(received).toMatchObject([
      {
        url: '/v1/traces',
        headers: { 'content-type': 'application/json', 'x-team': 'ops' },
        resource: { 'service.name': 'tacit', 'service.version': '1.2.3', 'service.instance.id': expect.any(String) },
        spans: [{ name: 'GET /v1/graph', kind: 2, status: { code: 2, message: 'HTTP 500' } }],
      },
    ]);
    const { startTimeUnixNano, endTimeUnixNano, parentSpanId } = received[0]!.spans[0]!;
    expect(parentSpanId).toBeUndefined();
    expect(Number(startTimeUnixNano) / 1e6 - before).toBeGreaterThan(-1500);
    expect(Math.round((Number(endTimeUnixNano) - Number(startTimeUnixNano)) / 1e6)).toBeGreaterThanOrEqual(1000);
    expect(counts()).toEqual({ sent: 1, queue_full: 0, failed: 0 });
  });

  it('goes on with the trace of a caller, and decides as the caller did', async () => {
    const { tracer } = await traced({ sampling_ratio: 0 });
    const beganMs = performance.now();
    tracer.record({ ...WORK, beganMs });
    tracer.record({ ...WORK, beganMs, parent: `${PARENT}-00` });
    tracer.record({ ...WORK, beganMs, parent: `${PARENT}-01` });
    await tracer.stop(5000);
    const [{ spans }] = received as [Received];
    expect(spans).toMatchObject([{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', parentSpanId: '00f067aa0ba902b7' }]);
  });

  it('makes one trace of a step and the steps within, whatever the ratio', async () => {
    const { tracer } = await traced({ sampling_ratio: 0 });
    const failing = tracer.phase('start', parent =>
      tracer.phase('bind', () => Promise.reject(new Error('busy')), parent),
    );
    await expect(failing).rejects.toThrow('busy');
    await tracer.stop(5000);
    const [bind, start] = received[0]!.spans as [Span, Span];
    expect([bind.name, start.name]).toEqual(['bind', 'start']);
    expect(bind).toMatchObject({
      traceId: start.traceId,
      parentSpanId: start.spanId,
      status: { code: 2, message: 'busy' },
    });
  });

  it('tries again where that may help, and only there', async () => {
    const { tracer, counts, lines } = await traced();
    answers = [[503], [429, { 'retry-after': '1' }], [200], [400]];
    tracer.record({ ...WORK, beganMs: 0 });
    await tracer.stop(20_000);
    expect([received.length, counts().sent]).toEqual([3, 1]);
    tracer.record({ ...WORK, beganMs: 0 });
    await tracer.stop(20_000);
    expect([received.length, counts().failed]).toEqual([4, 1]);
    expect(lines()).toMatchObject([{ level: 'warn', msg: 'own spans could not be sent: HTTP 400', spans: 1 }]);
  });

  it('holds so many spans and no more, and gives up in time when nobody answers', async () => {
    const { tracer, counts } = await traced();
    server.removeAllListeners('request');
    for (let i = 0; i < 5000; i++) tracer.record({ ...WORK, beganMs: 0 });
    const began = performance.now();
    await tracer.stop(300);
    expect(performance.now() - began).toBeLessThan(5000);
    const { sent, queue_full, failed } = counts() as { sent: number; queue_full: number; failed: number };
    expect(sent).toBe(0);
    expect(queue_full + failed).toBe(5000);
    expect(failed).toBeLessThanOrEqual(2048 + 512);
  });
});

describe('over TLS', () => {
  const files = new CertificateFolder();
  const [ca, own, client] = [files.authority('ca'), files.signed('own', 'ca'), files.signed('client', 'ca')];
  afterAll(() => files.remove());

  it.each<[string, object, number]>([
    ['with an authority and a certificate', { ca_file: ca.cert, cert_file: client.cert, key_file: client.key }, 1],
    ['without a certificate of its own', { ca_file: ca.cert }, 0],
    ['without the authority', { cert_file: client.cert, key_file: client.key }, 0],
    [
      'to anybody, where it is told so',
      { cert_file: client.cert, key_file: client.key, insecure_skip_verify: true },
      1,
    ],
  ])('%s', async (_name, tls, sent) => {
    let requests = 0;
    const [cert, key] = [files.text('own.pem'), files.text('own.key')];
    const options = { cert, key, ca: files.text('ca.pem'), requestCert: true, rejectUnauthorized: true };
    const secure = createTlsServer(options, (request, response) => {
      requests += 1;
      request.resume().on('end', () => response.end('{}'));
    });
    await new Promise<void>(resolve => secure.listen(0, '127.0.0.1', resolve));
    const endpoint = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`;
    const { tracer, counts } = await traced({ endpoint, tls: { insecure_skip_verify: false, ...tls } });
    tracer.record({ ...WORK, beganMs: performance.now() });
    await tracer.stop(sent === 1 ? 5000 : 300);
    expect([requests, counts()]).toEqual([sent, { sent, queue_full: 0, failed: 1 - sent }]);
    secure.closeAllConnections();
    secure.close();
  });

  it('says which file is not right', () => {
    const read = (config: object) => readClientTls({ insecure_skip_verify: false, ...config }).problems;
    expect(read({ ca_file: '/nowhere.pem' })).toEqual([
      { key: 'ca_file', message: 'cannot read "/nowhere.pem": there is no such file' },
    ]);
    expect(read({ cert_file: own.cert })).toEqual([
      { key: 'cert_file', message: 'stands without key_file; give both or none' },
    ]);
    expect(read({ cert_file: own.cert, key_file: client.key })).toMatchObject([
      { key: 'cert_file', message: expect.stringContaining('cannot be used for TLS') },
    ]);
    expect(read({ ca_file: ca.cert, cert_file: own.cert, key_file: own.key })).toEqual([]);
  });
});
