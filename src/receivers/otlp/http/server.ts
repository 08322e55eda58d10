/** Listens for OTLP over HTTP/1.1: binds, bounds slow and idle connections, and stops without losing an answer. */
import { createServer, type Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '../../../contract/logger.ts';
import { Connections } from '../../../lib/listen/connections.ts';
import type { HttpOptions } from '../config.ts';
import type { Counters } from '../counters.ts';
import { formatEndpoint, parseEndpoint } from '../endpoint.ts';
import type { Ingest } from '../ingest.ts';
import { connectionFailure, sendLastWord } from './connection-errors.ts';
import { Exchange } from './exchange.ts';
import { Requests } from './requests.ts';

/** How long `stop` waits for requests in flight, and then for their answers to leave. */
const DRAIN_MS = 10_000;
const FLUSH_MS = 200;
const MAX_TIMEOUT_CHECK_MS = 5000;

export class HttpServer {
  private readonly options: HttpOptions;
  private readonly logger: Logger;
  private readonly counters: Counters;
  private readonly connections: Connections;
  private readonly requests: Requests;
  private readonly server: Server<typeof Exchange, typeof ServerResponse>;

  constructor(options: HttpOptions, ingest: Ingest, counters: Counters, logger: Logger) {
    this.options = options;
    this.logger = logger;
    this.counters = counters;
    this.connections = new Connections(options, end => counters.connectionEnded('http', end));
    counters.watchConnections('http', options.maxConnections, () => this.connections.size);
    this.requests = new Requests(options, ingest, counters, this.connections);
    this.server = this.createServer();
  }

  /** Resolves with the address as bound; rejects with node's error when it cannot be. */
  start(): Promise<string> {
    const { host, port } = parseEndpoint(this.options.endpoint);
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port }, () => {
        this.server.off('error', reject);
        this.server.on('error', error => this.logger.error({ err: error }, 'the OTLP/HTTP listener failed'));
        resolve(formatEndpoint(host, (this.server.address() as AddressInfo).port));
      });
    });
  }

  /** Takes no more, lets requests in flight finish within a bound, closes every connection. */
  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise<void>(resolve => this.server.close(() => resolve()));
    await this.requests.drain(DRAIN_MS);
    this.server.closeIdleConnections();
    const timer = setTimeout(() => this.server.closeAllConnections(), FLUSH_MS);
    await closed;
    clearTimeout(timer);
    this.connections.stop();
  }

  private createServer(): Server<typeof Exchange, typeof ServerResponse> {
    const { readTimeoutMs, readHeaderTimeoutMs, idleTimeoutMs, maxHeaderBytes } = this.options;
    const server = createServer({
      IncomingMessage: Exchange,
      ServerResponse,
      requestTimeout: readTimeoutMs,
      headersTimeout: readHeaderTimeoutMs,
      keepAliveTimeout: idleTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
      keepAlive: true,
      connectionsCheckingInterval: Math.min(Math.ceil(readHeaderTimeoutMs / 4), MAX_TIMEOUT_CHECK_MS),
    });
    server.on('connection', socket => this.connections.admit(socket));
    server.on('secureConnection', socket => this.connections.secured(socket));
    server.on('request', (exchange, response) => this.requests.open(exchange, response));
    server.on('checkContinue', (exchange, response) => {
      exchange.waitsForLeave = true;
      this.requests.open(exchange, response);
    });
    server.on('clientError', (error, socket) => this.failConnection(error, socket));
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
    if (!interrupted) sendLastWord(socket, failure);
  }
}
