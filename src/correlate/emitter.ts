/**
 * Decisions → interactions. Each method gives, reverses or settles (by `sign`) exactly what one decision counts, from
 * the rows as they are: the same rows give the same interactions, so that a reversal is exact.
 */
import {
  ADD,
  BY_CLIENT_SPAN,
  BY_LINK,
  BY_PAIR,
  BY_PARENT_CHILD,
  BY_SERVER_SPAN,
  BY_STATEMENT,
  CALLS,
  CONSUMES,
  Interaction,
  type InteractionSink,
  LANE_PROCESS,
  LANE_RECEIVE,
  MESSAGES_EDGE,
  PUBLISHES,
  QUERIES,
  READS,
  ROUTES,
  SETTLE,
  WRITES,
} from '../contract/interaction.ts';
import {
  BATCH,
  CLASS_MASK,
  CREATE,
  GROUP,
  LINK,
  MESSAGES,
  PEER,
  PROCESS,
  PRODUCER,
  SERVICE,
  SHAPE,
  TARGET,
} from '../contract/observation.ts';
import type { Identities } from '../lib/identities.ts';
import { ACCESS_READ, ACCESS_WRITE, type PlanEffect, type Plans } from '../lib/plans.ts';
import { Facts, setExample } from './facts.ts';
import { countsAsMessage } from './link-state.ts';
import { LINK_STATE, type Rows } from './rows.ts';
import { BY_LINKS, decisionOf, STATE } from './state.ts';

const SEND = ['send'];
const RECEIVED = ['receive'];
const PROCESSED = ['process'];

export class Emitter {
  private readonly rows: Rows;
  private readonly plans: Plans;
  private readonly identities: Identities;
  private readonly sink: InteractionSink;
  private readonly out = new Interaction();
  private readonly own = new Facts();
  private readonly other = new Facts();

  constructor(rows: Rows, plans: Plans, identities: Identities, sink: InteractionSink) {
    this.rows = rows;
    this.plans = plans;
    this.identities = identities;
    this.sink = sink;
  }

  /** C→S, P→S, D→S by two kept rows. */
  pair(client: number, server: number, sign: number): void {
    this.call(this.other.ofRow(this.rows, client), this.own.ofRow(this.rows, server), client, sign);
  }

  /** C→S where one side is a late entry; `row` is the side that is kept. */
  call(client: Facts, server: Facts, row: number, sign: number): void {
    if (sign === SETTLE) return this.settle(CALLS, client.service, server.service, client, row);
    const out = this.begin(CALLS, client.service, server.service, client.start, BY_PAIR, sign);
    this.fillClient(out, client);
    out.served = 1;
    out.serverError = server.error;
    out.serverDuration = server.duration;
    out.adjusted = Math.max(client.adjusted, server.adjusted);
    setExample(out, this.rows.words, row, client.span0, client.span1);
    this.sink.apply(out);
  }

  /** A server span whose caller is known without a client span. */
  served(row: number, source: number, evidence: number, sign: number): void {
    const own = this.own.ofRow(this.rows, row);
    if (sign === SETTLE) return this.settle(CALLS, source, own.service, own, row);
    const out = this.begin(CALLS, source, own.service, own.start, evidence, sign);
    out.served = 1;
    out.serverError = own.error;
    out.serverDuration = own.duration;
    out.adjusted = own.adjusted;
    setExample(out, this.rows.words, row, own.span0, own.span1);
    this.sink.apply(out);
  }

  /** A request that enters the system at this service. */
  entry(service: number, sign: number): void {
    this.sink.entry(service, sign);
  }

  /** A client span that found nobody but names its peer. The trace id stands at `row`. */
  external(client: Facts, peer: number, row: number, sign: number): void {
    if (sign === SETTLE) return this.settle(CALLS, client.service, peer, client, row);
    const out = this.begin(CALLS, client.service, peer, client.start, BY_CLIENT_SPAN, sign);
    this.fillClient(out, client);
    setExample(out, this.rows.words, row, client.span0, client.span1);
    this.sink.apply(out);
  }

  /** A change of service proven by a client span, or (client -1) by the child alone. */
  crossing(client: number, child: number, source: number, target: number, delivery: boolean, sign: number): void {
    const row = client >= 0 ? client : child;
    const witness = this.own.ofRow(this.rows, row);
    const topic = client >= 0 && delivery ? topicOf(witness) : 0;
    const kind = delivery ? (topic !== 0 ? CONSUMES : MESSAGES_EDGE) : CALLS;
    if (sign === SETTLE) return this.settle(kind, topic !== 0 ? topic : source, target, witness, row);
    const out = this.begin(kind, topic !== 0 ? topic : source, target, witness.start, BY_PARENT_CHILD, sign);
    out.adjusted = witness.adjusted;
    if (delivery) {
      out.lane = LANE_PROCESS;
      out.messages = 1;
      out.verbs = PROCESSED;
    } else if (client >= 0) this.fillClient(out, witness);
    setExample(out, this.rows.words, row, witness.span0, witness.span1);
    this.sink.apply(out);
  }

  /** A producer span and its topic. */
  publish(row: number, sign: number): void {
    const own = this.own.ofRow(this.rows, row);
    if (sign === SETTLE) return this.settle(PUBLISHES, own.service, own.target, own, row);
    const out = this.begin(PUBLISHES, own.service, own.target, own.start, BY_CLIENT_SPAN, sign);
    this.fillClient(out, own);
    this.fillMessages(out, row);
    out.verbs = SEND;
    setExample(out, this.rows.words, row, own.span0, own.span1);
    this.sink.apply(out);
  }

  /** A database span and its tables. The trace id stands at `row`. */
  database(span: Facts, row: number, sign: number): void {
    const { effects } = this.plans.get(span.target);
    for (let i = 0; i < effects.length; i++) {
      const effect = effects[i]!;
      for (let k = 0; k < effect.times; k++) this.effect(effect, span, row, sign);
    }
  }

  private effect(effect: PlanEffect, span: Facts, row: number, sign: number): void {
    const reads = effect.access === ACCESS_READ;
    const kind = reads ? READS : effect.access === ACCESS_WRITE ? WRITES : QUERIES;
    const source = reads ? effect.node : span.service;
    const target = reads ? span.service : effect.node;
    if (sign === SETTLE) return this.settle(kind, source, target, span, row);
    const evidence = effect.fromStatement ? BY_CLIENT_SPAN | BY_STATEMENT : BY_CLIENT_SPAN;
    const out = this.begin(kind, source, target, span.start, evidence, sign);
    this.fillClient(out, span);
    out.verbs = effect.verbs;
    setExample(out, this.rows.words, row, span.span0, span.span1);
    this.sink.apply(out);
  }

  /**
   * What a consumer span counts: its topic's edge or who handed it the message, each join's evidence, and routes.
   * `partners`: rows it is joined with, in the order of their links; `caller`: the service a climb found, 0 none.
   */
  consumer(row: number, partners: readonly number[], caller: number, sign: number): void {
    const w = this.rows.words;
    const topic = w[row + TARGET]! || (partners.length > 0 ? topicOf(this.other.ofRow(this.rows, partners[0]!)) : 0);
    const evidence = decisionOf(w[row + STATE]!) === BY_LINKS ? BY_LINK : BY_PAIR;
    if (topic !== 0) this.consume(row, topic, caller !== 0 ? BY_PARENT_CHILD : 0, sign);
    else if (!this.handover(row, partners, caller, evidence, sign)) return;
    for (let i = 0; i < partners.length; i++) {
      if (sign !== SETTLE) this.join(row, partners, i, topic, evidence, sign);
      if (w[row + TARGET] !== 0) this.route(row, partners, i, evidence, sign);
    }
  }

  private consume(row: number, topic: number, evidence: number, sign: number): void {
    const own = this.own.ofRow(this.rows, row);
    if (sign === SETTLE) return this.settle(CONSUMES, topic, own.service, own, row);
    const out = this.begin(CONSUMES, topic, own.service, own.start, BY_SERVER_SPAN | evidence, sign);
    this.fillConsumer(out, row, own);
    setExample(out, this.rows.words, row, own.span0, own.span1);
    this.sink.apply(out);
  }

  /** A consumer of an unknown topic, and who handed it the message. False when nobody is known. */
  private handover(row: number, partners: readonly number[], caller: number, join: number, sign: number): boolean {
    const w = this.rows.words;
    const witness = partners[0] ?? row;
    const source = partners.length > 0 ? w[witness + SERVICE]! : caller || w[row + PEER]!;
    if (source === 0) return false;
    const time = this.other.ofRow(this.rows, witness);
    const own = this.own.ofRow(this.rows, row);
    if (sign === SETTLE) {
      this.settle(MESSAGES_EDGE, source, own.service, time, witness);
      return true;
    }
    const evidence = partners.length > 0 ? join : caller !== 0 ? BY_PARENT_CHILD : BY_SERVER_SPAN;
    const out = this.begin(MESSAGES_EDGE, source, own.service, time.start, evidence, sign);
    this.fillConsumer(out, row, own);
    setExample(out, w, witness, time.span0, time.span1);
    for (const partner of partners) {
      out.adjusted = Math.max(out.adjusted, this.other.ofRow(this.rows, partner).adjusted);
    }
    this.sink.apply(out);
    return true;
  }

  /** A join's evidence and lag, on the edge that the message is counted on (whose first join is counted with it). */
  private join(
    row: number,
    partners: readonly number[],
    i: number,
    topic: number,
    evidence: number,
    sign: number,
  ): void {
    const own = this.own.ofRow(this.rows, row);
    const partner = this.other.ofRow(this.rows, partners[i]!);
    const source = topic !== 0 ? topic : this.rows.words[partners[0]! + SERVICE]!;
    const counted = topic === 0 && i === 0;
    const kind = topic !== 0 ? CONSUMES : MESSAGES_EDGE;
    const out = this.begin(kind, source, own.service, own.start, counted ? 0 : evidence, sign);
    out.count = 0;
    out.lag = own.start - (partner.start + partner.duration);
    this.sink.apply(out);
  }

  /** One message seen under two destinations of one system: once per topic and consumer. */
  private route(row: number, partners: readonly number[], i: number, evidence: number, sign: number): void {
    const target = this.rows.words[row + TARGET]!;
    const source = topicOf(this.other.ofRow(this.rows, partners[i]!));
    if (!this.isRoute(source, target)) return;
    for (let k = 0; k < i; k++) if (topicOf(this.other.ofRow(this.rows, partners[k]!)) === source) return;
    const own = this.own.ofRow(this.rows, row);
    const partner = this.other.ofRow(this.rows, partners[i]!);
    if (sign === SETTLE) return this.settle(ROUTES, source, target, partner, partners[i]!);
    const out = this.begin(ROUTES, source, target, partner.start, evidence, sign);
    out.adjusted = Math.max(own.adjusted, partner.adjusted);
    setExample(out, this.rows.words, partners[i]!, partner.span0, partner.span1);
    this.sink.apply(out);
  }

  /** A kept consumer joined with a late entry, for good: its topic's edge, or who handed it the message. */
  lateConsumer(row: number, partner: Facts, evidence: number): void {
    const topic = this.rows.words[row + TARGET]! || topicOf(partner);
    if (topic !== 0) {
      this.consume(row, topic, 0, ADD);
      this.consume(row, topic, 0, SETTLE);
      return this.lateJoin(row, partner, topic, evidence, true);
    }
    const own = this.own.ofRow(this.rows, row);
    const out = this.begin(MESSAGES_EDGE, partner.service, own.service, partner.start, evidence, ADD);
    this.fillConsumer(out, row, own);
    out.adjusted = Math.max(own.adjusted, partner.adjusted);
    this.applyLate(out, partner, own, row);
  }

  /** One more join of a kept consumer with a late entry: evidence, lag, and (`routes`) the route where topics differ. */
  lateJoin(row: number, partner: Facts, topic: number, evidence: number, routes: boolean): void {
    const own = this.own.ofRow(this.rows, row);
    this.addJoin(topic, own, partner, evidence);
    if (routes) this.lateRoute(topicOf(partner), this.rows.words[row + TARGET]!, partner, own, evidence, row);
  }

  /** A consumer's late entry joined with a kept row, for good. How many messages it had is not known any more: one. */
  lateProducer(row: number, consumer: Facts, evidence: number, routes: boolean): void {
    const partner = this.other.ofRow(this.rows, row);
    if (consumer.target !== 0) {
      this.addJoin(consumer.target, consumer, partner, evidence);
      if (!routes) return;
      return this.lateRoute(topicOf(partner), consumer.target, partner, consumer, evidence, row);
    }
    const topic = topicOf(partner);
    const process = (consumer.shape & PROCESS) !== 0;
    const out =
      topic !== 0
        ? this.begin(CONSUMES, topic, consumer.service, consumer.start, BY_SERVER_SPAN | evidence, ADD)
        : this.begin(MESSAGES_EDGE, partner.service, consumer.service, partner.start, evidence, ADD);
    out.serverError = consumer.error;
    out.serverDuration = consumer.duration;
    out.adjusted = topic !== 0 ? consumer.adjusted : Math.max(consumer.adjusted, partner.adjusted);
    out.lane = process ? LANE_PROCESS : LANE_RECEIVE;
    out.verbs = process ? PROCESSED : RECEIVED;
    out.messages = 1;
    this.applyLate(out, partner, consumer, row);
  }

  private applyLate(out: Interaction, partner: Facts, consumer: Facts, row: number): void {
    out.lag = consumer.start - (partner.start + partner.duration);
    setExample(out, this.rows.words, row, partner.span0, partner.span1);
    this.sink.apply(out);
    const { kind, source, target, time } = out;
    this.sink.settle(kind, source, target, time, this.rows.words, row, partner.span0, partner.span1);
  }

  private addJoin(topic: number, consumer: Facts, partner: Facts, evidence: number): void {
    const out = this.begin(CONSUMES, topic, consumer.service, consumer.start, evidence, ADD);
    out.count = 0;
    out.lag = consumer.start - (partner.start + partner.duration);
    this.sink.apply(out);
  }

  private lateRoute(from: number, to: number, partner: Facts, own: Facts, evidence: number, row: number): void {
    if (!this.isRoute(from, to)) return;
    const out = this.begin(ROUTES, from, to, partner.start, evidence, ADD);
    out.adjusted = Math.max(own.adjusted, partner.adjusted);
    setExample(out, this.rows.words, row, partner.span0, partner.span1);
    this.sink.apply(out);
    this.settle(ROUTES, from, to, partner, row);
  }

  /** Two destinations of one message. */
  private isRoute(from: number, to: number): boolean {
    return from !== 0 && to !== 0 && this.identities.areDifferentTopics(from, to);
  }

  /** The trace id stands at `row`. */
  private settle(kind: number, source: number, target: number, witness: Facts, row: number): void {
    this.sink.settle(kind, source, target, witness.start, this.rows.words, row, witness.span0, witness.span1);
  }

  private fillClient(out: Interaction, client: Facts): void {
    out.clientError = client.error;
    out.clientDuration = client.duration;
    out.adjusted = client.adjusted;
  }

  private fillConsumer(out: Interaction, row: number, own: Facts): void {
    const process = (own.shape & PROCESS) !== 0;
    out.serverError = own.error;
    out.serverDuration = own.duration;
    out.adjusted = own.adjusted;
    out.lane = process ? LANE_PROCESS : LANE_RECEIVE;
    out.verbs = process ? PROCESSED : RECEIVED;
    out.group = this.rows.words[row + GROUP]!;
    this.fillMessages(out, row);
  }

  /** Messages of the span: its batch count, or its links to messages and the dropped ones; at least 1. */
  private fillMessages(out: Interaction, row: number): void {
    const { rows } = this;
    const word = rows.words[row + MESSAGES]!;
    let linked = word >>> 24;
    for (let link = rows.firstLink(rows.words[row + LINK]!); link >= 0; link = rows.siblingLink(link)) {
      if (countsAsMessage(rows.links[link + LINK_STATE]!)) linked++;
    }
    out.messages = Math.max(word & 0xffffff, linked, 1);
    out.batches = (rows.words[row + SHAPE]! & BATCH) !== 0 ? 1 : 0;
  }

  private begin(
    kind: number,
    source: number,
    target: number,
    time: number,
    evidence: number,
    sign: number,
  ): Interaction {
    this.out.begin(kind, source, target, time, evidence);
    this.out.sign = sign;
    this.out.adjusted = 1;
    return this.out;
  }
}

/** Topic of a producer or create span; 0 when it names none or is another kind. */
function topicOf(facts: Facts): number {
  const cls = facts.shape & CLASS_MASK;
  return cls === PRODUCER || cls === CREATE ? facts.target : 0;
}
