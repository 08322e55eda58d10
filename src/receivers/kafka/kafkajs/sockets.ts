/**
 * The sockets of one client. They hand on whole answers as their `data`; and they are ended here, because kafkajs ends
 * them when all requests were answered, and some are answered never.
 */
import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { Answers } from './answers.ts';
import { AnswerMemory } from './memory.ts';

const KEEP_ALIVE_MS = 60_000;

export interface SocketOptions {
  readonly host: string;
  readonly port: number;
  readonly ssl: ConnectionOptions | undefined;
  readonly onConnect: () => void;
}

export class Sockets {
  readonly memory = new AnswerMemory();
  private readonly open = new Set<Socket>();

  /** For kafkajs. */
  readonly create = ({ host, port, ssl, onConnect }: SocketOptions): Socket => {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const answers = new Answers(this.memory, answer => socket.emit('data', answer));
    const onread: OnReadOpts = {
      // Asked again after each read.
      buffer: answers.room,
      callback: count => {
        try {
          answers.filled(count);
        } catch (error) {
          socket.destroy(error as Error);
        }
        return true;
      },
    };
    const to = { host, port, onread };
    const socket: Socket = ssl ? connectTls({ ...to, ...name, ...ssl }, onConnect) : connect(to, onConnect);
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
