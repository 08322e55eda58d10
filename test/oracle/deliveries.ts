/** What a consumer span says of messages: how many of which topic, joined to what, without what another layer counts. */
import { consumption, handover, type Interaction, routesOf } from './interactions.ts';
import { hasInnerReceive, isInsideLayer, isToldEarlier } from './layers.ts';
import { type Match, standsForMessage } from './links.ts';
import type { NodeIdentity } from './names.ts';
import type { Fact } from './normalize.ts';
import type { Join } from './pairing.ts';

/** Messages of one topic in one span. */
export interface Share {
  readonly topic: NodeIdentity;
  messages: number;
  readonly matches: Match[];
}

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
  const shares = sharesOf(own, main, messages).filter(share => share.messages > 0);
  const consumed = shares.map(share => consumption(own, share, messages.total > 1));
  const role = consumed.length > 1 ? ({ role: 'several_topics' } as const) : {};
  return { ...role, interactions: [...consumed, ...routesOf(fact, matches)] };
}

interface Messages {
  /** By topic that a link names, or its partner does. */
  readonly linked: readonly (NodeIdentity | undefined)[];
  readonly total: number;
}

/** Links that stand for messages of which no other layer tells; the batch count, less those of which one does. */
function messagesOf({ inbound: fact, matches }: Join, joins: readonly Join[], facts: readonly Fact[]): Messages {
  const standing = fact.span.links.flatMap((link, index) =>
    standsForMessage(link, fact, facts) ? [{ link, topic: fact.linkTopics[index] }] : [],
  );
  const own = standing.filter(({ link }) => !isToldEarlier(fact, link, joins, facts));
  const told = standing.length - own.length;
  const linked = own.map(
    ({ link, topic }) => topic ?? fact.topic ?? matches.find(match => match.link === link)?.partner.topic,
  );
  const least = told > 0 ? 0 : 1;
  const counted = (fact.delivery?.batchCount ?? 0) - told;
  return { linked, total: Math.max(counted, linked.length + fact.span.droppedLinks, least) };
}

/** What no link tells the topic of counts under the main one. */
function sharesOf({ matches }: Join, main: NodeIdentity, { linked, total }: Messages): Share[] {
  const shares: Share[] = [];
  const shareOf = (topic: NodeIdentity) => {
    let share = shares.find(one => one.topic.id === topic.id);
    if (share === undefined) {
      share = { topic, messages: 0, matches: [] };
      shares.push(share);
    }
    return share;
  };
  const known = linked.filter(topic => topic !== undefined);
  for (const topic of known) shareOf(topic).messages++;
  shareOf(main).messages += total - known.length;
  for (const match of matches) shareOf(match.topic ?? match.partner.topic ?? main).matches.push(match);
  return shares;
}
