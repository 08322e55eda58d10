/**
 * Database spans that may have written, by their trace: what a change whose trace is known is held against. An entry is
 * there from the arrival of the span until `late` after its wait, and knows what the span came to when its row had left.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import {
  CLASS_MASK,
  DATABASE,
  DURATION,
  SERVICE,
  SHAPE,
  SPAN,
  START,
  TARGET,
  TRACE,
  unpackDuration,
} from '../contract/observation.ts';
import type { Rendezvous } from '../contract/rendezvous.ts';
import { finalize } from '../lib/bytes.ts';
import type { Identities } from '../lib/identities.ts';
import { ACCESS_WRITE, type PlanEffect, type Plans } from '../lib/plans.ts';
import { ENTRY, KeyedRing } from './keyed-ring.ts';
import type { PathPlaces } from './path-places.ts';
import { describeLeft } from './row-side.ts';
import type { Rows } from './rows.ts';
import { sameTrace } from './same-trace.ts';
import { COUNTED_OWN, isTransparent, OWN_PLAN, STATE } from './state.ts';

/** Words of an entry: trace id (4), span id (2), start (a double), row, service, plan, flags, path, duration. */
const KEY = ENTRY;
const BEGAN = KEY + 6;
const ROW = BEGAN + 2;
const OF_SERVICE = ROW + 1;
const PLAN = OF_SERVICE + 1;
const FLAGS = PLAN + 1;
const PATH = FLAGS + 1;
const LASTED = PATH + 1;
const WORDS = LASTED + 1;

/** The row has left; and with this its tables are counted. */
const LEFT = 1;
const COUNTS = 2;

const NO_EFFECTS: readonly PlanEffect[] = [];

/** Hash of a trace, whose words stand at `at`. */
export function traceHash(of: Int32Array, at: number): number {
  return finalize(of[at + TRACE + 3]! ^ Math.imul(of[at + TRACE + 2]!, 0x9e3779b1)) | 0;
}

/** What a span of a trace wrote. */
export interface Write {
  readonly service: number;
  readonly node: number;
  /** Its entry among the writes. */
  readonly at: number;
}

/** By start and span id; of one span, or two that share it, by service and table. */
export function isBefore(writes: TraceWrites, identities: Identities, a: Write, b: Write): boolean {
  if (writes.isEarlier(a.at, b.at)) return true;
  if (writes.isEarlier(b.at, a.at)) return false;
  const idOf = (identity: number) => identities.get(identity).id;
  return a.service === b.service ? idOf(a.node) < idOf(b.node) : idOf(a.service) < idOf(b.service);
}

export class TraceWrites implements Kept {
  readonly ring: KeyedRing;
  private readonly rows: Rows;
  private readonly plans: Plans;
  private readonly places: PathPlaces;

  constructor(rows: Rows, plans: Plans, places: PathPlaces, limit: number, windowMs: number) {
    this.rows = rows;
    this.plans = plans;
    this.places = places;
    this.ring = new KeyedRing('trace-writes', WORDS, limit, windowMs);
  }

  *save(out: ImageWriter): Iterable<void> {
    yield* this.ring.save(out);
  }

  *load(from: ImageReader): Iterable<void> {
    yield* this.ring.load(from);
  }

  /** A span that just came, or is there. */
  add(row: number): void {
    const w = this.rows.words;
    if (!this.mayWrite(row)) return;
    const sequence = this.ring.add(traceHash(w, row));
    if (sequence === 0) return;
    const { words } = this.ring;
    const entry = this.ring.at(sequence);
    for (let i = 0; i < 6; i++) words[entry + KEY + i] = w[row + TRACE + i]!;
    this.ring.floats[(entry + BEGAN) >> 1] = this.rows.floats[(row + START) >> 1]!;
    words[entry + LASTED] = w[row + DURATION]!;
    words[entry + ROW] = this.rows.sequenceAt(row);
    words[entry + OF_SERVICE] = w[row + SERVICE]!;
  }

  /** A database span that may have written. */
  mayWrite(row: number): boolean {
    const w = this.rows.words;
    const shape = w[row + SHAPE]!;
    if ((shape & CLASS_MASK) !== DATABASE || isTransparent(shape)) return false;
    const { effects, tables, skipReason } = this.plans.get(w[row + OWN_PLAN]!);
    if (skipReason !== '') return false;
    // One that names no table may take those of what is nested in it.
    return tables.every(({ table }) => table === '') || effects.some(({ access }) => access === ACCESS_WRITE);
  }

  /** The row leaves: what it came to is kept. */
  leave(row: number): void {
    const { rows, ring } = this;
    const w = rows.words;
    if ((w[row + SHAPE]! & CLASS_MASK) !== DATABASE) return;
    const own = rows.sequenceAt(row);
    for (let sequence = ring.first(traceHash(w, row)); sequence !== 0; sequence = ring.next(sequence)) {
      const entry = ring.at(sequence);
      if (ring.words[entry + ROW] !== own || (ring.words[entry + FLAGS]! & LEFT) !== 0) continue;
      ring.words[entry + FLAGS] = LEFT | ((w[row + STATE]! & COUNTED_OWN) !== 0 ? COUNTS : 0);
      ring.words[entry + PLAN] = w[row + TARGET]!;
      ring.words[entry + PATH] = this.places.placeOf(row);
    }
  }

  /** Calls `visit` with each write of a trace (words at `at`) that counts: service, and the effect. */
  forEach(of: Int32Array, at: number, visit: (service: number, effect: PlanEffect, entry: number) => void): void {
    const { ring } = this;
    for (let sequence = ring.first(traceHash(of, at)); sequence !== 0; sequence = ring.next(sequence)) {
      const entry = ring.at(sequence);
      const { words } = ring;
      if (!sameTrace(words, entry + KEY, of, at)) continue;
      for (const effect of this.effectsOf(entry)) {
        if (effect.access === ACCESS_WRITE) visit(words[entry + OF_SERVICE]!, effect, entry);
      }
    }
  }

  private effectsOf(entry: number): readonly PlanEffect[] {
    const { words } = this.ring;
    const flags = words[entry + FLAGS]!;
    if ((flags & LEFT) !== 0) return (flags & COUNTS) === 0 ? NO_EFFECTS : this.plans.get(words[entry + PLAN]!).effects;
    if (!this.rows.alive(words[entry + ROW]!)) return NO_EFFECTS;
    const row = this.rows.base(words[entry + ROW]!);
    const counts = (this.rows.words[row + STATE]! & COUNTED_OWN) !== 0;
    return counts ? this.plans.get(this.rows.words[row + TARGET]!).effects : NO_EFFECTS;
  }

  /** By start, then span id. */
  isEarlier(a: number, b: number): boolean {
    const { words, floats } = this.ring;
    const [began, other] = [floats[(a + BEGAN) >> 1]!, floats[(b + BEGAN) >> 1]!];
    if (began !== other) return began < other;
    const [s, t] = [a + KEY + SPAN, b + KEY + SPAN];
    if (words[s] !== words[t]) return words[s]! >>> 0 < words[t]! >>> 0;
    return words[s + 1]! >>> 0 < words[t + 1]! >>> 0;
  }

  /** The span as the sender of a message, with everything but key and topic. */
  describe(side: Rendezvous, entry: number): void {
    const { words, floats } = this.ring;
    side.service = words[entry + OF_SERVICE]!;
    describeLeft(side, words, entry + KEY, floats[(entry + BEGAN) >> 1]! + unpackDuration(words[entry + LASTED]!));
  }

  /** Where the span stands in the tree of paths. */
  placeOf(entry: number): number {
    const { words } = this.ring;
    if ((words[entry + FLAGS]! & LEFT) !== 0) return words[entry + PATH]!;
    return this.places.placeOf(this.rows.base(words[entry + ROW]!));
  }
}
