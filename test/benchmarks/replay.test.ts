import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Server as GrpcServer, ServerCredentials, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { buildMesh, type MeshOptions } from '../../benchmarks/pipeline/mesh.ts';
import { replay } from '../../benchmarks/pipeline/replay.ts';
import { connectGrpc } from '../../benchmarks/pipeline/send-grpc.ts';
import { connectHttp } from '../../benchmarks/pipeline/send-http.ts';
import type { Sender } from '../../benchmarks/pipeline/sender.ts';
import { scaleTruth } from '../../benchmarks/pipeline/truth.ts';
import { type DecodedSpan, decodeBody, spansOf } from './decoded-spans.ts';
import { plainTruth } from './plain-truth.ts';

const MESH: MeshOptions = {
  seed: 1,
  traces: 100,
  bodySpans: 100,
  encoding: 'protobuf',
  rate: 0,
  duplicates: 0,
  shuffle: 0,
  late: 0,
};
const RUN = { run: 5, rate: 0, durationMs: 60 };

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Keeps every body it takes; `refuse` gives the status of the n-th request. */
async function startHttpSink(refuse: (request: number) => number = () => 200) {
  const bodies: { readonly bytes: Buffer; readonly contentType: string }[] = [];
  let requests = 0;
  const server: HttpServer = createServer(async (request, response) => {
    const bytes = await readBody(request);
    const status = refuse(requests++);
    if (status === 200) bodies.push({ bytes, contentType: request.headers['content-type'] ?? '' });
    response.writeHead(status, status === 503 ? { 'retry-after': '0' } : {}).end(status === 200 ? undefined : 'no');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return { bodies, port: (server.address() as AddressInfo).port };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const bytes = Buffer.concat(await request.toArray());
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
}

/** Keeps every body it takes; `refuse` gives the status of the n-th call. */
async function startGrpcSink(refuse: (call: number) => number = () => status.OK) {
  let calls = 0;
  const bodies: { readonly bytes: Buffer; readonly contentType: string }[] = [];
  const server = new GrpcServer();
  const same = (bytes: Buffer): Buffer => bytes;
  const Export = {
    path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  server.addService(
    { Export },
    {
      Export: (
        call: { request: Buffer },
        done: (error: { code: number; details: string } | null, reply?: Buffer) => void,
      ) => {
        const code = refuse(calls++);
        if (code !== status.OK) return done({ code, details: 'not now' });
        bodies.push({ bytes: call.request, contentType: 'application/x-protobuf' });
        done(null, Buffer.alloc(0));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  closing.push(() => server.forceShutdown());
  return { bodies, port };
}

async function replayTo(connect: () => Promise<Sender>, options: MeshOptions, run = RUN) {
  const mesh = buildMesh(options);
  const senders = await Promise.all([connect(), connect()]);
  const result = await replay(mesh, senders, run).finally(() => senders.map(sender => sender.close()));
  return { mesh, result };
}

const bySpan = (edges: ReturnType<typeof plainTruth>['edges']): readonly string[] =>
  edges.map(edge => `${edge.source} ${edge.kind} ${edge.target} ${edge.count} ${edge.errors}`).sort();

const target = (port: number, contentType: string, gzip: boolean) => ({ host: '127.0.0.1', port, contentType, gzip });

describe.each([
  { name: 'HTTP, protobuf', encoding: 'protobuf', gzip: false, grpc: false },
  { name: 'HTTP, JSON, gzip', encoding: 'json', gzip: true, grpc: false },
  { name: 'gRPC', encoding: 'protobuf', gzip: false, grpc: true },
  { name: 'gRPC, gzip', encoding: 'protobuf', gzip: true, grpc: true },
] as const)('over $name', ({ encoding, gzip, grpc }) => {
  it('a server gets the truth times the replays, and every request twice that should be', async () => {
    const sink = grpc ? await startGrpcSink() : await startHttpSink();
    const contentType = encoding === 'json' ? 'application/json' : 'application/x-protobuf';
    const connect = () => (grpc ? connectGrpc : connectHttp)(target(sink.port, contentType, gzip));
    const { mesh, result } = await replayTo(connect, { ...MESH, encoding, duplicates: 0.2 });
    const spans = sink.bodies.flatMap(body => spansOf(decodeBody(body)));
    const distinct = new Map<string, DecodedSpan>(spans.map(span => [`${span.traceId}${span.spanId}`, span]));
    const truth = scaleTruth(mesh.truth, result.replays);
    expect(result.failures).toBe(0);
    expect(result.spans).toBe(spans.length);
    expect(spans.length - distinct.size).toBe(truth.duplicates);
    expect(bySpan(plainTruth([...distinct.values()]).edges)).toEqual(bySpan(truth.edges));
  });
});

it('sends again what was refused for a while, and counts what failed', async () => {
  const busy = await startHttpSink(request => (request % 3 === 0 ? 503 : 200));
  const connectBusy = () => connectHttp(target(busy.port, 'application/x-protobuf', false));
  const { mesh, result } = await replayTo(connectBusy, MESH);
  expect(result.refusals).toBeGreaterThan(0);
  expect(result.failures).toBe(0);
  expect(result.spans).toBe(mesh.truth.spans * result.replays);
  const broken = await startHttpSink(() => 400);
  const connectBroken = () => connectHttp(target(broken.port, 'application/x-protobuf', false));
  const failed = await replayTo(connectBroken, MESH);
  expect(failed.result).toMatchObject({
    spans: 0,
    failures: failed.result.requests,
    firstFailure: 'HTTP 400 Bad Request',
  });
});

it('understands refusals over gRPC', async () => {
  const busy = await startGrpcSink(call => (call === 3 ? status.UNAVAILABLE : status.OK));
  const { mesh, result } = await replayTo(() => connectGrpc(target(busy.port, '', false)), MESH);
  expect(result).toMatchObject({ refusals: 1, failures: 0, spans: mesh.truth.spans * result.replays });
  const broken = await startGrpcSink(() => status.INVALID_ARGUMENT);
  const failed = await replayTo(() => connectGrpc(target(broken.port, '', false)), MESH);
  expect(failed.result).toMatchObject({ spans: 0, firstFailure: 'gRPC status 3: not now' });
});

it('fails when the server closes the connection', async () => {
  const server = createServer(request => request.socket.destroy());
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const connect = () => connectHttp(target(port, 'application/x-protobuf', false));
  await expect(replayTo(connect, MESH)).rejects.toThrow('closed the connection');
});

it('keeps the rate of an open loop', async () => {
  const sink = await startHttpSink();
  const connect = () => connectHttp(target(sink.port, 'application/x-protobuf', false));
  const { result } = await replayTo(connect, { ...MESH, rate: 2_400 }, { run: 5, rate: 2_400, durationMs: 1_000 });
  expect(result.replays).toBe(2);
  expect(result.spansPerSecond).toBeGreaterThan(2_000);
  expect(result.spansPerSecond).toBeLessThan(3_000);
});
