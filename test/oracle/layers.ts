/**
 * Layers of one delivery: receive spans inside each other, and process spans of several instrumentations. What a layer
 * beside the one that counts has to say of the message is left out.
 */
import { compareValues, findSpans, isSameService, parentOf } from './chains.ts';
import type { Fact } from './normalize.ts';
import type { Join } from './pairing.ts';
import { type Link, sameTrace, wholeTraceId } from './span.ts';

const operationOf = (fact: Fact) => fact.delivery?.operation;

/** An own receive span beneath (by a climb, or by a link) that names a topic counts instead of this one. */
export function hasInnerReceive(outer: Fact, joins: readonly Join[], facts: readonly Fact[]): boolean {
  const isInner = (inner: Fact) =>
    inner !== outer &&
    operationOf(inner) === 'receive' &&
    isSameService(inner, outer) &&
    inner.topic !== undefined &&
    mayTell(outer, inner);
  if (operationOf(outer) !== 'receive') return false;
  return (
    joins.some(join => join.local === outer && isInner(join.inbound)) ||
    outer.span.links.some(link => findSpans(link.traceId, link.spanId, facts).some(isInner))
  );
}

/** The inner span tells more of what the outer says, or the same. */
function mayTell(outer: Fact, inner: Fact): boolean {
  if (outer.topic === undefined || outer.namesSeveral || outer.linkTopics.some(topic => topic !== undefined))
    return true;
  return outer.topic.id === inner.topic?.id;
}

/**
 * Inside an own receive span without a topic of its own; or inside an own process span of another instrumentation, with
 * the same topic and without links: the outer says it all.
 */
export function isInsideLayer({ inbound, local, rank }: Join): boolean {
  if (rank !== 'none' || local?.class !== 'consumer' || operationOf(local) !== operationOf(inbound)) return false;
  if (operationOf(inbound) === 'receive') return inbound.topic === undefined && local.topic !== undefined;
  return (
    local.span.scope !== inbound.span.scope &&
    local.topic !== undefined &&
    local.topic.id === inbound.topic?.id &&
    inbound.span.links.length === 0
  );
}

/** A process span's message by its parent (undefined) or a link, which a process span of another scope has, too, and earlier. */
export function isToldEarlier(
  fact: Fact,
  link: Link | undefined,
  joins: readonly Join[],
  facts: readonly Fact[],
): boolean {
  const [traceId, spanId] = link ? [link.traceId, link.spanId] : [fact.span.traceId, fact.span.parentSpanId];
  const deliveries = joins
    .filter(join => operationOf(join.inbound) === 'process' && isSameService(join.inbound, fact))
    .filter(join => hasContext(join, traceId, spanId, facts))
    .map(join => join.inbound);
  if (!deliveries.includes(fact)) return false;
  const [first] = deliveries.sort(
    (a, b) =>
      compareValues(a.startUs, b.startUs) ||
      compareValues(lowHalf(a), lowHalf(b)) ||
      compareValues(a.span.spanId.toLowerCase(), b.span.spanId.toLowerCase()),
  );
  return first!.span.scope !== fact.span.scope;
}

const lowHalf = (fact: Fact) => wholeTraceId(fact.span.traceId).slice(16);

/** The links of a span are its messages; without links its parent, where that is no span of another kind. */
function hasContext({ inbound, rank }: Join, traceId: string, spanId: string, facts: readonly Fact[]): boolean {
  const { span } = inbound;
  const isIt = (id: string, trace: string) => id.toLowerCase() === spanId.toLowerCase() && sameTrace(trace, traceId);
  if (span.links.length > 0) return span.links.some(link => isIt(link.spanId, link.traceId));
  if (rank === 'shared_id' || span.parentSpanId.toLowerCase() === span.spanId.toLowerCase()) return false;
  if (!isIt(span.parentSpanId, span.traceId)) return false;
  const parent = parentOf(inbound, facts);
  return parent === 'missing' || (parent !== 'root' && (parent.class === 'producer' || parent.class === 'client'));
}
