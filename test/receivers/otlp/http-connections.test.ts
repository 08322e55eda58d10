import { connect } from 'node:http2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { head, RawConnection, send, TYPE } from './http-client.ts';
import { tracesBytes } from './messages.ts';
import { type Running, startHttp } from './running.ts';

let running: Running;
let port: number;

beforeEach(async () => {
  running = await startHttp();
  port = running.port('http');
});
afterEach(() => running.stop());

const PROTOBUF = { 'Content-Type': TYPE.protobuf };
const BODY = tracesBytes('a', 'b', 'c');
const REQUEST = Buffer.concat([Buffer.from(head({ ...PROTOBUF, 'Content-Length': BODY.length })), BODY]);

it('answers 1,000 pipelined requests on one connection, in order', async () => {
  const connection = new RawConnection(port);
  const bad = Buffer.from(`${head({ ...PROTOBUF, 'Content-Length': 1 })}\u0001`);
  for (let i = 0; i < 1000; i++) connection.write(i % 100 === 99 ? bad : REQUEST);
  const statuses: (number | undefined)[] = [];
  for (let i = 0; i < 1000; i++) statuses.push((await connection.next())?.status);
  expect(statuses).toEqual(Array.from({ length: 1000 }, (_, i) => (i % 100 === 99 ? 400 : 200)));
  expect(running.consumer.commits).toBe(990);
  expect(running.consumer.spans).toBe(2970);
  connection.socket.destroy();
});

it('takes pipelined requests one after the other, each when the one before is answered, without mixing their spans', async () => {
  const connection = new RawConnection(port);
  const open: (() => void)[] = [];
  running.consumer.gate = () => new Promise<void>(resolve => open.push(resolve));
  for (let i = 0; i < 10; i++) connection.write(REQUEST);
  for (let i = 1; i <= 10; i++) {
    while (running.consumer.commits < i) await new Promise(resolve => setTimeout(resolve, 5));
    expect(running.consumer.calls).toEqual(Array(i).fill(['begin', 'span:a', 'span:b', 'span:c', 'commit']).flat());
    open.shift()!();
    expect((await connection.next())?.status).toBe(200);
  }
  connection.socket.destroy();
});

it('gives leave to a sender that expects 100-continue, but not for a body it will not take', async () => {
  const expecting = { ...PROTOBUF, Expect: '100-continue' };
  const connection = new RawConnection(port);
  connection.write(head({ ...expecting, 'Content-Length': BODY.length }));
  expect((await connection.next())?.status).toBe(100);
  connection.write(BODY);
  expect((await connection.next())?.status).toBe(200);
  connection.write(head({ ...expecting, 'Content-Length': 1_000_000_000 }));
  expect((await connection.next())?.status).toBe(413);
  await connection.untilClosed();
});

it('answers bytes that are no HTTP with 400 and closes', async () => {
  const connection = new RawConnection(port);
  connection.write('\u0016\u0003\u0001 hello\r\n\r\n');
  expect((await connection.next())?.status).toBe(400);
  await connection.untilClosed();
});

it('survives a gRPC client that took the wrong port', async () => {
  const client = connect(`http://127.0.0.1:${port}`);
  await new Promise(resolve => {
    client.once('error', resolve);
    client.once('close', resolve);
  });
  client.destroy();
  expect((await send(port, { headers: PROTOBUF, body: BODY })).status).toBe(200);
});

it('survives a broken chunk in a body', async () => {
  const connection = new RawConnection(port);
  connection.write(`${head({ ...PROTOBUF, 'Transfer-Encoding': 'chunked' })}5\r\nabcde\r\nno length\r\n`);
  expect((await connection.next())?.status).toBe(400);
  await connection.untilClosed();
  expect(running.consumer.calls).toEqual([]);
});

it('lets a request in flight finish when it stops, and takes no more', async () => {
  const connection = new RawConnection(port);
  const silent = new RawConnection(port);
  connection.write(REQUEST.subarray(0, -1));
  await new Promise(resolve => setTimeout(resolve, 50));
  const stopped = running.stop();
  await new Promise(resolve => setTimeout(resolve, 50));
  await expect(send(port, { headers: PROTOBUF, body: BODY })).rejects.toThrow(/ECONNREFUSED/);
  connection.write(REQUEST.subarray(-1));
  const reply = await connection.next();
  expect([reply?.status, reply?.headers.connection]).toEqual([200, 'close']);
  await stopped;
  await connection.untilClosed();
  await silent.untilClosed();
  expect(running.consumer.spans).toBe(3);
});

it('answers a request whose commit is still waiting when it stops', async () => {
  let open = () => {};
  running.consumer.gate = () =>
    new Promise<void>(resolve => {
      open = resolve;
    });
  const reply = send(port, { headers: PROTOBUF, body: BODY });
  while (running.consumer.commits === 0) await new Promise(resolve => setTimeout(resolve, 5));
  const stopped = running.stop();
  setTimeout(() => open(), 100);
  expect((await reply).status).toBe(200);
  await stopped;
});

it('closes idle connections at once when it stops', async () => {
  const connection = new RawConnection(port);
  connection.write(REQUEST);
  await connection.next();
  const before = performance.now();
  await running.stop();
  await connection.untilClosed();
  expect(performance.now() - before).toBeLessThan(1000);
});
