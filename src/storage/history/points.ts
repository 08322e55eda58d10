/** What was counted at an edge, point by point: as fine as asked for, where its time still has that. */
import {
  COUNT,
  COUNTERS,
  ERRORS,
  MESSAGES_PROCESSED,
  MESSAGES_RECEIVED,
  MESSAGES_SENT,
} from '../../contract/counters.ts';
import { EDGE_KINDS } from '../../contract/graph-document.ts';
import type { SeriesPoint, SeriesQuestion } from '../../contract/past.ts';
import { middleOf } from '../../lib/duration-scale.ts';
import { MINUTE_MS } from '../../lib/units.ts';
import { CHUNK, CHUNK_BITS, CountSums } from './count-sums.ts';
import { CELLS, DurationSums, HISTOGRAMS } from './duration-sums.ts';
import { endsOf, type HistoryNames } from './names.ts';
import { COUNTS, LATENCY, type Part } from './rows.ts';
import { shareOf } from './sum.ts';
import type { HistoryTables } from './tables.ts';

const MESSAGE_KINDS: readonly string[] = ['publishes', 'consumes', 'messages'];

interface Point {
  count: number;
  errors: number;
  messages: number;
  /** By bucket; none while there are no durations. */
  durations: Float64Array | undefined;
}

interface Row {
  readonly level: number;
  readonly bucket: number;
  readonly data: Uint8Array;
}

export class Points {
  private readonly tables: HistoryTables;
  private readonly names: HistoryNames;

  constructor(tables: HistoryTables, names: HistoryNames) {
    this.tables = tables;
    this.names = names;
  }

  /** Of all the edges together, in the order of time; where nothing was counted there is no point. */
  points({ edge, start, end, level }: SeriesQuestion): readonly SeriesPoint[] {
    const wanted = new Set(edge.split('\n'));
    const found = this.names.find((source, target, kind) => wanted.has(`${source}#${EDGE_KINDS[kind]}#${target}`));
    const points = new Map<string, Point>();
    let hasMessages = false;
    for (const series of found) {
      this.addSeries(series, Math.floor(start / MINUTE_MS), Math.ceil(end / MINUTE_MS), level, points);
      hasMessages ||= MESSAGE_KINDS.includes(EDGE_KINDS[endsOf(this.names.series[series]!).kind]!);
    }
    return [...points]
      .map(([key, point]) => ({ key: key.split(' ').map(Number) as [number, number], point }))
      .sort((a, b) => a.key[0] - b.key[0])
      .map(({ key: [bucket, minutes], point }) => told(bucket, minutes, point, hasMessages));
  }

  private addSeries(series: number, start: number, end: number, level: number, points: Map<string, Point>): void {
    const chunk = series >> CHUNK_BITS;
    const place = series & (CHUNK - 1);
    const counts = new CountSums();
    const durations = new DurationSums();
    const pointOf = (row: Row): Point => {
      const minutes = Math.max(row.level, level);
      const key = `${row.bucket - (row.bucket % minutes)} ${minutes}`;
      const known = points.get(key) ?? { count: 0, errors: 0, messages: 0, durations: undefined };
      points.set(key, known);
      return known;
    };
    for (const row of this.rows(COUNTS, chunk, start, end)) {
      counts.clear();
      counts.add(row.data, shareOf(row.bucket, row.level, row.bucket + row.level, 0));
      const counter = (k: number) => counts.counters[place * COUNTERS + k]!;
      if (counter(COUNT) === 0 && counter(ERRORS) === 0) continue;
      const point = pointOf(row);
      point.count += counter(COUNT);
      point.errors += counter(ERRORS);
      point.messages += Math.max(counter(MESSAGES_SENT), counter(MESSAGES_RECEIVED), counter(MESSAGES_PROCESSED));
    }
    if (level < 10) return;
    for (const row of this.rows(LATENCY, chunk, start, end)) {
      durations.clear();
      durations.add(row.data);
      // As the called side has it, where it is seen.
      const held = [place * HISTOGRAMS + 1, place * HISTOGRAMS].find(number => durations.countOf(number) !== 0);
      if (held !== undefined) addDurations(durations, held, pointOf(row));
    }
  }

  private rows(part: Part, chunk: number, start: number, end: number): readonly Row[] {
    const sql = 'SELECT level, bucket, data FROM inc WHERE part = ? AND chunk = ? AND bucket >= ? AND bucket < ?';
    return this.tables.all(sql, part, chunk, start, end) as readonly Row[];
  }
}

function told(bucket: number, minutes: number, point: Point, hasMessages: boolean): SeriesPoint {
  const { count, errors, messages, durations } = point;
  return {
    time: new Date(bucket * MINUTE_MS).toISOString(),
    seconds: minutes * 60,
    count,
    errors,
    ...(hasMessages && { messages }),
    ...(durations?.some(count => count > 0) && {
      latency: { p50: quantile(durations, 0.5), p95: quantile(durations, 0.95), p99: quantile(durations, 0.99) },
    }),
  };
}

function addDurations({ counts }: DurationSums, number: number, point: Point): void {
  point.durations ??= new Float64Array(CELLS);
  for (let bucket = 0; bucket < CELLS; bucket++) point.durations[bucket]! += counts[number * CELLS + bucket]!;
}

/** Seconds: the middle of the bucket where the share is reached. */
function quantile(counts: Float64Array, q: number): number {
  const count = counts.reduce((sum, one) => sum + one, 0);
  let seen = 0;
  for (let bucket = 0; bucket < CELLS; bucket++) {
    seen += counts[bucket]!;
    if (seen > 0 && seen >= q * count) return middleOf(bucket);
  }
  return 0;
}
