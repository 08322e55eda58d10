/** What the gRPC server does with calls that are late, slow, too many or not quite gRPC. */
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { tracesBytes } from './messages.ts';
import { type Protocols, type Running, startGrpc } from './running.ts';

const PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const GRPC = { ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc', te: 'trailers' };
const ENDED = 'tacit_otlp_closed_connections_total';
let running: Running;
let session: ClientHttp2Session;

async function start(options: NonNullable<Protocols['grpc']> = {}): Promise<void> {
  running = await startGrpc(options);
  session = connect(`http://127.0.0.1:${running.port('grpc')}`);
  session.on('error', () => {});
}

afterEach(async () => {
  session?.destroy();
  await running.stop();
});

function framed(message: Buffer, flag = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** All fields of the answer, headers and trailers together. `body` undefined: its end never comes. */
function call(headers: OutgoingHttpHeaders, body: Buffer, isWhole = true): Promise<Record<string, unknown>> {
  return new Promise(resolve => {
    const stream = session.request({ ...GRPC, ...headers });
    const fields: Record<string, unknown> = {};
    const keep = (got: object) => void Object.assign(fields, got);
    stream.on('response', keep).on('trailers', keep).resume();
    stream.on('error', () => {});
    stream.on('close', () => resolve(fields));
    if (isWhole) stream.end(body);
    else stream.write(body);
  });
}

const BODY = tracesBytes('a');
const FRAMED = framed(BODY);

describe('a call', () => {
  it.each([
    ['of another content type', { 'content-type': 'application/json' }, FRAMED, { ':status': 415 }],
    ['of GET', { ':method': 'GET' }, FRAMED, { ':status': 405, allow: 'POST' }],
    ['of no service', { ':path': '/a.B/Export' }, FRAMED, { 'grpc-status': '12' }],
    ['with a compression that is not known', { 'grpc-encoding': 'zstd' }, FRAMED, { 'grpc-status': '12' }],
    ['with a compressed message and no encoding', {}, framed(gzipSync(BODY), 1), { 'grpc-status': '3' }],
    ['with two messages', {}, Buffer.concat([FRAMED, FRAMED]), { 'grpc-status': '3' }],
    ['with a message that ends too early', {}, FRAMED.subarray(0, -1), { 'grpc-status': '3' }],
    ['with a flag that is none', {}, framed(BODY, 2), { 'grpc-status': '3' }],
    ['without a message', {}, Buffer.alloc(0), { 'grpc-status': '3' }],
    ['with broken gzip', { 'grpc-encoding': 'gzip' }, framed(Buffer.from('no gzip'), 1), { 'grpc-status': '3' }],
    ['with a timeout that is none', { 'grpc-timeout': '1x' }, FRAMED, { 'grpc-status': '3' }],
    ['with time', { 'grpc-timeout': '10S' }, FRAMED, { 'grpc-status': '0' }],
    ['of identity', { 'grpc-encoding': 'identity' }, FRAMED, { 'grpc-status': '0' }],
    ['of a plain message where gzip is said', { 'grpc-encoding': 'gzip' }, FRAMED, { 'grpc-status': '0' }],
    ['of +proto', { 'content-type': 'application/grpc+proto; charset=utf-8' }, FRAMED, { 'grpc-status': '0' }],
  ])('%s', async (_name, headers, body, answer) => {
    await start();
    expect(await call(headers, body)).toMatchObject(answer);
    expect(running.consumer.spans).toBe('grpc-status' in answer && answer['grpc-status'] === '0' ? 1 : 0);
    expect(await call({}, FRAMED)).toMatchObject({ 'grpc-status': '0' });
  });

  it('says which compressions are known', async () => {
    await start();
    expect(await call({ 'grpc-encoding': 'br' }, FRAMED)).toMatchObject({ 'grpc-accept-encoding': 'identity,gzip' });
  });

  it('tells a message beyond ASCII in percents', async () => {
    await start();
    running.consumer.refuse(1);
    running.consumer.refusal!.message = 'straße: 100 %';
    expect(await call({}, FRAMED)).toMatchObject({ 'grpc-status': '14', 'grpc-message': 'stra%C3%9Fe: 100 %25' });
  });

  it('is answered when its deadline passes before its message is whole, and never processed', async () => {
    await start();
    expect(await call({ 'grpc-timeout': '100m' }, FRAMED.subarray(0, 20), false)).toMatchObject({ 'grpc-status': '4' });
    expect(await call({ 'grpc-timeout': '1n' }, FRAMED)).toMatchObject({ 'grpc-status': '4' });
    expect(running.consumer.calls).toEqual([]);
  });

  it('is answered when its message does not arrive within read_timeout', async () => {
    await start({ read_timeout: '300ms' });
    expect(await call({}, FRAMED.subarray(0, 20), false)).toMatchObject({ 'grpc-status': '4' });
    expect(running.metric(ENDED, { reason: 'slow_body' })).toBe(1);
  });

  it('is refused with a delay when the memory for messages is spent', async () => {
    await start({ max_recv_msg_size_mib: 1, max_inflight_body_size: '1MiB' });
    const half = framed(tracesBytes('s'.repeat(900_000)));
    const first = call({}, half.subarray(0, 600_000), false);
    while (running.metric('tacit_otlp_connections') === 0) await new Promise(resolve => setTimeout(resolve, 5));
    await new Promise(resolve => setTimeout(resolve, 200));
    const second = await call({}, half);
    expect(second).toMatchObject({ 'grpc-status': '14' });
    expect(second['grpc-status-details-bin']).toBeDefined();
    session.destroy();
    await first;
  });

  it('is refused beyond max_concurrent_streams, and the connection goes on', async () => {
    await start({ max_concurrent_streams: 2 });
    // They are sent before the client has heard of the limit.
    const answers = await Promise.all(Array.from({ length: 20 }, () => call({}, FRAMED)));
    const taken = answers.filter(answer => answer['grpc-status'] === '0').length;
    expect(taken).toBeGreaterThanOrEqual(2);
    expect(running.consumer.spans).toBe(taken);
    expect(await call({}, FRAMED)).toMatchObject({ 'grpc-status': '0' });
  });
});

describe('a connection', () => {
  function say(bytes: Buffer | string): Promise<string> {
    return new Promise(resolve => {
      const socket = connectSocket(running.port('grpc'), '127.0.0.1');
      const pieces: Buffer[] = [];
      socket.on('data', piece => pieces.push(piece));
      socket.on('error', () => {});
      socket.on('close', () => resolve(Buffer.concat(pieces).toString('latin1')));
      socket.write(bytes);
    });
  }

  it('of HTTP/1 is told what this port speaks', async () => {
    await start();
    const answer = await say('POST /v1/traces HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*this port speaks OTLP\/gRPC.*protocols\.http/s);
    expect(running.metric(ENDED, { reason: 'malformed' })).toBe(1);
  });

  it('of TLS, or of nothing known, is closed', async () => {
    await start();
    expect(await say(Buffer.from([0x16, 3, 1, 0, 200, 1, 0]))).toBe('');
    expect(await say(Buffer.from([0, 0, 0, 0]))).toBe('');
    expect(running.metric(ENDED, { reason: 'malformed' })).toBe(2);
  });

  it('that says nothing is closed', async () => {
    await start({ read_timeout: '300ms' });
    expect(await say('PRI')).toBe('');
    expect(running.metric(ENDED, { reason: 'slow_head' })).toBe(1);
  });

  it('gives its place to a new one when it is silent and all are taken', async () => {
    await start({ max_connections: 1 });
    await call({}, FRAMED);
    const closed = new Promise(resolve => session.once('close', resolve));
    const silent = session;
    session = connect(`http://127.0.0.1:${running.port('grpc')}`);
    session.on('error', () => {});
    await closed;
    expect(silent.destroyed).toBe(true);
    expect(await call({}, FRAMED)).toMatchObject({ 'grpc-status': '0' });
    expect(running.metric(ENDED, { reason: 'silent' })).toBe(1);
  });

  it('is drained at its age, and while nothing comes', async () => {
    await start({ keepalive: { server_parameters: { max_connection_idle: '1s' } } });
    expect(await call({}, FRAMED)).toMatchObject({ 'grpc-status': '0' });
    const code = await new Promise(resolve => session.once('goaway', resolve));
    expect(code).toBe(0);
    await new Promise(resolve => session.once('close', resolve));
  });
});
