/** Joins every inbound span with what stands above it or what it links to; the best rank wins. */
import { findCaller } from './callers.ts';
import { findLinked, type Match } from './links.ts';
import type { NodeIdentity } from './names.ts';
import type { Fact } from './normalize.ts';
import { findSender, positionsOf } from './positions.ts';

/** What an S or Q was joined to: partners of the best rank, or the caller that the climb found without one. */
export interface Join {
  readonly inbound: Fact;
  readonly rank: 'shared_id' | 'parent' | 'link' | 'offset' | 'message_id' | 'parent_child' | 'entry' | 'none';
  /** One for a shared id or a parent, one per joining link, else none. */
  readonly matches: readonly Match[];
  readonly partners: readonly Fact[];
  readonly from?: NodeIdentity;
  readonly reason?: 'local_parent' | 'missing_parent';
  /** The own S or Q that a climb ended at. */
  readonly local?: Fact;
}

export function joinInbound(facts: readonly Fact[]): Join[] {
  return facts.filter(fact => fact.inbound).map(inbound => joinOne(inbound, facts));
}

function joinOne(inbound: Fact, facts: readonly Fact[]): Join {
  const caller = findCaller(inbound, facts);
  if ('partner' in caller) {
    const { partner, rank } = caller;
    return join({ inbound, rank }, [{ partner, evidence: 'paired', topic: inbound.topic }]);
  }
  const linked = inbound.class === 'consumer' ? findLinked(inbound, facts) : [];
  const byPosition = linked.length === 0 ? joinByPosition(inbound, facts) : undefined;
  if (linked.length === 0 && byPosition === undefined) return join({ inbound, ...caller }, []);
  const local = caller.rank === 'none' ? caller.local : undefined;
  return { ...(byPosition ?? join({ inbound, rank: 'link' }, linked)), ...(local && { local }) };
}

function joinByPosition(inbound: Fact, facts: readonly Fact[]): Join | undefined {
  const own = inbound.class === 'consumer' ? positionsOf(inbound).find(one => one.link === undefined) : undefined;
  const found = own && findSender(own, facts);
  if (own === undefined || found === undefined) return undefined;
  return join({ inbound, rank: found.evidence }, [
    { partner: found.sender, evidence: found.evidence, topic: own.topic },
  ]);
}

function join(rest: Omit<Join, 'matches' | 'partners'>, matches: readonly Match[]): Join {
  return { ...rest, matches, partners: matches.map(match => match.partner) };
}
