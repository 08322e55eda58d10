/**
 * Log records → interactions: a message on a topic, or what a statement does to tables. Logs have no duration, and stand
 * for themselves alone. As in `Emitter`, equal rows give equal interactions, so that a reversal is exact.
 */
import {
  BY_LOG,
  BY_STATEMENT,
  CONSUMES,
  Interaction,
  type InteractionSink,
  LANE_PROCESS,
  LANE_RECEIVE,
  PUBLISHES,
  READS,
  SETTLE,
} from '../contract/interaction.ts';
import {
  CLASS_MASK,
  ERROR,
  GROUP,
  hasPlan,
  LOG,
  MESSAGES,
  PROCESS,
  PRODUCER,
  SERVICE,
  SHAPE,
  TARGET,
} from '../contract/observation.ts';
import type { PlanEffect, Plans } from '../lib/plans.ts';
import { KIND_OF_ACCESS } from './effect-kinds.ts';
import { setContext, settle } from './facts.ts';

const SEND = ['send'];
const RECEIVED = ['receive'];
const PROCESSED = ['process'];

export class LogEmitter {
  private readonly plans: Plans;
  private readonly sink: InteractionSink;
  private readonly out = new Interaction();

  constructor(plans: Plans, sink: InteractionSink) {
    this.plans = plans;
    this.sink = sink;
  }

  /** Gives, reverses or settles what the row at `at` counts. `time`: its own, µs. */
  count(words: Int32Array, at: number, time: number, sign: number): void {
    const shape = words[at + SHAPE]!;
    if (hasPlan(shape)) {
      for (const effect of this.plans.get(words[at + TARGET]!).effects) {
        for (let k = 0; k < effect.times; k++) this.effect(effect, words, at, time, sign);
      }
    } else if ((shape & CLASS_MASK) === (LOG | PRODUCER)) this.message(PUBLISHES, words, at, time, sign);
    else this.message(CONSUMES, words, at, time, sign);
  }

  private message(kind: number, words: Int32Array, at: number, time: number, sign: number): void {
    const out = this.begin(kind, words[at + TARGET]!, words, at, time, sign);
    const isProcess = (words[at + SHAPE]! & PROCESS) !== 0;
    out.messages = Math.max(words[at + MESSAGES]! & 0xffffff, 1);
    out.batches = out.messages > 1 ? 1 : 0;
    if (kind === PUBLISHES) out.verbs = SEND;
    else {
      out.lane = isProcess ? LANE_PROCESS : LANE_RECEIVE;
      out.verbs = isProcess ? PROCESSED : RECEIVED;
      out.group = words[at + GROUP]!;
    }
    this.give();
  }

  private effect(effect: PlanEffect, words: Int32Array, at: number, time: number, sign: number): void {
    const kind = KIND_OF_ACCESS[effect.access]!;
    const out = this.begin(kind, effect.node, words, at, time, sign);
    if (effect.fromStatement) out.evidence |= BY_STATEMENT;
    if (kind === PUBLISHES || kind === CONSUMES) out.messages = 1;
    if (kind === CONSUMES) {
      out.lane = LANE_RECEIVE;
      out.group = effect.group ?? 0;
    }
    out.verbs = effect.verbs;
    this.give();
  }

  private begin(kind: number, node: number, words: Int32Array, at: number, time: number, sign: number): Interaction {
    const { out } = this;
    const service = words[at + SERVICE]!;
    const isInward = kind === CONSUMES || kind === READS;
    out.begin(kind, isInward ? node : service, isInward ? service : node, time, BY_LOG);
    out.sign = sign;
    out.adjusted = 1;
    const isError = (words[at + SHAPE]! & ERROR) !== 0;
    // Reading from a table is the service's own call; a message comes to it.
    if (kind === CONSUMES) out.serverError = isError;
    else out.clientError = isError;
    setContext(out, words, at);
    return out;
  }

  private give(): void {
    const { out, sink } = this;
    if (out.sign === SETTLE) settle(sink, out);
    else sink.apply(out);
  }
}
