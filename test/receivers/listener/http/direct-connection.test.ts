/** Connections that are read directly, until they bring something that is not ordinary: no difference is to be seen. */
import { createConnection } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { head, RawConnection, TYPE } from '../../otlp/http-client.ts';
import { largeTraces, tracesBytes } from '../../otlp/messages.ts';
import { type Protocols, type Running, startHttp } from '../../otlp/running.ts';

let running: Running;

async function connect(options: NonNullable<Protocols['http']> = {}): Promise<RawConnection> {
  running = await startHttp(options);
  return new RawConnection(running.port('http'));
}
afterEach(() => running.stop());

const PROTOBUF = { 'Content-Type': TYPE.protobuf };
const ordinary = (body: Buffer, headers = {}) =>
  Buffer.concat([Buffer.from(head({ ...PROTOBUF, ...headers, 'Content-Length': body.length })), body]);
const chunked = (body: Buffer) =>
  Buffer.concat([
    Buffer.from(`${head({ ...PROTOBUF, 'Transfer-Encoding': 'chunked' })}${body.length.toString(16)}\r\n`),
    body,
    Buffer.from('\r\n0\r\n\r\n'),
  ]);
const pause = () => new Promise(resolve => setTimeout(resolve, 2));

it('takes a request whose body is split anywhere', async () => {
  const connection = await connect();
  const request = ordinary(tracesBytes('a', 'b'));
  const bodyAt = request.indexOf('\r\n\r\n') + 4;
  for (let at = bodyAt; at < request.length; at += 7) {
    connection.write(request.subarray(0, at));
    await pause();
    connection.write(request.subarray(at));
    expect((await connection.next())?.status).toBe(200);
  }
  connection.socket.destroy();
});

it('goes on with a request whose head is split anywhere', async () => {
  const request = ordinary(tracesBytes('a'));
  await connect();
  for (let at = 1; at < request.indexOf('\r\n\r\n') + 4; at += 11) {
    const connection = new RawConnection(running.port('http'));
    connection.write(request);
    expect((await connection.next())?.status).toBe(200);
    connection.write(request.subarray(0, at));
    await pause();
    connection.write(Buffer.concat([request.subarray(at), request]));
    for (let i = 0; i < 2; i++) expect((await connection.next())?.status).toBe(200);
    connection.socket.destroy();
  }
});

it('takes ordinary and other requests in any order on one connection, also when they come together', async () => {
  const connection = await connect();
  const large = largeTraces(600_000);
  const small = tracesBytes('s');
  const requests = [
    ordinary(small),
    ordinary(large),
    ordinary(gzipSync(small), { 'Content-Encoding': 'gzip' }),
    chunked(small),
    ordinary(large),
    chunked(large),
    ordinary(small),
  ];
  connection.write(Buffer.concat(requests));
  for (const _ of requests) expect((await connection.next())?.status).toBe(200);
  expect(running.consumer.commits).toBe(requests.length);
  connection.socket.destroy();
});

it('hands over behind a request that is still being answered', async () => {
  const connection = await connect();
  let open = () => {};
  running.consumer.gate = () => new Promise<void>(resolve => (open = resolve));
  connection.write(Buffer.concat([ordinary(tracesBytes('a')), chunked(tracesBytes('b'))]));
  for (let i = 1; i <= 2; i++) {
    while (running.consumer.commits < i) await pause();
    open();
    expect((await connection.next())?.status).toBe(200);
  }
  connection.socket.destroy();
});

it('inflates aside what would hold up others, from bytes of its own', async () => {
  const connection = await connect();
  const large = largeTraces(3_000_000);
  connection.write(ordinary(gzipSync(large), { 'Content-Encoding': 'gzip' }));
  const other = new RawConnection(running.port('http'));
  for (let i = 0; i < 20; i++) {
    other.write(ordinary(largeTraces(50_000)));
    expect((await other.next())?.status).toBe(200);
  }
  expect((await connection.next())?.status).toBe(200);
  expect(running.consumer.calls).toContain(`span:${'s'.repeat(3_000_000)}`);
  connection.socket.destroy();
  other.socket.destroy();
});

it('answers a client that has closed its side', async () => {
  const connection = await connect();
  connection.socket.end(ordinary(tracesBytes('a')));
  const reply = await connection.next();
  expect(reply?.status).toBe(200);
  await connection.untilClosed();
});

it('ends a client that closes its side within a body, and takes nothing', async () => {
  const connection = await connect();
  connection.socket.end(ordinary(tracesBytes('a')).subarray(0, -1));
  await connection.untilClosed();
  expect(running.consumer.calls).toEqual([]);
  expect(running.metric('tacit_otlp_requests_total', { outcome: 'aborted' })).toBe(1);
});

it('tells a client that sends no request, and lets go of it', async () => {
  const connection = await connect({ read_header_timeout: '300ms' });
  expect((await connection.next())?.status).toBe(408);
  await connection.untilClosed();
  expect(running.metric('tacit_otlp_closed_connections_total', { reason: 'slow_head' })).toBe(1);
});

it('reads no further from a client that leaves its answers unread', async () => {
  running = await startHttp();
  const socket = createConnection(running.port('http'), '127.0.0.1').pause();
  const wrong = ordinary(Buffer.from([1]));
  const flood = Buffer.concat(Array.from({ length: 2000 }, () => wrong));
  const answered = () => running.metric('tacit_otlp_requests_total');
  let sent = 0;
  while (socket.writableLength < 4_000_000) {
    socket.write(flood);
    sent += 2000;
    await pause();
  }
  expect(answered()).toBeLessThan(sent);
  socket.resume();
  while (answered() < sent) await pause();
  socket.destroy();
});

it('keeps a connection whose small body was refused before it came, and closes after a large one', async () => {
  const connection = await connect();
  const headers = { ...PROTOBUF, 'Content-Encoding': 'br' };
  connection.write(head({ ...headers, 'Content-Length': 1000 }));
  expect((await connection.next())?.status).toBe(415);
  connection.write(Buffer.alloc(1000));
  connection.write(ordinary(tracesBytes('a')));
  expect((await connection.next())?.status).toBe(200);
  connection.write(head({ ...headers, 'Content-Length': 5_000_000 }));
  const last = await connection.next();
  expect([last?.status, last?.headers.connection]).toEqual([415, 'close']);
  connection.write(Buffer.alloc(3_000_000));
  await connection.untilClosed();
});
