/** What a connection needs of the world: its socket, and somebody who counts and answers what is not HTTP/2. */
import type { Socket } from 'node:net';
import type { Breach } from './words.ts';

export interface Transport {
  readonly socket: Socket;
  /** The client broke a rule, or a limit. */
  broken(breach: Breach): void;
  /** The client speaks something else: its first bytes. Nothing of HTTP/2 was sent. */
  foreign(firstBytes: Buffer): void;
}
