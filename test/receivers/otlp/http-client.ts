/** HTTP as a test needs it: a plain request, and a bare socket for what no client would send. */
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { exchange, type Reply } from '../../kits/exchange.ts';

interface Message {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
}

export function send(port: number, { method = 'POST', path = '/v1/traces', headers = {}, body = '' }: Message) {
  return exchange(request({ port, host: '127.0.0.1', method, path, headers, agent: false }), body);
}

export const TYPE = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;

/** The head of a POST request as text. */
export function head(headers: Record<string, string | number>, path = '/v1/traces'): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nHost: test\r\n${lines.join('')}\r\n`;
}

export class RawConnection {
  readonly socket: Socket;
  closed = false;
  private received = Buffer.alloc(0);
  private wake: () => void = () => {};

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', piece => {
      this.received = Buffer.concat([this.received, piece]);
      this.wake();
    });
    this.socket.on('close', () => {
      this.closed = true;
      this.wake();
    });
    // A reset shows as `closed`.
    this.socket.on('error', () => {});
  }

  write(data: string | Uint8Array): void {
    this.socket.write(data);
  }

  /** The next whole response, or undefined when the connection closed before one came. */
  async next(): Promise<Reply | undefined> {
    for (;;) {
      const reply = this.takeReply();
      if (reply !== undefined) return reply;
      if (this.closed) return undefined;
      await this.change();
    }
  }

  async untilClosed(): Promise<void> {
    while (!this.closed) await this.change();
  }

  private change(): Promise<void> {
    return new Promise(resolve => {
      this.wake = resolve;
    });
  }

  private takeReply(): Reply | undefined {
    const end = this.received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [start, ...lines] = this.received.toString('latin1', 0, end).split('\r\n');
    const headers = Object.fromEntries(lines.map(line => line.split(': ', 2).map((t, i) => (i ? t : t.toLowerCase()))));
    const length = Number(headers['content-length'] ?? 0);
    if (this.received.length < end + 4 + length) return undefined;
    const body = this.received.subarray(end + 4, end + 4 + length);
    this.received = this.received.subarray(end + 4 + length);
    return { status: Number(start!.split(' ')[1]), headers, body };
  }
}
