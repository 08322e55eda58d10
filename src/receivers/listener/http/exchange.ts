/** One request with what the receiver knows about it, in plain fields, and the way its answer goes. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Encoding, Signal } from '../../otlp/signal.ts';
import type { Body } from '../body.ts';

/** Sends the one answer of a request. */
export interface Outlet {
  /**
   * `closing`: the connection ends with it. `lingers`: before that, what still comes of the body is read and thrown away
   * for a while, since a sender that is cut off while it still writes would lose the answer.
   */
  send(status: number, headers: OutgoingHttpHeaders, body: Buffer | string, closing: boolean, lingers: boolean): void;
}

/** The head of a request. */
export interface RequestHead {
  readonly method: string;
  readonly url: string;
  /** At least those that the receiver reads. */
  readonly headers: IncomingHttpHeaders;
}

export class Exchange {
  readonly socket: Socket;
  readonly head: RequestHead;
  readonly outlet: Outlet;
  /** Content-Length, or -1 when the body is chunked or absent. */
  readonly announced: number;
  /** When its head was read, by `performance.now()`. */
  readonly openedMs = performance.now();
  otlpSignal: Signal = 'other';
  encoding: Encoding = 'protobuf';
  gzip = false;
  /** Undefined until the head was accepted. */
  body: Body | undefined;
  /** Bytes decoded, or read so far. */
  bytes = 0;
  /** Pieces in which the body came so far. */
  pieces = 0;
  /** Its body has come to its end. */
  complete = false;
  /** Taken in whole; its connection keeps its place until the answer. */
  held = false;
  /** Answered, or given up by the sender: nothing more is to be done. */
  settled = false;

  constructor(socket: Socket, head: RequestHead, outlet: Outlet) {
    this.socket = socket;
    this.head = head;
    this.outlet = outlet;
    const length = head.headers['content-length'];
    this.announced = length === undefined ? -1 : Number(length);
  }
}
