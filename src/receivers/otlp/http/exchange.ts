/**
 * One request as node:http hands it over, with what the receiver knows about it in plain fields: the server makes
 * requests of this class, so that no closure, map or wrapper is needed per request.
 */
import { IncomingMessage, type ServerResponse } from 'node:http';
import type { Encoding, Signal } from '../signal.ts';
import type { Body } from './body.ts';

export class Exchange extends IncomingMessage {
  response!: ServerResponse;
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
  /** Taken in whole; its connection keeps its place until the answer. */
  held = false;
  /** Answered, or given up by the sender: nothing more is to be done. */
  settled = false;
  /** The sender waits for leave (`Expect: 100-continue`) to send its body. */
  waitsForLeave = false;
}

/** Content-Length, or -1 when the body is chunked or absent. */
export function announcedLength(exchange: Exchange): number {
  const length = exchange.headers['content-length'];
  return length === undefined ? -1 : Number(length);
}
