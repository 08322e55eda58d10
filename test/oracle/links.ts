/** Span links: which of them join a consumer to a producer, and how many messages a span's links stand for. */
import { compareSharers, compareValues, findSpans, isSameService } from './chains.ts';
import type { Fact } from './normalize.ts';
import { wholeTraceId } from './span.ts';

/** The partners of a Q by its links, in order of (trace id, span id) of the link. */
export function findLinked(consumer: Fact, facts: readonly Fact[]): Fact[] {
  const links = [...consumer.span.links].sort(
    (a, b) =>
      compareValues(wholeTraceId(a.traceId), wholeTraceId(b.traceId)) ||
      compareValues(a.spanId.toLowerCase(), b.spanId.toLowerCase()),
  );
  return links.flatMap(link => {
    const target = findSpans(link.traceId, link.spanId, facts)
      .filter(fact => fact.class === 'producer' || (fact.class === 'client' && !isSameService(fact, consumer)))
      .sort(compareSharers)[0];
    return target === undefined ? [] : [target];
  });
}

/** The larger of the batch count and the links to others' P, create and unknown spans with the dropped ones; at least 1. */
export function countMessages(fact: Fact, facts: readonly Fact[]): number {
  const linked = fact.span.links.filter(link => {
    const targets = findSpans(link.traceId, link.spanId, facts);
    if (targets.length === 0) return true;
    return targets.some(target => target !== fact && target.class === 'producer');
  });
  return Math.max(fact.delivery?.batchCount ?? 0, linked.length + fact.span.droppedLinks, 1);
}
