/**
 * A connection whose ordinary requests are read from the buffer that all sockets share, without a stream, an event or a
 * copy per request. With the first request that is not ordinary the connection goes to node:http for good.
 */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Reader } from '../../../lib/listen/socket-reader.ts';
import { DirectHeads } from './direct-head.ts';
import { Exchange, type Outlet } from './exchange.ts';
import { headText } from './head-text.ts';
import type { Requests } from './requests.ts';

/** How long the rest of a body is thrown away, or a client may take to close, once the last answer is sent. */
const LINGER_MS = 1000;
const NOTHING = Buffer.alloc(0);

export interface DirectLimits {
  readonly maxHeaderBytes: number;
  readonly readTimeoutMs: number;
  readonly readHeaderTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** Who looks after the connection. */
export interface DirectOwner {
  /** May change. */
  readonly limits: DirectLimits;
  readonly requests: Requests;
  /** Somebody else serves the socket from now on; these are the bytes it begins with. */
  handOver(connection: DirectConnection, firstBytes: Buffer): void;
  /** A first request did not come, or a body did not come to its end, within the time for it. */
  timedOut(connection: DirectConnection): void;
}

/** `ending`: the last answer is sent, what comes is thrown away. */
type Stage = 'open' | 'ending' | 'handed over';

export class DirectConnection implements Reader, Outlet {
  readonly socket: Socket;
  private readonly owner: DirectOwner;
  private stage: Stage = 'open';
  /** The request that is arriving or being answered. */
  private exchange: Exchange | undefined;
  /** Bytes of its body that are still to come. */
  private rest = 0;
  /** What came behind a request that is not answered yet. */
  private kept: Buffer = NOTHING;
  /** The first part of a head, at most as long as a head may be. */
  private partial: Buffer = NOTHING;
  private readonly heads = new DirectHeads();
  private isTaking = false;
  private isPaused = false;
  private clientEnded = false;
  private hadRequest = false;
  /** A part of a head is there. */
  private hasBegun = false;
  /** Since when it waits for a head, or for the end; by `performance.now()`. */
  private sinceMs: number;

  constructor(socket: Socket, owner: DirectOwner, nowMs: number) {
    this.socket = socket;
    this.owner = owner;
    this.sinceMs = nowMs;
  }

  /** Takes what the client sent; the bytes are free when this returns. */
  read(bytes: Buffer, start: number, end: number): void {
    if (this.partial.length > 0) {
      const whole = Buffer.concat([this.partial, bytes.subarray(start, end)]);
      this.partial = NOTHING;
      this.read(whole, 0, whole.length);
      return;
    }
    const at = this.take(bytes, start, end);
    if (at === end) return;
    this.kept = Buffer.concat([this.kept, bytes.subarray(at, end)]);
    if (this.isPaused) return;
    this.isPaused = true;
    this.socket.pause();
  }

  /** The client has read what waited for it. */
  drained(): void {
    this.goOn();
  }

  /** The client sends nothing more; it may still read. */
  ended(): void {
    if (this.stage === 'handed over') return;
    this.clientEnded = true;
    const { exchange } = this;
    if (exchange !== undefined && this.rest === 0) return;
    if (exchange !== undefined) this.owner.requests.abandon(exchange);
    this.socket.end();
  }

  /** The socket is gone. */
  lost(): void {
    if (this.exchange !== undefined) this.owner.requests.abandon(this.exchange);
    this.kept = NOTHING;
  }

  /** Holds the limits of time. Called every now and then. */
  look(nowMs: number): void {
    const { exchange, owner } = this;
    const waitedMs = nowMs - (exchange?.openedMs ?? this.sinceMs);
    if (this.stage === 'ending') {
      if (nowMs - this.sinceMs >= LINGER_MS) this.socket.destroySoon();
    } else if (exchange !== undefined) {
      if (this.rest > 0 && waitedMs >= owner.limits.readTimeoutMs) this.giveUp(nowMs);
    } else if (this.hasBegun || !this.hadRequest) {
      if (waitedMs >= owner.limits.readHeaderTimeoutMs) this.giveUp(nowMs);
    } else if (waitedMs >= owner.limits.idleTimeoutMs) this.socket.destroySoon();
  }

  /** Closes what has no request. */
  closeIdle(): void {
    if (this.exchange === undefined) this.socket.destroySoon();
  }

  send(status: number, headers: OutgoingHttpHeaders, body: Buffer | string, closing: boolean): void {
    const isLast = closing || this.clientEnded;
    const text = headText(status, headers, isLast ? undefined : this.owner.limits.idleTimeoutMs);
    if (typeof body === 'string') this.socket.write(text + body, 'latin1');
    else this.socket.write(Buffer.concat([Buffer.from(text, 'latin1'), body]));
    if (isLast) this.end(performance.now());
    if (!this.isTaking) this.goOn();
  }

  private end(nowMs: number): void {
    this.stage = 'ending';
    this.sinceMs = nowMs;
  }

  private giveUp(nowMs: number): void {
    this.owner.timedOut(this);
    this.end(nowMs);
  }

  /** Reads as far as requests may be begun. Returns where it stopped. */
  private take(bytes: Buffer, start: number, end: number): number {
    this.isTaking = true;
    let at = start;
    while (at < end && (this.rest > 0 || this.mayBegin)) {
      if (this.rest > 0) at = this.takeBody(bytes, at, end);
      else if (this.stage === 'open') at = this.begin(bytes, at, end);
      else at = end;
    }
    this.isTaking = false;
    return at;
  }

  private get mayBegin(): boolean {
    return this.stage !== 'open' || (this.exchange === undefined && !this.socket.writableNeedDrain);
  }

  /** Returns where the body begins, or the end when there is no whole ordinary head. */
  private begin(bytes: Buffer, start: number, end: number): number {
    const { requests, limits } = this.owner;
    const head = this.heads.read(bytes, start, end, limits.maxHeaderBytes);
    if (head === 'partial') return this.keepPartial(bytes, start, end);
    if (head === 'other') {
      this.stage = 'handed over';
      this.resume();
      this.owner.handOver(this, Buffer.from(bytes.subarray(start, end)));
      return end;
    }
    const exchange = new Exchange(this.socket, head, this);
    this.hadRequest = true;
    this.hasBegun = false;
    this.exchange = exchange;
    this.rest = exchange.announced;
    requests.open(exchange);
    if (this.rest === 0) requests.end(exchange);
    this.finish();
    return head.end;
  }

  private keepPartial(bytes: Buffer, start: number, end: number): number {
    this.partial = Buffer.from(bytes.subarray(start, end));
    if (!this.hasBegun && this.hadRequest) this.sinceMs = performance.now();
    this.hasBegun = true;
    return end;
  }

  private takeBody(bytes: Buffer, start: number, end: number): number {
    const piece = Math.min(this.rest, end - start);
    this.rest -= piece;
    this.owner.requests.data(this.exchange!, bytes, start, start + piece, this.rest === 0);
    this.finish();
    return start + piece;
  }

  /** Once the request is answered and its body was read, the next one may begin. */
  private finish(): void {
    if (this.exchange?.settled !== true || this.rest > 0) return;
    this.exchange = undefined;
    if (this.stage === 'ending') this.socket.end();
    else this.sinceMs = performance.now();
  }

  /** A request was answered that others waited behind, or the client has read answers. */
  private goOn(): void {
    this.finish();
    const { kept } = this;
    this.kept = NOTHING;
    const at = this.take(kept, 0, kept.length);
    if (at < kept.length) this.kept = kept.subarray(at);
    else this.resume();
  }

  private resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.socket.resume();
  }
}
