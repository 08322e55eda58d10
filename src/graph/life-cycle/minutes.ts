/**
 * What an edge counted → its minutes that are over, one by one and in order, for the judge. What only came to be known
 * long after is in none of them.
 */
import { ERRORS } from '../../contract/counters.ts';
import type { ImageReader, ImageWriter, Kept } from '../../contract/image.ts';
import { ChangedLines, type LinedTable } from '../../lib/changed-lines.ts';
import { MINUTE_MS } from '../../lib/units.ts';
import type { EdgeAggregate } from '../edge-aggregate.ts';
import type { MinuteOfEdge } from './judge/edge-judge.ts';

/** A minute may still get something for so long. */
const CLOSED_MS = 45_000;
/** Those of before are not judged. */
const MOST_AT_ONCE = 5;
/** Errors and latencies are counted from look to look: they are those of a minute when about as much was counted. */
const [TOLERANCE, TOLERATED] = [0.2, 10];
const NUMBERS = 6;
const FAMILY = 'minutes';
const ROWS = `${FAMILY}/rows`;
/** 4096 edges are handed over together. */
const PIECE_SHIFT = 12;

export class Minutes implements Kept {
  /** By edge: the last minute that was taken; then count, errors, latencies, their sum and that of their squares at the last look. */
  private rows = new Float64Array(0);
  private readonly lines = new ChangedLines(FAMILY, 1, PIECE_SHIFT);

  /**
   * Minutes that are over since the last look. @param newestMs event time that the input has reached.
   * @param sinceMs minutes that began before are passed over.
   */
  *take(
    edge: number,
    aggregate: EdgeAggregate,
    nowMs: number,
    newestMs: number,
    sinceMs: number,
  ): Generator<MinuteOfEdge> {
    this.reach(edge);
    const { rows } = this;
    const at = edge * NUMBERS;
    const last = Math.floor(Math.min(nowMs - CLOSED_MS, newestMs) / MINUTE_MS) - 1;
    const before = rows[at]!;
    if (before === 0) {
      this.lines.touch(edge);
      rows[at] = last;
      this.look(at, aggregate);
      return;
    }
    if (last <= before) return;
    this.lines.touch(edge);
    const first = Math.max(before + 1, last - MOST_AT_ONCE + 1, Math.ceil(sinceMs / MINUTE_MS));
    const [count, errors, latencies, sum, squares] = this.look(at, aggregate);
    rows[at] = last;
    for (let minute = first; minute <= last; minute++) {
      const counted = aggregate.buckets.countAt(minute);
      const isKnown = last === before + 1 && Math.abs(counted - count) <= counted * TOLERANCE + TOLERATED;
      yield {
        minute,
        count: counted,
        errors: isKnown ? errors : Number.NaN,
        latencies: isKnown ? latencies : 0,
        latencySum: isKnown ? sum : 0,
        latencySquares: isKnown ? squares : 0,
      };
    }
  }

  forget(edge: number): void {
    this.reach(edge);
    this.lines.touch(edge);
    this.rows.fill(0, edge * NUMBERS, (edge + 1) * NUMBERS);
  }

  /** What was counted since the last look. */
  private look(at: number, edge: EdgeAggregate): readonly [number, number, number, number, number] {
    const { rows } = this;
    const [latencies, sum, squares] = (edge.server ?? edge.client)?.moments() ?? [0, 0, 0];
    const now = [edge.count, edge.counter(ERRORS), latencies, sum, squares] as const;
    const grown = now.map((value, i) => value - rows[at + 1 + i]!);
    rows.set(now, at + 1);
    return grown as unknown as typeof now;
  }

  private reach(edge: number): void {
    if ((edge + 1) * NUMBERS <= this.rows.length) return;
    const rows = new Float64Array(Math.max((edge + 1) * NUMBERS, this.rows.length * 2));
    rows.set(this.rows);
    this.rows = rows;
    this.lines.reach(rows.length / NUMBERS - 1);
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.lines.ahead(out, round, () => this.tables);
  }

  *save(out: ImageWriter): Iterable<void> {
    out.value(FAMILY, this.rows.length);
    yield* this.lines.save(out, () => this.tables);
  }

  private get tables(): readonly LinedTable[] {
    return [{ name: ROWS, array: this.rows, width: NUMBERS }];
  }

  *load(from: ImageReader): Iterable<void> {
    if (from.size(FAMILY) < 0) return;
    this.rows = new Float64Array(from.value(FAMILY) as number);
    this.lines.reach(this.rows.length / NUMBERS - 1);
    // A program from before wrote them in one piece.
    if (from.size(ROWS) >= 0) from.memory(ROWS, this.rows);
    yield* this.lines.load(from, this.tables);
  }
}
