/** One HTTPS request as a test needs it: on a connection of its own, with whatever the client is to show and to trust. */
import { type RequestOptions, request } from 'node:https';
import { exchange, type Reply } from './exchange.ts';

export interface SecureMessage extends RequestOptions {
  readonly body?: Uint8Array | string;
  /** Of an earlier connection, to be resumed. */
  readonly session?: Buffer | undefined;
}

/** Rejects when the connection cannot be made or breaks. */
export function sendSecure(port: number, { body = '', ...options }: SecureMessage): Promise<Reply> {
  return exchange(request({ port, host: '127.0.0.1', agent: false, ...options }), body);
}
