/**
 * OTLP/HTTP over a bare socket: an HTTP client library costs more CPU than everything else the generator does.
 * Understands answers with a Content-Length, chunked answers, and nothing else.
 */
import { connect, type Socket } from 'node:net';
import { constants, gzipSync } from 'node:zlib';
import { RunError } from './errors.ts';
import { ACCEPTED, type Answer, DEFAULT_RETRY_MS, type Sender, type SenderOptions } from './sender.ts';

export async function connectHttp(options: SenderOptions): Promise<Sender> {
  const socket = connect({ host: options.host, port: options.port, noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return new HttpSender(socket, options);
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

class HttpSender implements Sender {
  private readonly socket: Socket;
  private readonly head: string;
  private readonly gzip: boolean;
  private received = '';
  private waiting: Waiting | undefined;

  constructor(socket: Socket, options: SenderOptions) {
    this.socket = socket;
    this.gzip = options.gzip;
    this.head =
      `POST /v1/traces HTTP/1.1\r\nHost: ${options.host}:${options.port}\r\nContent-Type: ${options.contentType}\r\n` +
      `${options.gzip ? 'Content-Encoding: gzip\r\n' : ''}Content-Length: `;
    socket.on('data', chunk => this.receive(chunk.toString('latin1')));
    socket.on('error', error => this.fail(error));
    socket.on('close', () => this.fail(new RunError('the server closed the connection')));
  }

  send(body: Buffer): Promise<Answer> {
    const payload = this.gzip ? gzipSync(body, { level: constants.Z_BEST_SPEED }) : body;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.cork();
      this.socket.write(`${this.head}${payload.length}\r\n\r\n`, 'latin1');
      this.socket.write(payload);
      this.socket.uncork();
    });
  }

  close(): void {
    this.waiting = undefined;
    this.socket.destroy();
  }

  private receive(text: string): void {
    this.received += text;
    const answer = parseAnswer(this.received);
    if (answer === undefined) return;
    this.received = '';
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve(answer);
  }

  private fail(error: Error): void {
    this.waiting?.reject(error);
    this.waiting = undefined;
  }
}

/** Undefined while the answer is incomplete. */
export function parseAnswer(text: string): Answer | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd);
  const length = header(head, 'content-length');
  if (length !== undefined) {
    if (text.length < headEnd + 4 + Number(length)) return undefined;
  } else if (header(head, 'transfer-encoding') === 'chunked') {
    if (!text.endsWith('0\r\n\r\n')) return undefined;
  }
  const status = Number(head.slice(9, 12));
  if (status >= 200 && status < 300) return ACCEPTED;
  const line = `HTTP ${head.slice(9, head.indexOf('\r\n'))}`;
  if (status !== 429 && status !== 503)
    return { accepted: false, retryAfterMs: undefined, asksForDelay: false, status: line };
  const seconds = Number(header(head, 'retry-after'));
  const asksForDelay = seconds >= 0;
  const retryAfterMs = asksForDelay ? seconds * 1_000 : DEFAULT_RETRY_MS;
  return { accepted: false, retryAfterMs, asksForDelay, status: line };
}

function header(head: string, name: string): string | undefined {
  const match = new RegExp(`^${name}:[ \t]*(.*?)[ \t]*$`, 'im').exec(head);
  return match?.[1]?.toLowerCase();
}
