/** What a protocol on top of HTTP/2 does with the requests of its connections. No method may throw. */
import type { Connection } from './connection.ts';
import type { Field } from './hpack/fields.ts';
import type { Stream } from './stream.ts';

export interface Handler<S extends Stream> {
  create(connection: Connection<S>, id: number): S;
  /** The head of a request; the list of fields is valid until this returns, the fields are for good. */
  open(stream: S, fields: readonly Field[]): void;
  /** A part of the body, valid until this returns; the last one may be empty. Not called for a request without a body. */
  data(stream: S, bytes: Buffer, start: number, end: number, isLast: boolean): void;
  /** Reset or lost: an answer would reach nobody. */
  abort(stream: S): void;
  /** Called every now and then while the request is not answered. */
  look(stream: S, nowMs: number): void;
}
