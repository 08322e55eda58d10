/** What of a row is posted to the ledger. */
import { DURATION, SERVICE, SPAN, START, TRACE, unpackDuration } from '../contract/observation.ts';
import { type Rendezvous, SENT } from '../contract/rendezvous.ts';
import type { Rows } from './rows.ts';

/** Fills in everything but the key. */
export function describeSide(side: Rendezvous, rows: Rows, row: number, kind: number, topic: number): void {
  const w = rows.words;
  side.kind = kind;
  side.service = w[row + SERVICE]!;
  side.topic = topic;
  side.time = rows.floats[(row + START) >> 1]! + (kind === SENT ? unpackDuration(w[row + DURATION]!) : 0);
  side.row = rows.sequenceAt(row);
  side.trace0 = w[row + TRACE + 2]!;
  side.trace1 = w[row + TRACE + 3]!;
  side.span0 = w[row + SPAN]!;
  side.span1 = w[row + SPAN + 1]!;
}

/**
 * As `describeSide`, of a sender that has left, whose context stands at `at` in `words`: everything but service, topic
 * and key. @param time of its end, µs.
 */
export function describeLeft(side: Rendezvous, words: Int32Array, at: number, time: number): void {
  side.kind = SENT;
  side.time = time;
  side.row = 0;
  side.trace0 = words[at + TRACE + 2]!;
  side.trace1 = words[at + TRACE + 3]!;
  side.span0 = words[at + SPAN]!;
  side.span1 = words[at + SPAN + 1]!;
}

/** By start, then by the low half of the trace id, which is never lost, and the span id. */
export function isEarlierRow({ words: w, floats }: Rows, a: number, b: number): boolean {
  const start = floats[(a + START) >> 1]! - floats[(b + START) >> 1]!;
  if (start !== 0) return start < 0;
  for (const word of [TRACE + 2, TRACE + 3, SPAN, SPAN + 1]) {
    if (w[a + word] !== w[b + word]) return w[a + word]! >>> 0 < w[b + word]! >>> 0;
  }
  return false;
}
