/**
 * Consumer spans → interactions: the edge of each topic they had messages of, or who handed the message over, what their
 * joins prove, and routes. As in `Emitter`, the same rows give the same interactions.
 */
import {
  ADD,
  BY_PARENT_CHILD,
  BY_SERVER_SPAN,
  CONSUMES,
  Interaction,
  type InteractionSink,
  LANE_PROCESS,
  LANE_RECEIVE,
  MESSAGES_EDGE,
  ROUTES,
  SETTLE,
} from '../contract/interaction.ts';
import { GROUP, LINK, PEER, PROCESS, SERVICE, SEVERAL, SHAPE, TARGET } from '../contract/observation.ts';
import type { Identities } from '../lib/identities.ts';
import { Facts, producerTopic, setExample, topicOf } from './facts.ts';
import type { Joins } from './joins.ts';
import { LINK_STATE } from './kept-links.ts';
import { LINK_LAYER } from './link-state.ts';
import type { Meetings } from './meetings.ts';
import type { MessageLedger } from './message-ledger.ts';
import type { Rows } from './rows.ts';
import { Shares } from './shares.ts';
import { decisionOf, HAS_INNER, INSIDE_LAYER, isReceive, STATE, TOLD_EARLIER } from './state.ts';

const RECEIVED = ['receive'];
const PROCESSED = ['process'];

export class Deliveries {
  private readonly rows: Rows;
  private readonly identities: Identities;
  private readonly sink: InteractionSink;
  private readonly out = new Interaction();
  private readonly own = new Facts();
  private readonly other = new Facts();
  private readonly shares: Shares;
  private readonly ledger: MessageLedger;

  constructor(rows: Rows, identities: Identities, { ledger, positions }: Meetings, sink: InteractionSink) {
    this.ledger = ledger;
    this.shares = new Shares(rows, positions);
    this.rows = rows;
    this.identities = identities;
    this.sink = sink;
  }

  /**
   * Counts, takes back or settles what a consumer row says. `joins`: what it is joined with, in the order of its links;
   * `caller`: the service a climb found, 0 none.
   */
  consumer(row: number, joins: Joins, caller: number, sign: number): void {
    if (this.isSilent(row)) return;
    const main = this.rows.words[row + TARGET]! || (joins.count > 0 ? this.topicOfJoin(joins, 0) : 0);
    this.shares.divide(row, main);
    if (this.shares.total === 0) return;
    if (main !== 0) this.consumeAll(row, caller !== 0 ? BY_PARENT_CHILD : 0, sign);
    else if (!this.handover(row, joins, caller, sign)) return;
    for (let i = 0; i < joins.count; i++) {
      const topic = joins.topics[i]! || (main === 0 ? 0 : this.topicOfJoin(joins, i) || main);
      if (sign !== SETTLE && (main === 0 || this.shares.has(topic))) this.join(row, joins, i, topic, sign);
      if (joins.topics[i] !== 0 && joins.partners[i]! >= 0) this.route(row, joins, i, sign);
    }
  }

  /** True when a consumer row counts messages, for itself and not for another layer. */
  tells(row: number): boolean {
    if (this.isSilent(row)) return false;
    this.shares.divide(row, this.rows.words[row + TARGET]!);
    return this.shares.total > 0;
  }

  /** Another layer tells what this one has to say. */
  isSilent(row: number): boolean {
    const { rows } = this;
    const state = rows.words[row + STATE]!;
    if ((state & (HAS_INNER | TOLD_EARLIER)) !== 0 || decisionOf(state) === INSIDE_LAYER) return true;
    if (rows.words[row + LINK] === 0 || !isReceive(rows.words[row + SHAPE]!)) return false;
    for (let link = rows.firstLink(rows.words[row + LINK]!); link >= 0; link = rows.siblingLink(link)) {
      if ((rows.links[link + LINK_STATE]! & LINK_LAYER) !== 0) return true;
    }
    return false;
  }

  private topicOfJoin(joins: Joins, i: number): number {
    const partner = joins.partners[i]!;
    return partner < 0 ? this.ledger.topic(-1 - partner) : producerTopic(this.rows, partner);
  }

  private consumeAll(row: number, evidence: number, sign: number): void {
    const { shares } = this;
    for (let i = 0; i < shares.count; i++) this.consume(row, i, evidence, sign);
  }

  /** The share of one topic. */
  private consume(row: number, share: number, evidence: number, sign: number): void {
    const topic = this.shares.topics[share]!;
    const own = this.own.ofRow(this.rows, row);
    if (sign === SETTLE) return this.settle(CONSUMES, topic, own.service, own, row);
    const out = this.begin(CONSUMES, topic, own.service, own.start, BY_SERVER_SPAN | evidence, sign);
    this.fillConsumer(out, row, own, this.shares.messages[share]!);
    out.redeliveries = this.shares.redeliveries[share]!;
    setExample(out, this.rows.words, row, own.span0, own.span1);
    this.sink.apply(out);
  }

  /** A consumer of an unknown topic, and who handed it the message. False when nobody is known. */
  private handover(row: number, joins: Joins, caller: number, sign: number): boolean {
    const w = this.rows.words;
    const joined = joins.count > 0;
    const witness = joined ? joins.partners[0]! : row;
    const source = joined ? w[witness + SERVICE]! : caller || w[row + PEER]!;
    if (source === 0) return false;
    const time = this.other.ofRow(this.rows, witness);
    const own = this.own.ofRow(this.rows, row);
    if (sign === SETTLE) {
      this.settle(MESSAGES_EDGE, source, own.service, time, witness);
      return true;
    }
    const evidence = joined ? joins.evidence[0]! : caller !== 0 ? BY_PARENT_CHILD : BY_SERVER_SPAN;
    const out = this.begin(MESSAGES_EDGE, source, own.service, time.start, evidence, sign);
    this.fillConsumer(out, row, own, this.shares.total);
    setExample(out, w, witness, time.span0, time.span1);
    for (let i = 0; i < joins.count; i++) {
      out.adjusted = Math.max(out.adjusted, this.other.ofRow(this.rows, joins.partners[i]!).adjusted);
    }
    this.sink.apply(out);
    return true;
  }

  /** A join's evidence and lag, on the edge that the message is counted on (whose first join is counted with it). */
  private join(row: number, joins: Joins, i: number, topic: number, sign: number): void {
    const own = this.own.ofRow(this.rows, row);
    const partner = joins.partners[i]!;
    const source = topic !== 0 ? topic : this.rows.words[joins.partners[0]! + SERVICE]!;
    const counted = topic === 0 && i === 0;
    const kind = topic !== 0 ? CONSUMES : MESSAGES_EDGE;
    // All that is said of a message is of the time at which it is counted.
    const time = topic !== 0 ? own.start : this.other.ofRow(this.rows, joins.partners[0]!).start;
    const out = this.begin(kind, source, own.service, time, counted ? 0 : joins.evidence[i]!, sign);
    out.count = 0;
    out.lag = own.start - this.endOf(partner);
    this.sink.apply(out);
  }

  private endOf(partner: number): number {
    if (partner < 0) return this.ledger.time(-1 - partner);
    const { start, duration } = this.other.ofRow(this.rows, partner);
    return start + duration;
  }

  /** A consumer that has left meets a kept sender through the ledger, for good. */
  meetLate(sender: number, topic: number, service: number, start: number, evidence: number): void {
    const out = this.begin(CONSUMES, topic, service, start, evidence, ADD);
    out.count = 0;
    out.lag = start - this.endOf(sender);
    this.sink.apply(out);
  }

  /** One message seen under two destinations: once for each two topics and consumer. */
  private route(row: number, joins: Joins, i: number, sign: number): void {
    const target = joins.topics[i]!;
    const source = this.topicOfJoin(joins, i);
    if (!this.isRoute(row, source, target)) return;
    for (let k = 0; k < i; k++) if (joins.topics[k] === target && this.topicOfJoin(joins, k) === source) return;
    const own = this.own.ofRow(this.rows, row);
    const at = joins.partners[i]!;
    const partner = this.other.ofRow(this.rows, at);
    if (sign === SETTLE) return this.settle(ROUTES, source, target, partner, at);
    const out = this.begin(ROUTES, source, target, partner.start, joins.evidence[i]!, sign);
    out.adjusted = Math.max(own.adjusted, partner.adjusted);
    setExample(out, this.rows.words, at, partner.span0, partner.span1);
    this.sink.apply(out);
  }

  /**
   * A kept consumer joined with a late entry, for good: its topics' edges, or who handed it the message. `named`: the
   * topic that it names for the message.
   */
  lateConsumer(row: number, partner: Facts, named: number, evidence: number): void {
    if (this.isSilent(row)) return;
    const main = this.rows.words[row + TARGET]! || topicOf(partner);
    this.shares.divide(row, main);
    if (main !== 0) {
      this.consumeAll(row, 0, ADD);
      this.consumeAll(row, 0, SETTLE);
      return this.lateJoin(row, partner, named || main, evidence, true);
    }
    const own = this.own.ofRow(this.rows, row);
    const out = this.begin(MESSAGES_EDGE, partner.service, own.service, partner.start, evidence, ADD);
    this.fillConsumer(out, row, own, this.shares.total);
    out.adjusted = Math.max(own.adjusted, partner.adjusted);
    this.applyLate(out, partner, own, row);
  }

  /**
   * One more join of a kept consumer with a late entry, for a message of this topic: evidence, lag, and (`routes`) the
   * route where topics differ.
   */
  lateJoin(row: number, partner: Facts, topic: number, evidence: number, routes: boolean): void {
    const own = this.own.ofRow(this.rows, row);
    this.addJoin(topic, own, partner, evidence);
    if (routes && this.rows.words[row + TARGET] !== 0 && this.isRoute(row, topicOf(partner), topic))
      this.lateRoute(topicOf(partner), topic, partner, own, evidence, row);
  }

  /** A consumer's late entry joined with a kept row, for good. How many messages it had is not known any more: one. */
  lateProducer(row: number, consumer: Facts, evidence: number, routes: boolean): void {
    const partner = this.other.ofRow(this.rows, row);
    if (consumer.target !== 0) {
      this.addJoin(consumer.target, consumer, partner, evidence);
      const source = topicOf(partner);
      if (routes && source !== 0 && this.identities.areDifferentTopics(source, consumer.target))
        this.lateRoute(source, consumer.target, partner, consumer, evidence, row);
      return;
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
    const out = this.begin(ROUTES, from, to, partner.start, evidence, ADD);
    out.adjusted = Math.max(own.adjusted, partner.adjusted);
    setExample(out, this.rows.words, row, partner.span0, partner.span1);
    this.sink.apply(out);
    this.settle(ROUTES, from, to, partner, row);
  }

  /** Two destinations of one message. A list of destinations does not say which of them it had. */
  private isRoute(row: number, from: number, to: number): boolean {
    if (from === 0 || !this.identities.areDifferentTopics(from, to)) return false;
    return (this.rows.words[row + SHAPE]! & SEVERAL) === 0 || to !== this.rows.words[row + TARGET];
  }

  /** The trace id stands at `row`. */
  private settle(kind: number, source: number, target: number, witness: Facts, row: number): void {
    this.sink.settle(kind, source, target, witness.start, this.rows.words, row, witness.span0, witness.span1);
  }

  private fillConsumer(out: Interaction, row: number, own: Facts, messages: number): void {
    const process = (own.shape & PROCESS) !== 0;
    out.serverError = own.error;
    out.serverDuration = own.duration;
    out.adjusted = own.adjusted;
    out.lane = process ? LANE_PROCESS : LANE_RECEIVE;
    out.verbs = process ? PROCESSED : RECEIVED;
    out.group = this.rows.words[row + GROUP]!;
    out.messages = messages;
    out.batches = this.shares.total > 1 ? 1 : 0;
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
