/** What an interaction needs of one of its sides, from a kept row or from a late entry. Reused. */

import type { Interaction, InteractionSink } from '../contract/interaction.ts';
import {
  ADJUSTED,
  CLASS_MASK,
  DURATION,
  ERROR,
  SERVICE,
  SHAPE,
  SPAN,
  START,
  TARGET,
  TRACE,
  unpackDuration,
} from '../contract/observation.ts';
import type { LateEntries } from './late.ts';
import type { Rows } from './rows.ts';
import { isMessage } from './state.ts';

export class Facts {
  shape = 0;
  service = 0;
  /** Topic of a messaging span, plan of a database span. */
  target = 0;
  error = false;
  adjusted = 1;
  /** µs. */
  start = 0;
  duration = 0;
  span0 = 0;
  span1 = 0;

  ofRow(rows: Rows, row: number): this {
    const w = rows.words;
    this.shape = w[row + SHAPE]!;
    this.service = w[row + SERVICE]!;
    this.target = w[row + TARGET]!;
    this.error = (this.shape & ERROR) !== 0;
    this.adjusted = rows.ratios[row + ADJUSTED]!;
    this.start = rows.floats[(row + START) >> 1]!;
    this.duration = unpackDuration(w[row + DURATION]!);
    this.span0 = w[row + SPAN]!;
    this.span1 = w[row + SPAN + 1]!;
    return this;
  }

  /** An entry does not hold its span id: the one it was found by. */
  ofEntry(late: LateEntries, entry: number, span0: number, span1: number): this {
    this.shape = late.classOf(entry);
    this.service = late.service(entry);
    this.target = late.target(entry);
    this.error = (this.shape & ERROR) !== 0;
    this.adjusted = late.adjusted(entry);
    this.start = late.start(entry);
    this.duration = unpackDuration(late.duration(entry));
    this.span0 = span0;
    this.span1 = span1;
    return this;
  }
}

/** Topic of a producer or create span; 0 when it names none or is another kind. */
export function topicOf(facts: Facts): number {
  return hasTopic(facts.shape) ? facts.target : 0;
}

/** As `topicOf`, of a kept row. */
export function producerTopic(rows: Rows, row: number): number {
  return hasTopic(rows.words[row + SHAPE]!) ? rows.words[row + TARGET]! : 0;
}

function hasTopic(shape: number): boolean {
  return isMessage(shape & CLASS_MASK);
}

/** What was just given to the sink is final. */
export function settle(sink: InteractionSink, out: Interaction): void {
  sink.settle(out.kind, out.source, out.target, out.time, out.traces, out.traceAt, out.span0, out.span1);
}

/** Makes the context whose words stand at `at` the interaction's example. */
export function setContext(into: Interaction, of: Int32Array, at: number): void {
  setExample(into, of, at, of[at + SPAN]!, of[at + SPAN + 1]!);
}

/** Makes a span the interaction's example: trace id of a kept row, span id given. */
export function setExample(into: Interaction, of: Int32Array, at: number, span0: number, span1: number): void {
  into.traces = of;
  into.traceAt = at + TRACE;
  into.span0 = span0;
  into.span1 = span1;
}
