/**
 * The server's side of one HTTP/2 connection (RFC 9113, with prior knowledge): bytes of the client in, requests to a
 * handler, answers out. Holds every rule whose breach ends a stream or the connection; whatever a client sends costs
 * bounded memory, and work that is paid for by answered calls.
 */
import type { Socket } from 'node:net';
import { FrameReader } from './frame-reader.ts';
import type { Handler } from './handler.ts';
import { Lifetime, type LifetimeOptions, type Stage } from './lifetime.ts';
import { Output } from './output.ts';
import { Patience } from './patience.ts';
import { type PingOptions, PingPolicy } from './ping-policy.ts';
import { checkSettingsLength, encodeSettings, readInitialWindow } from './settings.ts';
import type { Stream } from './stream.ts';
import { CONNECTION_WINDOW, STREAM_WINDOW, Streams, type StreamsOwner } from './streams.ts';
import type { Transport } from './transport.ts';
import {
  type Breach,
  ConnectionError,
  checkLength,
  checkStream,
  DEFAULT_WINDOW,
  ERROR,
  type ErrorName,
  FLAG,
  FRAME,
  MAX_STREAM_ID,
  PREFACE,
} from './words.ts';

export interface ConnectionOptions extends LifetimeOptions, PingOptions {
  /** Of all fields of a request. */
  readonly maxHeaderBytes: number;
  readonly maxConcurrentStreams: number;
}

/** Nothing is read from a client that leaves so much of its answers unread. */
const MAX_UNREAD_BYTES = 2 ** 18;
/** What is read at once may still bring requests; their answers alone never come to this with a client that waits for them. */
const MAX_OVERRUN_BYTES = 2 ** 20;
const PING_BYTES = 8;
const DRAIN_PING = Buffer.from('drainage');

export class Connection<S extends Stream> implements StreamsOwner<S> {
  readonly handler: Handler<S>;
  readonly output: Output;
  private readonly transport: Transport;
  private readonly options: ConnectionOptions;
  private readonly streams: Streams<S>;
  private readonly lifetime: Lifetime;
  private readonly patience = new Patience();
  private readonly pings: PingPolicy;
  private readonly reader: FrameReader;
  private stage: Stage = 'open';
  private prefaceRead = 0;
  private isSettled = false;
  private isReading = false;
  private isStuck = false;
  private lookedMs: number;

  constructor(transport: Transport, handler: Handler<S>, options: ConnectionOptions, nowMs: number) {
    this.transport = transport;
    this.handler = handler;
    this.options = options;
    this.output = new Output(transport.socket);
    this.streams = new Streams(this);
    this.lifetime = new Lifetime(options, nowMs);
    this.lookedMs = nowMs;
    this.pings = new PingPolicy(options);
    this.reader = new FrameReader((type, flags, id, bytes, start, end) => {
      this.lifetime.sawFrame = true;
      this.frame(type, flags, id, bytes, start, end);
      if (this.output.waitingBytes > MAX_OVERRUN_BYTES) {
        throw new ConnectionError('enhance_your_calm', 'answers are not read', 'too_many_frames');
      }
      return this.stage !== 'closing';
    });
  }

  get socket(): Socket {
    return this.transport.socket;
  }

  /** What the client lets a new stream send. */
  get initialSendWindow(): number {
    return this.streams.initialSendWindow;
  }

  /** Takes what the client sent; the bytes are free when this returns. */
  read(bytes: Buffer, start: number, end: number): void {
    if (this.stage === 'closing') return;
    this.lifetime.sawBytes = true;
    this.isReading = true;
    try {
      const at = this.prefaceRead < PREFACE.length ? this.preface(bytes, start, end) : start;
      if (at >= 0) this.reader.read(bytes, at, end);
      this.streams.grant();
    } catch (error) {
      if (error instanceof ConnectionError) this.fail(error);
      else throw error;
    } finally {
      this.isReading = false;
      this.flush();
    }
  }

  /** Sends an answer: a block of fields, then data and a block of trailers unless the fields are all. */
  respond(stream: S, head: Uint8Array, data?: Uint8Array, trailers?: Uint8Array): void {
    this.streams.respond(stream, head, data, trailers);
    if (!this.isReading) this.flush();
  }

  /** Takes no more requests, and closes when those in flight are answered. */
  drain(): void {
    if (this.stage !== 'open') return;
    this.stage = 'draining';
    if (!this.isSettled) {
      this.announceEnd();
      return;
    }
    this.goaway(MAX_STREAM_ID, 'no_error', 'draining');
    this.output.frame(FRAME.ping, 0, 0, DRAIN_PING);
    if (!this.isReading) this.flush();
  }

  /** Holds the limits of time. Called every now and then. */
  look(nowMs: number): void {
    const { stage } = this;
    this.patience.pass(nowMs - this.lookedMs);
    this.lookedMs = nowMs;
    const isWaiting = !this.isSettled || this.reader.isWaiting || this.streams.block.isOpen;
    const verdict = this.lifetime.look({ calls: this.streams.size, isWaiting, stage }, nowMs);
    if (verdict === 'cut') this.cut(this.lifetime.breach);
    else if (verdict === 'drain') this.drain();
    else if (verdict === 'announce_end') this.announceEnd();
    else if (verdict === 'ping') this.output.frame(FRAME.ping, 0, 0, Buffer.alloc(PING_BYTES));
    for (const stream of this.streams.values()) this.handler.look(stream, nowMs);
    this.flush();
  }

  /** The client has read what waited for it. */
  drained(): void {
    if (!this.isStuck) return;
    this.isStuck = false;
    this.transport.socket.resume();
  }

  /** The socket is gone. */
  lost(): void {
    this.stage = 'closing';
    this.reader.release();
    this.streams.lost();
  }

  cut(breach?: Breach): void {
    if (breach !== undefined) this.transport.broken(breach);
    this.transport.socket.destroy();
  }

  get maxConcurrentStreams(): number {
    return this.options.maxConcurrentStreams;
  }

  get maxHeaderBytes(): number {
    return this.options.maxHeaderBytes;
  }

  takesNoMore(): boolean {
    return this.stage === 'ending';
  }

  create(id: number): S {
    this.lifetime.sawCall = true;
    return this.handler.create(this, id);
  }

  spend(): void {
    if (this.patience.spend()) return;
    throw new ConnectionError('enhance_your_calm', 'too many frames that bring nothing', 'too_many_frames');
  }

  answered(): void {
    this.patience.earnCall();
    this.pings.forgive();
  }

  progress(): void {
    this.patience.earnFrame();
  }

  ended(): void {
    if (this.stage === 'ending' && this.streams.size === 0) this.end();
  }

  private preface(bytes: Buffer, start: number, end: number): number {
    const size = Math.min(end - start, PREFACE.length - this.prefaceRead);
    if (PREFACE.compare(bytes, start, start + size, this.prefaceRead, this.prefaceRead + size) !== 0) {
      this.stage = 'closing';
      this.transport.foreign(Buffer.concat([PREFACE.subarray(0, this.prefaceRead), bytes.subarray(start, end)]));
      return -1;
    }
    this.prefaceRead += size;
    if (this.prefaceRead < PREFACE.length) return -1;
    this.greet();
    return start + size;
  }

  /** Comes before everything else. */
  private greet(): void {
    const { maxConcurrentStreams, maxHeaderBytes: maxHeaderListSize } = this.options;
    const settings = { maxConcurrentStreams, initialWindowSize: STREAM_WINDOW, maxHeaderListSize };
    this.output.frame(FRAME.settings, 0, 0, encodeSettings(settings));
    this.output.word(FRAME.windowUpdate, 0, CONNECTION_WINDOW - DEFAULT_WINDOW);
  }

  private frame(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    const { streams } = this;
    if (streams.block.isOpen && (type !== FRAME.continuation || id !== streams.block.streamId)) {
      throw new ConnectionError('protocol_error', 'a frame within a header block');
    }
    if (!this.isSettled && type !== FRAME.settings) {
      throw new ConnectionError('protocol_error', 'the first frame is not SETTINGS');
    }
    if (type === FRAME.data) streams.data(flags, id, bytes, start, end);
    else if (type === FRAME.headers) streams.headers(flags, id, bytes, start, end);
    else {
      this.spend();
      this.control(type, flags, id, bytes, start, end);
    }
  }

  private control(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    switch (type) {
      case FRAME.continuation:
        if (!this.streams.block.isOpen) throw new ConnectionError('protocol_error', 'CONTINUATION of nothing');
        this.streams.continueBlock(flags, bytes, start, end);
        break;
      case FRAME.settings:
        checkStream(id === 0, 'SETTINGS');
        this.settings(flags, bytes, start, end);
        break;
      case FRAME.ping:
        checkStream(id === 0, 'PING');
        checkLength(length === PING_BYTES, 'PING', length);
        this.ping(flags, bytes.subarray(start, end));
        break;
      case FRAME.windowUpdate:
        checkLength(length === 4, 'WINDOW_UPDATE', length);
        this.streams.windowUpdate(id, bytes.readUInt32BE(start) & 0x7fffffff);
        break;
      case FRAME.rstStream:
        checkStream(id !== 0, 'RST_STREAM');
        checkLength(length === 4, 'RST_STREAM', length);
        this.streams.resetByClient(id);
        break;
      case FRAME.priority:
        checkStream(id !== 0, 'PRIORITY');
        if (length !== 5) this.streams.resetAny(id, 'frame_size_error');
        else if ((bytes.readUInt32BE(start) & 0x7fffffff) === id) this.streams.resetAny(id, 'protocol_error');
        break;
      case FRAME.goaway:
        checkStream(id === 0, 'GOAWAY');
        checkLength(length >= 8, 'GOAWAY', length);
        if (this.stage !== 'closing') this.stage = 'ending';
        this.ended();
        break;
      case FRAME.pushPromise:
        throw new ConnectionError('protocol_error', 'PUSH_PROMISE of a client');
    }
  }

  private settings(flags: number, bytes: Buffer, start: number, end: number): void {
    if ((flags & FLAG.ack) !== 0) {
      checkLength(end === start, 'SETTINGS acknowledged', end - start);
      return;
    }
    checkSettingsLength(end - start);
    const window = readInitialWindow(bytes, start, end);
    this.isSettled = true;
    this.output.frame(FRAME.settings, FLAG.ack, 0);
    if (window !== undefined) this.streams.setInitialWindow(window);
  }

  private ping(flags: number, payload: Buffer): void {
    if ((flags & FLAG.ack) !== 0) {
      if (this.stage === 'draining' && payload.equals(DRAIN_PING)) this.announceEnd();
      return;
    }
    if (!this.pings.take(performance.now(), this.streams.size > 0)) {
      throw new ConnectionError('enhance_your_calm', 'too_many_pings', 'too_many_pings');
    }
    this.output.frame(FRAME.ping, FLAG.ack, 0, payload);
  }

  private flush(): void {
    this.output.flush();
    if (this.isStuck || this.output.waitingBytes <= MAX_UNREAD_BYTES) return;
    this.isStuck = true;
    this.transport.socket.pause();
  }

  private goaway(lastId: number, code: ErrorName, text: string): void {
    const payload = Buffer.alloc(8 + text.length);
    payload.writeUInt32BE(lastId, 0);
    payload.writeUInt32BE(ERROR[code], 4);
    payload.write(text, 8, 'latin1');
    this.output.frame(FRAME.goaway, 0, 0, payload);
  }

  private announceEnd(): void {
    this.stage = 'ending';
    if (this.prefaceRead < PREFACE.length) this.greet();
    this.goaway(this.streams.lastId, 'no_error', 'draining');
    this.ended();
    if (!this.isReading) this.flush();
  }

  private fail({ code, message, breach }: ConnectionError): void {
    this.transport.broken(breach);
    this.goaway(this.streams.lastId, code, message);
    this.end();
    this.lost();
  }

  /** The last word is out; the client closes, or is cut after a moment. */
  private end(): void {
    this.stage = 'closing';
    this.output.flush();
    this.transport.socket.end();
  }
}
