/**
 * The streams of one connection: header blocks and data of the client become requests of a handler, and its answers
 * frames. Holds the rules of streams: their numbers, states, windows, lengths and fields.
 */

import type { Handler } from './handler.ts';
import { HeaderBlock } from './header-block.ts';
import { HpackDecoder } from './hpack/decoder.ts';
import { encodeHeaders } from './hpack/encode.ts';
import type { Field } from './hpack/fields.ts';
import type { Output } from './output.ts';
import { announcedLength, areTrailers, isWellFormed } from './request-head.ts';
import { SendWindow } from './send-window.ts';
import type { Stream } from './stream.ts';
import { ConnectionError, checkStream, DEFAULT_WINDOW, ERROR, type ErrorName, FLAG, FRAME } from './words.ts';

/** What the streams need of their connection. */
export interface StreamsOwner<S extends Stream> {
  readonly handler: Handler<S>;
  readonly output: Output;
  readonly maxConcurrentStreams: number;
  readonly maxHeaderBytes: number;
  /** The client was told that no more requests are taken. */
  takesNoMore(): boolean;
  create(id: number): S;
  /** A frame brings nothing; throws when they are too many. */
  spend(): void;
  /** An answer goes out. */
  answered(): void;
  /** Data went that had waited. */
  progress(): void;
  /** A stream has ended. */
  ended(): void;
}

/** What a client may send on a stream, and on all of them, before it is given more. */
export const STREAM_WINDOW = 2 ** 20;
export const CONNECTION_WINDOW = 2 ** 24;
/** Streams that were answered or reset before the client had sent all; what still comes for them is let pass. */
const MAX_LINGERING = 256;
const NO_BYTES = Buffer.alloc(0);
const TOO_MANY_FIELDS = encodeHeaders([[':status', '431']]);

export class Streams<S extends Stream> {
  /** What the client lets a new stream send. */
  initialSendWindow = DEFAULT_WINDOW;
  lastId = 0;
  readonly block: HeaderBlock;
  private readonly open = new Map<number, S>();
  private readonly owner: StreamsOwner<S>;
  private readonly handler: Handler<S>;
  private readonly output: Output;
  private readonly sendWindow: SendWindow<S>;
  private readonly hpack: HpackDecoder;
  private readonly fields: Field[] = [];
  private readonly lingering = new Set<number>();
  private ungranted = 0;

  constructor(owner: StreamsOwner<S>) {
    this.owner = owner;
    this.handler = owner.handler;
    this.output = owner.output;
    this.hpack = new HpackDecoder(owner.maxHeaderBytes);
    this.block = new HeaderBlock(owner.maxHeaderBytes);
    this.sendWindow = new SendWindow(
      owner.output,
      () => owner.progress(),
      stream => this.finish(stream),
    );
  }

  get size(): number {
    return this.open.size;
  }

  values(): Iterable<S> {
    return this.open.values();
  }

  /** Sends an answer: a block of fields, then data and a block of trailers unless the fields are all. */
  respond(stream: S, head: Uint8Array, data?: Uint8Array, trailers: Uint8Array = NO_BYTES): void {
    if (stream.isClosed || stream.waiting !== undefined) return;
    const isAll = data === undefined;
    this.output.frame(FRAME.headers, FLAG.endHeaders | (isAll ? FLAG.endStream : 0), stream.id, head);
    if (isAll) this.finish(stream);
    else this.sendWindow.send(stream, data, trailers);
    this.owner.answered();
  }

  /** Ends a stream without an answer. */
  reset(stream: S, code: ErrorName): void {
    if (stream.isClosed) return;
    this.resetId(stream.id, code);
    this.close(stream);
    this.handler.abort(stream);
    this.owner.ended();
  }

  /** Whatever became of the stream of this number. */
  resetAny(id: number, code: ErrorName): void {
    const stream = this.open.get(id);
    if (stream === undefined) this.resetId(id, code);
    else this.reset(stream, code);
  }

  resetByClient(id: number): void {
    this.checkNotIdle(id, 'RST_STREAM');
    this.lingering.delete(id);
    const stream = this.open.get(id);
    if (stream === undefined) return;
    this.close(stream);
    this.handler.abort(stream);
    this.owner.ended();
  }

  data(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    checkStream(id !== 0, 'DATA');
    const length = end - start;
    this.ungranted += length;
    if (this.ungranted > CONNECTION_WINDOW) throw new ConnectionError('flow_control_error', 'more than the window');
    const isLast = (flags & FLAG.endStream) !== 0;
    if (length === 0 && !isLast) this.owner.spend();
    const padding = (flags & FLAG.padded) === 0 ? -1 : paddingOf(bytes, start, end);
    const stream = this.open.get(id);
    if (stream === undefined) this.dataOfNone(id, isLast);
    else if (stream.isWhole) this.reset(stream, 'stream_closed');
    else this.dataOf(stream, length, isLast, bytes, padding < 0 ? start : start + 1, end - Math.max(0, padding));
  }

  headers(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    checkStream(id % 2 === 1, 'HEADERS');
    const padding = (flags & FLAG.padded) === 0 ? -1 : paddingOf(bytes, start, end);
    let at = padding < 0 ? start : start + 1;
    const stop = end - Math.max(0, padding);
    let isSelfish = false;
    if ((flags & FLAG.priority) !== 0) {
      if (stop - at < 5) throw new ConnectionError('frame_size_error', 'HEADERS without room for their priority');
      isSelfish = (bytes.readUInt32BE(at) & 0x7fffffff) === id;
      at += 5;
    }
    const isLast = (flags & FLAG.endStream) !== 0;
    if ((flags & FLAG.endHeaders) !== 0) this.request(id, isLast, isSelfish, bytes, at, stop);
    else this.block.open(id, isLast, isSelfish, bytes, at, stop);
  }

  continueBlock(flags: number, bytes: Buffer, start: number, end: number): void {
    const { block } = this;
    block.append(bytes, start, end);
    if ((flags & FLAG.endHeaders) === 0) return;
    const whole = block.close();
    this.request(block.streamId, block.isLast, block.isSelfish, whole, 0, whole.length);
  }

  windowUpdate(id: number, more: number): void {
    if (id === 0) {
      this.sendWindow.widen(more);
      return;
    }
    this.checkNotIdle(id, 'WINDOW_UPDATE');
    const stream = this.open.get(id);
    if (stream === undefined) return;
    if (more === 0) this.reset(stream, 'protocol_error');
    else if (!this.sendWindow.widenStream(stream, more)) this.reset(stream, 'flow_control_error');
  }

  /** The client lets new streams send this much, and those that are open by so much more or less. */
  setInitialWindow(window: number): void {
    const more = window - this.initialSendWindow;
    this.initialSendWindow = window;
    this.sendWindow.widenStreams(this.open.values(), more);
  }

  grant(): void {
    if (this.ungranted <= CONNECTION_WINDOW / 2) return;
    this.output.word(FRAME.windowUpdate, 0, this.ungranted);
    this.ungranted = 0;
  }

  private resetId(id: number, code: ErrorName): void {
    this.output.word(FRAME.rstStream, id, ERROR[code]);
    this.lingering.add(id);
    if (this.lingering.size <= MAX_LINGERING) return;
    for (const oldest of this.lingering) {
      this.lingering.delete(oldest);
      return;
    }
  }

  /** The connection is gone. */
  lost(): void {
    for (const stream of [...this.open.values()]) {
      this.close(stream);
      this.handler.abort(stream);
    }
  }

  private dataOf(stream: S, length: number, isLast: boolean, bytes: Buffer, start: number, end: number): void {
    stream.ungranted += length;
    stream.receivedBytes += end - start;
    const { announcedBytes, receivedBytes } = stream;
    if (stream.ungranted > STREAM_WINDOW) {
      this.reset(stream, 'flow_control_error');
      return;
    }
    if (announcedBytes >= 0 && (isLast ? receivedBytes !== announcedBytes : receivedBytes > announcedBytes)) {
      this.reset(stream, 'protocol_error');
      return;
    }
    if (isLast) stream.isWhole = true;
    else if (stream.ungranted > STREAM_WINDOW / 2) {
      this.output.word(FRAME.windowUpdate, stream.id, stream.ungranted);
      stream.ungranted = 0;
    }
    if (stream.waiting === undefined) this.handler.data(stream, bytes, start, end, isLast);
  }

  private dataOfNone(id: number, isLast: boolean): void {
    this.checkNotIdle(id, 'DATA');
    if (this.lingering.has(id)) {
      if (isLast) this.lingering.delete(id);
      return;
    }
    this.owner.spend();
    this.resetId(id, 'stream_closed');
  }

  /** A whole header block. It is decoded whatever becomes of it, for the sake of the table. */
  private request(id: number, isLast: boolean, isSelfish: boolean, bytes: Buffer, start: number, end: number): void {
    const { fields } = this;
    fields.length = 0;
    const fits = this.hpack.decode(bytes, start, end, fields);
    const known = this.open.get(id);
    if (known !== undefined) this.trailers(known, isLast && !isSelfish && areTrailers(fields));
    else if (id <= this.lastId) this.headersOfNone(id, isLast);
    else this.begin(id, isLast, fits, fits && !isSelfish && isWellFormed(fields));
  }

  private trailers(stream: S, isRight: boolean): void {
    if (stream.isWhole) {
      this.reset(stream, 'stream_closed');
      return;
    }
    const { announcedBytes, receivedBytes } = stream;
    if (!isRight || (announcedBytes >= 0 && announcedBytes !== receivedBytes)) {
      this.reset(stream, 'protocol_error');
      return;
    }
    stream.isWhole = true;
    if (stream.waiting === undefined) this.handler.data(stream, NO_BYTES, 0, 0, true);
  }

  private headersOfNone(id: number, isLast: boolean): void {
    if (!this.lingering.has(id)) throw new ConnectionError('stream_closed', 'HEADERS of a closed stream');
    if (isLast) this.lingering.delete(id);
  }

  private begin(id: number, isLast: boolean, fits: boolean, isRight: boolean): void {
    this.lastId = id;
    if (this.owner.takesNoMore() || this.open.size >= this.owner.maxConcurrentStreams) {
      this.owner.spend();
      this.refuse(id, isLast, 'refused_stream');
      return;
    }
    const announced = announcedLength(this.fields);
    if (!fits) {
      this.output.frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, id, TOO_MANY_FIELDS);
      this.refuse(id, isLast, 'no_error');
    } else if (!isRight || Number.isNaN(announced) || (isLast && announced > 0)) {
      this.owner.spend();
      this.refuse(id, isLast, 'protocol_error');
    } else this.handle(id, isLast, announced);
  }

  private handle(id: number, isLast: boolean, announced: number): void {
    const stream = this.owner.create(id);
    stream.announcedBytes = announced;
    stream.isWhole = isLast;
    this.open.set(id, stream);
    this.handler.open(stream, this.fields);
  }

  private refuse(id: number, isLast: boolean, code: ErrorName): void {
    this.resetId(id, code);
    if (isLast) this.lingering.delete(id);
  }

  /** The answer went out. A request that is not whole yet need not go on. */
  private finish(stream: S): void {
    if (!stream.isWhole) this.resetId(stream.id, 'no_error');
    this.close(stream);
    this.owner.ended();
  }

  private close(stream: S): void {
    stream.isClosed = true;
    this.sendWindow.forget(stream);
    this.open.delete(stream.id);
  }

  private checkNotIdle(id: number, name: string): void {
    if (id > this.lastId || id % 2 === 0) throw new ConnectionError('protocol_error', `${name} of an idle stream`);
  }
}

function paddingOf(bytes: Buffer, start: number, end: number): number {
  const padding = start < end ? bytes[start]! : end;
  if (padding >= end - start) throw new ConnectionError('protocol_error', 'padding that is longer than its frame');
  return padding;
}
