/**
 * The graph of earlier, as history answers: columns by its own numbers of nodes and edges, which stay the same from
 * answer to answer.
 */
import { COUNT, COUNT_PROCESS, COUNTERS } from '../contract/counters.ts';
import { NODE_NUMBERS } from '../contract/graph-delta.ts';
import { type IdentityRules, NO_RULES } from '../contract/identity-rules.ts';
import type { PastAnswer } from '../contract/past.ts';
import type { Identity } from '../lib/identities.ts';
import { NumberReader } from '../lib/number-records.ts';
import { MINUTE_MS } from '../lib/units.ts';
import { EdgeAggregate } from './edge-aggregate.ts';
import type { EdgeSource, GraphSource, NodeNumbers } from './graph-source.ts';
import { Histogram } from './histogram.ts';
import { TimeBuckets } from './time-buckets.ts';

/** Any would do: rates are given, and only have to come out again. */
export const PAST_HALF_LIFE_MS = 3_600_000;
/** Of a count in the last minute, in its middle. */
const LEFT = 2 ** (-MINUTE_MS / 2 / PAST_HALF_LIFE_MS);
const HISTOGRAMS = 3;
const ENDS = 3;
const NAME_NUMBERS = 4;

class PastEdge implements EdgeSource {
  readonly kind: number;
  readonly source: number;
  readonly target: number;
  private readonly past: PastSource;
  private readonly index: number;

  constructor(past: PastSource, index: number, kind: number, source: number, target: number) {
    this.past = past;
    this.index = index;
    this.kind = kind;
    this.source = source;
    this.target = target;
  }

  get count(): number {
    return this.counter(COUNT);
  }

  get version(): number {
    return this.past.structure;
  }

  counter(index: number): number {
    return this.past.counter(this.index, index);
  }

  weights(): EdgeAggregate {
    return this.past.read(this.index);
  }
}

/** What was asked with was not what was had when the answer came. */
export interface Had {
  readonly nodes: number;
  readonly series: number;
}

export class PastSource implements GraphSource {
  readonly shownNodes = Number.POSITIVE_INFINITY;
  structure = 0;
  rules: IdentityRules = NO_RULES;
  readonly nodes: NodeNumbers[] = [];
  readonly edges: PastEdge[] = [];
  private readonly identities: Identity[] = [];
  private answer: PastAnswer | undefined;
  /** Where the names of an edge begin in `nameOrder`, which has their numbers. */
  private nameStarts = new Uint32Array(0);
  private nameOrder = new Uint32Array(0);
  /** Where the histograms of an edge begin; −1: it has none. */
  private histogramStarts = new Int32Array(0);
  private readonly edge = new EdgeAggregate(0, 0, 0, 0);
  private readonly processBuckets = new TimeBuckets();
  private readonly histograms = [new Histogram(), new Histogram(), new Histogram()] as const;
  private readonly reader = new NumberReader();
  /** A minute and its count. */
  private readonly minute = new Float64Array(2);

  /** What history knows of beside this is to be asked for. */
  get have(): Had {
    return { nodes: this.identities.length, series: this.edges.length };
  }

  /** @param had when the question was asked. */
  take(answer: PastAnswer, had: Had): void {
    this.answer = answer;
    this.structure++;
    const identities = JSON.parse(answer.nodes) as Identity[];
    this.identities.push(...identities.slice(this.identities.length - had.nodes));
    this.takeEnds(answer.ends.subarray((this.edges.length - had.series) * ENDS));
    this.takeNodes(answer.nodeNumbers);
    this.placeNames(answer.names);
    this.placeHistograms(answer.histograms);
  }

  identityOf(node: number): Identity {
    return this.identities[node]!;
  }

  edgeState(edge: number): number {
    return this.answer!.states[edge] ?? 0;
  }

  /** Behind those of the edges that the answer knows. */
  nodeState(node: number): number {
    const { states, times } = this.answer!;
    return states[times.length / 2 + node] ?? 0;
  }

  /** Every answer is another graph. */
  takeChanged(): readonly number[] {
    return this.edges.map((_, edge) => edge);
  }

  counter(edge: number, index: number): number {
    return this.answer!.counters[edge * COUNTERS + index] ?? 0;
  }

  /** Valid until the next call. */
  read(number: number): EdgeAggregate {
    const { edge, answer } = this;
    const { counters, times } = answer!;
    const { kind, source, target } = this.edges[number]!;
    edge.kind = kind;
    edge.source = source;
    edge.target = target;
    const at = number * COUNTERS;
    for (let c = 0; c < COUNTERS; c++) edge.setCounter(c, counters[at + c]!);
    edge.settled.setTimes(times[number * 2]!, times[number * 2 + 1]!);
    this.readNames(number);
    this.readRates(number);
    this.readHistograms(number);
    return edge;
  }

  private takeEnds(ends: Int32Array): void {
    for (let at = 0; at < ends.length; at += ENDS) {
      this.edges.push(new PastEdge(this, this.edges.length, ends[at]!, ends[at + 1]!, ends[at + 2]!));
    }
  }

  private takeNodes(numbers: Float64Array): void {
    for (let n = 0; n < this.identities.length; n++) {
      const at = n * NODE_NUMBERS;
      this.nodes[n] = {
        first: numbers[at] ?? Number.POSITIVE_INFINITY,
        last: numbers[at + 1] ?? Number.NEGATIVE_INFINITY,
        entries: numbers[at + 2] ?? 0,
        unresolved: numbers[at + 3] ?? 0,
        outside: false,
      };
    }
  }

  private placeNames(names: Float64Array): void {
    const starts = new Uint32Array(this.edges.length + 1);
    const count = names.length / NAME_NUMBERS;
    for (let n = 0; n < count; n++) starts[names[n * NAME_NUMBERS]! + 1]!++;
    for (let e = 0; e < this.edges.length; e++) starts[e + 1]! += starts[e]!;
    const next = starts.slice();
    this.nameOrder = new Uint32Array(count);
    for (let n = 0; n < count; n++) this.nameOrder[next[names[n * NAME_NUMBERS]!]!++] = n;
    this.nameStarts = starts;
  }

  private placeHistograms(written: Float64Array | undefined): void {
    this.histogramStarts = new Int32Array(this.edges.length).fill(-1);
    if (written === undefined) return;
    for (let at = 0; at < written.length; ) {
      this.histogramStarts[written[at]!] = ++at;
      for (let h = 0; h < HISTOGRAMS; h++) at += written[at]! < 0 ? 1 : 4 + written[at]!;
    }
  }

  private readNames(number: number): void {
    const { edge, nameStarts, nameOrder } = this;
    const { names, words } = this.answer!;
    const verbs: string[] = [];
    edge.verbCounts.length = 0;
    edge.groups = undefined;
    for (let i = nameStarts[number]!; i < nameStarts[number + 1]!; i++) {
      const at = nameOrder[i]! * NAME_NUMBERS;
      const [word, one, two] = [names[at + 1]!, names[at + 2]!, names[at + 3]!];
      if (word >= 0) {
        verbs.push(words[word]!);
        edge.verbCounts.push(one);
        continue;
      }
      edge.groups ??= new Map();
      const [received, processed] = edge.groups.get(-1 - word) ?? [0, 0];
      edge.groups.set(-1 - word, [received + one, processed + two]);
    }
    edge.verbs = verbs;
  }

  private readRates(number: number): void {
    const { rates } = this.answer!;
    this.readRate(this.edge.buckets, rates[number * 2]!);
    this.edge.processBuckets = undefined;
    if (this.counter(number, COUNT_PROCESS) <= 0) return;
    this.edge.processBuckets = this.processBuckets;
    this.readRate(this.processBuckets, rates[number * 2 + 1]!);
  }

  /** Counts in the last minute that come to this rate now. */
  private readRate(buckets: TimeBuckets, rate: number): void {
    this.minute[0] = this.answer!.asOfMs / MINUTE_MS - 1;
    this.minute[1] = (rate * PAST_HALF_LIFE_MS) / (Math.LN2 * 1000 * LEFT);
    this.reader.data = this.minute;
    this.reader.at = 0;
    buckets.read(this.reader, 1);
  }

  private readHistograms(number: number): void {
    const { edge, histograms, reader } = this;
    const start = this.histogramStarts[number]!;
    edge.client = edge.server = edge.lag = undefined;
    if (start < 0) return;
    reader.data = this.answer!.histograms!;
    reader.at = start;
    const read = histograms.map(histogram => {
      const length = reader.take();
      if (length < 0) return undefined;
      histogram.read(reader, length);
      return histogram;
    });
    [edge.client, edge.server, edge.lag] = read;
  }
}
