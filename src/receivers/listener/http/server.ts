/** Listens for HTTP/1.1, with or without TLS: binds, bounds slow and idle connections, and stops without losing an answer. */
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../../../contract/logger.ts';
import { bind } from '../../../lib/listen/bind.ts';
import { Connections } from '../../../lib/listen/connections.ts';
import { CorsPolicy } from '../../../lib/listen/cors.ts';
import type { Guard } from '../../../lib/listen/guard.ts';
import { shareReads } from '../../../lib/listen/socket-reader.ts';
import { type ConnectionFailure, connectionFailure, sendLastWord, timeOut } from './connection-errors.ts';
import { answerPreflight } from './cross-origin.ts';
import { DirectConnections } from './direct-connections.ts';
import { serve } from './library-exchange.ts';
import type { HttpOptions } from './options.ts';
import { Requests } from './requests.ts';
import type { HttpService } from './service.ts';

/** How long `stop` waits for requests in flight, and then for their answers to leave. */
const DRAIN_MS = 10_000;
const FLUSH_MS = 200;
const MAX_TIMEOUT_CHECK_MS = 5000;

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
  private readonly service: HttpService;
  private readonly logger: Logger;
  private readonly connections: Connections;
  private readonly requests: Requests;
  /** Without TLS: connections whose requests are ordinary so far. */
  private direct: DirectConnections | undefined;
  private readonly guard: Guard;
  private policy: CorsPolicy | undefined;
  private server: Server | TlsServer | undefined;
  private unwatch = () => {};

  constructor(options: HttpOptions, service: HttpService, { logger, guard }: HttpSurroundings) {
    this.options = options;
    this.service = service;
    this.policy = policyOf(options);
    this.logger = logger;
    this.guard = guard;
    this.connections = new Connections(options, end => service.connectionEnded(end));
    this.requests = new Requests(options, service, { connections: this.connections, guard });
  }

  /** Resolves with the address as bound; rejects with node's error, or a `ListenOptionError`, when it cannot be. */
  async start(): Promise<string> {
    const server = this.createServer();
    this.server = server;
    const failed = (error: Error) => this.logger.error({ error }, `the ${this.service.name} listener failed`);
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
    this.direct?.closeIdle();
    await this.connections.emptied(FLUSH_MS);
    server.closeAllConnections();
    this.direct?.closeAll();
    await closed;
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
    if (this.direct !== undefined) this.direct.limits = options;
    this.watchConnections();
    const { server } = this;
    if (server === undefined) return;
    server.requestTimeout = options.readTimeoutMs;
    server.headersTimeout = options.readHeaderTimeoutMs;
    server.keepAliveTimeout = options.idleTimeoutMs;
  }

  private watchConnections(): void {
    this.unwatch();
    const { service, connections, options } = this;
    this.unwatch = service.watchConnections(options.maxConnections, () => connections.size);
  }

  private createServer(): Server | TlsServer {
    const { readTimeoutMs, readHeaderTimeoutMs, idleTimeoutMs, maxHeaderBytes } = this.options;
    const options = {
      requestTimeout: readTimeoutMs,
      headersTimeout: readHeaderTimeoutMs,
      keepAliveTimeout: idleTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
      keepAlive: true,
      connectionsCheckingInterval: Math.min(Math.ceil(readHeaderTimeoutMs / 4), MAX_TIMEOUT_CHECK_MS),
    };
    const server = this.secure(options) ?? this.plain(options);
    server.on('request', (request, response) => {
      if (this.policy !== undefined && answerPreflight(request, response, this.policy)) return;
      serve(this.requests, request, response, false);
    });
    server.on('checkContinue', (request, response) => serve(this.requests, request, response, true));
    server.on('clientError', (error, socket) => {
      const failure = connectionFailure(error, this.options, this.service.http2Hint);
      if (failure === undefined) socket.destroy();
      else this.fail(socket as Socket, failure);
    });
    return server;
  }

  /** Its connections are served directly as long as their requests are ordinary. */
  private plain(options: ServerOptions): Server {
    const server = createServer(options);
    const [serveByLibrary] = server.listeners('connection');
    server.removeAllListeners('connection');
    const direct = new DirectConnections(this.options, this.requests, {
      serve: (socket, firstBytes) => {
        serveByLibrary!.call(server, socket);
        socket.emit('data', firstBytes);
      },
      timedOut: socket => this.fail(socket, timeOut(this.options)),
    });
    this.direct = direct;
    server.on('connection', accepted => {
      const socket = shareReads(accepted);
      if (!this.connections.admit(socket)) return;
      if (socket !== accepted) direct.take(socket);
      else serveByLibrary!.call(server, socket);
    });
    return server;
  }

  /** The server with TLS, where it is configured. */
  private secure(options: ServerOptions): TlsServer | undefined {
    const tls = this.guard.open();
    if (tls === undefined) return undefined;
    const server = createTlsServer({ ...options, ...tls });
    this.guard.watch(server);
    server.on('connection', (socket: Socket) => this.connections.admit(socket));
    server.on('secureConnection', socket => this.connections.secured(socket));
    return server;
  }

  private fail(socket: Socket, failure: ConnectionFailure): void {
    const interrupted = this.requests.interrupt(socket, failure.answer);
    const slowBody = interrupted && failure.reason === 'slow_head';
    this.service.connectionEnded(slowBody ? 'slow_body' : failure.reason);
    if (interrupted) return;
    this.service.declined(socket.remoteAddress, failure.answer);
    sendLastWord(socket, failure, this.service.lastWord(failure.answer));
  }
}

function policyOf({ cors }: HttpOptions): CorsPolicy | undefined {
  return cors === undefined ? undefined : new CorsPolicy(cors);
}
