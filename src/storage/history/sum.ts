/** What was counted up to a time: the newest base before it, and the increments from there on. */

import { MINUTE_MS } from '../../lib/units.ts';
import { type ChunkStates, readTransitions } from './chunk-states.ts';
import type { CountSums, Share } from './count-sums.ts';
import type { DurationSums } from './duration-sums.ts';
import { COUNTS, LATENCY, type Part, STATES_PART } from './rows.ts';
import type { HistoryTables } from './tables.ts';

interface Row {
  readonly level: number;
  readonly bucket: number;
  readonly data: Uint8Array;
}

const BASE = 'SELECT bucket, data FROM base WHERE part = ? AND chunk = ? AND bucket <= ? ORDER BY bucket DESC LIMIT 1';
const INCREMENTS = 'SELECT level, bucket, data FROM inc WHERE part = ? AND chunk = ? AND bucket >= ? AND bucket < ?';

/** Adds the counts of a chunk up to this minute. */
export function sumCounts(tables: HistoryTables, into: CountSums, chunk: number, minute: number): void {
  const { halfLifeMs } = tables.marks;
  eachOf(
    tables,
    COUNTS,
    chunk,
    minute,
    ({ bucket, data }) => into.add(data, shareOf(bucket, 0, minute, halfLifeMs)),
    ({ bucket, level, data }) => into.add(data, shareOf(bucket, level, minute, halfLifeMs)),
  );
}

/** What a bucket counts for in a sum up to a minute; a base has the level 0. */
export function shareOf(bucket: number, level: number, minute: number, halfLifeMs: number): Share {
  const end = bucket + level;
  const left = (minutes: number) => (halfLifeMs > 0 ? 2 ** (-(minutes * MINUTE_MS) / halfLifeMs) : 0);
  return { end, left: left(minute - end), sinceMiddle: left(level / 2), halfLifeMs };
}

/** Adds the histograms of a chunk. Their last ten minutes count when they are over. */
export function sumDurations(tables: HistoryTables, into: DurationSums, chunk: number, minute: number): void {
  const add = ({ data }: { readonly data: Uint8Array }) => into.add(data);
  eachOf(tables, LATENCY, chunk, minute, add, add);
}

/** States of a chunk at the end of what was before this minute. */
export function sumStates(tables: HistoryTables, into: ChunkStates, chunk: number, minute: number): void {
  eachOf(
    tables,
    STATES_PART,
    chunk,
    minute,
    ({ data }) => into.addBase(data),
    ({ bucket, data }) => {
      for (const transition of readTransitions(data, bucket)) into.set(transition);
    },
  );
}

/** A base whose bucket is this minute has all before it. */
function eachOf(
  tables: HistoryTables,
  part: Part,
  chunk: number,
  minute: number,
  takeBase: (base: Row) => void,
  take: (row: Row) => void,
): void {
  const base = tables.get(BASE, part, chunk, minute) as Row | undefined;
  if (base !== undefined) takeBase(base);
  for (const row of tables.all(INCREMENTS, part, chunk, base?.bucket ?? Number.MIN_SAFE_INTEGER, minute)) {
    const { bucket, level } = row as Row;
    if (bucket + level <= minute) take(row as Row);
  }
}
