/** A correlator by itself: frames go in, and what it says of them is written down. */
import { type Interaction, type InteractionSink, SETTLE } from '../../src/contract/interaction.ts';
import { ObservationBatch } from '../../src/contract/observation.ts';
import { NO_PATH, type PathSink } from '../../src/contract/path-sink.ts';
import type { RecordView } from '../../src/contract/record.ts';
import { Correlator } from '../../src/correlate/correlator.ts';
import { debugTrace } from '../../src/correlate/debug.ts';
import type { KeptLinks } from '../../src/correlate/kept-links.ts';
import { ENTRY, type KeyedRing } from '../../src/correlate/keyed-ring.ts';
import type { LogRows } from '../../src/correlate/log-rows.ts';
import type { CorrelationOptions } from '../../src/correlate/options.ts';
import type { Positions } from '../../src/correlate/positions.ts';
import type { Rows } from '../../src/correlate/rows.ts';
import { tierStatus } from '../../src/correlate/tiers.ts';
import { decodeLogs } from '../../src/encodings/otlp/logs.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { Identities } from '../../src/lib/identities.ts';
import { Plans } from '../../src/lib/plans.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { RecordNormalizer } from '../../src/normalize/records.ts';
import { SpanNormalizer } from '../../src/normalize/spans.ts';
import { BEGIN_MS, WAIT_MS } from '../kits/live-subject.ts';
import { messageSpans } from '../kits/message-spans.ts';
import { encodeLogs, encodeTraces } from '../kits/otlp.ts';
import { randomRecord } from '../kits/random-records.ts';
import { contextOf, NO_IDENTITY } from '../kits/records.ts';
import type { Exceptions } from '../kits/same-state.ts';
import { SMALL } from '../kits/subject.ts';
import { generateTraceSet } from '../oracle/generate.ts';
import { generateLogs, type Log } from '../oracle/logs.ts';
import { generateOutboxes, OUTBOXES } from '../oracle/outboxes.ts';
import { Random } from '../oracle/random.ts';
import { toLogsRequest, toRequest } from '../oracle/requests.ts';
import { isTraceId, type Span } from '../oracle/span.ts';
import { World } from './late-world.ts';

export const ROOMY: CorrelationOptions = {
  ...SMALL,
  lateMs: 10 * WAIT_MS,
  onlyCluster: 'main',
  outboxTables: OUTBOXES,
  offline: false,
};
/** Rows are evicted and rings go round. */
export const TIGHT: CorrelationOptions = {
  ...ROOMY,
  maxPending: 20,
  maxLate: 11,
  maxSeen: 300,
  maxMessages: 7,
  maxRecords: 50,
};

/** Observations, or undefined for a tick. */
interface Frame {
  readonly batch: ObservationBatch | undefined;
  readonly arrivalMs: number;
}

/** Numbers of names and paths, the same for all that are told of one timeline: as a graph that is kept, too, has them. */
export class Names {
  readonly identities = new Identities(100_000);
  readonly plans = new Plans();
  readonly paths = new PathNumbers();
  readonly normalizer = new SpanNormalizer(this.identities, this.plans);
  private readonly records = new RecordNormalizer(this.identities);
  private readonly view = createSpanView();

  observe(spans: readonly Span[], records: readonly RecordView[], logs: readonly Log[] = []): ObservationBatch {
    const batch = new ObservationBatch();
    batch.begin();
    decodeTraces(encodeTraces(toRequest(spans)), this.view, {
      begin: () => {},
      knowsResource: view => this.normalizer.knowsResource(view),
      span: view => this.normalizer.add(view, batch, false),
      commit: () => ({ accepted: 0, rejected: 0, message: '' }),
      abort: () => {},
    });
    decodeLogs(encodeLogs(toLogsRequest(logs)), this.view, {
      begin: () => {},
      log: view => {
        batch.logs++;
        this.normalizer.addLog(view, batch);
      },
      commit: () => ({ accepted: 0, rejected: 0, message: '' }),
      abort: () => {},
    });
    for (const record of records) this.records.add(record, NO_IDENTITY, batch);
    batch.end();
    return batch;
  }
}

export class Timeline {
  readonly names = new Names();
  readonly frames: Frame[] = [];
  readonly traceIds: readonly string[];

  /** Trace sets and traces of calls and messages, in small parts spread over the wait and more, with ticks between. @param messages spans that only positions and ids bring together. */
  constructor(seed: number, messages = 0) {
    const random = new Random(seed);
    const sets = [0, 1, 2].map(n => generateOutboxes(seed * 3 + n, generateTraceSet(seed * 3 + n)));
    const events = random.shuffle(sets.flatMap(set => set.records));
    const spans = [...sets.flatMap(set => set.spans), ...new World(seed).spans, ...messageSpans(random, messages)];
    this.traceIds = [...new Set(spans.map(span => span.traceId))];
    const mixed = random.chance(0.5) ? random.shuffle(spans) : spans;
    const contexts = spans.filter(span => isTraceId(span.traceId)).map(span => contextOf(span.traceId, span.spanId));
    let atMs = BEGIN_MS;
    for (let at = 0; at < mixed.length; ) {
      const size = 1 + random.below(12);
      const records = Array.from({ length: random.pick([0, 0, 3]) }, () => randomRecord(random, contexts));
      records.push(...events.splice(0, random.below(2)));
      const logs = random.chance(0.5) ? generateLogs(seed + at, mixed) : [];
      this.frames.push({ batch: this.names.observe(mixed.slice(at, at + size), records, logs), arrivalMs: atMs });
      at += size;
      atMs += random.pick([0, 0, 3, 20, 900, WAIT_MS * 0.6, WAIT_MS * 1.3]);
      if (random.chance(0.4)) this.frames.push({ batch: undefined, arrivalMs: atMs });
    }
    for (let n = 0; n < 8; n++) this.frames.push({ batch: undefined, arrivalMs: atMs + n * WAIT_MS * 0.7 });
  }
}

export class KeptSubject {
  readonly correlator: Correlator;
  readonly record: Record;
  private readonly timeline: Timeline;
  private nowMs: number;

  /** @param at the frame that it waits for. */
  constructor(timeline: Timeline, options: CorrelationOptions, at = 0) {
    this.nowMs = timeline.frames[at - 1]?.arrivalMs ?? BEGIN_MS;
    const { identities, plans, paths, normalizer } = timeline.names;
    const merge = (outer: number, inner: number) => normalizer.databases.merge(outer, inner);
    this.timeline = timeline;
    this.record = new Record(paths);
    this.correlator = new Correlator(options, identities, plans, merge, this.record, this.record);
  }

  /** Applies the frames [from, to). */
  play(from: number, to: number): this {
    for (const { batch, arrivalMs } of this.timeline.frames.slice(from, to)) {
      this.nowMs = arrivalMs;
      if (batch === undefined) this.correlator.tick(arrivalMs);
      else this.correlator.apply(batch, arrivalMs);
    }
    return this;
  }

  /** What can be asked of it at any time. */
  answers() {
    const { correlator, timeline } = this;
    return {
      fates: correlator.fates.stats(correlator.undecided),
      reasons: correlator.fates.reasonCounts(),
      checkup: correlator.checkup.report(correlator.rows),
      tiers: tierStatus(correlator, this.nowMs),
      traces: timeline.traceIds.map(id => debugTrace(correlator.rows, timeline.names.identities, id)),
    };
  }
}

/** Chains of nodes by number. */
class PathNumbers {
  private readonly numbers = new Map<string, number>();
  private readonly parents: number[] = [NO_PATH];
  private readonly nodes: number[] = [0];

  begin(identity: number, rootless: boolean): number {
    return this.numberOf(rootless ? -1 : -2, identity);
  }

  extend(path: number, identity: number): number {
    return path === NO_PATH ? NO_PATH : this.numberOf(path, identity);
  }

  private numberOf(parent: number, node: number): number {
    const known = this.numbers.get(`${parent} ${node}`);
    if (known !== undefined) return known;
    this.numbers.set(`${parent} ${node}`, this.nodes.length);
    this.parents.push(Math.max(parent, NO_PATH));
    return this.nodes.push(node) - 1;
  }

  parentOf = (path: number): number => this.parents[path]!;
  lastOf = (path: number): number => this.nodes[path]!;
  comesThrough = (path: number, identity: number): boolean => this.nodes[this.parents[path]!] === identity;
}

class Record implements InteractionSink, PathSink {
  readonly lines: string[] = [];
  private readonly paths: PathNumbers;

  constructor(paths: PathNumbers) {
    this.paths = paths;
  }

  /** Who adds nothing but evidence gives no example. */
  apply({ traces, traceAt, span0, span1, ...told }: Interaction): void {
    const example = told.count === 0 ? '' : `${traces.subarray(traceAt, traceAt + 4)} ${span0} ${span1}`;
    this.lines.push(`${told.sign === SETTLE ? 'never' : JSON.stringify(told)} ${example}`);
  }

  settle(...[kind, source, target, time, traces, at, span0, span1]: Parameters<InteractionSink['settle']>): void {
    this.lines.push(`settle ${kind} ${source} ${target} ${time} ${traces.subarray(at, at + 4)} ${span0} ${span1}`);
  }

  seen(identity: number, time: number): void {
    this.lines.push(`service ${identity} ${time}`);
  }

  entry(identity: number, time: number, sign: number): void {
    this.lines.push(`entry ${identity} ${time} ${sign}`);
  }

  unresolved(identity: number, time: number, sign: number): void {
    this.lines.push(`unresolved ${identity} ${time} ${sign}`);
  }

  visit(path: number): void {
    this.lines.push(`visit ${path}`);
  }

  visitReceived(path: number): void {
    this.lines.push(`received ${path}`);
  }

  begin = (identity: number, rootless: boolean): number => this.paths.begin(identity, rootless);
  extend = (path: number, identity: number): number => this.paths.extend(path, identity);
  parentOf = (path: number): number => this.paths.parentOf(path);
  lastOf = (path: number): number => this.paths.lastOf(path);
  comesThrough = (path: number, identity: number): boolean => this.paths.comesThrough(path, identity);
}

type Ring = Pick<Int32Array, 'subarray'>;

/** Entries of a ring with a power of two of places, oldest first. */
function* entriesOf(words: Ring, width: number, capacity: number, first: number, count: number): Iterable<Int32Array> {
  for (let i = 0; i < count; i++) {
    const at = ((first + i) & (capacity - 1)) * width;
    yield words.subarray(at, at + width) as Int32Array;
  }
}

function linksOf({ links, oldestLink, linkCount }: KeptLinks): Int32Array[] {
  return [...entriesOf(links, 12, links.length / 12, oldestLink, linkCount)];
}

function ringEntries(ring: KeyedRing): object {
  const { words, ...rest } = ring;
  const { width } = rest as unknown as { readonly width: number };
  const entries: Int32Array[] = [];
  for (let at = ring.begin; at !== 0; at = ring.after(at))
    entries.push(words.slice(ring.at(at) + ENTRY, ring.at(at) + width));
  return { ...rest, floats: [], buckets: [], entries };
}

/** What a restored correlator need not have of the one that was saved. */
export const NOT_KEPT: Exceptions = {
  fields: {
    'ChangedLines.sections': 'of the image being written',
    'Correlator.hashes': 'of the rows being taken in',
    'Correlator.touched': 'keeps reads',
    'Records.nowMs': 'told before it is needed',
    'Correlator.positionsTaken': 'in the batch being taken in',
    'Correlator.sink': 'where the tests differ',
    'Decisions.hashes': 'of the rows being decided',
    'Decisions.touched': 'keeps reads',
    'Decisions.stepsAllowed': 'of the row being decided',
    'Expiry.touched': 'keeps reads',
    'Expiry.climbing': 'of the rows that leave',
    'Chains.steps': 'of the row being decided',
    'LedgerSlabs.found': 'of the entry looked at last',
    'LedgerSlabs.foundFloats': 'of the entry looked at last',
    'Layers.members': 'of the message being looked at',
    'LateClasses.recentClasses': 'tells where to look first',
    'LateClasses.recentNumbers': 'tells where to look first',
    'LateEntries.double': 'takes numbers apart',
    'LateEntries.doubleWords': 'takes numbers apart',
    'PathPlaces.way': 'of the row being placed',
    'Records.tables': 'of the record being taken in',
    'Records.told': 'of the record being taken in',
    'Records.nowUs': 'of the frame being taken in',
    'TopicKeys.known': 'made of names when it is needed',
  },
  insteadOf: {
    // All that is reused between one row and the next.
    Facts: () => [],
    Interaction: () => [],
    Joins: () => [],
    Shares: () => [],
    Rendezvous: () => [],
    Record: () => [],
    // What is gone from a ring stays where it was, and its index is made anew.
    KeyedRing: (ring: KeyedRing) => ringEntries(ring),
    // Places of rows do not matter, nor what is held of a file.
    LogRows: (logs: LogRows) => {
      const { counts, evicted, left } = logs as unknown as { counts: object; evicted: number; left: object };
      const rows = [...(logs as unknown as { entries(): Iterable<readonly number[]> }).entries()];
      return { counts, evicted, left, rows };
    },
    Queue: (queue: Iterable<unknown>) => [...queue],
    // The index leads to the rows, and is made anew; links and positions that are gone stay where they were. The last
    // search is no state.
    Rows: (rows: Rows) => ({ ...rows, buckets: [], cursor: [], links: linksOf(rows) }),
    Positions: (positions: Positions) => {
      const { capacity, oldest, next, ...rest } = positions as unknown as { [field: string]: number };
      const live = entriesOf(positions.words, 14, capacity!, oldest!, (next! - oldest!) >>> 0);
      return { ...rest, capacity, oldest, next, words: [...live] };
    },
  },
};
