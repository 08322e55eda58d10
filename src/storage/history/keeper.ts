/**
 * Keeps history: takes parts of batches and writes each batch at once when it is complete, answers questions about
 * earlier, and lets what is old grow coarse. Increments of all frames up to `through` are in it, and none of later ones.
 * Everything happens in the call, whatever thread it is in.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { IncrementPart } from '../../contract/increments.ts';
import type { HistoryStatus, PastAnswer, PastQuestion, SeriesPoint, SeriesQuestion } from '../../contract/past.ts';
import { MINUTE_MS } from '../../lib/units.ts';
import { Answers } from './answer.ts';
import { BatchWriter } from './batch.ts';
import { RowDamage } from './blob.ts';
import { Mending } from './mending.ts';
import { HistoryNames } from './names.ts';
import { Points } from './points.ts';
import { COUNTS, HOUR } from './rows.ts';
import { SenderNumbers } from './sender-numbers.ts';
import { HistoryTables } from './tables.ts';
import { Upkeep } from './upkeep.ts';

/** What may wait to be written; then it is given up, and history begins anew. */
const MOST_WAITING = 256 << 20;

export interface HistoryOptions {
  /** How long anything is kept, minutes as such, and ten minutes as such. */
  readonly keepMs: number;
  readonly minutesMs: number;
  readonly tenMinutesMs: number;
  readonly maxBytes: number;
  readonly halfLifeMs: number;
}

export class HistoryKeeper {
  private readonly tables: HistoryTables;
  private readonly names: HistoryNames;
  private readonly sender: SenderNumbers;
  private readonly writer: BatchWriter;
  private readonly upkeep: Upkeep;
  private readonly mending: Mending;
  private readonly answers: Answers;
  private readonly points: Points;
  private readonly now: () => number;
  private readonly onCorruption: 'skip' | 'refuse';
  private options: HistoryOptions;
  private waiting: IncrementPart[] = [];
  private waitingBytes = 0;
  /** Something was given up: only a new beginning is right again. */
  isLost = false;
  private message = '';

  /**
   * Throws `HistoryDamage`, or what SQLite says.
   * @param now ms.
   * @param onCorruption rows that cannot be read are given up, or stay, and what needs them fails.
   */
  constructor(db: DatabaseSync, options: HistoryOptions, now: () => number, onCorruption: 'skip' | 'refuse' = 'skip') {
    this.tables = new HistoryTables(db);
    this.names = new HistoryNames(this.tables);
    this.sender = new SenderNumbers(this.names);
    this.writer = new BatchWriter(this.tables, this.names);
    this.upkeep = new Upkeep(this.tables, this.names);
    this.mending = new Mending(this.tables, (chunk, bucket) => this.upkeep.remake(chunk, bucket));
    this.answers = new Answers(this.tables, this.names);
    this.points = new Points(this.tables, this.names);
    this.options = options;
    this.now = now;
    this.onCorruption = onCorruption;
    this.setOptions(options);
  }

  /** A batch is complete and could not be written yet. */
  get isWaiting(): boolean {
    return this.nextEnd() !== undefined;
  }

  get through(): number {
    return this.tables.marks.through;
  }

  /** Rates are made with another half-life from now on. */
  setOptions(options: HistoryOptions): void {
    this.options = options;
    const { halfLifeMs } = options;
    if (halfLifeMs === this.tables.marks.halfLifeMs) return;
    this.tables.transaction(() => {
      if (this.tables.marks.halfLifeMs > 0) this.upkeep.forgetBases();
      this.tables.mark({ halfLifeMs });
    });
  }

  /** Empty, and can be asked from this minute on. */
  beginAnew(minute: number): void {
    this.waiting = [];
    this.waitingBytes = 0;
    this.isLost = false;
    this.sender.forget();
    this.tables.transaction(() => {
      this.tables.empty();
      const begin = Math.max(0, minute - (minute % HOUR));
      this.tables.mark({ begin, since: minute, halfLifeMs: this.options.halfLifeMs });
    });
    this.names.load();
    this.writer.forget();
    this.upkeep.begin();
  }

  /** Throws when a batch is complete and cannot be written; it is tried again with the next one, or by `retry`. */
  take(part: IncrementPart): void {
    if (part.isFirst) this.forgetWaiting();
    this.sender.learn(part);
    this.waiting.push(part);
    this.waitingBytes += bytesOf(part);
    if (part.through !== undefined) this.retry();
    else if (this.waitingBytes > MOST_WAITING) this.lose();
  }

  /** Writes what is complete. */
  retry(): void {
    if (this.isLost) throw new Error(this.message);
    try {
      for (let end = this.nextEnd(); end !== undefined; end = this.nextEnd()) this.write(end);
      this.message = '';
    } catch (error) {
      this.names.load();
      this.writer.forget();
      this.sender.forgetNumbers();
      this.message = `history cannot be written (${(error as Error).message})`;
      this.mend(error);
      if (this.waitingBytes > MOST_WAITING) this.lose();
      throw new Error(this.message, { cause: error });
    }
  }

  ask(question: PastQuestion): PastAnswer {
    return this.answers.answer(question, this.now());
  }

  series(question: SeriesQuestion): readonly SeriesPoint[] {
    return this.points.points(question);
  }

  /** One step of what has to be done from time to time; false when there is nothing to do. */
  keepUp(): boolean {
    if (this.mending.isUnderWay) {
      this.mending.step();
      return true;
    }
    try {
      return this.grow();
    } catch (error) {
      if (this.mend(error)) return true;
      throw error;
    }
  }

  /** True when rows that cannot be read are looked for: what failed for one of them is to be tried again. */
  private mend(error: unknown): boolean {
    return error instanceof RowDamage && this.onCorruption === 'skip' && this.mending.begin();
  }

  private grow(): boolean {
    const { minutesMs, tenMinutesMs, keepMs, maxBytes } = this.options;
    return this.upkeep.step(Math.floor(this.now() / MINUTE_MS), {
      minutes: minutesMs / MINUTE_MS,
      tens: tenMinutesMs / MINUTE_MS,
      keep: keepMs / MINUTE_MS,
      maxBytes,
    });
  }

  status(): HistoryStatus {
    const begin = this.answers.beginMinute() * MINUTE_MS;
    const { bytes } = this.tables;
    return {
      begin: Number.isFinite(begin) ? new Date(begin).toISOString() : null,
      through: this.through,
      bytes,
      maxBytes: this.options.maxBytes,
      rows: {
        minutes: this.rows(1),
        ten_minutes: this.rows(10),
        hours: this.rows(60),
        bases: (this.tables.get('SELECT count(*) AS n FROM base') as { n: number }).n,
      },
      coarsened: this.upkeep.coarsened,
      damagedRows: this.mending.rows,
      damage: this.mending.told,
      message: this.message,
    };
  }

  private rows(level: number): number {
    const sql = 'SELECT count(*) AS n FROM inc WHERE part = ? AND level = ?';
    return (this.tables.get(sql, COUNTS, level) as { n: number }).n;
  }

  private nextEnd(): IncrementPart | undefined {
    return this.waiting.find(({ through }) => through !== undefined);
  }

  private write({ batch, through }: IncrementPart): void {
    const parts = this.waiting.filter(part => part.batch === batch);
    this.tables.transaction(() => {
      this.upkeep.outdate(this.writer.write(parts, this.sender));
      this.tables.mark({ through: through! });
    });
    this.waiting = this.waiting.filter(part => part.batch !== batch);
    this.waitingBytes = this.waiting.reduce((sum, one) => sum + bytesOf(one), 0);
  }

  private forgetWaiting(): void {
    this.waiting = [];
    this.waitingBytes = 0;
  }

  private lose(): void {
    this.forgetWaiting();
    this.isLost = true;
    this.message = 'history could not be written for too long, and begins anew when it can';
  }
}

function bytesOf({ length, states }: IncrementPart): number {
  return (length + states.length) * 8;
}
