/** Up to four example spans of an edge, chosen by a hash of the trace id so that order has no say. */
import type { Exemplar } from '../../src/contract/graph-document.ts';
import { compareValues } from './chains.ts';
import type { Interaction } from './interactions.ts';
import { mixBits } from './names.ts';
import { wholeTraceId } from './span.ts';

const MAX_EXEMPLARS = 4;

/** The finalizer of murmur3 over the xor of the two low words (bytes 8–11 and 12–15) of a whole trace id. */
export function hashTraceId(traceId: string): number {
  return mixBits(Number.parseInt(traceId.slice(16, 24), 16) ^ Number.parseInt(traceId.slice(24, 32), 16));
}

/** One per trace (its smallest span id), those with the smallest hashes. Logs of no trace give none. */
export function chooseExemplars(interactions: readonly Interaction[]): Exemplar[] {
  const sorted = interactions
    .filter(({ witness: { span } }) => span.traceId !== '')
    .map(({ witness: { span } }) => ({ traceId: wholeTraceId(span.traceId), spanId: span.spanId.toLowerCase() }))
    .sort(
      (a, b) =>
        compareValues(hashTraceId(a.traceId), hashTraceId(b.traceId)) ||
        compareValues(a.traceId, b.traceId) ||
        compareValues(a.spanId, b.spanId),
    );
  const first = sorted.filter((one, index) => sorted.findIndex(other => other.traceId === one.traceId) === index);
  return first.slice(0, MAX_EXEMPLARS);
}
