/**
 * What became of the spans of each service, by class, and what was found amiss with them: told row by row when rows
 * leave, so that it costs a few additions, and more only for what is amiss. Both tables are bounded; what finds no place
 * counts for the `(other)` service.
 *
 * An example is the one with the smallest hash of its ids within a period, so that order does not matter and old ones
 * give way to such as can still be looked at.
 */
import { type ServiceCheckup, SPAN_CLASSES, SPAN_FINDINGS, type SpanFindingCode } from '../contract/checkup.ts';
import { FATES } from '../contract/graph-document.ts';
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import {
  CLASS_MASK,
  CONSUMER,
  DATABASE,
  FILTERED,
  LINK,
  MESSAGES,
  PARENT,
  PROCESS,
  PRODUCER,
  SERVICE,
  SHAPE,
  SPAN,
  TARGET,
  TRACE,
} from '../contract/observation.ts';
import { mix } from '../lib/bytes.ts';
import { type Identities, isUnnamed, SERVICE as SERVICE_KIND } from '../lib/identities.ts';
import type { Plans } from '../lib/plans.ts';
import { MAX_CANDIDATES } from './chains.ts';
import {
  EVICTED,
  INFERRED,
  LOCAL_PARENT,
  MISSING_PARENT,
  NO_DESTINATION,
  NO_SERVICE_NAME,
  PAIRED,
  PENDING,
  UNPAIRED_CLIENT,
  UNPAIRED_NAMELESS,
} from './fates.ts';
import { fateOfClass, type LateEntries, reasonOfClass } from './late.ts';
import { loadPieces, loadRecords, savePieces, saveRecords } from './pieces.ts';
import type { Rows } from './rows.ts';
import { decisionOf, ENTRY, FATED, fateOf, isTransparent, LOCAL, NESTED, reasonOf, STATE, UNDECIDED } from './state.ts';

/** Services told apart, and pairs of service and finding. */
const MAX_SERVICES = 10_000;
const MAX_FOUND = 10_000;
/** Rows still held that are looked at when somebody asks, the newest. */
const MAX_HELD = 100_000;
/** Examples are looked for anew so often. */
const PERIOD_MS = 600_000;
/** Counts of a service: eight classes, each with eight fates from `filtered` on. */
const WIDTH = 64;
const FIRST_FATE = FATES.indexOf('filtered');
/** In an image: counts of one piece, and numbers of one finding. */
const PIECE_COUNTS = 1 << 17;
const FOUND_NUMBERS = 12;
const NO_IDS = [0, 0, 0, 0, 0, 0];
/** Spans that name no service, and services without a place. */
const NAMELESS_SLOT = 0;
const OTHER_SLOT = 1;

/** Producers' `create` and consumers' `settle` stand with the others of their side. */
const CLASSES = [...SPAN_CLASSES, 'producer', 'internal'] as const;

const codeOf = (name: SpanFindingCode): number => SPAN_FINDINGS.indexOf(name);
const NONE = -1;
const NO_PROPAGATION = codeOf('no_propagation');
const RECEIVE_ALONE = codeOf('receive_without_context');
const MISSING_PRODUCER = codeOf('missing_producer');
const OF_LEDGER = [NO_PROPAGATION, RECEIVE_ALONE, MISSING_PRODUCER];
const DROPPED_LINKS = codeOf('dropped_links');
const EVICTED_CODE = codeOf('evicted');
/** Finding by number of reason. */
const OF_REASON: number[] = [];
OF_REASON[NO_SERVICE_NAME] = codeOf('no_service_name');
OF_REASON[MISSING_PARENT] = codeOf('missing_parent');
OF_REASON[LOCAL_PARENT] = codeOf('local_parent');
OF_REASON[UNPAIRED_CLIENT] = codeOf('unpaired_client');
OF_REASON[UNPAIRED_NAMELESS] = codeOf('unpaired_nameless');
OF_REASON[NO_DESTINATION] = codeOf('no_destination');

interface Found {
  readonly slot: number;
  readonly code: number;
  count: number;
  period: number;
  hash: number;
  /** Trace id and span id; undefined without usable ids. */
  ids: Int32Array | undefined;
}

interface Saved {
  readonly services: readonly number[];
  readonly room: number;
  readonly period: number;
}

export class Checkup implements Kept {
  private readonly identities: Identities;
  private readonly plans: Plans;
  /** Slot + 1 by identity. */
  private slots = new Int32Array(1024);
  /** Identity by slot. */
  private services: number[] = [0, 0];
  private counts = new Float64Array(WIDTH * 16);
  private found = new Map<number, Found>();
  private period = 0;

  constructor(identities: Identities, plans: Plans) {
    this.identities = identities;
    this.plans = plans;
    this.services[OTHER_SLOT] = identities.overflow(SERVICE_KIND);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { services, counts, period, found } = this;
    out.value('checkup/state', { services, room: counts.length, period } satisfies Saved);
    yield* savePieces(out, 'checkup/counts', counts, PIECE_COUNTS);
    function* records(): Iterable<readonly number[]> {
      for (const one of found.values()) {
        const { slot, code, count, hash, ids } = one;
        yield [slot, code, count, one.period, hash, ids === undefined ? 0 : 1, ...(ids ?? NO_IDS)];
      }
    }
    yield* saveRecords(out, 'checkup/found', FOUND_NUMBERS, records());
  }

  *load(from: ImageReader): Iterable<void> {
    const { services, room, period } = from.value('checkup/state') as Saved;
    this.counts = new Float64Array(room);
    yield* loadPieces(from, 'checkup/counts', this.counts, PIECE_COUNTS);
    for (const service of services.slice(OTHER_SLOT + 1)) this.admit(service);
    yield* loadRecords(from, 'checkup/found', FOUND_NUMBERS, (numbers, at) => {
      const [slot, code, count, period, hash, hasIds, ...ids] = numbers.subarray(at, at + FOUND_NUMBERS);
      const found = this.foundOf(slot!, code!);
      Object.assign(found, { count, period, hash, ids: hasIds === 0 ? undefined : Int32Array.from(ids) });
    });
    this.period = period;
  }

  /** Time of the frame; never told offline, where there is one period. */
  advance(nowMs: number): void {
    this.period = Math.floor(nowMs / PERIOD_MS);
  }

  /** A row leaves: what became of it is known, but for late partners. `isHeld`: it does not leave yet. */
  leave(rows: Rows, row: number, isHeld = false): void {
    const { words: w } = rows;
    const shape = w[row + SHAPE]!;
    const state = w[row + STATE]!;
    const cls = shape & CLASS_MASK;
    const fate = fateOf(state);
    // Before the counts: a new service may make the table grow.
    const slot = this.slotOf(w[row + SERVICE]!);
    this.counts[slot * WIDTH + cls * 8 + fate - FIRST_FATE]! += 1;
    if ((shape & FILTERED) !== 0) return;
    if ((cls === PRODUCER || cls === CONSUMER) && w[row + MESSAGES]! >>> 24 !== 0) this.find(DROPPED_LINKS, w, row);
    if (fate === PAIRED) return;
    const code = this.codeOf(rows, row, cls, fate, state);
    if (code === NONE || (isHeld && code === MISSING_PRODUCER)) return;
    this.find(code, w, row);
  }

  private codeOf(rows: Rows, row: number, cls: number, fate: number, state: number): number {
    const { words: w } = rows;
    if (fate === EVICTED) return EVICTED_CODE;
    const reason = reasonOf(state);
    if (reason !== 0) return OF_REASON[reason] ?? NONE;
    if (fate !== INFERRED) return NONE;
    if (cls === DATABASE) return (state & NESTED) !== 0 ? NONE : gapCode(this.plans.get(w[row + TARGET]!).gap);
    if (cls !== CONSUMER) return NONE;
    const decision = decisionOf(state);
    if (decision === UNDECIDED) return MISSING_PRODUCER;
    if (decision !== ENTRY && decision !== LOCAL) return NONE;
    if (w[row + LINK] !== 0) return MISSING_PRODUCER;
    if (decision === LOCAL && isBelowConsumer(rows, row)) return NONE;
    return (w[row + SHAPE]! & PROCESS) === 0 ? RECEIVE_ALONE : NO_PROPAGATION;
  }

  /** Something was noticed about the span whose words these are. */
  note(name: SpanFindingCode, words: Int32Array, at: number): void {
    this.find(codeOf(name), words, at);
  }

  /** Spans of a service that were refused. */
  refused(name: string, service: number, count: number): void {
    const code = codeOf(name as SpanFindingCode);
    if (code !== NONE) this.foundOf(this.slotOf(service), code).count += count;
  }

  /**
   * A span that was decided alone is joined through the ledger, after its row has left. Which finding it was is not
   * known any more: the first of those that it may have been.
   */
  joinedByLedger(service: number, cls: number): void {
    const slot = this.slotOf(service);
    const at = slot * WIDTH + cls * 8 - FIRST_FATE;
    this.counts[at + INFERRED]! -= 1;
    this.counts[at + PAIRED]! += 1;
    if (cls !== CONSUMER) return;
    const code = OF_LEDGER.find(one => (this.found.get(slot * SPAN_FINDINGS.length + one)?.count ?? 0) > 0);
    if (code !== undefined) this.foundOf(slot, code).count--;
  }

  /** The span of a late entry is joined after all; the entry still says what it was. */
  joinedLate(late: LateEntries, entry: number): void {
    const cls = late.classOf(entry);
    const slot = this.slotOf(late.service(entry));
    const at = slot * WIDTH + (cls & CLASS_MASK) * 8 - FIRST_FATE;
    const fate = fateOfClass(cls);
    this.counts[at + fate]! -= 1;
    this.counts[at + PAIRED]! += 1;
    const byConsumer = (cls & CLASS_MASK) === CONSUMER && fate === INFERRED ? MISSING_PRODUCER : NONE;
    const code = OF_REASON[reasonOfClass(cls)] ?? (fate === EVICTED ? EVICTED_CODE : byConsumer);
    if (code !== NONE) this.foundOf(slot, code).count--;
  }

  /** With the newest of the rows that are still held, as they stand. */
  report(rows: Rows): readonly ServiceCheckup[] {
    const now = this.copy();
    for (let i = 1; i <= rows.count && i <= MAX_HELD; i++) {
      const row = rows.base(rows.next - i);
      if ((rows.words[row + STATE]! & FATED) !== 0) now.leave(rows, row, true);
      else now.wait(rows, row);
    }
    return now.list();
  }

  private wait({ words: w }: Rows, row: number): void {
    const cls = w[row + SHAPE]! & CLASS_MASK;
    const slot = this.slotOf(w[row + SERVICE]!);
    this.counts[slot * WIDTH + cls * 8 + PENDING - FIRST_FATE]! += 1;
  }

  private copy(): Checkup {
    const copy = new Checkup(this.identities, this.plans);
    copy.slots = this.slots.slice();
    copy.services = this.services.slice();
    copy.counts = this.counts.slice();
    copy.found = new Map(Array.from(this.found, ([key, found]) => [key, { ...found, ids: found.ids?.slice() }]));
    copy.period = this.period;
    return copy;
  }

  private list(): ServiceCheckup[] {
    const found = Map.groupBy(
      [...this.found.values()].filter(({ count }) => count > 0),
      ({ slot }) => slot,
    );
    const all = this.services.map((identity, slot) => ({
      service: identity === 0 ? '' : this.identities.get(identity).id,
      spans: this.spansOf(slot),
      findings: (found.get(slot) ?? [])
        .sort((a, b) => a.code - b.code)
        .map(({ code, count, ids }) => ({ code: SPAN_FINDINGS[code]!, count, example: exampleOf(ids) })),
    }));
    return all
      .filter(({ spans, findings }) => findings.length > 0 || Object.keys(spans).length > 0)
      .sort((a, b) => (a.service < b.service ? -1 : 1));
  }

  private spansOf(slot: number): ServiceCheckup['spans'] {
    const spans: Record<string, Record<string, number>> = {};
    for (let i = 0; i < WIDTH; i++) {
      const count = this.counts[slot * WIDTH + i]!;
      if (count <= 0) continue;
      const fate = FATES[(i & 7) + FIRST_FATE]!;
      const ofClass = spans[CLASSES[i >> 3]!] ?? {};
      spans[CLASSES[i >> 3]!] = { ...ofClass, [fate]: (ofClass[fate] ?? 0) + count };
    }
    return spans;
  }

  private slotOf(service: number): number {
    if (service === 0) return NAMELESS_SLOT;
    if (isUnnamed(service)) return OTHER_SLOT;
    return service < this.slots.length && this.slots[service] !== 0 ? this.slots[service]! - 1 : this.admit(service);
  }

  private admit(service: number): number {
    const { services } = this;
    if (service === services[OTHER_SLOT] || services.length >= MAX_SERVICES) return OTHER_SLOT;
    if (service >= this.slots.length) {
      const grown = new Int32Array(Math.max(this.slots.length * 2, service + 1));
      grown.set(this.slots);
      this.slots = grown;
    }
    const slot = services.push(service) - 1;
    this.slots[service] = slot + 1;
    if ((slot + 1) * WIDTH > this.counts.length) {
      const grown = new Float64Array(this.counts.length * 2);
      grown.set(this.counts);
      this.counts = grown;
    }
    return slot;
  }

  private find(code: number, words: Int32Array, at: number): void {
    const found = this.foundOf(this.slotOf(words[at + SERVICE]!), code);
    found.count++;
    const hash = hashIds(words, at);
    if (found.period === this.period && found.ids !== undefined && hash >= found.hash) return;
    found.period = this.period;
    found.hash = hash;
    found.ids ??= new Int32Array(6);
    for (let i = 0; i < 6; i++) found.ids[i] = words[at + TRACE + i]!;
  }

  private foundOf(slot: number, code: number): Found {
    const key = slot * SPAN_FINDINGS.length + code;
    const known = this.found.get(key);
    if (known !== undefined) return known;
    if (this.found.size >= MAX_FOUND && slot !== OTHER_SLOT) return this.foundOf(OTHER_SLOT, code);
    const found: Found = { slot, code, count: 0, period: -1, hash: 0, ids: undefined };
    this.found.set(key, found);
    return found;
  }
}

function gapCode(gap: SpanFindingCode | ''): number {
  return gap === '' ? NONE : codeOf(gap);
}

/** Directly beneath a consumer of its own service, which tells of the messages' context. */
function isBelowConsumer(rows: Rows, row: number): boolean {
  const { words: w } = rows;
  const [p0, p1] = [w[row + PARENT]!, w[row + PARENT + 1]!];
  rows.reachesGone = true;
  let found = false;
  let candidates = 0;
  for (
    let other = rows.firstRow(w, row, p0, p1);
    other >= 0 && !found && candidates++ < MAX_CANDIDATES;
    other = rows.nextRow(other, w, row, p0, p1)
  ) {
    const shape = w[other + SHAPE]!;
    found = !isTransparent(shape) && (shape & CLASS_MASK) === CONSUMER && w[other + SERVICE] === w[row + SERVICE];
  }
  rows.reachesGone = false;
  return found;
}

/** Of a row's trace and span id, which stand side by side. */
function hashIds(words: Int32Array, at: number): number {
  let h = 0;
  for (let i = TRACE; i < SPAN + 2; i++) h = mix(h, words[at + i]!);
  return h >>> 0;
}

function exampleOf(ids: Int32Array | undefined): { traceId: string; spanId: string } | null {
  if (ids === undefined) return null;
  const hex = Array.from(ids, word => (word >>> 0).toString(16).padStart(8, '0'));
  return { traceId: hex.slice(0, 4).join(''), spanId: hex.slice(4).join('') };
}
