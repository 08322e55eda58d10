/**
 * The requests of one HTTP server: reads heads and bodies within their limits, hands whole messages to its service,
 * answers each once. Uncompressed and small gzip bodies are handled in the turn in which they end, without promises,
 * timers or closures of their own.
 */
import type { Duplex } from 'node:stream';
import type { Connections } from '../../../lib/listen/connections.ts';
import type { Guard } from '../../../lib/listen/guard.ts';
import { within } from '../../../lib/within.ts';
import { type Answer, decline, refuse } from '../answer.ts';
import { Body } from '../body.ts';
import { BodyMemory } from '../body-memory.ts';
import { type Inflated, InlineInflater, inflateAside } from '../inflate.ts';
import { isTrickle, PATIENCE_MS } from '../slow-senders.ts';
import type { Exchange } from './exchange.ts';
import { tooLarge } from './head.ts';
import type { HttpOptions } from './options.ts';
import type { HeadRules, HttpService } from './service.ts';

const NO_MEMORY = refuse('too many request bodies are being read (max_inflight_body_size); try again', 1);
const GAVE_WAY = refuse('the body came slowly and its memory was needed (max_inflight_body_size); try again', 1);
const STOPPING = refuse('the receiver is stopping; try again', 1);

const TOO_MANY_PIECES = 'the body comes in pieces of a few bytes each; send larger chunks, or a Content-Length';

interface RequestSurroundings {
  readonly connections: Connections;
  /** Asked anew for each request: its tokens may come and go. */
  readonly guard: Guard;
}

export class Requests {
  /** Requests that were neither answered nor given up. */
  private inFlight = 0;
  private options: HttpOptions;
  private readonly service: HttpService;
  private readonly connections: Connections;
  private headRules: HeadRules;
  private readonly memory: BodyMemory;
  private inflater: InlineInflater;
  /** Requests whose body is still arriving, by their connection; the first has been arriving longest. */
  private readonly reading = new Map<Duplex, Exchange>();
  private stopping = false;
  private drained: () => void = () => {};

  constructor(options: HttpOptions, service: HttpService, { connections, guard }: RequestSurroundings) {
    this.options = options;
    this.service = service;
    this.connections = connections;
    this.headRules = { maxBodyBytes: options.maxBodyBytes, guard };
    this.memory = new BodyMemory(options.maxInflightBytes);
    this.inflater = new InlineInflater(options.maxDecompressedBytes);
  }

  /** For requests that are under way, too. */
  setOptions(options: HttpOptions): void {
    if (options.maxDecompressedBytes !== this.options.maxDecompressedBytes) {
      this.inflater = new InlineInflater(options.maxDecompressedBytes);
    }
    this.memory.limit = options.maxInflightBytes;
    this.headRules = { ...this.headRules, maxBodyBytes: options.maxBodyBytes };
    this.options = options;
  }

  /** The head is there. What of the body comes is for `data` unless the request is settled then. */
  open(exchange: Exchange): void {
    this.inFlight += 1;
    this.connections.touch(exchange.socket);
    const answer = this.stopping
      ? STOPPING
      : (this.service.readHead(exchange, this.headRules) ?? this.service.refusal(exchange, false));
    if (answer !== undefined) {
      this.settle(exchange, answer);
      return;
    }
    exchange.body = new Body(this.memory);
    this.reading.set(exchange.socket, exchange);
  }

  /** A part of the body, the bytes valid until this returns; the last part ends the request. */
  data(exchange: Exchange, bytes: Buffer, start: number, end: number, isLast: boolean): void {
    if (isLast) exchange.complete = true;
    if (exchange.settled) return;
    exchange.bytes += end - start;
    exchange.pieces += 1;
    if (exchange.bytes > this.options.maxBodyBytes) this.settle(exchange, tooLarge(this.options.maxBodyBytes));
    else if (isTrickle(exchange.pieces, exchange.bytes)) this.cutOff(exchange);
    else if (!this.append(exchange, bytes, start, end, isLast)) this.settle(exchange, NO_MEMORY);
    else if (isLast) this.end(exchange);
  }

  /** The body is whole; may be told again. */
  end(exchange: Exchange): void {
    exchange.complete = true;
    if (exchange.settled || exchange.held) return;
    this.reading.delete(exchange.socket);
    exchange.held = true;
    this.connections.hold(exchange.socket, 1);
    const bytes = exchange.body!.bytes();
    if (!exchange.gzip) {
      this.push(exchange, bytes);
      return;
    }
    const late = this.service.refusal(exchange, true);
    const inflated = late === undefined ? this.inflater.inflate(bytes) : undefined;
    if (late !== undefined) this.settle(exchange, late);
    else if (inflated !== undefined) this.pushInflated(exchange, inflated);
    else if (exchange.body!.own()) this.inflateAside(exchange, exchange.body!.bytes());
    else this.settle(exchange, NO_MEMORY);
  }

  /** The sender went away. When its body was not whole, nothing was taken. */
  abandon(exchange: Exchange): void {
    if (!exchange.settled && this.reading.get(exchange.socket) === exchange)
      this.close(exchange, decline('aborted', ''));
  }

  /** Answers the request that is arriving on this socket and closes the connection; false when there is none. */
  interrupt(socket: Duplex, answer: Answer): boolean {
    const exchange = this.reading.get(socket);
    if (exchange === undefined) return false;
    this.settle(exchange, answer, true);
    return true;
  }

  /** Refuses what comes from now on. Resolves when nothing is in flight, or after the bound. */
  drain(maxMs: number): Promise<void> {
    this.stopping = true;
    if (this.inFlight === 0) return Promise.resolve();
    return within(maxMs, done => {
      this.drained = done;
    });
  }

  private append(exchange: Exchange, bytes: Buffer, start: number, end: number, isLast: boolean): boolean {
    const announced = Math.max(0, exchange.announced);
    while (!exchange.body!.append(bytes, start, end, isLast, announced)) {
      if (!this.makeRoom(exchange)) return false;
    }
    return true;
  }

  /** A body that arrives slowly gives way. False when there is none. */
  private makeRoom(exchange: Exchange): boolean {
    const now = performance.now();
    for (const slow of this.reading.values()) {
      if (now - slow.openedMs < PATIENCE_MS) return false;
      if (slow === exchange || !slow.body!.holdsMemory) continue;
      this.service.connectionEnded('slow_body');
      this.settle(slow, GAVE_WAY, true);
      return true;
    }
    return false;
  }

  /** Whoever sends byte by byte is not read to the end. */
  private cutOff(exchange: Exchange): void {
    this.service.connectionEnded('slow_body');
    this.settle(exchange, this.service.malformed('many_chunks', TOO_MANY_PIECES), true);
    exchange.socket.destroySoon();
  }

  /** The body keeps the compressed bytes until the thread pool is done with them. */
  private inflateAside(exchange: Exchange, bytes: Uint8Array): void {
    const { maxDecompressedBytes } = this.options;
    inflateAside(bytes, maxDecompressedBytes, this.memory, result => this.pushInflated(exchange, result));
  }

  private pushInflated(exchange: Exchange, inflated: Inflated): void {
    if (inflated.kind !== 'bytes') {
      this.settle(exchange, this.notInflated(inflated));
      return;
    }
    exchange.bytes = inflated.bytes.length;
    this.push(exchange, inflated.bytes);
  }

  private notInflated(failure: Exclude<Inflated, { kind: 'bytes' }>): Answer {
    if (failure.kind === 'no_memory') return NO_MEMORY;
    if (failure.kind === 'malformed') return this.service.malformed('bad_gzip', failure.message);
    const max = this.options.maxDecompressedBytes;
    return decline('too_large', `the body inflates to more than ${max} bytes (max_decompressed_size); send less`);
  }

  private push(exchange: Exchange, bytes: Uint8Array): void {
    const answer = this.service.take(exchange, bytes);
    exchange.body!.release();
    if (answer instanceof Promise) answer.then(later => this.settle(exchange, later));
    else this.settle(exchange, answer);
  }

  /** Answers once and frees what the request holds. */
  private settle(exchange: Exchange, answer: Answer, closing = this.stopping): void {
    if (exchange.settled) return;
    this.close(exchange, answer);
    this.service.respond(exchange, answer, closing);
  }

  private close(exchange: Exchange, answer: Answer): void {
    exchange.settled = true;
    exchange.body?.release();
    if (exchange.held) this.connections.hold(exchange.socket, -1);
    else this.reading.delete(exchange.socket);
    this.service.settled(exchange, answer);
    this.inFlight -= 1;
    if (this.stopping && this.inFlight === 0) this.drained();
  }
}
