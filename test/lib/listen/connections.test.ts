import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ConnectionEnd, Connections } from '../../../src/lib/listen/connections.ts';

const WRITE_TIMEOUT_MS = 30_000;
let server: Server;
let connections: Connections;
let ends: ConnectionEnd[];
let clients: Socket[];
/** The server's ends, in the order in which they came. */
let accepted: Socket[];

beforeEach(async () => {
  ends = [];
  clients = [];
  accepted = [];
  connections = new Connections({ maxConnections: 3, writeTimeoutMs: WRITE_TIMEOUT_MS }, end => ends.push(end));
  server = createServer(socket => {
    socket.on('error', () => {});
    if (connections.admit(socket)) accepted.push(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of [...clients, ...accepted]) socket.destroy();
  connections.stop();
  server.close();
});

/** A client that the server has seen. */
async function open(): Promise<Socket> {
  const { port } = server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  clients.push(socket);
  const seen = once(server, 'connection');
  await Promise.all([once(socket, 'connect'), seen]);
  return socket;
}

it('gives the place of the longest silent to a new one', async () => {
  const [first, second] = [await open(), await open(), await open()];
  connections.touch(accepted[0]!);
  const closed = once(second!, 'close');
  await open();
  await closed;
  expect([first!.destroyed, connections.size, ends]).toEqual([false, 3, ['silent']]);
});

it('takes none when all are being answered, and does again afterwards', async () => {
  await open();
  await open();
  await open();
  for (const socket of accepted) connections.hold(socket, 1);
  const refused = await open();
  if (!refused.destroyed) await once(refused, 'close');
  expect([connections.size, ends]).toEqual([3, ['limit']]);
  connections.hold(accepted[1]!, -1);
  await open();
  expect([connections.size, ends, accepted[1]!.destroyed]).toEqual([3, ['limit', 'silent'], true]);
});

it('forgets a connection that its client closed', async () => {
  const socket = await open();
  const gone = once(accepted[0]!, 'close');
  socket.resume();
  socket.end();
  accepted[0]!.resume();
  await gone;
  expect([connections.size, ends]).toEqual([0, []]);
});

it('ends a connection whose client reads nothing, and none that reads slowly', async () => {
  const stuck = await open();
  const slow = await open();
  stuck.pause();
  slow.pause();
  for (const socket of accepted) for (let i = 0; i < 64; i++) socket.write(Buffer.alloc(2 ** 20));
  await new Promise(resolve => setTimeout(resolve, 200));
  connections.sweep(1000);
  slow.resume();
  await new Promise(resolve => setTimeout(resolve, 100));
  connections.sweep(1000 + WRITE_TIMEOUT_MS);
  expect([accepted[0]!.destroyed, accepted[1]!.destroyed, ends]).toEqual([true, false, ['unread']]);
});
