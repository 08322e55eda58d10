/**
 * What leads from a row change to a trace: the context that it tells itself, that of its record, or one that is known of
 * its transaction. Changes with a trace go on to find their writer.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { SPAN } from '../contract/observation.ts';
import { CHANGE_OPERATIONS } from '../contract/record.ts';
import { CHANGE_TRANSACTION, CONTEXT, RECORD_TRANSACTION, TRANSACTION_CONTEXT } from '../contract/record-rows.ts';
import type { CorrelationOptions, Windows } from './options.ts';
import { Transactions } from './transactions.ts';
import type { SoughtWriter, Writers } from './writers.ts';

const CHANGES_PER_TRANSACTION = 10;
const SNAPSHOT = CHANGE_OPERATIONS.indexOf('snapshot');

export class ChangeLeads implements Kept {
  readonly transactions: Transactions;
  readonly writers: Writers;

  constructor(writers: Writers, { maxRecords, waitMs, lateMs }: CorrelationOptions) {
    this.writers = writers;
    this.transactions = new Transactions(Math.ceil(maxRecords / CHANGES_PER_TRANSACTION), waitMs + lateMs);
  }

  setWindows({ waitMs, lateMs, outboxTables }: Windows): void {
    this.writers.events.setTables(outboxTables);
    this.writers.windowMs = this.transactions.ring.windowMs = waitMs + lateMs;
  }

  *save(out: ImageWriter): Iterable<void> {
    yield* this.writers.save(out);
    yield* this.transactions.save(out);
  }

  *load(from: ImageReader): Iterable<void> {
    yield* this.writers.load(from);
    yield* this.transactions.load(from);
  }

  advance(nowMs: number): void {
    this.writers.advance(nowMs);
    this.transactions.ring.advance(nowMs);
  }

  /** A record, or a span, may tell to which trace a transaction belongs. */
  transaction(words: Int32Array, at: number, nowMs: number): void {
    if (isThere(words, at + RECORD_TRANSACTION))
      this.tell(words, at + RECORD_TRANSACTION, words, at + TRANSACTION_CONTEXT, nowMs);
  }

  /** An event of an outbox whose context stands in its record at `at`. */
  outbox(words: Int32Array, at: number, topic: number, time: number, nowMs: number): void {
    if (topic !== 0 && hasContext(words, at)) this.writers.takeEvent(words, at, topic, time, nowMs);
  }

  /** A change at `at` in `words`, of the record at `record` in `records`. */
  change(
    words: Int32Array,
    at: number,
    records: Int32Array,
    record: number,
    sought: SoughtWriter,
    nowMs: number,
  ): void {
    if (sought.operation === SNAPSHOT) return;
    const [of, from] = hasContext(words, at) ? [words, at] : [records, record];
    const transaction = at + CHANGE_TRANSACTION;
    if (hasContext(of, from)) {
      this.writers.take(of, from + CONTEXT, sought, nowMs);
      if (isThere(words, transaction)) this.tell(words, transaction, of, from + CONTEXT, nowMs);
    } else if (isThere(words, transaction)) {
      const known = this.transactions.seek(words, transaction, sought);
      if (known >= 0) this.writers.take(this.transactions.ring.words, known, sought, nowMs);
    }
  }

  private tell(words: Int32Array, at: number, of: Int32Array, context: number, nowMs: number): void {
    this.transactions.tell(words, at, of, context, change => this.writers.take(of, context, change, nowMs));
  }
}

function isThere(words: Int32Array, at: number): boolean {
  return (words[at]! | words[at + 1]!) !== 0;
}

function hasContext(words: Int32Array, at: number): boolean {
  return isThere(words, at + CONTEXT + SPAN);
}
