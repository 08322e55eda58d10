/** Inbound spans (S, Q): who called or handed over, by shared id or by the climb from the parent. */
import { ancestryOf, compareSharers, findSpans, isInternal, isSameService } from './chains.ts';
import type { NodeIdentity } from './names.ts';
import type { Fact } from './normalize.ts';

interface CallerSpan {
  readonly rank: 'shared_id' | 'parent';
  readonly partner: Fact;
}

/** What the climb says where it met no span to pair with. */
type CallerWithoutSpan =
  | { readonly rank: 'parent_child'; readonly from: NodeIdentity }
  | { readonly rank: 'entry' }
  | { readonly rank: 'none'; readonly reason: 'local_parent' | 'missing_parent'; readonly local?: Fact };

export type Caller = CallerSpan | CallerWithoutSpan;

export function findCaller(inbound: Fact, facts: readonly Fact[]): Caller {
  const sharer = findSpans(inbound.span.traceId, inbound.span.spanId, facts)
    .filter(fact => fact.class === 'client' || fact.class === 'producer')
    .sort(compareSharers)[0];
  return sharer === undefined ? climb(inbound, facts) : { rank: 'shared_id', partner: sharer };
}

function climb(inbound: Fact, facts: readonly Fact[]): Caller {
  const { spans, end } = ancestryOf(inbound, facts);
  let remote: NodeIdentity | undefined;
  let passedOwn = false;
  for (const ancestor of spans) {
    if (ancestor.service === undefined) continue;
    if (ancestor.outbound && (remote === undefined || ancestor.service.id === remote.id))
      return { rank: 'parent', partner: ancestor };
    if (remote !== undefined) {
      if (isInternal(ancestor) && ancestor.service.id === remote.id) continue;
      return { rank: 'parent_child', from: remote };
    }
    if (isSameService(ancestor, inbound)) {
      if (ancestor.inbound) return { rank: 'none', reason: 'local_parent', local: ancestor };
      passedOwn = true;
      continue;
    }
    if (ancestor.inbound) return { rank: 'parent_child', from: ancestor.service };
    remote = ancestor.service;
  }
  if (remote !== undefined) return { rank: 'parent_child', from: remote };
  if (end === 'missing') return { rank: 'none', reason: 'missing_parent' };
  return passedOwn ? { rank: 'none', reason: 'local_parent' } : { rank: 'entry' };
}
