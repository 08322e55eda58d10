/**
 * What an HTTP listener is there for: which requests it takes, what becomes of their bodies, how they are answered, and
 * who counts. The listener itself reads, bounds, inflates and drains.
 */
import type { Guard } from '../../../lib/listen/guard.ts';
import type { Answer } from '../answer.ts';
import type { ConnectionReason } from '../connection-reason.ts';
import type { Exchange } from './exchange.ts';

/** What a head is held against. */
export interface HeadRules {
  readonly maxBodyBytes: number;
  readonly guard: Guard;
}

/** The body of the last answer on a connection that was not HTTP. */
export interface LastWord {
  readonly contentType: string;
  readonly text: string;
}

export interface HttpService {
  /** In messages, e.g. `OTLP/HTTP`. */
  readonly name: string;
  /** For who speaks HTTP/2 here. */
  readonly http2Hint: string;
  /** The answer when a request is not to be taken, undefined when it is. Called once, before anything else. */
  readHead(exchange: Exchange, rules: HeadRules): Answer | undefined;
  /** The answer to a request that would not be taken now; asked when its head is there, and before a body is inflated. */
  refusal(exchange: Exchange, bodyIsRead: boolean): Answer | undefined;
  /** The bytes, inflated, are valid until this returns. Never throws and never rejects. */
  take(exchange: Exchange, bytes: Uint8Array): Answer | Promise<Answer>;
  /** Counts a body that could not be read, under a snake_case reason. */
  malformed(reason: string, message: string): Answer;
  respond(exchange: Exchange, answer: Answer, closing: boolean): void;
  /** The request was answered, or given up by its sender: to be counted. */
  settled(exchange: Exchange, answer: Answer): void;
  /** A connection was answered that brought no request. */
  declined(sender: string | undefined, answer: Answer): void;
  lastWord(answer: Answer): LastWord;
  connectionEnded(reason: ConnectionReason): void;
  /** Shows the connections in metrics, until the function returned is called. */
  watchConnections(limit: number, open: () => number): () => void;
}
