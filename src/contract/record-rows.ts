/**
 * Records and row changes in a batch of observations: rows of 32-bit words, as spans are, and how far receivers have read
 * with them. Names are identities; what only tells one from another is a hash of two words, zeros where unknown.
 */
import { CHANGE_OPERATIONS, type ChangeOperation, type Progress, RECORD_MARKERS } from './record.ts';

export const RECORD_WORDS = 26;
/** Trace id and span id, 6 words big endian, of the span that sent it; a span id of zero: none is known. */
export const CONTEXT = 0;
/** µs since the epoch, a 64-bit float; 0 unknown. */
export const RECORD_TIME = 6;
/** Identity of its topic, 0 none. */
export const RECORD_TOPIC = 8;
/** Marker (low 4 bits, see `markerOf`) and flags. */
export const RECORD_SHAPE = 9;
/** Hashes of partition and offset, and of the message's id: those of a span's position. */
export const RECORD_OFFSET = 10;
export const RECORD_ID = 12;
/** Identity of the service that a header names, 0 none. */
export const RECORD_PRODUCER = 14;
/** Identity of the topic that it was in before, 0 none. */
export const RECORD_ORIGIN = 15;
/** Hash of where it stands, with cluster, topic and its incarnation: the same record again has the same. */
export const RECORD_ONCE = 16;
/** Hash of source and transaction of which a context is known, and that context. */
export const RECORD_TRANSACTION = 18;
export const TRANSACTION_CONTEXT = 20;

export const MARKER_MASK = 15;
export const OUTBOX = 1 << 4;
/** Said by a span, and no record. */
export const BY_SPAN = 1 << 5;
export const RECORD_SHAPES = (1 << 6) - 1;

export const CHANGE_WORDS = 16;
/** `CONTEXT`: of the span that made the change; then its time. */
export const CHANGE_TIME = 6;
/** Identity of the table, 0 none. */
export const CHANGE_TABLE = 8;
/** Index into CHANGE_OPERATIONS. */
export const CHANGE_OPERATION = 9;
export const CHANGE_ROWS = 10;
/** First word of its record. */
export const CHANGE_OWNER = 11;
/** Hash of source, table, position, key and operation, and the topic: the same change again has the same. */
export const CHANGE_ONCE = 12;
/** Hash of source and transaction. */
export const CHANGE_TRANSACTION = 14;

export class RecordRows {
  records = 0;
  words = new Int32Array(0);
  floats = new Float64Array(0);
  /** In the order of their records. */
  changes = 0;
  changeWords = new Int32Array(0);
  changeFloats = new Float64Array(0);
  /** Of the requests taken in, one after the other. */
  progress: Progress[] = [];
  /** Some request was pushed by others, not read from where a position stands. */
  isPushed = false;
  private firstRecord = 0;
  private firstChange = 0;
  private firstProgress = 0;

  reset(): void {
    this.records = this.changes = 0;
    if (this.progress.length > 0) this.progress = [];
    this.isPushed = false;
  }

  get isEmpty(): boolean {
    return this.records === 0 && this.progress.length === 0;
  }

  /** A request begins. */
  begin(): void {
    this.firstRecord = this.records;
    this.firstChange = this.changes;
    this.firstProgress = this.progress.length;
  }

  /** The request is taken in. */
  end(): void {
    if (this.progress.length === this.firstProgress) this.isPushed = true;
  }

  /** Records of the request. */
  get taken(): number {
    return this.records - this.firstRecord;
  }

  /** The request is taken out again. */
  rollback(): void {
    this.records = this.firstRecord;
    this.changes = this.firstChange;
    this.progress.length = this.firstProgress;
  }

  /** Opens a row of zeros and returns the offset of its first word. */
  pushRecord(): number {
    const at = this.records++ * RECORD_WORDS;
    if (at >= this.words.length) {
      this.words = grown(this.words, RECORD_WORDS);
      this.floats = new Float64Array(this.words.buffer);
    }
    this.words.fill(0, at, at + RECORD_WORDS);
    return at;
  }

  pushChange(): number {
    const at = this.changes++ * CHANGE_WORDS;
    if (at >= this.changeWords.length) {
      this.changeWords = grown(this.changeWords, CHANGE_WORDS);
      this.changeFloats = new Float64Array(this.changeWords.buffer);
    }
    this.changeWords.fill(0, at, at + CHANGE_WORDS);
    return at;
  }
}

const FIRST_ROWS = 64;

function grown(words: Int32Array, width: number): Int32Array<ArrayBuffer> {
  const more = new Int32Array(Math.max(words.length * 2, width * FIRST_ROWS));
  more.set(words);
  return more;
}

/** Name of a marker; empty for a record that has none. */
export function markerOf(shape: number): string {
  return RECORD_MARKERS[(shape & MARKER_MASK) - 1] ?? '';
}

export function operationOf(word: number): ChangeOperation {
  return CHANGE_OPERATIONS[word]!;
}
