/** What becomes of each span: its one fate, the reason for it, and the interactions it gives. */
import type { Fate } from '../../src/contract/graph-document.ts';
import { ancestryOf } from './chains.ts';
import { findServiceChanges, type ServiceChange } from './changes.ts';
import { consumptionOf } from './deliveries.ts';
import {
  callOfClient,
  callOfPair,
  callOfServer,
  databaseInteractions,
  type Interaction,
  interactionOfChange,
  publication,
} from './interactions.ts';
import { countMessages } from './links.ts';
import { completeWork, isInner } from './nesting.ts';
import type { Fact } from './normalize.ts';
import { type Join, joinInbound } from './pairing.ts';

interface Decision {
  readonly fact: Fact;
  readonly fate: Fate;
  readonly reason?: string;
  /** How it was decided, for coverage. */
  readonly rank: string;
  readonly interactions: readonly Interaction[];
  readonly isEntry?: boolean;
}

export interface Decisions {
  readonly joins: readonly Join[];
  readonly spans: readonly Decision[];
  readonly changes: readonly ServiceChange[];
  readonly changeInteractions: readonly Interaction[];
}

export function decideAll(facts: readonly Fact[]): Decisions {
  const joins = joinInbound(facts);
  const changes = findServiceChanges(facts, joins);
  const spans = facts.map(fact => decide(fact, facts, joins, changes));
  return { joins, spans, changes, changeInteractions: changes.map(interactionOfChange) };
}

function decide(
  fact: Fact,
  facts: readonly Fact[],
  joins: readonly Join[],
  changes: readonly ServiceChange[],
): Decision {
  const nothing = { fact, interactions: [] };
  if (fact.service === undefined) return { ...nothing, fate: 'skipped', reason: 'no_service_name', rank: 'nameless' };
  if (fact.class === 'internal') return { ...nothing, fate: 'internal', rank: 'internal' };
  const join = joins.find(one => one.inbound === fact);
  if (join !== undefined) return fact.class === 'server' ? decideServer(join) : decideConsumer(join, joins, facts);
  const joined = joins.filter(one => one.partners.includes(fact));
  const explains = changes.some(change => change.client === fact);
  if (fact.class === 'database') return decideDatabase(fact, facts, joined);
  if (fact.class === 'producer') return decideProducer(fact, facts, joined.length > 0, explains);
  return decideClient(fact, facts, joined.length > 0, explains);
}

function decideServer(join: Join): Decision {
  const { inbound: fact, rank } = join;
  const inferred = { fact, fate: 'inferred', rank } as const;
  const partner = join.partners[0];
  if (partner !== undefined) return { fact, fate: 'paired', rank, interactions: [callOfPair(partner, fact)] };
  if (join.from !== undefined) return { ...inferred, interactions: [callOfServer(join.from, fact, 'parent_child')] };
  if (join.reason !== undefined)
    return { fact, fate: 'unpaired', reason: join.reason, rank: join.reason, interactions: [] };
  if (fact.namedPeer === undefined) return { ...inferred, isEntry: true, interactions: [] };
  return { ...inferred, rank: 'external_caller', interactions: [callOfServer(fact.namedPeer, fact, 'server_span')] };
}

function decideConsumer(join: Join, joins: readonly Join[], facts: readonly Fact[]): Decision {
  const { inbound: fact, rank } = join;
  const fate: Fate = join.partners.length > 0 ? 'paired' : 'inferred';
  const { role, interactions } = consumptionOf(join, joins, facts);
  const topic = fact.topic ?? join.partners[0]?.topic;
  const prefix = fact.topic === undefined ? 'consumer_by_partners_topic' : 'consumer';
  if (topic !== undefined)
    return { fact, fate, rank: role === undefined ? `${prefix}_${rank}` : `consumer_${role}`, interactions };
  if ((join.partners[0]?.service ?? join.from ?? fact.namedPeer) !== undefined)
    return { fact, fate, rank: `consumer_without_topic_${rank}`, interactions };
  const reason = join.reason ?? 'no_destination';
  return { fact, fate: 'unpaired', reason, rank: `consumer_without_topic_${rank}`, interactions };
}

function decideProducer(fact: Fact, facts: readonly Fact[], isJoined: boolean, explains: boolean): Decision {
  if (fact.creates) return { fact, fate: 'internal', rank: 'create', interactions: [] };
  const interactions = fact.topic === undefined ? [] : [publication(fact, fact.topic, countMessages(fact, facts))];
  const common = { fact, rank: 'producer', interactions };
  if (isJoined) return { ...common, fate: 'paired' };
  if (explains || fact.topic !== undefined) return { ...common, fate: 'inferred' };
  return { ...common, fate: 'unpaired', reason: 'no_destination' };
}

function decideDatabase(fact: Fact, facts: readonly Fact[], joined: readonly Join[]): Decision {
  const without = { fact, interactions: [] };
  const isInnerSpan = isInner(fact, facts);
  const counts = fact.database!.skip === undefined && !isInnerSpan;
  if (joined.some(join => join.inbound.class === 'server'))
    return { ...without, fate: 'paired', rank: 'database_taken_back' };
  const interactions = counts ? databaseInteractions(fact, completeWork(fact, facts)) : [];
  if (joined.length > 0) return { fact, fate: 'paired', rank: 'database_joined', interactions };
  const reason = fact.database!.skip;
  if (reason !== undefined) return { ...without, fate: 'skipped', reason, rank: 'database_skipped' };
  return { fact, fate: 'inferred', rank: isInnerSpan ? 'database_inner' : 'database', interactions };
}

function decideClient(fact: Fact, facts: readonly Fact[], isJoined: boolean, explains: boolean): Decision {
  const without = { fact, interactions: [] };
  if (isJoined) return { ...without, fate: 'paired', rank: 'client' };
  if (explains) return { ...without, fate: 'inferred', rank: 'client_explains' };
  if (hasOnlyNamelessBelow(fact, facts))
    return { ...without, fate: 'unpaired', reason: 'unpaired_nameless', rank: 'client_nameless' };
  if (fact.peer === undefined) return { ...without, fate: 'unpaired', reason: 'unpaired_client', rank: 'client_alone' };
  return { fact, fate: 'inferred', rank: 'inferred_external', interactions: [callOfClient(fact, fact.peer)] };
}

/** At least one span is beneath, and none of them has a service. */
function hasOnlyNamelessBelow(fact: Fact, facts: readonly Fact[]): boolean {
  const below = facts.filter(one => one !== fact && ancestryOf(one, facts).spans.includes(fact));
  return below.length > 0 && below.every(one => one.service === undefined);
}
