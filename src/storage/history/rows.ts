/** Rows of the tables: which part of what is kept they are of, and where what is of a minute stands. */
import { BASE_DECAY_UNIT, DECAY_UNIT, type Decay } from './count-sums.ts';
import type { HistoryTables, Marks } from './tables.ts';

export const COUNTS = 0;
export const LATENCY = 1;
export const STATES_PART = 2;
export type Part = typeof COUNTS | typeof LATENCY | typeof STATES_PART;
export const PARTS: readonly Part[] = [COUNTS, LATENCY, STATES_PART];

/** Levels of increments, minutes, and that of a base. */
export const MINUTE = 1;
export const TEN_MINUTES = 10;
export const HOUR = 60;
export const BASE = 0;
const LEVELS_END = 64;

/** Of a row of increments of this level, or a base: of minutes the counts say it themselves. */
export function decayOf(level: number, { halfLifeMs }: Marks): Decay | undefined {
  if (level === MINUTE) return undefined;
  return { halfLifeMs, unit: level === BASE ? BASE_DECAY_UNIT : DECAY_UNIT };
}

export function writeBase(
  tables: HistoryTables,
  part: Part,
  chunk: number,
  bucket: number,
  data: Uint8Array | undefined,
): void {
  if (data === undefined)
    tables.run('DELETE FROM base WHERE part = ? AND chunk = ? AND bucket = ?', part, chunk, bucket);
  else tables.run('INSERT OR REPLACE INTO base VALUES (?, ?, ?, ?)', part, bucket, chunk, data);
}

/** Bucket and level of a minute as one number. */
export function keyOf(part: Part, minute: number, marks: Marks): number {
  const level = levelOf(part, minute, marks);
  const bucket = level === BASE ? marks.begin : minute - (minute % level);
  return bucket * LEVELS_END + level;
}

export function placeOfKey(key: number): { readonly level: number; readonly bucket: number } {
  const level = key % LEVELS_END;
  return { level, bucket: (key - level) / LEVELS_END };
}

function levelOf(part: Part, minute: number, { begin, fine, tens }: Marks): number {
  if (minute < begin) return BASE;
  if (minute < tens) return HOUR;
  return minute < fine || part === LATENCY ? TEN_MINUTES : MINUTE;
}
