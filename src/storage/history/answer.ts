/** What was counted up to a time, or between two, as the columns of an answer. */
import { COUNT, COUNT_PROCESS, COUNTERS } from '../../contract/counters.ts';
import { NODE_NUMBERS } from '../../contract/graph-delta.ts';
import type { PastAnswer, PastQuestion } from '../../contract/past.ts';
import { MINUTE_MS, MINUTE_US } from '../../lib/units.ts';
import { ChunkStates } from './chunk-states.ts';
import { CHUNK, CHUNK_BITS, CountSums, nameOf } from './count-sums.ts';
import { CELLS, DurationSums, HISTOGRAMS } from './duration-sums.ts';
import { GrowingNumbers } from './growing-numbers.ts';
import { chunkOfNode, endsOf, type HistoryNames } from './names.ts';
import { sumCounts, sumDurations, sumStates } from './sum.ts';
import type { HistoryTables, Marks } from './tables.ts';

const SOME_MORE = 1 << 12;

/** What is counted when it is asked for: up to `end`, less what was by `start`. Minutes. */
interface Range {
  readonly start: number | undefined;
  readonly end: number;
  /** Up to which durations are added. */
  readonly durationsEnd: number;
  readonly asOfMs: number;
}

export class Answers {
  private readonly tables: HistoryTables;
  private readonly names: HistoryNames;
  private readonly durations = new DurationSums();
  private readonly durationsBefore = new DurationSums();
  /** Numbers that the histograms of an answer take. */
  private expected = SOME_MORE;

  constructor(tables: HistoryTables, names: HistoryNames) {
    this.tables = tables;
    this.names = names;
  }

  answer(question: PastQuestion, nowMs: number): PastAnswer {
    const { marks } = this.tables;
    const asked = question.at ?? question.end ?? nowMs;
    const isNow = (question.at ?? question.end) === undefined;
    const range = {
      start: question.start === undefined ? undefined : minuteOf(question.start, marks),
      ...(isNow ? upToNow(nowMs) : upTo(minuteOf(asked, marks))),
    };
    const told = {
      through: marks.through,
      asOfMs: range.asOfMs,
      ...(range.start !== undefined && { startMs: range.start * MINUTE_MS }),
      begin: this.beginMinute() * MINUTE_MS,
    };
    // Where nothing was left out, nothing was counted before what is kept.
    const problem =
      Math.min(asked, question.start ?? asked) < marks.since * MINUTE_MS
        ? 'before_history'
        : asked > nowMs + MINUTE_MS
          ? 'in_future'
          : undefined;
    if (problem !== undefined) return { ...told, problem, ...this.empty() };
    return { ...told, ...this.columns(question, range) };
  }

  /** The first that something is known of. */
  beginMinute(): number {
    const { since } = this.tables.marks;
    if (since > 0) return since;
    let first = Number.POSITIVE_INFINITY;
    for (let chunk = 0; chunk << CHUNK_BITS < this.names.series.length; chunk++) {
      first = this.names.firstsOf(chunk).reduce((a, b) => Math.min(a, b), first);
    }
    return Math.floor(first / MINUTE_US);
  }

  private columns({ detail, have }: PastQuestion, range: Range): Columns {
    const { names } = this;
    const sums = this.sums(range);
    const { halfLifeMs } = this.tables.marks;
    // What is left is that at the end of the minute, which may be to come.
    const perSecond =
      halfLifeMs > 0
        ? ((Math.LN2 * 1000) / halfLifeMs) * 2 ** ((range.end * MINUTE_MS - range.asOfMs) / halfLifeMs)
        : 0;
    return {
      nodes: `[${names.nodes.slice(have.nodes).join(',')}]`,
      nodeNumbers: this.nodeNumbers(range),
      ends: columnOf(names.series.slice(have.series)),
      counters: sums.counters,
      times: this.times(sums.lasts),
      rates: sums.decayed.map(count => count * perSecond),
      words: names.words.map(word => word.slice(1)),
      names: Float64Array.from(sums.names),
      ...(detail === 'all' && { histograms: this.histograms(range) }),
      states: this.states(range.end),
    };
  }

  private sums({ start, end }: Range) {
    const { series, words } = this.names;
    const counters = new Float64Array(series.length * COUNTERS);
    const decayed = new Float64Array(series.length * 2);
    const lasts = new Float64Array(series.length);
    const names: number[] = [];
    const whole = new CountSums();
    const before = new CountSums();
    for (let first = 0; first < series.length; first += CHUNK) {
      whole.clear();
      this.sumRange(whole, before, first >> CHUNK_BITS, start, end);
      const count = Math.min(CHUNK, series.length - first);
      counters.set(whole.counters.subarray(0, count * COUNTERS), first * COUNTERS);
      decayed.set(whole.decayed.subarray(0, count * 2), first * 2);
      lasts.set(whole.lasts.subarray(0, count), first);
      for (const [key, value] of whole.names) {
        if (value === 0) continue;
        const { place, word, which } = nameOf(key);
        if (words[word]!.startsWith('v')) names.push(first + place, word, value, 0);
        else names.push(first + place, -1 - word, which === 0 ? value : 0, which === 1 ? value : 0);
      }
    }
    return { counters, decayed, lasts, names };
  }

  private sumRange(whole: CountSums, before: CountSums, chunk: number, start: number | undefined, end: number): void {
    sumCounts(this.tables, whole, chunk, end);
    if (start === undefined) return;
    before.clear();
    sumCounts(this.tables, before, chunk, start);
    const { halfLifeMs } = this.tables.marks;
    whole.subtract(before, halfLifeMs > 0 ? 2 ** (-((end - start) * MINUTE_MS) / halfLifeMs) : 0);
  }

  /** µs. */
  private times(lasts: Float64Array): Float64Array<ArrayBuffer> {
    const times = new Float64Array(lasts.length * 2);
    let firsts: ArrayLike<number> = [];
    for (let series = 0; series < lasts.length; series++) {
      const place = series & (CHUNK - 1);
      if (place === 0) firsts = this.names.firstsOf(series >> CHUNK_BITS);
      const last = lasts[series]! * 1000;
      times[series * 2] = firsts[place]!;
      times[series * 2 + 1] = last === 0 ? Number.NEGATIVE_INFINITY : last;
    }
    return times;
  }

  private nodeNumbers({ start, end }: Range): Float64Array<ArrayBuffer> {
    const { length } = this.names.nodes;
    const numbers = new Float64Array(length * NODE_NUMBERS);
    const whole = new CountSums();
    const before = new CountSums();
    for (let node = 0; node < length; node++) {
      const place = node & (CHUNK - 1);
      const chunk = chunkOfNode(node);
      if (place === 0) {
        whole.clear();
        this.sumRange(whole, before, chunk, start, end);
      }
      const first = this.names.firstsOf(chunk)[place]!;
      const last = whole.lasts[place]! * 1000;
      const isThere = first < end * MINUTE_US;
      const at = node * NODE_NUMBERS;
      numbers[at] = isThere ? first : Number.POSITIVE_INFINITY;
      numbers[at + 1] = isThere ? Math.max(first, last) : Number.NEGATIVE_INFINITY;
      numbers[at + 2] = whole.counters[place * COUNTERS + COUNT]!;
      numbers[at + 3] = whole.counters[place * COUNTERS + COUNT_PROCESS]!;
    }
    return numbers;
  }

  /** Of every series that has any: its number, then client, server and lag as histograms write themselves, or −1. */
  private histograms({ start, durationsEnd }: Range): Float64Array<ArrayBuffer> {
    const out = new GrowingNumbers(this.expected);
    const { durations, durationsBefore } = this;
    for (let chunk = 0; chunk << CHUNK_BITS < this.names.series.length; chunk++) {
      durations.clear();
      sumDurations(this.tables, durations, chunk, durationsEnd);
      if (start !== undefined) {
        durationsBefore.clear();
        sumDurations(this.tables, durationsBefore, chunk, start);
        durations.subtract(durationsBefore);
      }
      putHistograms(durations, chunk << CHUNK_BITS, out);
    }
    this.expected = out.length + SOME_MORE;
    return out.all;
  }

  /** As they were told by then. */
  private states(endMinute: number): Uint8Array<ArrayBuffer> {
    const { series, nodes } = this.names;
    const states = new Uint8Array(series.length + nodes.length);
    const chunk = new ChunkStates();
    const read = (number: number, at: number, count: number) => {
      chunk.clear();
      sumStates(this.tables, chunk, number, endMinute);
      states.set(chunk.states.subarray(0, Math.min(CHUNK, count)), at);
    };
    for (let n = 0; n < series.length; n += CHUNK) read(n >> CHUNK_BITS, n, series.length - n);
    for (let n = 0; n < nodes.length; n += CHUNK) read(chunkOfNode(n), series.length + n, nodes.length - n);
    return states;
  }

  private empty(): Columns {
    const none = () => new Float64Array(0);
    return {
      ...{ nodes: '[]', nodeNumbers: none(), ends: new Int32Array(0), counters: none(), times: none(), rates: none() },
      ...{ words: [], names: none(), states: new Uint8Array(0) },
    };
  }
}

type Columns = Omit<PastAnswer, 'through' | 'asOfMs' | 'startMs' | 'begin' | 'problem'>;

function upTo(end: number) {
  return { end, durationsEnd: end, asOfMs: end * MINUTE_MS };
}

/** With the minute and the ten minutes that are not over. */
function upToNow(nowMs: number) {
  const end = Math.floor(nowMs / MINUTE_MS) + 1;
  return { end, durationsEnd: Math.ceil(end / 10) * 10, asOfMs: nowMs };
}

/** As far as its time still has them: the minute, ten minutes or hour that was over then. */
export function minuteOf(ms: number, { fine, tens }: Marks): number {
  const minute = Math.floor(ms / MINUTE_MS);
  if (minute >= fine) return minute;
  return minute - (minute % (minute >= tens ? 10 : 60));
}

function columnOf(series: readonly number[]): Int32Array<ArrayBuffer> {
  const column = new Int32Array(series.length * 3);
  for (const [n, key] of series.entries()) {
    const { kind, source, target } = endsOf(key);
    column.set([kind, source, target], n * 3);
  }
  return column;
}

function putHistograms(sums: DurationSums, firstSeries: number, out: GrowingNumbers): void {
  const { counts, from, to } = sums;
  const held = sums.held();
  // Each has its series, its own numbers and gaps beside it at most.
  out.makeRoom(held.reduce((room, number) => room + to[number]! - from[number]! + 7, HISTOGRAMS));
  const { numbers } = out;
  let at = out.length;
  let series = -1;
  let next = HISTOGRAMS;
  for (const number of held) {
    const one = firstSeries + Math.floor(number / HISTOGRAMS);
    if (one !== series) {
      while (next++ < HISTOGRAMS) numbers[at++] = -1;
      numbers[at++] = one;
      series = one;
      next = 0;
    }
    for (; next < number % HISTOGRAMS; next++) numbers[at++] = -1;
    const [first, end] = [from[number]!, to[number]!];
    numbers[at] = end - first;
    numbers[at + 2] = sums.sums[number]!;
    numbers[at + 3] = first;
    const countAt = at + 1;
    at += 4;
    let count = 0;
    for (let cell = number * CELLS + first; cell < number * CELLS + end; cell++) {
      const here = counts[cell]!;
      count += here;
      numbers[at++] = here;
    }
    numbers[countAt] = count;
    next++;
  }
  while (next++ < HISTOGRAMS) numbers[at++] = -1;
  out.length = at;
}
