/**
 * Transactions ⇄ traces, whichever comes first: a context that some row, message or span tells of a transaction is that of
 * all its changes which tell none themselves.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { ENTRY, KeyedRing } from './keyed-ring.ts';
import type { SoughtWriter } from './writers.ts';

/** Words of an entry: hash of source and transaction (2), kind, context (6) or change (4), and its time. */
const KEY = ENTRY;
const KIND = KEY + 2;
const CONTEXT = KIND + 1;
const TABLE = CONTEXT;
const OPERATION = TABLE + 1;
const ROWS = OPERATION + 1;
const TOPIC = ROWS + 1;
const TIME = CONTEXT + 7;
const WORDS = TIME + 2;

const IS_CONTEXT = 1;
const IS_CHANGE = 2;
/** A change that its context has found. */
const IS_DONE = 3;

export class Transactions implements Kept {
  readonly ring: KeyedRing;

  constructor(limit: number, windowMs: number) {
    this.ring = new KeyedRing('transactions', WORDS, limit, windowMs);
  }

  *save(out: ImageWriter): Iterable<void> {
    yield* this.ring.save(out);
  }

  *load(from: ImageReader): Iterable<void> {
    yield* this.ring.load(from);
  }

  /**
   * The context (6 words at `context`) of a transaction (2 words at `at`) is known; calls `found` with its changes that
   * waited for that. The first that is told holds.
   */
  tell(words: Int32Array, at: number, of: Int32Array, context: number, found: (change: SoughtWriter) => void): void {
    if (this.contextOf(words, at) >= 0) return;
    const { ring } = this;
    for (let sequence = ring.first(words[at]!); sequence !== 0; sequence = ring.next(sequence)) {
      const entry = ring.at(sequence);
      if (ring.words[entry + KEY + 1] !== words[at + 1] || ring.words[entry + KIND] !== IS_CHANGE) continue;
      ring.words[entry + KIND] = IS_DONE;
      found(this.changeAt(entry));
    }
    const entry = this.add(words, at, IS_CONTEXT);
    if (entry < 0) return;
    for (let i = 0; i < 6; i++) ring.words[entry + CONTEXT + i] = of[context + i]!;
  }

  /** Where the context of a transaction stands in the words of the ring; -1 when none is known: the change waits for it. */
  seek(words: Int32Array, at: number, change: SoughtWriter): number {
    const known = this.contextOf(words, at);
    if (known >= 0) return known;
    const entry = this.add(words, at, IS_CHANGE);
    if (entry < 0) return -1;
    const w = this.ring.words;
    w[entry + TABLE] = change.table;
    w[entry + OPERATION] = change.operation;
    w[entry + ROWS] = change.rows;
    w[entry + TOPIC] = change.topic;
    this.ring.floats[(entry + TIME) >> 1] = change.time;
    return -1;
  }

  private contextOf(words: Int32Array, at: number): number {
    const { ring } = this;
    for (let sequence = ring.first(words[at]!); sequence !== 0; sequence = ring.next(sequence)) {
      const entry = ring.at(sequence);
      if (ring.words[entry + KEY + 1] === words[at + 1] && ring.words[entry + KIND] === IS_CONTEXT)
        return entry + CONTEXT;
    }
    return -1;
  }

  private add(words: Int32Array, at: number, kind: number): number {
    const sequence = this.ring.add(words[at]!);
    if (sequence === 0) return -1;
    const entry = this.ring.at(sequence);
    this.ring.words[entry + KEY] = words[at]!;
    this.ring.words[entry + KEY + 1] = words[at + 1]!;
    this.ring.words[entry + KIND] = kind;
    return entry;
  }

  private changeAt(entry: number): SoughtWriter {
    const { words, floats } = this.ring;
    return {
      table: words[entry + TABLE]!,
      operation: words[entry + OPERATION]!,
      rows: words[entry + ROWS]!,
      topic: words[entry + TOPIC]!,
      time: floats[(entry + TIME) >> 1]!,
    };
  }
}
