/**
 * The normalize → journal → correlate arrow: half edges as fixed-size rows of 32-bit words in one buffer.
 *
 * In process, identities, plans and groups are numbers of the shared tables (`lib/identities`, `lib/plans`); a batch
 * needs no dictionary. Rows are laid out as the correlator keeps them, so taking one in is a copy.
 */
import { RecordRows } from './record-rows.ts';

/** Words of a row: 96 bytes. Words from 20 on belong to the correlator. */
export const ROW_WORDS = 24;
/** Trace id, 4 words big endian; the low half is 2 and 3. */
export const TRACE = 0;
/** Span id, 2 words; parent id, 2 words (zero: root). */
export const SPAN = 4;
export const PARENT = 6;
/** Microseconds since the epoch, a 64-bit float over words 8 and 9. */
export const START = 8;
/** Microseconds, or with the top bit set milliseconds (see `packDuration`). */
export const DURATION = 10;
/** Identity of the service; 0 for a nameless span. */
export const SERVICE = 11;
/** Class and flags, see below. */
export const SHAPE = 12;
/** Messaging: identity of the topic, 0 unknown. Database: plan. */
export const TARGET = 13;
/** Identity of the external peer a client or root server span names; 0 none. */
export const PEER = 14;
/** Messaging: batch count (at least 1) in the low 24 bits, links the SDK dropped in the high 8. */
export const MESSAGES = 15;
/** Adjusted count as a 32-bit float: how many interactions the sampled one stands for. */
export const ADJUSTED = 16;
/** Hash of the service instance: tells resends from other instances under one span id. */
export const INSTANCE = 17;
/** Number of the consumer group, 0 none. */
export const GROUP = 18;
/** Observed: number of the row's first link in the batch, 0 none; kept: sequence number of its newest link. */
export const LINK = 19;

/** Classes: the low four bits of SHAPE. */
export const CLASS_MASK = 15;
export const INTERNAL = 0;
export const CLIENT = 1;
export const SERVER = 2;
export const PRODUCER = 3;
export const CONSUMER = 4;
export const DATABASE = 5;
/** A message was created, not yet sent: a target of links and a parent like a producer. */
export const CREATE = 6;
export const SETTLE = 7;
/** With the class of a producer, consumer or database span: a log record that says the same. It is no span. */
export const LOG = 8;

/** Its TARGET is the number of a plan. */
export function hasPlan(shape: number): boolean {
  return (shape & CLASS_MASK & ~LOG) === DATABASE;
}

export function isKnownClass(shape: number): boolean {
  const cls = shape & CLASS_MASK;
  return cls <= SETTLE || (cls >= (LOG | PRODUCER) && cls <= (LOG | DATABASE));
}

/** A database span of kind client: a server span may answer it. */
export const REMOTE = 1 << 4;
/** A consumer span that processes (else it receives). */
export const PROCESS = 1 << 5;
export const ERROR = 1 << 6;
export const RPC = 1 << 7;
/** No usable service name: the span only carries the chain. */
export const NAMELESS = 1 << 8;
export const FILTERED = 1 << 9;
export const BATCH = 1 << 10;
export const NEGATIVE_DURATION = 1 << 11;
/** The start (or end) is no believable time; the correlator puts the arrival in its place. */
export const BAD_TIME = 1 << 12;
export const BAD_PARENT = 1 << 13;
/** A consumer span that names a list of destinations; its topic is the first. */
export const SEVERAL = 1 << 14;
/** Of process spans the bits from here on: a hash of the instrumentation scope's name. */
export const SCOPE_SHIFT = 15;
export const SCOPE_MASK = 0xffff;
/** Of internal spans: it is of a connector that captures changes, and not of who made them. */
export const CDC_SPAN = 1 << SCOPE_SHIFT;

/** Words of a link in a batch: trace (4), span (2), topic named on the link (1), the row's first word (1). */
export const LINK_WORDS = 8;
export const LINK_TOPIC = 6;
export const LINK_OWNER = 7;

/**
 * Words of a position in a batch, of a message by the span or one of its links: the row's first word (1), number of the
 * link in the batch + 1 or 0 (1), hash of partition and offset (2), hash of the message's id (2); zeros where unknown.
 */
export const POSITION_WORDS = 6;
export const POSITION_OWNER = 0;
export const POSITION_LINK = 1;
export const POSITION_OFFSET = 2;
export const POSITION_ID = 4;

/** Times outside of [2000-01-01, arrival + 1 day] are not believed. Microseconds. */
export const EARLIEST_TIME = 946_684_800_000_000;
export const LATEST_AHEAD = 86_400_000_000;

/** A duration in µs as one word: exact below 2^31 µs (36 minutes), in whole milliseconds above (to 24 days). */
export function packDuration(micros: number): number {
  if (micros < 0x80000000) return micros | 0;
  return Math.min(Math.floor(micros / 1000), 0x7fffffff) | 0x80000000 | 0;
}

export function unpackDuration(word: number): number {
  return word >= 0 ? word : (word & 0x7fffffff) * 1000;
}

/** Spans refused before they became rows: by service (0 unknown), then by reason. */
export type Refusals = Map<number, Map<string, number>>;

/**
 * Spans of one or several requests, ready for the journal. Reused; `reset` empties it. A request is taken in between
 * `begin` and `end`, or is taken out again by `rollback`.
 */
export class ObservationBatch {
  rows = 0;
  links = 0;
  words = new Int32Array(ROW_WORDS * 256);
  floats = new Float64Array(this.words.buffer);
  ratios = new Float32Array(this.words.buffer);
  linkWords = new Int32Array(LINK_WORDS * 64);
  /** In the order of their rows. */
  positions = 0;
  positionWords = new Int32Array(POSITION_WORDS * 64);
  /** Of the requests taken in whole. */
  readonly refused: Refusals = new Map();
  /** Of the request being taken in. */
  readonly refusing: Refusals = new Map();
  /** Log records taken in. */
  logs = 0;
  readonly recordRows = new RecordRows();
  private firstRow = 0;
  private firstLink = 0;
  private firstPosition = 0;
  private firstLog = 0;

  reset(): void {
    this.rows = this.links = this.positions = this.logs = 0;
    this.recordRows.reset();
    if (this.refused.size > 0) this.refused.clear();
    this.begin();
  }

  get isEmpty(): boolean {
    return this.rows === 0 && this.logs === 0 && this.refused.size === 0 && this.recordRows.isEmpty;
  }

  /** A request begins. */
  begin(): void {
    this.firstRow = this.rows;
    this.firstLink = this.links;
    this.firstPosition = this.positions;
    this.firstLog = this.logs;
    this.recordRows.begin();
    if (this.refusing.size > 0) this.refusing.clear();
  }

  /** Log records of the request. */
  get logsTaken(): number {
    return this.logs - this.firstLog;
  }

  /** The request is taken in; answers with its rows. */
  end(): number {
    for (const [service, reasons] of this.refusing) {
      for (const [reason, count] of reasons) addRefusals(this.refused, service, reason, count);
    }
    this.recordRows.end();
    return this.rows - this.firstRow;
  }

  /** The request is taken out again. */
  rollback(): void {
    this.rows = this.firstRow;
    this.links = this.firstLink;
    this.positions = this.firstPosition;
    this.logs = this.firstLog;
    this.recordRows.rollback();
    this.refusing.clear();
  }

  /** Opens a row and returns the offset of its first word. All words are stale and must be set. */
  pushRow(): number {
    const offset = this.rows++ * ROW_WORDS;
    if (offset >= this.words.length) {
      const words = new Int32Array(this.words.length * 2);
      words.set(this.words);
      this.words = words;
      this.floats = new Float64Array(words.buffer);
      this.ratios = new Float32Array(words.buffer);
    }
    return offset;
  }

  /** The row opened last is none. */
  dropRow(): void {
    this.rows--;
  }

  pushPosition(): number {
    const offset = this.positions++ * POSITION_WORDS;
    if (offset >= this.positionWords.length) {
      const words = new Int32Array(this.positionWords.length * 2);
      words.set(this.positionWords);
      this.positionWords = words;
    }
    return offset;
  }

  pushLink(): number {
    const offset = this.links++ * LINK_WORDS;
    if (offset >= this.linkWords.length) {
      const words = new Int32Array(this.linkWords.length * 2);
      words.set(this.linkWords);
      this.linkWords = words;
    }
    return offset;
  }

  /** @param service identity, 0 unknown. */
  refuse(reason: string, service: number): void {
    addRefusals(this.refusing, service, reason, 1);
  }
}

export function addRefusals(to: Refusals, service: number, reason: string, count: number): void {
  const own = to.get(service) ?? new Map<string, number>();
  to.set(service, own.set(reason, (own.get(reason) ?? 0) + count));
}

/** Spans by reason, of all services. */
export function refusalsByReason(refusals: Refusals): Map<string, number> {
  const sums = new Map<string, number>();
  for (const reasons of refusals.values()) {
    for (const [reason, count] of reasons) sums.set(reason, (sums.get(reason) ?? 0) + count);
  }
  return sums;
}
