/**
 * History grows old: minutes become ten minutes, ten minutes hours, and hours go into one base; sums stay the same.
 * Bases in between spare who asks for a time the way from the beginning; they may be missing. A step is one transaction.
 */
import { CHUNK_BITS } from './count-sums.ts';
import { chunkOfNode, type HistoryNames } from './names.ts';
import { PartSums, type Row } from './part-sums.ts';
import { COUNTS, HOUR, LATENCY, MINUTE, PARTS, type Part, STATES_PART, TEN_MINUTES, writeBase } from './rows.ts';
import type { HistoryTables } from './tables.ts';

/** Between two bases, minutes: while minutes are kept, while ten minutes are, and of old. */
const OFTEN = 10;
const SOMETIMES = 60;
const SELDOM = 240;
/** What is too old goes by the day. */
const DAILY = 1440;
/** What comes later than this makes bases be made anew. */
const SETTLED = 10;
/** The newest day is not given up for room. */
const LEAST_KEPT = DAILY;

/** Minutes; how long what is kept. */
export interface Ages {
  readonly minutes: number;
  readonly tens: number;
  readonly keep: number;
  readonly maxBytes: number;
}

export class Upkeep {
  /** How often detail was given up before its time. */
  coarsened = 0;
  private readonly tables: HistoryTables;
  private readonly names: HistoryNames;
  private readonly sums: PartSums;
  /** Bases are made up to here; those of these chunks are missing from that minute on. */
  private based = 0;
  private readonly missing = new Map<number, number>();

  constructor(tables: HistoryTables, names: HistoryNames) {
    this.tables = tables;
    this.names = names;
    this.sums = new PartSums(tables);
    this.based = (tables.get('SELECT max(bucket) AS bucket FROM base') as { bucket: number | null }).bucket ?? 0;
  }

  /** One step, if there is anything to do. False when there is not. */
  step(nowMinute: number, ages: Ages): boolean {
    return (
      this.foldMinutes(nowMinute - ages.minutes) ||
      this.foldTens(nowMinute - ages.tens) ||
      this.prune(nowMinute - ages.keep) ||
      this.makeRoom(nowMinute, ages.maxBytes) ||
      this.makeBases(nowMinute - SETTLED) ||
      this.makeMissing()
    );
  }

  /** Within a transaction: increments of these chunks came from these minutes on, so bases after them are not right any more. */
  outdate(earliest: ReadonlyMap<number, number>): void {
    for (const [chunk, minute] of earliest) {
      if (minute >= this.based) continue;
      this.tables.run(
        'DELETE FROM base WHERE chunk = ? AND bucket > ? AND bucket > ?',
        ...[chunk, minute, this.tables.marks.begin],
      );
      this.missing.set(chunk, Math.min(this.missing.get(chunk) ?? minute, minute));
    }
  }

  /** A base of this chunk is gone: those that belong from somewhat before on are made again. */
  remake(chunk: number, bucket: number): void {
    const from = bucket - SELDOM;
    this.missing.set(chunk, Math.min(this.missing.get(chunk) ?? from, from));
  }

  /** Within a transaction: bases between are not right any more. */
  forgetBases(): void {
    this.tables.run('DELETE FROM base WHERE bucket > ?', this.tables.marks.begin);
    this.begin();
  }

  /** There are no bases between. */
  begin(): void {
    this.based = 0;
    this.missing.clear();
  }

  chunks(): readonly number[] {
    const series = Math.ceil(this.names.series.length / 2 ** CHUNK_BITS);
    const nodes = Math.ceil(this.names.nodes.length / 2 ** CHUNK_BITS);
    const ofSeries = Array.from({ length: series }, (_, chunk) => chunk);
    return [...ofSeries, ...Array.from({ length: nodes }, (_, n) => chunkOfNode(n << CHUNK_BITS))];
  }

  private oldest(part: Part, level: number): number | undefined {
    const sql = 'SELECT min(bucket) AS bucket FROM inc WHERE part = ? AND level = ?';
    return (this.tables.get(sql, part, level) as { bucket: number | null }).bucket ?? undefined;
  }

  /** Durations have none. */
  private foldMinutes(before: number): boolean {
    return [COUNTS, STATES_PART].some(part => this.fold(part as Part, MINUTE, TEN_MINUTES, before));
  }

  /** All parts pass into hours together: one mark holds for them. */
  private foldTens(before: number): boolean {
    return PARTS.some(part => this.fold(part, TEN_MINUTES, HOUR, before));
  }

  /** The oldest bucket of the level above, when all of it is older than this minute. */
  private fold(part: Part, level: number, above: number, before: number): boolean {
    const oldest = this.oldest(part, level);
    if (oldest === undefined) return false;
    const bucket = oldest - (oldest % above);
    if (bucket + above > before) return false;
    this.tables.transaction(() => {
      const end = bucket + above;
      const { fine, tens } = this.tables.marks;
      if (level === MINUTE) this.tables.mark({ fine: Math.max(fine, end) });
      // Minutes do not stay behind what is older than ten minutes.
      else this.tables.mark({ tens: Math.max(tens, end), fine: Math.max(fine, end) });
      this.thin(part, level === MINUTE ? SOMETIMES : SELDOM, end);
      for (const chunk of this.chunks()) this.foldChunk(part, chunk, level, above, bucket);
    });
    return true;
  }

  private thin(part: Part, minutes: number, before: number): void {
    const { begin } = this.tables.marks;
    this.tables.run(
      'DELETE FROM base WHERE part = ? AND bucket < ? AND bucket > ? AND bucket % ? <> 0',
      ...[part, before, begin, minutes],
    );
  }

  private foldChunk(part: Part, chunk: number, level: number, above: number, bucket: number): void {
    const { tables } = this;
    const where = 'WHERE part = ? AND chunk = ? AND bucket >= ? AND bucket < ? AND level = ?';
    const range = [part, chunk, bucket, bucket + above, level];
    const rows = tables.all(`SELECT bucket, data FROM inc ${where}`, ...range) as readonly Row[];
    if (rows.length === 0) return;
    tables.run(`DELETE FROM inc ${where}`, ...range);
    const data = this.sums.folded(part, rows, level, bucket, above);
    if (data !== undefined) tables.run('INSERT INTO inc VALUES (?, ?, ?, ?, ?)', part, above, bucket, chunk, data);
  }

  /** What is older goes into one base, a day at a time. */
  private prune(before: number): boolean {
    const { begin } = this.tables.marks;
    const end = before - (before % DAILY);
    if (end <= begin) return false;
    const oldest = Math.min(...PARTS.map(part => this.oldest(part, HOUR) ?? end));
    if (oldest >= end) return false;
    this.pruneTo(Math.max(oldest - (oldest % DAILY), begin) + DAILY);
    return true;
  }

  private pruneTo(begin: number): void {
    const { tables } = this;
    tables.transaction(() => {
      for (const chunk of this.chunks()) {
        for (const part of PARTS) this.writeSum(part, chunk, begin);
      }
      tables.run('DELETE FROM base WHERE bucket < ?', begin);
      for (const part of PARTS) tables.run('DELETE FROM inc WHERE part = ? AND bucket < ?', part, begin);
      const { since, fine, tens } = tables.marks;
      tables.mark({ begin, since: Math.max(since, begin), fine: Math.max(fine, begin), tens: Math.max(tens, begin) });
    });
    tables.run('PRAGMA incremental_vacuum');
  }

  /** More than may be kept: the oldest ten minutes become hours, then the oldest minutes ten, then the oldest day goes. */
  private makeRoom(nowMinute: number, maxBytes: number): boolean {
    if (this.tables.bytes <= maxBytes) return false;
    const done =
      this.foldTens(nowMinute - LEAST_KEPT) ||
      this.foldMinutes(nowMinute - HOUR) ||
      this.foldTens(nowMinute - 2 * HOUR) ||
      this.prune(nowMinute - LEAST_KEPT);
    if (done) this.coarsened++;
    return done;
  }

  /** The next ones, of all chunks. */
  private makeBases(before: number): boolean {
    const { begin } = this.tables.marks;
    const next = 'SELECT min(bucket) AS bucket FROM inc WHERE part = ? AND level = ? AND bucket >= ?';
    const nexts = [MINUTE, TEN_MINUTES, HOUR].map(
      level => (this.tables.get(next, COUNTS, level, this.based) as { bucket: number | null }).bucket ?? before,
    );
    const from = Math.max(Math.min(...nexts), begin);
    const apart = this.apart(from);
    const bucket = from - (from % apart) + apart;
    if (bucket > before) return false;
    this.tables.transaction(() => {
      for (const chunk of this.chunks()) this.makeBase(chunk, bucket);
    });
    this.based = bucket;
    return true;
  }

  /** Between the bases of that time. */
  private apart(minute: number): number {
    const { tens, fine } = this.tables.marks;
    return minute < tens ? SELDOM : minute < fine ? SOMETIMES : OFTEN;
  }

  private makeMissing(): boolean {
    const [next] = this.missing;
    if (next === undefined) return false;
    const [chunk, minute] = next;
    this.missing.delete(chunk);
    this.tables.transaction(() => {
      let bucket = this.nextOf(chunk, minute);
      while (bucket !== undefined) {
        const apart = this.apart(bucket);
        const next = bucket - (bucket % apart) + apart;
        if (next > this.based) break;
        this.makeBase(chunk, next);
        bucket = this.nextOf(chunk, next);
      }
    });
    return true;
  }

  private nextOf(chunk: number, minute: number): number | undefined {
    const sql = 'SELECT min(bucket) AS bucket FROM inc WHERE part = ? AND chunk = ? AND bucket >= ?';
    const { begin } = this.tables.marks;
    return (
      (this.tables.get(sql, COUNTS, chunk, Math.max(minute, begin)) as { bucket: number | null }).bucket ?? undefined
    );
  }

  /** Unless nothing was counted since the one before. */
  private makeBase(chunk: number, bucket: number): void {
    if (bucket % this.apart(bucket) !== 0) return;
    this.makeBaseOf(COUNTS, chunk, bucket);
    this.makeBaseOf(STATES_PART, chunk, bucket);
    if (bucket % SOMETIMES === 0) this.makeBaseOf(LATENCY, chunk, bucket);
  }

  private makeBaseOf(part: Part, chunk: number, bucket: number): void {
    const newest = 'SELECT max(bucket) AS bucket FROM base WHERE part = ? AND chunk = ? AND bucket <= ?';
    const before = (this.tables.get(newest, part, chunk, bucket) as { bucket: number | null }).bucket;
    const any = 'SELECT 1 FROM inc WHERE part = ? AND chunk = ? AND bucket >= ? AND bucket < ? LIMIT 1';
    if (this.tables.get(any, part, chunk, before ?? Number.MIN_SAFE_INTEGER, bucket) === undefined) return;
    this.writeSum(part, chunk, bucket);
  }

  private writeSum(part: Part, chunk: number, bucket: number): void {
    writeBase(this.tables, part, chunk, bucket, this.sums.base(part, chunk, bucket));
  }
}
