/** An HTTP server that answers every OTLP request with success and keeps what it was sent. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Recorded {
  readonly path: string;
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly body: Buffer;
}

export interface Sink {
  /** host:port */
  readonly endpoint: string;
  /** In the order of arrival. */
  readonly requests: readonly Recorded[];
  close(): void;
}

export async function startSink(): Promise<Sink> {
  const requests: Recorded[] = [];
  const server = createServer((request, response) => {
    void record(request).then(recorded => {
      requests.push(recorded);
      const json = recorded.contentType.includes('json');
      response.writeHead(200, { 'content-type': recorded.contentType }).end(json ? '{}' : '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `127.0.0.1:${port}`,
    requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function record(request: IncomingMessage): Promise<Recorded> {
  return {
    path: request.url ?? '',
    contentType: request.headers['content-type'] ?? '',
    contentEncoding: request.headers['content-encoding'] ?? 'identity',
    body: await buffer(request),
  };
}
