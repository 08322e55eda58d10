/** Span links: which of them join a consumer to a producer, and which stand for messages. */
import { compareSharers, compareValues, findSpans, isSameService } from './chains.ts';
import type { NodeIdentity } from './names.ts';
import type { Fact } from './normalize.ts';
import { findSender, positionsOf } from './positions.ts';
import { type Link, wholeTraceId } from './span.ts';

/** One message and where it came from. */
export interface Match {
  readonly partner: Fact;
  readonly evidence: 'paired' | 'span_link' | 'offset' | 'message_id';
  /** The destination that the consumer names for it: on the link, else of the span. */
  readonly topic: NodeIdentity | undefined;
  /** Undefined for what stands above. */
  readonly link?: Link;
}

/** The partners of a Q by its links, in order of (trace id, span id) of the link. */
export function findLinked(consumer: Fact, facts: readonly Fact[]): Match[] {
  const links = consumer.span.links
    .map((link, index) => ({ link, topic: consumer.linkTopics[index] ?? consumer.topic }))
    .sort(
      (a, b) =>
        compareValues(wholeTraceId(a.link.traceId), wholeTraceId(b.link.traceId)) ||
        compareValues(a.link.spanId.toLowerCase(), b.link.spanId.toLowerCase()),
    );
  const positions = positionsOf(consumer);
  return links.flatMap(({ link, topic }): Match[] => {
    const partner = findSpans(link.traceId, link.spanId, facts)
      .filter(fact => fact.class === 'producer' || (fact.class === 'client' && !isSameService(fact, consumer)))
      .sort(compareSharers)[0];
    if (partner !== undefined) return [{ partner, evidence: 'span_link', topic, link }];
    const position = positions.find(one => one.link === link);
    const found = position && findSender(position, facts);
    return found ? [{ partner: found.sender, evidence: found.evidence, topic, link }] : [];
  });
}

/** A link to another's P or create span, or to a span that nobody has seen, stands for a message. */
export function standsForMessage(link: Link, owner: Fact, facts: readonly Fact[]): boolean {
  const targets = findSpans(link.traceId, link.spanId, facts);
  return targets.length === 0 || targets.some(target => target !== owner && target.class === 'producer');
}

/** The larger of the batch count and the links that stand for messages with the dropped ones; at least 1. */
export function countMessages(fact: Fact, facts: readonly Fact[]): number {
  const linked = fact.span.links.filter(link => standsForMessage(link, fact, facts));
  return Math.max(fact.delivery?.batchCount ?? 0, linked.length + fact.span.droppedLinks, 1);
}
