/**
 * Causal paths by plain recursion: where each span stands, as a chain of node ids from where its trace began, and how
 * many interactions took exactly each chain. A chain whose beginning is missing begins with `?`.
 */
import { ancestryOf, findSpans, isSameService, nearestNamedAncestor, parentOf } from './chains.ts';
import { cameAfterwards, findClient } from './changes.ts';
import type { Decisions } from './decisions.ts';
import { consumptionOf } from './deliveries.ts';
import { isToldEarlier } from './layers.ts';
import type { Match } from './links.ts';
import type { Fact } from './normalize.ts';
import type { Join } from './pairing.ts';
import type { RecordOutcome } from './records.ts';

type Chain = readonly string[];

/** Interactions that took a chain, and those of receiving spans, which may tell of the same messages. */
export interface Visits {
  count: number;
  received: number;
}

const MAX_DEPTH = 64;
const MISSING = '?';

/**
 * By the chain's text; undefined where what came of a span leads back to it through links or an outbox, or spans under one id differ in
 * nothing but their instance and where they link to: nothing real does that.
 */
export function countPaths(
  { spans, joins, changes }: Decisions,
  ways: RecordOutcome['ways'] = [],
): Map<string, Visits> | undefined {
  const places = new Places(
    spans.map(({ fact }) => fact),
    joins,
  );
  const visits = new Map<string, Visits>();
  const visit = (chain: Chain, lane: keyof Visits = 'count') => {
    if (nodesOf(chain) > MAX_DEPTH) return;
    const text = chain.join(' > ');
    const known = visits.get(text) ?? { count: 0, received: 0 };
    known[lane]++;
    visits.set(text, known);
  };
  for (const { fact, interactions } of spans) {
    if (fact.service === undefined) continue;
    const place = places.of(fact);
    const join = joins.find(one => one.inbound === fact);
    if (join !== undefined) visitInbound(join, joins, places, visit);
    else if (parentOf(fact, places.facts) === 'root') visit(place);
    for (const { kind, target } of fact.inbound ? [] : interactions) {
      if (kind !== 'reads' && kind !== 'consumes') visit([...place, target.id]);
    }
  }
  for (const { client, children, to, isDelivery } of changes) {
    if (client === undefined) visit(places.of(children[0]!));
    else visit([...places.of(client), ...(isDelivery ? topicOf(client) : []), to.id]);
  }
  for (const { from, nodes } of ways) visit([...places.of(from), ...nodes.map(node => node.id)]);
  return places.goRound || hasTwins(places.facts) ? undefined : visits;
}

function hasTwins(facts: readonly Fact[]): boolean {
  return facts.some(
    (a, i) =>
      a.inbound &&
      findSpans(a.span.traceId, a.span.spanId, facts.slice(i + 1)).some(
        b =>
          b.class === a.class &&
          isSameService(a, b) &&
          b.startUs === a.startUs &&
          b.durationUs === a.durationUs &&
          JSON.stringify(b.span.links) !== JSON.stringify(a.span.links),
      ),
  );
}

function visitInbound(
  join: Join,
  joins: readonly Join[],
  places: Places,
  visit: (chain: Chain, lane?: keyof Visits) => void,
): void {
  const { inbound } = join;
  const place = places.of(inbound);
  const isLocal = join.reason === 'local_parent';
  if (inbound.class === 'server') {
    if (isLocal) return;
    visit(place);
    if (isFromPeer(join)) visit(place.slice(0, -1));
    return;
  }
  const { role } = consumptionOf(join, joins, places.facts);
  if (role !== undefined && role !== 'several_topics') return;
  const lane = inbound.delivery!.operation === 'process' ? 'count' : 'received';
  const matches = join.matches.filter(
    ({ link }) => link === undefined || !isToldEarlier(inbound, link, joins, places.facts),
  );
  const ways = new Map(matches.map(match => joinedPlace(inbound, places.of(match.partner), match)).map(withText));
  for (const [, way] of ways) {
    visit(way, lane);
    const routed = matches.some(
      match => isRouted(match) && `${joinedPlace(inbound, places.of(match.partner), match)}` === `${way}`,
    );
    if (routed) visit(way.slice(0, -1));
  }
  if (ways.size > 0 || (isLocal && inbound.topic === undefined)) return;
  visit(place, lane);
  if (isFromPeer(join)) visit(place.slice(0, -1));
}

const withText = (chain: Chain) => [chain.join(' > '), chain] as const;
const nodesOf = (chain: Chain) => chain.length - (chain[0] === MISSING ? 1 : 0);
const topicOf = (fact: Fact): string[] =>
  fact.class === 'producer' && fact.topic !== undefined ? [fact.topic.id] : [];

function isRouted({ partner, topic: named }: Match): boolean {
  const [topic] = topicOf(partner);
  return topic !== undefined && named !== undefined && topic !== named.id;
}

/** The sender is only named, by its name. */
function isFromPeer({ inbound, rank, reason, partners }: Join): boolean {
  if (inbound.namedPeer === undefined || partners.length > 0) return false;
  if (inbound.class === 'server') return rank === 'entry';
  return inbound.topic === undefined && (rank === 'entry' || reason === 'missing_parent');
}

/** Below one partner: through its topic, and the consumer's own where that is another. */
function joinedPlace(inbound: Fact, above: Chain, { partner, topic }: Match): Chain {
  const topics = inbound.class === 'server' ? [] : [...topicOf(partner), ...(topic ? [topic.id] : [])];
  return [...above, ...new Set(topics), inbound.service!.id];
}

class Places {
  readonly facts: readonly Fact[];
  goRound = false;
  private readonly joins: readonly Join[];
  private readonly known = new Map<Fact, Chain>();
  private readonly asked = new Set<Fact>();

  constructor(facts: readonly Fact[], joins: readonly Join[]) {
    this.facts = facts;
    this.joins = joins;
  }

  of(fact: Fact): Chain {
    const known = this.known.get(fact);
    if (known !== undefined) return known;
    if (this.asked.has(fact)) {
      this.goRound = true;
      return [MISSING];
    }
    this.asked.add(fact);
    const place = this.isOnCircle(fact) ? [MISSING, fact.service!.id] : this.find(fact);
    this.asked.delete(fact);
    this.known.set(fact, place);
    return place;
  }

  private joinOf(fact: Fact): Join | undefined {
    return this.joins.find(join => join.inbound === fact);
  }

  private aboveOf(fact: Fact): Fact | undefined {
    if (fact.outbox !== undefined) return fact.outbox.wrote;
    const join = this.joinOf(fact);
    if (join?.rank === 'link') return undefined;
    return join?.partners[0] ?? nearestNamedAncestor(fact, this.facts);
  }

  private isOnCircle(fact: Fact): boolean {
    const passed = new Set<Fact>();
    let at = this.aboveOf(fact);
    while (at !== undefined && at !== fact && !passed.has(at)) {
      passed.add(at);
      at = this.aboveOf(at);
    }
    if (at === fact && [...passed].some(one => one.outbox !== undefined)) this.goRound = true;
    return at === fact;
  }

  private find(fact: Fact): Chain {
    if (fact.outbox !== undefined) return [...this.of(fact.outbox.wrote), fact.outbox.table.id];
    const join = this.joinOf(fact);
    if (join === undefined) return this.placeOther(fact);
    const ways = join.matches.map(match => joinedPlace(fact, this.of(match.partner), match));
    if (new Set(ways.map(String)).size === 1) return ways[0]!;
    const topics = [...(fact.topic ? [fact.topic.id] : []), ...join.partners.flatMap(topicOf)];
    if (ways.length > 1) return [...topics.slice(0, 1), fact.service!.id];
    return this.placeUnjoined(join);
  }

  private placeOther(fact: Fact): Chain {
    const above = this.aboveOf(fact);
    const own = fact.service!.id;
    if (above === undefined) return ancestryOf(fact, this.facts).end === 'root' ? [own] : [MISSING, own];
    if (isSameService(above, fact)) return this.of(above);
    const client = findClient(above, above.service!, this.facts);
    const topic = client !== undefined && cameAfterwards(fact, this.facts) ? topicOf(client) : [];
    return [...this.of(above), ...topic, own];
  }

  private placeUnjoined(join: Join): Chain {
    const { inbound } = join;
    const own = inbound.service!.id;
    const topic = inbound.class === 'consumer' && inbound.topic ? [inbound.topic.id] : [];
    const above = this.aboveOf(inbound);
    if (above !== undefined && !isSameService(above, inbound)) return [...this.of(above), ...topic, own];
    const inside = above === undefined ? undefined : this.of(above);
    if (inside !== undefined && !isFromPeer(join) && (topic.length === 0 || inside.at(-2) === topic[0])) return inside;
    const source = isFromPeer(join) ? [inbound.namedPeer!.id] : topic;
    const missing = join.reason === 'missing_parent' ? [MISSING] : [];
    return [...missing, ...source, own];
  }
}
