/**
 * What may join across traces, as it is posted to the message ledger: one side of a meeting under a key. Reused; valid
 * only during the call.
 */

/** A message was sent with this position or id. */
export const SENT = 1;
/** A consumer looks for the message with this position or id. */
export const SOUGHT = 2;
/** A group processed the message at this position. */
export const PROCESSED_AT = 3;

export class Rendezvous {
  kind = SENT;
  /** 64 bits of the key, which tells offsets, ids and groups apart, too. */
  a = 0;
  b = 0;
  service = 0;
  topic = 0;
  /** µs: end of the span that sent, start of the one that received. */
  time = 0;
  /** Sequence number of the span's row. */
  row = 0;
  /** Low half of the trace id, and the span id. */
  trace0 = 0;
  trace1 = 0;
  span0 = 0;
  span1 = 0;
}

/** Messaging systems of which there may be several with topics of one name: only a known cluster tells them apart. */
export const CLUSTERED_SYSTEMS: ReadonlySet<string> = new Set(['kafka']);
