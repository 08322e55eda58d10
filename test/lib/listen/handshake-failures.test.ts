/** Failed handshakes are counted one by one and told in few lines, and their sockets are closed. */
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { HandshakeFailures } from '../../../src/lib/listen/handshake-failures.ts';
import { CertificateFolder } from '../../kits/certificates.ts';

const folder = new CertificateFolder();
folder.authority('ca');
folder.signed('server', 'ca');
afterAll(() => folder.remove());

let nowMs: number;
let said: string[];
let failures: HandshakeFailures;
beforeEach(() => {
  nowMs = 1000;
  said = [];
  failures = new HandshakeFailures(
    () => nowMs,
    text => said.push(text),
  );
});

/** Runs with a server of node:tls alone, which closes nothing by itself. */
async function withServer(handshakeTimeout: number, use: (port: number) => Promise<void>): Promise<void> {
  const options = { cert: folder.text('server.pem'), key: folder.text('server.key'), handshakeTimeout };
  const server: Server = createServer(options).listen(0, '127.0.0.1');
  failures.watch(server);
  await once(server, 'listening');
  await use((server.address() as AddressInfo).port);
  server.close();
}

async function sendAndWait(port: number, text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  socket.write(text);
  await once(socket, 'close');
}

it('one line a minute says how many there were', async () => {
  await withServer(10_000, async port => {
    for (let i = 0; i < 3; i++) await sendAndWait(port, 'GET / HTTP/1.1\r\n\r\n');
    expect(said).toEqual(['connections that did not become TLS: 1 plain_text']);
    nowMs += 60_000;
    await sendAndWait(port, 'GET / HTTP/1.1\r\n\r\n');
    expect(said.slice(1)).toEqual(['connections that did not become TLS: 3 plain_text']);
    expect([...failures.counts]).toEqual([['plain_text', 4]]);
  });
});

it('a client that only holds the connection is closed', async () => {
  await withServer(100, async port => {
    await sendAndWait(port, '');
    expect([...failures.counts]).toEqual([['timed_out', 1]]);
  });
});

it('one that looks whether the port is open is counted, and not told', async () => {
  await withServer(10_000, async port => {
    connect(port, '127.0.0.1').end().resume();
    await expect.poll(() => failures.counts.get('closed')).toBe(1);
    expect(said).toEqual([]);
  });
});
