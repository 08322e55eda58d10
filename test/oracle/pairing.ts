/** Joins every inbound span with what stands above it or what it links to; the best rank wins. */
import { findCaller } from './callers.ts';
import { findLinked } from './links.ts';
import type { NodeIdentity } from './names.ts';
import type { Fact } from './normalize.ts';

/** What an S or Q was joined to: partners of the best rank, or the caller that the climb found without one. */
export interface Join {
  readonly inbound: Fact;
  readonly rank: 'shared_id' | 'parent' | 'link' | 'parent_child' | 'entry' | 'none';
  /** One for a shared id or a parent, one per joining link, else none. */
  readonly partners: readonly Fact[];
  readonly from?: NodeIdentity;
  readonly reason?: 'local_parent' | 'missing_parent';
}

export function joinInbound(facts: readonly Fact[]): Join[] {
  return facts.filter(fact => fact.inbound).map(inbound => joinOne(inbound, facts));
}

function joinOne(inbound: Fact, facts: readonly Fact[]): Join {
  const caller = findCaller(inbound, facts);
  if ('partner' in caller) return { inbound, rank: caller.rank, partners: [caller.partner] };
  const linked = inbound.class === 'consumer' ? findLinked(inbound, facts) : [];
  return linked.length > 0 ? { inbound, rank: 'link', partners: linked } : { inbound, partners: [], ...caller };
}
