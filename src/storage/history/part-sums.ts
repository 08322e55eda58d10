/** Rows of one chunk → what they come to: one row of a coarser level, or the base of all before a bucket. */
import { ChunkStates, encodeTransitions, readTransitions } from './chunk-states.ts';
import { CountSums } from './count-sums.ts';
import { DurationSums } from './duration-sums.ts';
import { BASE, COUNTS, decayOf, LATENCY, type Part } from './rows.ts';
import { shareOf, sumCounts, sumDurations, sumStates } from './sum.ts';
import type { HistoryTables } from './tables.ts';

export interface Row {
  readonly bucket: number;
  readonly data: Uint8Array;
}

export class PartSums {
  private readonly tables: HistoryTables;
  private readonly counts = new CountSums();
  private readonly durations = new DurationSums();
  private readonly states = new ChunkStates();

  constructor(tables: HistoryTables) {
    this.tables = tables;
  }

  /** Rows of one level as a row of the bucket of the level above. */
  folded(part: Part, rows: readonly Row[], level: number, bucket: number, above: number): Uint8Array | undefined {
    const { counts, durations } = this;
    const { marks } = this.tables;
    const end = bucket + above;
    if (part === COUNTS) {
      counts.clear();
      for (const row of rows) counts.add(row.data, shareOf(row.bucket, level, end, marks.halfLifeMs));
      return counts.encode(end, decayOf(above, marks));
    }
    if (part === LATENCY) {
      durations.clear();
      for (const { data } of rows) durations.add(data);
      return durations.encode();
    }
    const transitions = rows.flatMap(row => readTransitions(row.data, row.bucket));
    return encodeTransitions(
      transitions.toSorted((a, b) => a.time - b.time),
      bucket,
    );
  }

  /** All before a bucket. */
  base(part: Part, chunk: number, bucket: number): Uint8Array | undefined {
    const { tables, counts, durations, states } = this;
    if (part === COUNTS) {
      counts.clear();
      sumCounts(tables, counts, chunk, bucket);
      return counts.encode(bucket, decayOf(BASE, tables.marks));
    }
    if (part === LATENCY) {
      durations.clear();
      sumDurations(tables, durations, chunk, bucket);
      return durations.encode();
    }
    states.clear();
    sumStates(tables, states, chunk, bucket);
    return states.encode();
  }
}
