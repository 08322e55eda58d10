/** The arrow out of a receiver: one request at a time, decoded view by view, then committed whole or not at all. */
import type { Progress } from './record.ts';
import type { SpanView } from './span-view.ts';

export interface PushResult {
  readonly accepted: number;
  readonly rejected: number;
  /** Why spans were rejected; empty when none was. */
  readonly message: string;
}

/**
 * Takes the spans of one request. `begin`, any number of `span`, then `commit` or `abort`; requests never interleave.
 * After `commit` resolves the observations are in the journal and may be acknowledged; after `abort` nothing happened.
 */
export interface SpanConsumer {
  /** Throws a `RetryableError` where `begin` would: may be asked before the body of a request is read. */
  admit?(): void;
  /** Throws a `RetryableError` under pressure, before anything is decoded. */
  begin(): void;
  /**
   * True when the resource whose bytes the view points at was met before and nobody behind reads its attributes: its
   * slots may stay empty. Asked once for each ResourceSpans, before its spans.
   */
  knowsResource?(view: SpanView): boolean;
  span(view: SpanView): void;
  /** As a `RecordConsumer`'s. */
  progress?(at: Progress): void;
  /** @param sender a connection: the same object for requests that come behind each other. */
  commit(sender?: object): PushResult | Promise<PushResult>;
  /** The request was malformed; `reason` is a snake_case name to count. */
  abort(reason: string): void;
}

/**
 * Takes the log records of one request, as a `SpanConsumer` takes spans. Of a record the view holds the ids of the span
 * that it was made in (unusable: none), its attributes, and its time as start and end.
 */
export interface LogConsumer {
  admit?(): void;
  begin(): void;
  knowsResource?(view: SpanView): boolean;
  log(view: SpanView): void;
  progress?(at: Progress): void;
  /** As a `SpanConsumer`'s. */
  commit(sender?: object): PushResult | Promise<PushResult>;
  abort(reason: string): void;
}
