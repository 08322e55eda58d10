/** What happened, one by one: each interaction belongs to one edge and has the time of one span. */
import type { EdgeKind, EvidenceKind } from '../../src/contract/graph-document.ts';
import type { ServiceChange } from './changes.ts';
import type { DatabaseWork, StreamUses } from './database.ts';
import { usesOf } from './database.ts';
import type { Share } from './deliveries.ts';
import type { Match } from './links.ts';
import type { NodeIdentity } from './names.ts';
import type { Fact } from './normalize.ts';
import type { Join } from './pairing.ts';

interface Message {
  readonly operation: 'send' | 'receive' | 'process';
  readonly count: number;
  readonly isBatch: boolean;
  readonly group: string | undefined;
}

export interface Interaction {
  readonly kind: EdgeKind;
  readonly source: NodeIdentity;
  readonly target: NodeIdentity;
  /** The span whose start is the interaction's time. */
  readonly witness: Fact;
  /** The larger adjusted count of its sides. */
  readonly adjusted: number;
  readonly evidence: readonly EvidenceKind[];
  readonly served?: boolean;
  readonly client?: Fact;
  readonly server?: Fact;
  readonly lagsUs?: readonly number[];
  readonly message?: Message;
  readonly operations?: readonly string[];
  readonly redeliveries?: number;
  readonly rows?: number;
}

const larger = (...sides: readonly Fact[]) => Math.max(...sides.map(side => side.adjusted));

/** C→S, P→S and D→S. */
export function callOfPair(client: Fact, server: Fact): Interaction {
  const sides = { client, server, served: true, witness: client, adjusted: larger(client, server) };
  return { kind: 'calls', source: client.service!, target: server.service!, evidence: ['paired'], ...sides };
}

/** A server span whose caller is known without a client span. */
export function callOfServer(source: NodeIdentity, server: Fact, evidence: EvidenceKind): Interaction {
  return {
    kind: 'calls',
    source,
    target: server.service!,
    evidence: [evidence],
    server,
    served: true,
    witness: server,
    adjusted: server.adjusted,
  };
}

/** A client span that found nobody but names its peer. */
export function callOfClient(client: Fact, peer: NodeIdentity): Interaction {
  return {
    kind: 'calls',
    source: client.service!,
    target: peer,
    evidence: ['client_span'],
    client,
    witness: client,
    adjusted: client.adjusted,
  };
}

export function publication(producer: Fact, topic: NodeIdentity, messages: number): Interaction {
  return {
    kind: 'publishes',
    source: producer.service!,
    target: topic,
    evidence: ['client_span'],
    client: producer,
    witness: producer,
    adjusted: producer.adjusted,
    ...messagePart(producer, messages, messages > 1),
  };
}

/** What a consumer span handed over of one topic; what joined it adds evidence and lag. */
export function consumption(
  join: Join,
  { topic, messages, redeliveries, matches }: Share,
  isBatch: boolean,
): Interaction {
  const consumer = join.inbound;
  const handedOver = join.rank === 'parent_child' ? (['parent_child'] as const) : [];
  return {
    kind: 'consumes',
    source: topic,
    target: consumer.service!,
    evidence: ['server_span', ...handedOver, ...matches.map(match => match.evidence)],
    server: consumer,
    witness: consumer,
    adjusted: consumer.adjusted,
    lagsUs: lagsOf(consumer, matches),
    ...messagePart(consumer, messages, isBatch),
    redeliveries,
  };
}

/** A consumer span of an unknown topic, and who handed it the message. */
export function handover(join: Join, source: NodeIdentity, messages: number): Interaction {
  const consumer = join.inbound;
  const evidence = join.matches.map(match => match.evidence);
  const without = join.rank === 'parent_child' ? ('parent_child' as const) : ('server_span' as const);
  return {
    kind: 'messages',
    source,
    target: consumer.service!,
    evidence: evidence.length > 0 ? evidence : [without],
    server: consumer,
    witness: join.partners[0] ?? consumer,
    adjusted: larger(consumer, ...join.partners),
    lagsUs: lagsOf(consumer, join.matches),
    ...messagePart(consumer, messages, messages > 1),
  };
}

/** One per pair of topics of a producer and of its consumer that are not one; a list of topics does not say which it was. */
export function routesOf(consumer: Fact, matches: readonly Match[]): Interaction[] {
  const routes: Interaction[] = [];
  const byContext = matches.filter(match => match.evidence === 'paired' || match.evidence === 'span_link');
  for (const { partner, topic: target, evidence } of byContext) {
    const source = partner.topic;
    if (source === undefined || target === undefined || !areDifferent(source, target)) continue;
    if (consumer.namesSeveral && target.id === consumer.topic?.id) continue;
    if (routes.some(route => route.source.id === source.id && route.target.id === target.id)) continue;
    const adjusted = larger(partner, consumer);
    routes.push({ kind: 'routes', source, target, evidence: [evidence], witness: partner, adjusted });
  }
  return routes;
}

/** By name, or by what both know of environment, system and cluster. */
function areDifferent(a: NodeIdentity, b: NodeIdentity): boolean {
  const differ = (one?: string, other?: string) => one !== undefined && other !== undefined && one !== other;
  if (a.name !== b.name || differ(a.environment, b.environment)) return true;
  return differ(a.system, b.system) || differ(a.cluster, b.cluster);
}

export function interactionOfChange({ from, to, client, children, isDelivery }: ServiceChange): Interaction {
  const witness = client ?? children[0]!;
  const common = { target: to, evidence: ['parent_child'] as const, witness, adjusted: witness.adjusted };
  if (!isDelivery) return { kind: 'calls', source: from, ...common, ...(client && { client }) };
  const message = { operation: 'process', count: 1, isBatch: false, group: undefined } as const;
  const delivered = { ...common, message, operations: ['process'] };
  const topic = client?.topic;
  return topic === undefined
    ? { kind: 'messages', source: from, ...delivered }
    : { kind: 'consumes', source: topic, ...delivered };
}

export function databaseInteractions(span: Fact, work: DatabaseWork): Interaction[] {
  if (work.streams !== undefined) return streamInteractions(span, work.streams);
  return usesOf(work).map(({ does, node, verbs, named }) => ({
    kind: does,
    source: does === 'reads' ? node : span.service!,
    target: does === 'reads' ? span.service! : node,
    evidence: named ? ['client_span', 'statement'] : ['client_span'],
    client: span,
    witness: span,
    adjusted: span.adjusted,
    operations: [...verbs],
  }));
}

/** One command over several topics: one message of each. */
function streamInteractions(span: Fact, { operation, topics, group }: StreamUses): Interaction[] {
  const sends = operation === 'send';
  return topics.map(topic => ({
    kind: sends ? 'publishes' : 'consumes',
    source: sends ? span.service! : topic,
    target: sends ? topic : span.service!,
    evidence: [sends ? 'client_span' : 'server_span'],
    ...(sends ? { client: span } : { server: span }),
    witness: span,
    adjusted: span.adjusted,
    message: { operation, count: 1, isBatch: false, group },
    operations: [operation],
  }));
}

/** From the partner's end to the consumer's start; a negative one is skew. */
function lagsOf(consumer: Fact, matches: readonly Match[]): number[] {
  return matches.map(({ partner }) => consumer.startUs - partner.endUs).filter(lag => lag >= 0);
}

function messagePart(fact: Fact, count: number, isBatch: boolean): { message: Message; operations: readonly string[] } {
  const { operation, group } = fact.delivery!;
  return { message: { operation, group, count, isBatch }, operations: [operation] };
}
