import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { head, RawConnection, send, TYPE } from './http-client.ts';
import { largeTraces, readStatus, tracesBytes } from './messages.ts';
import { type Protocols, type Running, startHttp } from './running.ts';

let running: Running;

async function listen(options: NonNullable<Protocols['http']> = {}): Promise<number> {
  running = await startHttp(options);
  return running.port('http');
}
afterEach(() => running.stop());

const PROTOBUF = { 'Content-Type': TYPE.protobuf };
const GZIP = { ...PROTOBUF, 'Content-Encoding': 'gzip' };

it('answers 413 to an announced length over the limit without waiting for the body', async () => {
  const connection = new RawConnection(await listen({ max_request_body_size: '2MiB' }));
  connection.write(head({ ...PROTOBUF, 'Content-Length': 100_000_000 }));
  const reply = await connection.next();
  expect(reply?.status).toBe(413);
  expect(reply?.headers.connection).toBe('close');
  expect(readStatus(reply!.body, 'protobuf')).toEqual({ code: 8, message: expect.stringMatching(/2097152 bytes/) });
  connection.socket.destroy();
});

it('delivers the 413 to a sender that writes its whole body before it reads', async () => {
  const port = await listen({ max_request_body_size: '1MiB' });
  const reply = await send(port, { headers: PROTOBUF, body: Buffer.alloc(8_000_000) });
  expect(reply.status).toBe(413);
});

it('keeps the connection when the refused body is small', async () => {
  const connection = new RawConnection(await listen({ max_request_body_size: '1KiB' }));
  const large = largeTraces(5000);
  connection.write(head({ ...PROTOBUF, 'Content-Length': large.length }));
  connection.write(large);
  expect((await connection.next())?.status).toBe(413);
  const small = tracesBytes('a');
  connection.write(head({ ...PROTOBUF, 'Content-Length': small.length }));
  connection.write(small);
  expect((await connection.next())?.status).toBe(200);
  connection.socket.destroy();
});

it('counts a chunked body while it arrives and answers 413 at the limit', async () => {
  const connection = new RawConnection(await listen({ max_request_body_size: '64KiB' }));
  connection.write(head({ ...PROTOBUF, 'Transfer-Encoding': 'chunked' }));
  for (let i = 0; i < 9; i++) connection.write(`2000\r\n${'x'.repeat(0x2000)}\r\n`);
  expect((await connection.next())?.status).toBe(413);
  connection.socket.destroy();
  expect(running.consumer.calls).toEqual([]);
});

it('puts a chunked body of many pieces together', async () => {
  const connection = new RawConnection(await listen());
  const body = largeTraces(300_000);
  connection.write(head({ ...PROTOBUF, 'Transfer-Encoding': 'chunked' }));
  for (let i = 0; i < body.length; i += 10_000) {
    const piece = body.subarray(i, i + 10_000);
    connection.write(Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]));
  }
  connection.write('0\r\n\r\n');
  expect((await connection.next())?.status).toBe(200);
  expect(running.consumer.calls[1]).toBe(`span:${'s'.repeat(300_000)}`);
  connection.socket.destroy();
});

it('takes bodies of several sizes one after the other through the same buffers', async () => {
  const port = await listen();
  for (const size of [100, 200_000, 70_000, 3_000_000, 70_000, 150_000]) {
    expect((await send(port, { headers: PROTOBUF, body: largeTraces(size) })).status).toBe(200);
    expect(running.consumer.calls.at(-2)).toBe(`span:${'s'.repeat(size)}`);
  }
});

it.each([
  ['a small stream that says what it holds', 4_000_000, (gz: Buffer) => gz],
  ['a stream that lies about its length', 4_000_000, (gz: Buffer) => withLength(gz, 100)],
  ['a large stream', 40_000_000, (gz: Buffer) => gz],
])('stops inflating at the limit: %s', async (_name, size, change) => {
  const port = await listen({ max_decompressed_size: '2MiB' });
  const reply = await send(port, { headers: GZIP, body: change(gzipSync(Buffer.alloc(size))) });
  expect(reply.status).toBe(413);
  expect(readStatus(reply.body, 'protobuf').message).toMatch(/max_decompressed_size/);
  expect(running.consumer.calls).toEqual([]);
});

it.each([
  [{}, 60, 200],
  [{}, 65, 413],
  [{ max_request_body_size: '1MiB' }, 0.9, 200],
  [{ max_request_body_size: '1MiB' }, 1.1, 413],
  [{ max_request_body_size: '1MiB', max_decompressed_size: '2MiB' }, 1.9, 200],
  [{ max_request_body_size: '70MiB' }, 69, 200],
])(
  'the limit of a body holds for what it inflates to, unless there is one for that: %j, %d MiB',
  async (limits, mib, status) => {
    const port = await listen(limits);
    const headers = { ...GZIP, 'content-type': 'application/json' };
    const reply = await send(port, { headers, body: gzipSync(Buffer.from('{}'.padEnd(mib * 2 ** 20))) });
    expect(reply.status).toBe(status);
  },
);

it('takes a gzip body of several members, whose last length tells little', async () => {
  const port = await listen();
  const body = largeTraces(2_500_000);
  const members = Buffer.concat([gzipSync(body.subarray(0, 2_400_000)), gzipSync(body.subarray(2_400_000))]);
  expect((await send(port, { headers: GZIP, body: members })).status).toBe(200);
  expect(running.consumer.spans).toBe(1);
});

it('answers 408 to a body that does not come, and lets go of it', async () => {
  const connection = new RawConnection(await listen({ read_timeout: '200ms' }));
  connection.write(head({ ...PROTOBUF, 'Content-Length': 1000 }));
  connection.write('abc');
  const reply = await connection.next();
  expect(reply?.status).toBe(408);
  expect(reply?.headers.connection).toBe('close');
  expect(readStatus(reply!.body, 'protobuf').message).toMatch(/read_timeout/);
  await connection.untilClosed();
  expect(running.metric('tacit_otlp_requests_total', { outcome: 'timed_out' })).toBe(1);
});

it('answers 408 to a head that does not come to its end', async () => {
  const connection = new RawConnection(await listen({ read_timeout: '200ms' }));
  connection.write('POST /v1/traces HTTP/1.1\r\nHost: t');
  expect((await connection.next())?.status).toBe(408);
  await connection.untilClosed();
});

it('answers 408 to a head that is slower than read_header_timeout', async () => {
  const connection = new RawConnection(await listen({ read_header_timeout: '200ms' }));
  connection.write('POST /v1/traces HTTP/1.1\r\nHost: t');
  expect((await connection.next())?.status).toBe(408);
  expect(running.metric('tacit_otlp_closed_connections_total', { reason: 'slow_head' })).toBe(1);
});

it('answers 431 to a head over the limit', async () => {
  const connection = new RawConnection(await listen({ max_header_size: '2KiB' }));
  connection.write(head({ ...PROTOBUF, 'X-Large': 'x'.repeat(3000), 'Content-Length': 0 }));
  const reply = await connection.next();
  expect(reply?.status).toBe(431);
  expect(readStatus(reply!.body, 'json').message).toMatch(/2048 bytes \(max_header_size\)/);
  await connection.untilClosed();
  expect(running.metric('tacit_otlp_closed_connections_total', { reason: 'large_head' })).toBe(1);
});

it('reads no body that comes byte by byte', async () => {
  const connection = new RawConnection(await listen());
  connection.write(head({ ...PROTOBUF, 'Transfer-Encoding': 'chunked' }));
  connection.write('1\r\nx\r\n'.repeat(5000));
  const reply = await connection.next();
  expect(reply?.status).toBe(400);
  expect(readStatus(reply!.body, 'protobuf').message).toMatch(/larger chunks/);
  await connection.untilClosed();
  expect(running.metric('tacit_otlp_malformed_requests_total', { reason: 'many_chunks' })).toBe(1);
});

it('gives the place of the longest silent connection to a new one', async () => {
  const port = await listen({ max_connections: 2 });
  const silent = new RawConnection(port);
  const busy = new RawConnection(port);
  for (const connection of [silent, busy]) {
    connection.write(head({ ...PROTOBUF, 'Content-Length': 0 }));
    await connection.next();
  }
  const another = new RawConnection(port);
  await silent.untilClosed();
  for (const connection of [busy, another]) {
    connection.write(head({ ...PROTOBUF, 'Content-Length': 0 }));
    expect((await connection.next())?.status).toBe(200);
    connection.socket.destroy();
  }
  expect(running.metric('tacit_otlp_connections_limit')).toBe(2);
  expect(running.metric('tacit_otlp_closed_connections_total', { reason: 'silent' })).toBe(1);
});

it('lets slow bodies give way to one that comes at once when the memory for bodies is spent', async () => {
  const size = 1_000_000;
  const port = await listen({
    max_inflight_body_size: '1MiB',
    max_request_body_size: '1MiB',
    max_decompressed_size: '1MiB',
  });
  const slow = new RawConnection(port);
  slow.write(head({ ...PROTOBUF, 'Content-Length': size }));
  slow.write(Buffer.alloc(size / 2));
  await new Promise(resolve => setTimeout(resolve, 2200));
  expect((await send(port, { headers: PROTOBUF, body: largeTraces(600_000) })).status).toBe(200);
  expect((await slow.next())?.status).toBe(503);
  await slow.untilClosed();
  expect(running.metric('tacit_otlp_closed_connections_total', { reason: 'slow_body' })).toBe(1);
});

it('closes an idle connection', async () => {
  const connection = new RawConnection(await listen({ idle_timeout: '1s' }));
  connection.write(head({ ...PROTOBUF, 'Content-Length': 0 }));
  expect((await connection.next())?.status).toBe(200);
  await connection.untilClosed();
});

it('is not harmed by a sender that goes away in the middle of its body', async () => {
  const port = await listen();
  for (let i = 0; i < 20; i++) {
    const connection = new RawConnection(port);
    connection.write(head({ ...PROTOBUF, 'Content-Length': 500_000 }));
    connection.write(Buffer.alloc(200_000));
    await new Promise(resolve => setTimeout(resolve, 5));
    connection.socket.destroy();
  }
  expect((await send(port, { headers: PROTOBUF, body: tracesBytes('a') })).status).toBe(200);
  expect(running.consumer.calls).toEqual(['begin', 'span:a', 'commit']);
  expect(running.metric('tacit_otlp_requests_total', { outcome: 'aborted' })).toBe(20);
});

it('refuses bodies beyond the memory for them with 503, and takes them when there is room again', async () => {
  const port = await listen({
    max_inflight_body_size: '1MiB',
    max_request_body_size: '1MiB',
    max_decompressed_size: '1MiB',
  });
  const body = largeTraces(600_000);
  const slow = new RawConnection(port);
  slow.write(head({ ...PROTOBUF, 'Content-Length': body.length }));
  slow.write(body.subarray(0, -1));
  await new Promise(resolve => setTimeout(resolve, 200));
  const refused = await send(port, { headers: PROTOBUF, body });
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
  expect((await send(port, { headers: PROTOBUF, body: tracesBytes('in one piece') })).status).toBe(200);
  slow.write(body.subarray(-1));
  expect((await slow.next())?.status).toBe(200);
  expect((await send(port, { headers: PROTOBUF, body })).status).toBe(200);
  slow.socket.destroy();
});

/** The same gzip stream with another announced length. */
function withLength(gz: Buffer, length: number): Buffer {
  const changed = Buffer.from(gz);
  changed.writeUInt32LE(length, gz.length - 4);
  return changed;
}
