/** The sockets of one client: kafkajs ends them when all requests were answered, and some are answered never. */
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

const KEEP_ALIVE_MS = 60_000;

export interface SocketOptions {
  readonly host: string;
  readonly port: number;
  readonly ssl: ConnectionOptions | undefined;
  readonly onConnect: () => void;
}

export class Sockets {
  private readonly open = new Set<Socket>();

  /** For kafkajs. */
  readonly create = ({ host, port, ssl, onConnect }: SocketOptions): Socket => {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = ssl ? connectTls({ host, port, ...name, ...ssl }, onConnect) : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
    this.open.add(socket);
    socket.once('close', () => this.open.delete(socket));
    return socket;
  };

  /** What waits for an answer is rejected. */
  destroy(): void {
    for (const socket of this.open) socket.destroy(new Error('the client was closed'));
  }
}
