/** HTTP/2 without gRPC on a free port: answers each whole request with status 200 and a few bytes. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Connection, type ConnectionOptions } from '../../../src/lib/http2/connection.ts';
import type { Handler } from '../../../src/lib/http2/handler.ts';
import { encodeHeaders } from '../../../src/lib/http2/hpack/encode.ts';
import type { Field } from '../../../src/lib/http2/hpack/fields.ts';
import { Stream } from '../../../src/lib/http2/stream.ts';
import type { Breach } from '../../../src/lib/http2/words.ts';
import { readFrom, shareReads } from '../../../src/lib/listen/socket-reader.ts';

const HEAD = encodeHeaders([
  [':status', '200'],
  ['content-type', 'text/plain'],
]);
const TRAILERS = encodeHeaders([['x-end', 'yes']]);

class Request extends Stream {
  readonly connection: Connection<Request>;
  fields: readonly Field[] = [];
  readonly body: Buffer[] = [];

  constructor(connection: Connection<Request>, id: number) {
    super(id, connection.initialSendWindow);
    this.connection = connection;
  }
}

export const OPTIONS: ConnectionOptions = {
  maxConcurrentStreams: 100,
  maxHeaderBytes: 16_384,
  maxConnectionIdleMs: 60_000,
  maxConnectionAgeMs: Number.POSITIVE_INFINITY,
  maxConnectionAgeGraceMs: 1000,
  keepaliveTimeMs: 60_000,
  keepaliveTimeoutMs: 1000,
  readTimeoutMs: 10_000,
  minPingIntervalMs: 0,
  permitPingsWithoutCalls: true,
};

export class PlainServer implements Handler<Request> {
  readonly breaches: Breach[] = [];
  readonly requests: Request[] = [];
  readonly connections = new Set<Connection<Request>>();
  foreign = '';
  /** What an answer holds. */
  answer = Buffer.from('hello');
  aborted = 0;
  private readonly options: ConnectionOptions;
  private readonly server: Server;

  constructor(options: Partial<ConnectionOptions> = {}) {
    this.options = { ...OPTIONS, ...options };
    this.server = createServer({ noDelay: true, pauseOnConnect: true }, socket => this.take(shareReads(socket)));
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>(resolve => this.server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise(resolve => this.server.close(resolve));
    for (const connection of this.connections) connection.cut();
    await closed;
  }

  create(connection: Connection<Request>, id: number): Request {
    return new Request(connection, id);
  }

  open(request: Request, fields: readonly Field[]): void {
    request.fields = [...fields];
    this.requests.push(request);
    if (request.isWhole) this.respond(request);
  }

  data(request: Request, bytes: Buffer, start: number, end: number, isLast: boolean): void {
    request.body.push(Buffer.from(bytes.subarray(start, end)));
    if (isLast) this.respond(request);
  }

  abort(): void {
    this.aborted += 1;
  }

  look(): void {}

  private respond(request: Request): void {
    request.connection.respond(request, HEAD, this.answer, TRAILERS);
  }

  private take(socket: Socket): void {
    const foreign = (bytes: Buffer) => {
      this.foreign = bytes.toString('latin1');
      socket.destroy();
    };
    const broken = (breach: Breach) => void this.breaches.push(breach);
    const connection = new Connection<Request>({ socket, broken, foreign }, this, this.options, performance.now());
    this.connections.add(connection);
    socket.on('close', () => {
      this.connections.delete(connection);
      connection.lost();
    });
    readFrom(socket, connection);
  }
}
