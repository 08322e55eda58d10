/**
 * The additive weights of one edge: only integers that add up and can be taken back. Everything else (rates, quantiles,
 * confidence) is derived from them when a view is taken.
 */
import {
  ADJUSTED_UNITS,
  ADJUSTED_UNITS_PROCESS,
  BATCHES,
  CLIENT_ERRORS,
  COUNT,
  COUNT_PROCESS,
  COUNTERS,
  ERRORS,
  EVIDENCE,
  MESSAGES_PROCESSED,
  MESSAGES_RECEIVED,
  MESSAGES_SENT,
  REDELIVERIES,
  ROWS,
  SERVED,
  SERVER_ERRORS,
} from '../contract/counters.ts';
import {
  ADD,
  type Interaction,
  LANE_PROCESS,
  LANE_RECEIVE,
  OTHER_GROUP,
  OTHER_VERB,
  REVERSE,
} from '../contract/interaction.ts';
import type { EdgeBase } from './edge-base.ts';
import type { EdgeSource } from './graph-source.ts';
import { Histogram } from './histogram.ts';
import { ROOM_FOR_ALL, type Room } from './room.ts';
import { Sightings } from './sightings.ts';
import { TimeBuckets } from './time-buckets.ts';

const UNIT = 2 ** 20;
/** Verbs and groups an edge tells apart at most, and those it has room for by itself. */
const MAX_NAMES = 64;
const OWN_NAMES = 2;
const NO_VERBS: readonly string[] = [];

export class EdgeAggregate implements EdgeSource {
  /** Number in the store. */
  readonly index: number;
  kind: number;
  /** Nodes (numbers of the store). */
  source: number;
  target: number;
  /** Of the store's mark when this edge was last known to change. */
  mark = 0;
  /**
   * Of the recorder of increments: the batch and the minute that this edge is counted into now, and what it was before.
   * Two small integers: one larger number would lie in another place of the memory.
   */
  batch = 0;
  minute = 0;
  base: EdgeBase | undefined;
  client: Histogram | undefined;
  server: Histogram | undefined;
  lag: Histogram | undefined;
  /** Verbs and how often; few, so a list. Many edges may share one: another verb makes another list. */
  verbs: readonly string[] = NO_VERBS;
  verbCounts: number[] = [];
  /** Consumer group → messages received, processed. */
  groups: Map<number, [number, number]> | undefined;
  readonly buckets: TimeBuckets;
  /** Of `consumes`: the buckets of process spans. */
  processBuckets: TimeBuckets | undefined;
  readonly settled: Sightings;
  /** Of interactions that may still be taken back: of the current epoch and the one before it. */
  current: Sightings;
  previous: Sightings;
  /** Of `current`. */
  epoch = 0;

  /** The counters stand here from `begin` on. */
  private readonly numbers: Float64Array;
  private readonly begin: number;
  private readonly room: Room;

  constructor(index: number, kind: number, source: number, target: number, room = ROOM_FOR_ALL) {
    this.room = room;
    this.begin = room.numbers.take(COUNTERS);
    this.numbers = room.numbers.array;
    this.settled = new Sightings(room);
    this.current = new Sightings(room);
    this.previous = new Sightings(room);
    this.buckets = new TimeBuckets(room);
    this.index = index;
    this.kind = kind;
    this.source = source;
    this.target = target;
  }

  get count(): number {
    return this.numbers[this.begin + COUNT]!;
  }

  get version(): number {
    return Number.NaN;
  }

  counter(index: number): number {
    return this.numbers[this.begin + index]!;
  }

  /** All of them, as they are now. */
  counters(): Float64Array {
    return this.numbers.slice(this.begin, this.begin + COUNTERS);
  }

  setCounter(index: number, value: number): void {
    this.numbers[this.begin + index] = value;
  }

  addCounter(index: number, more: number): void {
    this.numbers[this.begin + index]! += more;
  }

  weights(): EdgeAggregate {
    return this;
  }

  /** @param epoch the store's, for what is provisional. */
  apply(i: Interaction, epoch: number): void {
    const { sign } = i;
    if (i.count !== 0) this.addCounts(i, sign);
    else if (i.verbs.length > 0) this.addRows(i, sign);
    this.addEvidence(i.evidence, sign);
    if (i.clientDuration >= 0) this.clientHistogram().add(i.clientDuration, sign);
    if (i.serverDuration >= 0) this.serverHistogram().add(i.serverDuration, sign);
    if (i.lag >= 0) this.lagHistogram().add(i.lag, sign);
    if (i.count === 0) return;
    if (sign === ADD) this.notice(i, epoch);
    else if (sign === REVERSE) this.unnotice(i, epoch);
  }

  private clientHistogram(): Histogram {
    this.client ??= new Histogram(this.room);
    return this.client;
  }

  private serverHistogram(): Histogram {
    this.server ??= new Histogram(this.room);
    return this.server;
  }

  private lagHistogram(): Histogram {
    this.lag ??= new Histogram(this.room);
    return this.lag;
  }

  private addCounts(i: Interaction, sign: number): void {
    const process = i.lane === LANE_PROCESS;
    const units = sign * Math.round(i.adjusted * UNIT);
    this.addCounter(COUNT, sign);
    this.addCounter(ADJUSTED_UNITS, units);
    if (process) {
      this.addCounter(COUNT_PROCESS, sign);
      this.addCounter(ADJUSTED_UNITS_PROCESS, units);
      this.processBuckets ??= new TimeBuckets(this.room);
      this.processBuckets.add(i.time, sign);
    }
    this.buckets.add(i.time, sign);
    this.addCounter(SERVED, sign * i.served);
    if (i.clientError) this.addCounter(CLIENT_ERRORS, sign);
    if (i.serverError) this.addCounter(SERVER_ERRORS, sign);
    if (i.clientError || i.serverError) this.addCounter(ERRORS, sign);
    if (i.messages > 0 || i.redeliveries > 0) this.addMessages(i, sign);
    this.addRows(i, sign);
  }

  private addRows({ verbs, rows, times }: Interaction, sign: number): void {
    if (rows !== 0) this.addCounter(ROWS, sign * rows);
    for (let v = 0; v < verbs.length; v++) this.addVerb(verbs[v]!, sign * times);
  }

  private addMessages(i: Interaction, sign: number): void {
    // Never −0, which is no small integer.
    const messages = (sign * i.messages) | 0;
    if (i.lane === LANE_PROCESS) this.addCounter(MESSAGES_PROCESSED, messages);
    else if (i.lane === LANE_RECEIVE) this.addCounter(MESSAGES_RECEIVED, messages);
    else this.addCounter(MESSAGES_SENT, messages);
    this.addCounter(REDELIVERIES, sign * i.redeliveries);
    this.addCounter(BATCHES, sign * i.batches);
    if (i.group !== 0) this.addGroup(i.group, i.lane, messages);
  }

  private addGroup(group: number, lane: number, messages: number): void {
    this.groups ??= new Map();
    let entry = this.groups.get(group);
    if (entry === undefined) {
      const told = this.hasRoomForName(this.groups.size) ? group : OTHER_GROUP;
      entry = this.groups.get(told) ?? [0, 0];
      this.groups.set(told, entry);
    }
    entry[lane === LANE_PROCESS ? 1 : 0] += messages;
  }

  /** Names stay once they have a place, also at zero: see `Room`. */
  private hasRoomForName(names: number): boolean {
    return names < OWN_NAMES || (names < MAX_NAMES && this.room.take('names', 1));
  }

  private addVerb(verb: string, times: number): void {
    let at = this.verbs.indexOf(verb);
    if (at < 0) at = this.placeOfVerb(verb);
    this.verbCounts[at]! += times;
  }

  private placeOfVerb(verb: string): number {
    const told = this.hasRoomForName(this.verbs.length) ? verb : OTHER_VERB;
    const at = this.verbs.indexOf(told);
    if (at >= 0) return at;
    this.verbs = [...this.verbs, told];
    return this.verbCounts.push(0) - 1;
  }

  private addEvidence(bits: number, sign: number): void {
    for (let k = 0; bits !== 0; k++, bits >>>= 1) if ((bits & 1) !== 0) this.addCounter(EVIDENCE + k, sign);
  }

  private notice(i: Interaction, epoch: number): void {
    this.rotate(epoch);
    this.current.add(i.time, i.traces, i.traceAt, i.span0, i.span1);
  }

  private unnotice(i: Interaction, epoch: number): void {
    this.rotate(epoch);
    if (!this.removeExample(i, 0)) this.removeExample(i, 2);
    if (this.count === 0) this.forget();
  }

  /** From everywhere: the example of a trace, or with `word` 2 of one that lost its high half. */
  private removeExample(i: Interaction, word: number): boolean {
    const current = this.current.remove(i, word);
    const previous = this.previous.remove(i, word);
    return this.settled.remove(i, word) || previous || current;
  }

  /** Nothing is left: times and examples of what was taken back go as well. */
  private forget(): void {
    this.settled.clear();
    this.current.clear();
    this.previous.clear();
  }

  /** What happened at this time is final. */
  settle(time: number, traces: Int32Array, at: number, span0: number, span1: number): void {
    this.settled.add(time, traces, at, span0, span1);
  }

  /** What is provisional ages up to this epoch, unless it is there already. */
  turnTo(epoch: number): void {
    if (epoch > this.epoch) this.rotate(epoch);
  }

  private rotate(epoch: number): void {
    if (epoch === this.epoch) return;
    const { current, previous } = this;
    if (epoch === this.epoch + 1) {
      this.previous = current;
      this.current = previous;
    } else previous.clear();
    this.current.clear();
    this.epoch = epoch;
  }

  /** Settled and provisional together, valid until the next call for any edge. */
  seen(epoch: number): Sightings {
    if (!this.isProvisional(epoch)) return this.settled;
    const age = epoch - this.epoch;
    together.clear();
    together.merge(this.settled);
    if (age <= 1) together.merge(this.current);
    if (age <= 0) together.merge(this.previous);
    return together;
  }

  /** Time of the newest, µs, as `seen` tells it. */
  lastSeen(epoch: number): number {
    const age = epoch - this.epoch;
    let { last } = this.settled;
    if (age <= 1 && this.current.last > last) last = this.current.last;
    if (age <= 0 && this.previous.last > last) last = this.previous.last;
    return last;
  }

  /** True while the passing of epochs alone may change what was seen. */
  isProvisional(epoch: number): boolean {
    const age = epoch - this.epoch;
    return (age <= 1 && !this.current.isEmpty) || (age <= 0 && !this.previous.isEmpty);
  }
}

const together = new Sightings();
