/**
 * Decisions → interactions. Each method gives, reverses or settles (by `sign`) exactly what one decision counts, from
 * the rows as they are: the same rows give the same interactions, so that a reversal is exact.
 */
import {
  BY_CLIENT_SPAN,
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
  READS,
  SETTLE,
} from '../contract/interaction.ts';
import { LINK, MESSAGES } from '../contract/observation.ts';
import type { PlanEffect, Plans } from '../lib/plans.ts';
import { KIND_OF_ACCESS } from './effect-kinds.ts';
import { Facts, setExample, topicOf } from './facts.ts';
import { LINK_STATE } from './kept-links.ts';
import { countsAsMessage } from './link-state.ts';
import type { Rows } from './rows.ts';

const SEND = ['send'];
const PROCESSED = ['process'];

export class Emitter {
  private readonly rows: Rows;
  private readonly plans: Plans;
  private readonly sink: InteractionSink;
  private readonly out = new Interaction();
  private readonly own = new Facts();
  private readonly other = new Facts();

  constructor(rows: Rows, plans: Plans, sink: InteractionSink) {
    this.rows = rows;
    this.plans = plans;
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
  entry(row: number, sign: number): void {
    const own = this.own.ofRow(this.rows, row);
    this.sink.entry(own.service, own.start, sign);
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
    const { access, node } = effect;
    const kind = KIND_OF_ACCESS[access]!;
    const inward = kind === READS || kind === CONSUMES;
    const source = inward ? node : span.service;
    const target = inward ? span.service : node;
    if (sign === SETTLE) return this.settle(kind, source, target, span, row);
    const evidence = effect.fromStatement ? BY_CLIENT_SPAN | BY_STATEMENT : BY_CLIENT_SPAN;
    const out = this.begin(kind, source, target, span.start, kind === CONSUMES ? BY_SERVER_SPAN : evidence, sign);
    if (kind === CONSUMES) this.fillReceived(out, span, effect.group ?? 0);
    else this.fillClient(out, span);
    if (kind === PUBLISHES || kind === CONSUMES) out.messages = 1;
    out.verbs = effect.verbs;
    setExample(out, this.rows.words, row, span.span0, span.span1);
    this.sink.apply(out);
  }

  /** The trace id stands at `row`. */
  private settle(kind: number, source: number, target: number, witness: Facts, row: number): void {
    this.sink.settle(kind, source, target, witness.start, this.rows.words, row, witness.span0, witness.span1);
  }

  private fillReceived(out: Interaction, span: Facts, group: number): void {
    out.serverError = span.error;
    out.serverDuration = span.duration;
    out.adjusted = span.adjusted;
    out.lane = LANE_RECEIVE;
    out.group = group;
  }

  private fillClient(out: Interaction, client: Facts): void {
    out.clientError = client.error;
    out.clientDuration = client.duration;
    out.adjusted = client.adjusted;
  }

  /** Messages of a producer: its batch count, or its links to messages and the dropped ones; at least 1. */
  private fillMessages(out: Interaction, row: number): void {
    const { rows } = this;
    const word = rows.words[row + MESSAGES]!;
    let linked = word >>> 24;
    for (let link = rows.firstLink(rows.words[row + LINK]!); link >= 0; link = rows.siblingLink(link)) {
      if (countsAsMessage(rows.links[link + LINK_STATE]!)) linked++;
    }
    out.messages = Math.max(word & 0xffffff, linked, 1);
    out.batches = out.messages > 1 ? 1 : 0;
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
