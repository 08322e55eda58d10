/**
 * An edge against its own days: how much it carries at each hour of working days and of weekends, its share of errors,
 * and how long it takes in each three hours of a day → a finding when one of them is another for good.
 *
 * Differences are standardised as counts that scatter more than by chance, with a part in proportion (quasi-Poisson, as in
 * Farrington et al., JRSS A 1996, and Noufaily et al., Statistics in Medicine 2013), and summed up by `cusum.ts`. What
 * builds an alarm is not learned; after one, what was found is what is expected.
 */
import type { ImageReader, ImageWriter } from '../../../contract/image.ts';
import { addToSums, alarmOf, CUSUM_WIDTH, clearSums, isRising, type Run } from './cusum.ts';
import type { EdgeJudge, Finding, MinuteOfEdge } from './edge-judge.ts';
import { Profiles } from './profiles.ts';

const HOURS = 24;
const BLOCKS = 8;
/** Minutes of an hour that must have been seen for it to be learned. */
const WHOLE_HOUR = 50;
/** Weight of a new day beside those before. */
const DAY_WEIGHT = 0.3;
/** Weight of an hour for how much counts scatter. */
const SCATTER_WEIGHT = 0.2;
/** Weight of a window for how much errors scatter. */
const WINDOW_WEIGHT = 0.02;
/** Part of an expectation that it may be off by, always. */
const SPREAD = 0.15;
/** Counts expected in a window. */
const LEAST_EXPECTED = 25;
const LEAST_ERRORS = 5;
/** Where errors hardly ever come, so many minutes do: what comes then is clear. */
const FEW_ERRORS_MINUTES = 3;
const LEAST_LATENCIES = 20;
const WINDOWS = [1, 5, 15, 60] as const;
const LEAST_RATIO = 1.5;
const SILENT_MINUTES = 60;
const A_DAY = 1440;
/** Errors are forgotten by half in a day. */
const MINUTE_DECAY = 2 ** (-1 / A_DAY);
/** Minutes since the epoch are kept as so many more: a 32-bit float holds those of 30 years. */
const FIRST_MINUTE = 26_000_000;
const BUCKETS_A_DOUBLING = 8;

/** Layout of a row. Hours of working days, then of weekends; 0: not seen yet, else 1 + the mean of a minute. */
const CELL = 0;
const BLOCK = CELL + 2 * HOURS;
const LAST = BLOCK + BLOCKS;
/** Of the hour that runs: minutes, sum, sum of squares. */
const [HOUR_MINUTES, HOUR_SUM, HOUR_SQUARES] = [LAST + 1, LAST + 2, LAST + 3];
/** Scatter of counts beyond chance, less 1, and by what factor the edge carries more than its hours say, less 1. */
const [SCATTER, LEVEL] = [LAST + 4, LAST + 5];
const [BLOCK_COUNT, BLOCK_SUM, BLOCK_SQUARES, VARIANCE] = [LAST + 6, LAST + 7, LAST + 8, LAST + 9];
const [ERRORS, COUNTS, AGE, ERROR_SCATTER] = [LAST + 10, LAST + 11, LAST + 12, LAST + 13];
const METRIC = LAST + 14;
/** Of a metric: length of its window, minutes in it, what was seen, was expected, and of how many; minutes of silence left. */
const [LENGTH, MINUTES, SEEN, EXPECTED, WEIGHT, SILENT, SUMS] = [0, 1, 2, 3, 4, 5, 6];
const METRIC_WIDTH = SUMS + CUSUM_WIDTH;
const [RATE, ERROR_RATIO, LATENCY] = [METRIC, METRIC + METRIC_WIDTH, METRIC + 2 * METRIC_WIDTH];
const WIDTH = METRIC + 3 * METRIC_WIDTH;

export class SeasonalJudge implements EdgeJudge {
  private readonly kept: Profiles;

  /** @param most edges whose past is kept. */
  constructor(most: number) {
    this.kept = new Profiles('life/judge', WIDTH, most);
  }

  get profiles(): number {
    return this.kept.size;
  }

  get refused(): number {
    return this.kept.refused;
  }

  forget(subject: number): void {
    this.kept.forget(subject);
  }

  take(subject: number, minute: MinuteOfEdge): Finding | undefined {
    const row = this.kept.of(subject);
    if (row === undefined) return undefined;
    this.continue(row, minute.minute);
    row[AGE]!++;
    const found = judgeRate(row, minute) ?? judgeErrors(row, minute) ?? judgeLatency(row, minute);
    learnHour(row, minute);
    learnErrors(row, minute);
    learnLatency(row, minute);
    return found;
  }

  /** Minutes that nobody told of end what has been summed up. */
  private continue(row: Float32Array, minute: number): void {
    const last = row[LAST]! + FIRST_MINUTE;
    row[LAST] = minute - FIRST_MINUTE;
    if (last + 1 === minute) return;
    row.fill(0, HOUR_MINUTES, HOUR_SQUARES + 1);
    for (const metric of [RATE, ERROR_RATIO, LATENCY]) {
      row.fill(0, metric, metric + SILENT);
      clearSums(row, metric + SUMS);
    }
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.kept.ahead(out, round);
  }

  save(out: ImageWriter): Iterable<void> {
    return this.kept.save(out);
  }

  load(from: ImageReader): Iterable<void> {
    return this.kept.load(from);
  }
}

/** Days since the epoch began on a Thursday. */
function isWeekend(minute: number): boolean {
  const day = (Math.floor(minute / A_DAY) + 4) % 7;
  return day === 0 || day === 6;
}

function cellOf(minute: number): number {
  return CELL + (isWeekend(minute) ? HOURS : 0) + (Math.floor(minute / 60) % HOURS);
}

/** Counts of a minute, between the middles of its hour and the nearest other; undefined when that hour is not known. */
function expectedCount(row: Float32Array, minute: number): number | undefined {
  const own = row[cellOf(minute)]!;
  if (own === 0) return undefined;
  const past = ((minute % 60) + 0.5) / 60 - 0.5;
  const beside = minute + (past < 0 ? -60 : 60);
  // A weekend does not announce itself.
  const other = (isWeekend(beside) === isWeekend(minute) && row[cellOf(beside)]!) || own;
  return ((own - 1) * (1 - Math.abs(past)) + (other - 1) * Math.abs(past)) * (1 + row[LEVEL]!);
}

function windowFor(aMinute: number, least: number): number {
  return WINDOWS.find(length => aMinute * length >= least) ?? 0;
}

/** Adds a minute to a metric's window; true when that is full. A window of length 0 is none. */
function addMinute(
  row: Float32Array,
  metric: number,
  length: number,
  seen: number,
  expected: number,
  weight: number,
): boolean {
  if (row[metric + SILENT]! > 0) {
    row[metric + SILENT]!--;
    return false;
  }
  if (row[metric + MINUTES] === 0) row[metric + LENGTH] = length;
  if (row[metric + LENGTH] === 0) return false;
  row[metric + MINUTES]!++;
  row[metric + SEEN]! += seen;
  row[metric + EXPECTED]! += expected;
  row[metric + WEIGHT]! += weight;
  return row[metric + MINUTES]! >= row[metric + LENGTH]!;
}

/** Ends a window; the run that it completed, if any. */
function endWindow(row: Float32Array, metric: number, z: number): Run | undefined {
  addToSums(row, metric + SUMS, z, {
    observed: row[metric + SEEN]!,
    expected: row[metric + EXPECTED]!,
    weight: row[metric + WEIGHT]!,
    minutes: row[metric + MINUTES]!,
  });
  row.fill(0, metric + MINUTES, metric + SILENT);
  return alarmOf(row, metric + SUMS);
}

function found(row: Float32Array, metric: number): void {
  row[metric + SILENT] = SILENT_MINUTES;
  clearSums(row, metric + SUMS);
}

const isClear = (ratio: number) => ratio >= LEAST_RATIO || ratio <= 1 / LEAST_RATIO;

function judgeRate(row: Float32Array, { minute, count }: MinuteOfEdge): Finding | undefined {
  const expected = expectedCount(row, minute);
  if (expected === undefined) return undefined;
  if (!addMinute(row, RATE, windowFor(expected, LEAST_EXPECTED), count, expected, 1)) return undefined;
  const [seen, due] = [row[RATE + SEEN]!, row[RATE + EXPECTED]!];
  const variance = (1 + row[SCATTER]!) * Math.max(due, 1) + (SPREAD * due) ** 2;
  const run = endWindow(row, RATE, (seen - due) / Math.sqrt(variance));
  if (run === undefined) return undefined;
  const ratio = run.observed / Math.max(run.expected, 1e-9);
  if (!isClear(ratio)) return undefined;
  found(row, RATE);
  row[LEVEL] = (1 + row[LEVEL]!) * Math.max(ratio, 0.01) - 1;
  const perSecond = run.weight * 60;
  return {
    metric: 'rate',
    expected: run.expected / perSecond,
    observed: run.observed / perSecond,
    ratio,
    score: run.score,
    minutes: run.minutes,
  };
}

/** At the end of an hour, the mean of its minutes and how they scatter about it. */
function learnHour(row: Float32Array, { minute, count }: MinuteOfEdge): void {
  row[HOUR_MINUTES]!++;
  row[HOUR_SUM]! += count;
  row[HOUR_SQUARES]! += count * count;
  if (minute % 60 !== 59) return;
  const [minutes, sum, squares] = [row[HOUR_MINUTES]!, row[HOUR_SUM]!, row[HOUR_SQUARES]!];
  row.fill(0, HOUR_MINUTES, HOUR_SQUARES + 1);
  if (minutes < WHOLE_HOUR || isRising(row, RATE + SUMS)) return;
  const mean = sum / minutes;
  const cell = cellOf(minute);
  const value = 1 + mean / (1 + row[LEVEL]!);
  row[cell] = row[cell] === 0 ? value : row[cell]! + DAY_WEIGHT * (value - row[cell]!);
  if (mean < 1) return;
  const scatter = Math.max((squares - sum * mean) / (minutes - 1) / mean - 1, 0);
  row[SCATTER]! += SCATTER_WEIGHT * (Math.min(scatter, 3 * row[SCATTER]! + 3) - row[SCATTER]!);
}

function judgeErrors(row: Float32Array, { count, errors }: MinuteOfEdge): Finding | undefined {
  if (Number.isNaN(errors)) return undefined;
  if (row[AGE]! < A_DAY || row[COUNTS]! < 1000) return undefined;
  const share = (row[ERRORS]! + 0.5) / row[COUNTS]!;
  const expected = share * count;
  const length = expected >= LEAST_ERRORS ? 1 : FEW_ERRORS_MINUTES;
  if (!addMinute(row, ERROR_RATIO, length, errors, expected, count)) return undefined;
  const [seen, due, total] = [row[ERROR_RATIO + SEEN]!, row[ERROR_RATIO + EXPECTED]!, row[ERROR_RATIO + WEIGHT]!];
  const variance = (1 + row[ERROR_SCATTER]!) * Math.max(due * (1 - share), 1) + (SPREAD * due) ** 2;
  const z = (seen - due) / Math.sqrt(variance);
  const run = endWindow(row, ERROR_RATIO, z);
  if (!isRising(row, ERROR_RATIO + SUMS)) {
    const scatter = Math.min(z * z, 9) * (1 + row[ERROR_SCATTER]!) - 1;
    row[ERROR_SCATTER] = Math.max(0, row[ERROR_SCATTER]! + WINDOW_WEIGHT * (scatter - row[ERROR_SCATTER]!));
  }
  if (run === undefined || total === 0) return undefined;
  const ratio = run.observed / Math.max(run.expected, 1e-9);
  if (!isClear(ratio) || Math.abs(run.observed - run.expected) < LEAST_ERRORS) return undefined;
  found(row, ERROR_RATIO);
  // What was found is what is expected, and soon known as well.
  row[ERRORS] = (row[COUNTS]! * run.observed) / run.weight;
  return {
    metric: 'error_ratio',
    expected: run.expected / run.weight,
    observed: run.observed / run.weight,
    ratio,
    score: run.score,
    minutes: run.minutes,
  };
}

function learnErrors(row: Float32Array, { count, errors }: MinuteOfEdge): void {
  if (Number.isNaN(errors) || isRising(row, ERROR_RATIO + SUMS)) return;
  row[ERRORS] = row[ERRORS]! * MINUTE_DECAY + errors;
  row[COUNTS] = row[COUNTS]! * MINUTE_DECAY + count;
}

const blockOf = (minute: number) => BLOCK + Math.floor((minute % A_DAY) / (A_DAY / BLOCKS));

function judgeLatency(row: Float32Array, { minute, latencies, latencySum }: MinuteOfEdge): Finding | undefined {
  const known = row[blockOf(minute)]!;
  if (known === 0) return undefined;
  const length = windowFor(latencies, LEAST_LATENCIES);
  if (!addMinute(row, LATENCY, length, latencySum, known * latencies, latencies)) return undefined;
  const [seen, due, total] = [row[LATENCY + SEEN]!, row[LATENCY + EXPECTED]!, row[LATENCY + WEIGHT]!];
  if (total === 0) {
    row.fill(0, LATENCY + MINUTES, LATENCY + SILENT);
    return undefined;
  }
  const run = endWindow(row, LATENCY, (seen - due) / total / Math.sqrt(row[VARIANCE]! / total + 1));
  if (run === undefined) return undefined;
  const ratio = 2 ** ((run.observed - run.expected) / run.weight / BUCKETS_A_DOUBLING);
  if (!isClear(ratio)) return undefined;
  found(row, LATENCY);
  const shift = (run.observed - run.expected) / run.weight;
  for (let block = BLOCK; block < BLOCK + BLOCKS; block++)
    if (row[block]! > 0) row[block] = Math.max(row[block]! + shift, 1);
  return {
    metric: 'latency',
    expected: secondsOf(run.expected / run.weight),
    observed: secondsOf(run.observed / run.weight),
    ratio,
    score: run.score,
    minutes: run.minutes,
  };
}

function learnLatency(row: Float32Array, { minute, latencies, latencySum, latencySquares }: MinuteOfEdge): void {
  row[BLOCK_COUNT]! += latencies;
  row[BLOCK_SUM]! += latencySum;
  row[BLOCK_SQUARES]! += latencySquares;
  if ((minute + 1) % (A_DAY / BLOCKS) !== 0) return;
  const [count, sum, squares] = [row[BLOCK_COUNT]!, row[BLOCK_SUM]!, row[BLOCK_SQUARES]!];
  row.fill(0, BLOCK_COUNT, BLOCK_SQUARES + 1);
  if (count < LEAST_LATENCIES || isRising(row, LATENCY + SUMS)) return;
  const mean = sum / count;
  const block = blockOf(minute);
  row[block] = row[block] === 0 ? mean : row[block]! + DAY_WEIGHT * (mean - row[block]!);
  const variance = Math.max(squares / count - mean * mean, 0);
  row[VARIANCE] = row[VARIANCE] === 0 ? variance : row[VARIANCE]! + DAY_WEIGHT * (variance - row[VARIANCE]!);
}

/** Geometric middle of a bucket, also between two. */
function secondsOf(bucket: number): number {
  return 2 ** ((bucket - 0.5) / BUCKETS_A_DOUBLING) / 1e6;
}
