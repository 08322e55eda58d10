/** What became of each span, and why: every received span has exactly one fate at any time. */
import { FATES, type SpanStats } from '../contract/graph-document.ts';
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';

const fate = (name: (typeof FATES)[number]): number => FATES.indexOf(name);
export const REJECTED = fate('rejected');
export const DUPLICATE = fate('duplicates');
export const FILTERED_OUT = fate('filtered');
export const SKIPPED = fate('skipped');
export const INTERNAL_SPAN = fate('internal');
export const PAIRED = fate('paired');
export const INFERRED = fate('inferred');
export const UNPAIRED = fate('unpaired');
export const EVICTED = fate('evicted');
export const PENDING = fate('pending');

/** Reasons by number (6 bits); 0 is none. Rows and late entries in images hold numbers: new reasons go to the end. */
const REASONS: readonly string[] = [
  '',
  'no_service_name',
  'missing_parent',
  'local_parent',
  'unpaired_client',
  'unpaired_nameless',
  'no_destination',
  'other',
  'invalid_trace_id',
  'invalid_span_id',
  'health_check',
  'transaction_control',
  'settings',
  'explain',
  'prepare',
  'session',
  'grant',
  'driver_housekeeping',
  'catalog',
  'empty',
];
export const NO_REASON = 0;
export const NO_SERVICE_NAME = 1;
export const MISSING_PARENT = 2;
export const LOCAL_PARENT = 3;
export const UNPAIRED_CLIENT = 4;
export const UNPAIRED_NAMELESS = 5;
export const NO_DESTINATION = 6;
const OTHER_REASON = 7;

/** Number of a reason that the normalizer gave by name. */
export function reasonNumber(name: string): number {
  const known = REASONS.indexOf(name);
  return known >= 0 ? known : OTHER_REASON;
}

export function reasonName(reason: number): string {
  return REASONS[reason]!;
}

interface Saved {
  readonly received: number;
  readonly revision: number;
  readonly counts: Float64Array;
  readonly reasons: Float64Array;
  readonly notes: ReadonlyMap<string, number>;
}

export class Fates implements Kept {
  received = 0;
  /** Grows with every change of a count. */
  revision = 0;
  private readonly counts = new Float64Array(FATES.length);
  private readonly reasons = new Float64Array(64);
  /** Things noticed about spans that are no fate: `negative_duration`, `bad_time`, … */
  private readonly notes = new Map<string, number>();

  count(fateNumber: number, reason: number, sign: number): void {
    this.revision++;
    this.counts[fateNumber]! += sign;
    if (reason !== NO_REASON) this.reasons[reason]! += sign;
  }

  note(name: string, by = 1): void {
    this.revision++;
    this.notes.set(name, (this.notes.get(name) ?? 0) + by);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { received, revision, counts, reasons, notes } = this;
    out.value('correlate/fates', { received, revision, counts, reasons, notes } satisfies Saved);
    yield;
  }

  *load(from: ImageReader): Iterable<void> {
    const saved = from.value('correlate/fates') as Saved;
    this.received = saved.received;
    this.revision = saved.revision;
    this.counts.set(saved.counts);
    this.reasons.set(saved.reasons);
    for (const [name, count] of saved.notes) this.notes.set(name, count);
    yield;
  }

  /** @param undecided spans that have no fate yet: they are pending. */
  stats(undecided: number): SpanStats {
    const parts = FATES.map((name, i) => [name, this.counts[i]! + (i === PENDING ? undecided : 0)] as const);
    return { received: this.received, ...Object.fromEntries(parts) } as SpanStats;
  }

  reasonCounts(): Record<string, number> {
    const all: Record<string, number> = {};
    REASONS.forEach((name, i) => {
      if (this.reasons[i]! > 0) all[name] = this.reasons[i]!;
    });
    for (const [name, count] of this.notes) if (count > 0) all[name] = count;
    return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
