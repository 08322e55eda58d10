/** One call as the server knows it, from its head to its answer, in plain fields. */
import type { Connection } from '../../../lib/http2/connection.ts';
import { Stream } from '../../../lib/http2/stream.ts';
import type { Signal } from '../signal.ts';
import type { Message } from './message.ts';

export class Call extends Stream {
  readonly connection: Connection<Call>;
  signal: Signal = 'other';
  gzip = false;
  /** Undefined until the head was accepted. */
  message: Message | undefined;
  /** Bytes of the message as decoded, or as far as it came. */
  bytes = 0;
  pieces = 0;
  readonly openedMs: number;
  /** Of the caller's trace, where there is one. */
  traceparent: string | undefined;
  deadlineMs = Number.POSITIVE_INFINITY;
  /** Answered, or given up by the client: nothing more is to be done. */
  settled = false;
  /** The thread pool reads the message. */
  inflating = false;
  /** Its connection keeps its place until the answer. */
  held = false;

  constructor(connection: Connection<Call>, id: number) {
    super(id, connection.initialSendWindow);
    this.connection = connection;
    this.openedMs = performance.now();
  }
}
