/**
 * Parents and climbs: who stands above a span.
 * Every climb ends at a root, at a missing parent, or after 256 hops as if the parent were missing.
 */
import type { Fact } from './normalize.ts';
import { namesNoParent, sameTrace } from './span.ts';

const MAX_HOPS = 256;

/** The order of kinds among spans that share an id. */
const CLASSES = ['internal', 'client', 'server', 'producer', 'consumer', 'database'];

export type Parent = Fact | 'root' | 'missing';

export function compareValues<T extends string | number>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const serviceName = (fact: Fact) => fact.service?.name ?? '';
const serviceId = (fact: Fact) => fact.service?.id ?? '';

export function isSameService(a: Fact, b: Fact): boolean {
  return a.service !== undefined && a.service.id === b.service?.id;
}

/** The smaller (start, service name, kind); the rest only makes the order total. */
export function compareSharers(a: Fact, b: Fact): number {
  return (
    compareValues(a.startUs, b.startUs) ||
    compareValues(serviceName(a), serviceName(b)) ||
    compareValues(CLASSES.indexOf(a.class), CLASSES.indexOf(b.class)) ||
    compareValues(serviceId(a), serviceId(b)) ||
    compareValues(a.durationUs, b.durationUs) ||
    compareValues(a.instance, b.instance)
  );
}

/** All spans under an id: one, or several that share it. */
export function findSpans(traceId: string, spanId: string, facts: readonly Fact[]): Fact[] {
  return facts.filter(
    fact => fact.span.spanId.toLowerCase() === spanId.toLowerCase() && sameTrace(fact.span.traceId, traceId),
  );
}

/** Of several spans under the parent's id: own service, then the other side, then the smaller. */
export function parentOf(child: Fact, facts: readonly Fact[]): Parent {
  const { traceId, spanId, parentSpanId } = child.span;
  if (namesNoParent(parentSpanId)) return 'root';
  if (parentSpanId.toLowerCase() === spanId.toLowerCase()) return 'missing';
  const isOtherSide = (fact: Fact) => (child.inbound ? fact.outbound : fact.inbound);
  const candidates = findSpans(traceId, parentSpanId, facts).sort(
    (a, b) =>
      Number(isSameService(b, child)) - Number(isSameService(a, child)) ||
      Number(isOtherSide(b)) - Number(isOtherSide(a)) ||
      compareSharers(a, b),
  );
  return candidates[0] ?? 'missing';
}

/** The spans above, nearest first; `end` says why there are no more. */
export interface Ancestry {
  readonly spans: readonly Fact[];
  readonly end: 'root' | 'missing';
}

export function ancestryOf(fact: Fact, facts: readonly Fact[]): Ancestry {
  const spans: Fact[] = [];
  let at = fact;
  while (spans.length < MAX_HOPS) {
    const parent = parentOf(at, facts);
    if (parent === 'root' || parent === 'missing') return { spans, end: parent };
    spans.push(parent);
    at = parent;
  }
  return { spans, end: 'missing' };
}

/** Carries the chain and no more: I, and a database span inside the process. */
export function isInternal(fact: Fact): boolean {
  return !fact.inbound && !fact.outbound;
}

export function nearestNamedAncestor(fact: Fact, facts: readonly Fact[]): Fact | undefined {
  return ancestryOf(fact, facts).spans.find(ancestor => ancestor.service !== undefined);
}
