/** Listens for OTLP over gRPC, with or without TLS: binds, looks after the connections, and stops without losing an answer. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Logger } from '../../../contract/logger.ts';
import { Connection, type ConnectionOptions } from '../../../lib/http2/connection.ts';
import { bind } from '../../../lib/listen/bind.ts';
import { Connections } from '../../../lib/listen/connections.ts';
import type { Guard } from '../../../lib/listen/guard.ts';
import { readFrom, shareReads } from '../../../lib/listen/socket-reader.ts';
import type { GrpcOptions } from '../config.ts';
import type { Counters } from '../counters.ts';
import type { Ingest } from '../ingest.ts';
import type { Call } from './call.ts';
import { Calls } from './calls.ts';
import { answerForeign, toReason } from './foreign.ts';

/** How long `stop` waits for calls in flight. */
const DRAIN_MS = 10_000;
/** How often the limits of time are looked at. */
const LOOK_MS = 250;
/** So that not all connections end at once. */
const AGE_JITTER = 0.1;

interface GrpcSurroundings {
  readonly logger: Logger;
  readonly guard: Guard;
}

export class GrpcServer {
  private options: GrpcOptions;
  private readonly counters: Counters;
  private readonly logger: Logger;
  private readonly guard: Guard;
  private readonly connections: Connections;
  private readonly calls: Calls;
  private readonly open = new Map<Socket, Connection<Call>>();
  private server: Server | undefined;
  private timer: NodeJS.Timeout | undefined;
  private unwatch = () => {};

  constructor(options: GrpcOptions, ingest: Ingest, counters: Counters, { logger, guard }: GrpcSurroundings) {
    this.options = options;
    this.counters = counters;
    this.logger = logger;
    this.guard = guard;
    this.connections = new Connections(options, end => counters.connectionEnded('grpc', end));
    this.calls = new Calls(options, ingest, counters, { connections: this.connections, guard });
  }

  /** Resolves with the address as bound; rejects with node's error, or a `ListenOptionError`, when it cannot be. */
  async start(): Promise<string> {
    const server = this.createServer();
    this.server = server;
    const failed = (error: Error) => this.logger.error({ error }, 'the OTLP/gRPC listener failed');
    const address = await bind(server, this.options.endpoint, failed);
    this.watchConnections();
    return address;
  }

  /** Takes no more calls, lets those in flight finish within a bound, closes every connection. */
  async stop(): Promise<void> {
    const { server } = this;
    this.guard.close();
    if (server?.listening !== true) return;
    this.calls.stopping = true;
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    for (const connection of this.open.values()) connection.drain();
    await this.connections.emptied(DRAIN_MS);
    for (const connection of this.open.values()) connection.cut();
    await closed;
    this.connections.stop();
    this.unwatch();
  }

  /** Times and streams hold for connections that are made from then on, everything else at once. */
  reconfigure(options: GrpcOptions): (() => void) | undefined {
    if (options.endpoint !== this.options.endpoint) return undefined;
    const applyGuard = this.guard.prepare(options.guard);
    return (
      applyGuard &&
      (() => {
        applyGuard();
        this.options = options;
        this.connections.limits = options;
        this.calls.setOptions(options);
        this.watchConnections();
      })
    );
  }

  /** Certificates and tokens are read again. */
  refresh(): void {
    this.guard.refresh();
  }

  private createServer(): Server {
    const tls = this.guard.open();
    if (tls === undefined) {
      const server = createServer({ noDelay: true, keepAlive: true, pauseOnConnect: true });
      return server.on('connection', accepted => {
        const socket = shareReads(accepted);
        if (this.connections.admit(socket)) this.take(socket);
      });
    }
    const server = createTlsServer({ ...tls, ALPNProtocols: ['h2'], noDelay: true, keepAlive: true });
    this.guard.watch(server);
    server.on('connection', (socket: Socket) => this.connections.admit(socket));
    return server.on('secureConnection', socket => {
      this.connections.secured(socket);
      this.take(socket);
    });
  }

  private take(socket: Socket): void {
    const connection = new Connection<Call>(
      {
        socket,
        broken: reason => this.counters.connectionEnded('grpc', toReason(reason)),
        foreign: bytes => {
          this.counters.connectionEnded('grpc', 'malformed');
          answerForeign(socket, bytes);
        },
      },
      this.calls,
      this.connectionOptions(),
      performance.now(),
    );
    this.open.set(socket, connection);
    this.timer ??= setInterval(() => this.look(), LOOK_MS).unref();
    readFrom(socket, connection);
    socket.on('close', () => this.forget(socket, connection));
    if (this.calls.stopping) connection.drain();
  }

  private connectionOptions(): ConnectionOptions {
    const { maxConnectionAgeMs: age = Number.POSITIVE_INFINITY } = this.options;
    return { ...this.options, maxConnectionAgeMs: age * (1 + AGE_JITTER * (2 * Math.random() - 1)) };
  }

  private forget(socket: Socket, connection: Connection<Call>): void {
    connection.lost();
    this.open.delete(socket);
    if (this.open.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    const now = performance.now();
    for (const connection of this.open.values()) connection.look(now);
  }

  private watchConnections(): void {
    this.unwatch();
    const { counters, connections, options } = this;
    this.unwatch = counters.watchConnections('grpc', options.maxConnections, () => connections.size);
  }
}
