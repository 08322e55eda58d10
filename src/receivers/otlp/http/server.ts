/** Listens for OTLP over HTTP/1.1, with or without TLS: binds, bounds slow and idle connections, and stops without losing an answer. */
import { createServer, type Server, type ServerOptions, ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../../../contract/logger.ts';
import { bind } from '../../../lib/listen/bind.ts';
import { Connections } from '../../../lib/listen/connections.ts';
import { CorsPolicy } from '../../../lib/listen/cors.ts';
import type { Guard } from '../../../lib/listen/guard.ts';
import type { HttpOptions } from '../config.ts';
import type { Counters } from '../counters.ts';
import type { Ingest } from '../ingest.ts';
import { connectionFailure, sendLastWord } from './connection-errors.ts';
import { answerPreflight } from './cross-origin.ts';
import { Exchange } from './exchange.ts';
import { Requests } from './requests.ts';

/** How long `stop` waits for requests in flight, and then for their answers to leave. */
const DRAIN_MS = 10_000;
const FLUSH_MS = 200;
const MAX_TIMEOUT_CHECK_MS = 5000;

type ExchangeOptions = ServerOptions<typeof Exchange, typeof ServerResponse>;
type ExchangeServer =
  | Server<typeof Exchange, typeof ServerResponse>
  | TlsServer<typeof Exchange, typeof ServerResponse>;

interface HttpSurroundings {
  readonly logger: Logger;
  readonly guard: Guard;
}

/** What a running server takes; for other options it is exchanged. */
const TAKEN: ReadonlySet<string> = new Set<keyof HttpOptions>([
  'guard',
  'cors',
  'maxConnections',
  'maxBodyBytes',
  'maxDecompressedBytes',
  'maxInflightBytes',
  'readTimeoutMs',
  'readHeaderTimeoutMs',
  'writeTimeoutMs',
  'idleTimeoutMs',
]);

export class HttpServer {
  private options: HttpOptions;
  private readonly ingest: Ingest;
  private readonly logger: Logger;
  private readonly counters: Counters;
  private readonly connections: Connections;
  private readonly requests: Requests;
  private readonly guard: Guard;
  private policy: CorsPolicy | undefined;
  private server: ExchangeServer | undefined;
  private unwatch = () => {};

  constructor(options: HttpOptions, ingest: Ingest, counters: Counters, { logger, guard }: HttpSurroundings) {
    this.options = options;
    this.ingest = ingest;
    this.policy = policyOf(options);
    this.logger = logger;
    this.guard = guard;
    this.counters = counters;
    this.connections = new Connections(options, end => counters.connectionEnded('http', end));
    this.requests = new Requests(options, ingest, counters, { connections: this.connections, guard });
  }

  /** Resolves with the address as bound; rejects with node's error, or a `ListenOptionError`, when it cannot be. */
  async start(): Promise<string> {
    const server = this.createServer();
    this.server = server;
    const failed = (error: Error) => this.logger.error({ error }, 'the OTLP/HTTP listener failed');
    const address = await bind(server, this.options.endpoint, failed);
    this.watchConnections();
    return address;
  }

  /** Takes no more, lets requests in flight finish within a bound, closes every connection. */
  async stop(): Promise<void> {
    const { server } = this;
    this.guard.close();
    if (server?.listening !== true) return;
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    await this.requests.drain(DRAIN_MS);
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), FLUSH_MS);
    await closed;
    clearTimeout(timer);
    this.connections.stop();
    this.unwatch();
  }

  /** Holds for open connections, too; a body that is arriving keeps its memory. */
  reconfigure(options: HttpOptions): (() => void) | undefined {
    const before = this.options;
    const keys = Object.keys({ ...before, ...options }) as (keyof HttpOptions)[];
    const changed = keys.filter(key => !isDeepStrictEqual(options[key], before[key]));
    if (!changed.every(key => TAKEN.has(key))) return undefined;
    const applyGuard = this.guard.prepare(options.guard);
    return applyGuard && (() => this.apply(options, applyGuard));
  }

  /** Certificates and tokens are read again. */
  refresh(): void {
    this.guard.refresh();
  }

  private apply(options: HttpOptions, applyGuard: () => void): void {
    applyGuard();
    this.options = options;
    this.policy = policyOf(options);
    this.connections.limits = options;
    this.requests.setOptions(options);
    this.watchConnections();
    const { server } = this;
    if (server === undefined) return;
    server.requestTimeout = options.readTimeoutMs;
    server.headersTimeout = options.readHeaderTimeoutMs;
    server.keepAliveTimeout = options.idleTimeoutMs;
  }

  private watchConnections(): void {
    this.unwatch();
    const { counters, connections, options } = this;
    this.unwatch = counters.watchConnections('http', options.maxConnections, () => connections.size);
  }

  private createServer(): ExchangeServer {
    const { readTimeoutMs, readHeaderTimeoutMs, idleTimeoutMs, maxHeaderBytes } = this.options;
    const options = {
      IncomingMessage: Exchange,
      ServerResponse,
      requestTimeout: readTimeoutMs,
      headersTimeout: readHeaderTimeoutMs,
      keepAliveTimeout: idleTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
      keepAlive: true,
      connectionsCheckingInterval: Math.min(Math.ceil(readHeaderTimeoutMs / 4), MAX_TIMEOUT_CHECK_MS),
    };
    const server = this.secure(options) ?? createServer(options);
    server.on('connection', socket => this.connections.admit(socket));
    server.on('secureConnection', socket => this.connections.secured(socket));
    server.on('request', (exchange, response) => {
      if (this.policy !== undefined && answerPreflight(exchange, response, this.policy)) return;
      this.requests.open(exchange, response);
    });
    server.on('checkContinue', (exchange, response) => {
      exchange.waitsForLeave = true;
      this.requests.open(exchange, response);
    });
    server.on('clientError', (error, socket) => this.failConnection(error, socket));
    return server;
  }

  /** The server with TLS, where it is configured. */
  private secure(options: ExchangeOptions): ExchangeServer | undefined {
    const tls = this.guard.open();
    if (tls === undefined) return undefined;
    const server = createTlsServer<typeof Exchange, typeof ServerResponse>({ ...options, ...tls });
    this.guard.watch(server);
    return server;
  }

  private failConnection(error: Error, socket: Duplex): void {
    const failure = connectionFailure(error, this.options);
    if (failure === undefined) {
      socket.destroy();
      return;
    }
    const interrupted = this.requests.interrupt(socket, failure.answer);
    const slowBody = interrupted && failure.reason === 'slow_head';
    this.counters.connectionEnded('http', slowBody ? 'slow_body' : failure.reason);
    if (interrupted) return;
    this.ingest.log.declined('http', (socket as Socket).remoteAddress, failure.answer);
    sendLastWord(socket, failure);
  }
}

function policyOf({ cors }: HttpOptions): CorsPolicy | undefined {
  return cors === undefined ? undefined : new CorsPolicy(cors);
}
