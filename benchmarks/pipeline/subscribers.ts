/** Many readers of the stream of changes, each a connection that takes whatever comes. */
import { connect, type Socket } from 'node:net';
import { RunError } from './errors.ts';

/** Connections that are opened at once. */
const AT_ONCE = 50;
const REQUEST = 'GET /v1/changes/stream HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n';

export interface Subscribers {
  /** Bytes that all of them were given. */
  bytes(): number;
  close(): void;
}

/** Options without which so many are not let in. */
export function roomFor(subscribers: number): string {
  const [streams, connections] = [subscribers + 10, subscribers + 200];
  const options = { max_streams: streams, max_connections: connections };
  return Object.entries(options)
    .map(([name, value]) => ` --set extensions.http_api.${name}=${value}`)
    .join('');
}

/** Resolves when each of them has its stream. */
export async function subscribe(api: number, count: number): Promise<Subscribers> {
  const sockets: Socket[] = [];
  let bytes = 0;
  while (sockets.length < count) {
    const opening = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, () => openStream(api));
    for (const socket of await Promise.all(opening)) {
      socket.on('data', chunk => {
        bytes += chunk.length;
      });
      socket.on('error', () => {});
      sockets.push(socket);
    }
  }
  return {
    bytes: () => bytes,
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function openStream(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(REQUEST));
    socket.once('error', reject);
    socket.once('data', head => {
      socket.off('error', reject);
      const [line = ''] = head.toString('latin1').split('\r\n');
      if (line.includes(' 200 ')) resolve(socket);
      else reject(new RunError(`a stream was refused: ${line}`));
    });
  });
}
