/** What a consumer span says of messages: how many of which topic, joined to what, without what another layer counts. */
import { compareValues } from './chains.ts';
import { consumption, handover, type Interaction, routesOf } from './interactions.ts';
import { hasInnerReceive, isInsideLayer, isToldEarlier } from './layers.ts';
import { type Match, standsForMessage } from './links.ts';
import type { NodeIdentity } from './names.ts';
import type { Fact } from './normalize.ts';
import type { Join } from './pairing.ts';
import { compareIds, type Position, positionsOf } from './positions.ts';
import type { Link } from './span.ts';

/** Messages of one topic in one span. */
export interface Share {
  readonly topic: NodeIdentity;
  messages: number;
  redeliveries: number;
  readonly matches: Match[];
}

/** Positions of a process span whose messages an earlier one of the group has, unless it says nothing. */
function redeliveriesOf(fact: Fact, joins: readonly Join[], facts: readonly Fact[]): readonly Position[] {
  if (fact.delivery?.operation !== 'process') return [];
  const earlier = joins
    .filter(join => join.inbound.delivery?.operation === 'process' && isBefore(join.inbound, fact))
    .filter(
      join =>
        !isInsideLayer(join) &&
        (join.inbound.span.links.length > 0 || !isToldEarlier(join.inbound, undefined, joins, facts)),
    )
    .flatMap(join => positionsOf(join.inbound));
  return positionsOf(fact).filter(
    ({ inGroup }) => inGroup !== undefined && earlier.some(other => other.inGroup === inGroup),
  );
}

const isBefore = (a: Fact, b: Fact) => (compareValues(a.startUs, b.startUs) || compareIds(a, b)) < 0;

export interface Consumption {
  /** Undefined: the only one to tell of its messages, and of one topic. */
  readonly role?: 'outer' | 'inside' | 'told_earlier' | 'several_topics';
  readonly interactions: readonly Interaction[];
}

export function consumptionOf(join: Join, joins: readonly Join[], facts: readonly Fact[]): Consumption {
  const fact = join.inbound;
  const isOwn = (match: Match | undefined) => !isToldEarlier(fact, match?.link, joins, facts);
  if (isInsideLayer(join)) return { role: 'inside', interactions: [] };
  if (hasInnerReceive(fact, joins, facts)) return { role: 'outer', interactions: [] };
  if (fact.span.links.length === 0 && !isOwn(undefined)) return { role: 'told_earlier', interactions: [] };
  const matches = join.matches.filter(match => match.link === undefined || isOwn(match));
  const own = { ...join, matches, partners: matches.map(match => match.partner) };
  const messages = messagesOf(own, joins, facts);
  if (messages.total === 0) return { role: 'told_earlier', interactions: [] };
  const main = fact.topic ?? own.partners[0]?.topic;
  if (main === undefined) {
    const source = own.partners[0]?.service ?? join.from ?? fact.namedPeer;
    return { interactions: source === undefined ? [] : [handover(own, source, messages.total)] };
  }
  const shares = sharesOf(own, main, messages).filter(share => share.messages + share.redeliveries > 0);
  const consumed = shares.map(share => consumption(own, share, messages.total > 1));
  const role = consumed.length > 1 ? ({ role: 'several_topics' } as const) : {};
  return { ...role, interactions: [...consumed, ...routesOf(fact, matches)] };
}

interface LinkedMessage {
  /** As the link names it, or its partner. */
  readonly topic: NodeIdentity | undefined;
  readonly isAgain: boolean;
}

interface Messages {
  readonly linked: readonly LinkedMessage[];
  /** The only message of a span without links was processed before. */
  readonly isAgain: boolean;
  /** With those processed before. */
  readonly total: number;
}

/** Links that stand for messages of which no other layer tells; the batch count, less those of which one does. */
function messagesOf({ inbound: fact, matches }: Join, joins: readonly Join[], facts: readonly Fact[]): Messages {
  const standing = fact.span.links.flatMap((link, index) =>
    standsForMessage(link, fact, facts) ? [{ link, topic: fact.linkTopics[index] }] : [],
  );
  const own = standing.filter(({ link }) => !isToldEarlier(fact, link, joins, facts));
  const told = standing.length - own.length;
  const again = redeliveriesOf(fact, joins, facts);
  const isAgain = (link?: Link) => again.some(one => one.link === undefined || one.link === link);
  const linked = own.map(({ link, topic }) => ({
    topic: topic ?? fact.topic ?? matches.find(match => match.link === link)?.partner.topic,
    isAgain: isAgain(link),
  }));
  const least = told > 0 ? 0 : 1;
  const counted = (fact.delivery?.batchCount ?? 0) - told;
  return {
    linked,
    isAgain: fact.span.links.length === 0 && isAgain(),
    total: Math.max(counted, linked.length + fact.span.droppedLinks, least),
  };
}

/** What no link tells the topic of counts under the main one. */
function sharesOf({ matches }: Join, main: NodeIdentity, { linked, isAgain, total }: Messages): Share[] {
  const shares: Share[] = [];
  const shareOf = (topic: NodeIdentity) => {
    let share = shares.find(one => one.topic.id === topic.id);
    if (share === undefined) {
      share = { topic, messages: 0, redeliveries: 0, matches: [] };
      shares.push(share);
    }
    return share;
  };
  const known = linked.filter(one => one.topic !== undefined || one.isAgain);
  for (const one of known) shareOf(one.topic ?? main)[one.isAgain ? 'redeliveries' : 'messages']++;
  if (isAgain) shareOf(main).redeliveries++;
  shareOf(main).messages += total - known.length - (isAgain ? 1 : 0);
  for (const match of matches) shareOf(match.topic ?? match.partner.topic ?? main).matches.push(match);
  return shares;
}
