/**
 * The way of the data, put together: views → observations → journal → interactions → graph → view. One instance is one
 * graph; the running service and `analyze` differ only in their clock and in when things are decided.
 */

import { isDeepStrictEqual } from 'node:util';
import type { ChangeFeed } from '../../contract/change-feed.ts';
import type { Checkup } from '../../contract/checkup.ts';
import type { Clock } from '../../contract/clock.ts';
import type { SpanSink } from '../../contract/component.ts';
import type { LogConsumer } from '../../contract/consumer.ts';
import type { Frame, FrameSettings } from '../../contract/frame.ts';
import type { DeltaPart, Following } from '../../contract/graph-delta.ts';
import type { Stats } from '../../contract/graph-document.ts';
import type { DebugSpan, GraphView, TierStatus, TopologyReader } from '../../contract/graph-view.ts';
import { NO_RULES } from '../../contract/identity-rules.ts';
import type { ImageReader, ImageWriter, Kept } from '../../contract/image.ts';
import { LIFE_CYCLE } from '../../contract/life-cycle.ts';
import type { Past } from '../../contract/past.ts';
import type { RecordConsumer } from '../../contract/record.ts';
import type { StorageStatus } from '../../contract/storage.ts';
import { Correlator } from '../../correlate/correlator.ts';
import { debugTrace } from '../../correlate/debug.ts';
import { tierStatus } from '../../correlate/tiers.ts';
import { type DeltaContext, DeltaSource } from '../../graph/delta-source.ts';
import { PathTree } from '../../graph/path-tree.ts';
import { type GraphLimits, GraphStore } from '../../graph/store.ts';
import { ViewBuilder } from '../../graph/view.ts';
import { Identities } from '../../lib/identities.ts';
import { Plans } from '../../lib/plans.ts';
import { EVENT_LOOP } from '../../lib/turns.ts';
import { NO_NAMING } from '../../normalize/identity/naming.ts';
import { RecordNormalizer } from '../../normalize/records.ts';
import { SpanNormalizer } from '../../normalize/spans.ts';
import { Journal } from '../../storage/journal/journal.ts';
import { keptTables } from '../../storage/kept-table.ts';
import type { TopologyOptions } from './config.ts';
import { historyOptionsOf } from './history-options.ts';
import { logSink, recordSink, spanSink } from './intake.ts';
import { MAX_PROFILES } from './lifecycle-options.ts';
import { limitDiagnostics } from './limits-report.ts';
import { ProgressTable } from './progress-table.ts';
import { TopologyTime } from './time.ts';
import { WaitClock, type WaitClockState } from './wait-clock.ts';

/** Identities known at once, per node admitted: most peers that clients name never become nodes. */
const IDENTITIES_PER_NODE = 10;
/** Names may be long, but not all of them. */
const IDENTITY_BYTES_PER_NODE = 4096;
/** Plans of database statements known at once. */
const PLANS_PER_NODE = 4;
const PLAN_BYTES_PER_NODE = 2048;

/** `analyze` keeps more than it shows, so that it can choose what is most used; within this, or twice what it shows. */
const OFFLINE_NODES = 200_000;
const OFFLINE_EDGES = 2_000_000;
/** Names change places at most so often. */
const LEAST_COMPACT_MS = 10_000;

/** What the topology itself keeps. */
interface Own {
  readonly settings: FrameSettings;
  readonly epochStart: number;
  readonly compactedMs: number;
  readonly stampMs: number;
  readonly logRecords: number;
  readonly malformed: Map<string, number>;
  /** A program from before had none. */
  readonly waits?: WaitClockState;
}

const IN_MEMORY = { ...EVENT_LOOP, maxWaitingBytes: Number.POSITIVE_INFINITY };

export class Topology implements TopologyReader, Kept {
  readonly correlator: Correlator;
  readonly store: GraphStore;
  readonly paths: PathTree;
  readonly normalizer: SpanNormalizer;
  readonly identities: Identities;
  readonly plans: Plans;
  readonly sink: SpanSink;
  readonly logs: LogConsumer;
  readonly records: RecordConsumer;
  readonly recordNormalizer: RecordNormalizer;
  readonly progress = new ProgressTable();
  /** Waits go by it. */
  readonly waits = new WaitClock();
  readonly time: TopologyTime;
  /** In memory, until another takes its place. */
  journal: Journal;
  /** Keeps it beyond a restart; undefined where nothing is kept. */
  keeper: { status(): StorageStatus } | undefined;
  logRecords = 0;
  /** Of the last frame applied, ms. */
  stampMs = 0;
  malformed = new Map<string, number>();
  options: TopologyOptions;
  private readonly offline: boolean;
  private readonly clock: Clock;
  private readonly views: ViewBuilder;
  /** In force for frames. */
  settings: FrameSettings;
  private epochStart = 0;
  private compactedMs = 0;
  private built = 0;
  private readonly deltas: DeltaSource;

  constructor(options: TopologyOptions, clock: Clock, offline: boolean) {
    this.options = options;
    this.offline = offline;
    this.clock = clock;
    const plans = new Plans();
    this.plans = plans;
    this.identities = new Identities(0);
    const limits = offline ? offlineLimits(options) : options;
    this.limitNames(limits.maxNodes);
    this.normalizer = new SpanNormalizer(this.identities, plans);
    this.recordNormalizer = new RecordNormalizer(this.identities);
    this.store = new GraphStore(this.identities, limits, options.edgeSlabShift);
    if (offline) this.store.shownNodes = options.maxNodes;
    this.paths = new PathTree(this.store, options.maxPaths);
    const groups = () => this.normalizer.messaging.groups.names;
    this.time = new TopologyTime(this.store, groups, options.maxProfiles ?? MAX_PROFILES);
    this.store.states = this.time.lifeCycle;
    this.setNames(options);
    const merge = (outer: number, inner: number) => this.normalizer.databases.merge(outer, inner);
    const correlation = { ...options, offline, onlyCluster: onlyClusterOf(options) };
    this.correlator = new Correlator(correlation, this.identities, plans, merge, this.store, this.paths);
    this.views = new ViewBuilder(this.store);
    this.deltas = new DeltaSource(this.store, this.paths, () => this.readingNow());
    this.settings = frameSettings(options);
    this.time.setSettings(this.settings);
    this.journal = new Journal({ ...IN_MEMORY, clock }, frame => this.apply(frame));
    this.sink = spanSink(this);
    this.logs = logSink(this);
    this.records = recordSink(this);
  }

  /** From now on, with the graph and all that waits as they are. The sizes of tables stay what they are. */
  reconfigure(options: TopologyOptions): void {
    this.options = options;
    this.limitNames(options.maxNodes);
    this.setNames(options);
    if (options.changes !== undefined) this.time.changes.setOptions(options.changes);
    this.time.history.setOptions(historyOptionsOf(options, this.keeper !== undefined));
    this.journal.settings(frameSettings(options));
  }

  /**
   * Frames from now on go by the options, whatever those before went by, and the time before has been nobody's wait: a
   * journal says so with each start and each change. Nothing waits for the disk.
   */
  settle(): void {
    this.journal.settings(frameSettings(this.options));
  }

  /** Rules hold for the whole graph at once, names for what is read from now on. */
  private setNames({ rules = NO_RULES, naming = NO_NAMING }: TopologyOptions): void {
    if (!isDeepStrictEqual(rules, this.store.rules)) this.store.rules = rules;
    this.normalizer.setNaming(naming);
    this.recordNormalizer.setNaming(naming);
  }

  private limitNames(maxNodes: number): void {
    const nodes = Math.max(maxNodes, this.options.namesForNodes ?? 0);
    this.identities.setLimit(nodes * IDENTITIES_PER_NODE, nodes * IDENTITY_BYTES_PER_NODE);
    this.plans.setLimit(nodes * PLANS_PER_NODE, nodes * PLAN_BYTES_PER_NODE);
  }

  /** Nothing is on a disk: fewer messages are remembered. Before the first frame. */
  keepMessagesInMemory(): void {
    const { maxMessages, maxMessagesInMemory = maxMessages } = this.options;
    this.correlator.meetings.ledger.limit = Math.max(1, Math.min(maxMessages, maxMessagesInMemory));
  }

  /** Time goes on: what is due is decided. */
  tick(): void {
    this.journal.tick();
  }

  /** Decides everything that waits; nothing is provisional afterwards. */
  finish(): void {
    this.correlator.finish();
    this.store.epoch += 2;
    if (!this.offline) return;
    this.store.keepMostUsed(this.options.maxEdges);
    this.time.lifeCycle.judgeAt(this.store.newest / 1000);
  }

  /** What a reader sees is decided; a frame of its own says so, since nothing but frames moves the graph. */
  private decideAll(): void {
    if (this.correlator.undecided > 0) this.tick();
  }

  /** The graph as of now, built in one go: for those who do not share the thread with an ingest. */
  view(): GraphView {
    const { changes, asOfMs, groups, ...rest } = this.readingNow();
    return this.views.build({
      revision: changes + ++this.built,
      nowMs: asOfMs,
      groupNames: groups,
      paths: this.paths.table(),
      ...rest,
    });
  }

  follow(receive: (part: DeltaPart) => void): Following {
    return this.deltas.follow(receive);
  }

  private readingNow(): DeltaContext {
    this.decideAll();
    const { store, paths, correlator } = this;
    const life = this.time.lifeCycle.revision;
    return {
      changes: store.revision + paths.revision + correlator.fates.revision + correlator.records.received + life,
      asOfMs: this.offline ? Math.floor(this.store.newest / 1000) : this.clock.now(),
      halfLifeMs: this.options.halfLifeMs,
      epoch: this.store.epoch,
      groups: this.normalizer.messaging.groups.names,
      stats: this.stats(),
      diagnostics: limitDiagnostics(this),
    };
  }

  trace(traceId: string): readonly DebugSpan[] {
    this.decideAll();
    return debugTrace(this.correlator.rows, this.identities, traceId);
  }

  checkup(): Checkup {
    this.decideAll();
    const { checkup, rows } = this.correlator;
    return { services: checkup.report(rows), malformed: Object.fromEntries(this.malformed) };
  }

  get changes(): ChangeFeed {
    return this.time.changes;
  }

  get past(): Past {
    return this.time.history;
  }

  edgeCount(): number {
    return this.store.edges.length;
  }

  storage(): StorageStatus | undefined {
    return this.keeper?.status();
  }

  tiers(): readonly TierStatus[] {
    const now = this.clock.now();
    return tierStatus(this.correlator, this.offline ? now : this.waits.nowMs + Math.max(0, now - this.stampMs));
  }

  private stats(): Stats {
    const { fates, records, undecided } = this.correlator;
    return { spans: fates.stats(undecided), ...records.stats(this.logCounts()), reasons: fates.reasonCounts() };
  }

  /** Log records, and of those that say what spans say: that count, that a span counts, that came again, and whose time is not theirs. */
  private logCounts(): Record<string, number> {
    const { observed, besideSpans, duplicates, badTimes } = this.correlator.logs.counts;
    const all = {
      logs: this.logRecords,
      log_observations: observed,
      logs_beside_spans: besideSpans,
      log_duplicates: duplicates,
      log_bad_times: badTimes,
    };
    return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
  }

  /** A request was malformed, and is not taken in. */
  countMalformed(reason: string): void {
    this.malformed.set(reason, (this.malformed.get(reason) ?? 0) + 1);
  }

  /** All that a restart brings back, in the order in which it is to be loaded. */
  get kept(): readonly Kept[] {
    const { identities, plans, normalizer, store, paths, correlator } = this;
    return [
      ...keptTables(identities, plans, normalizer.messaging.groups),
      store,
      paths,
      correlator,
      this.progress,
      this,
      this.time,
    ];
  }

  *save(out: ImageWriter): Iterable<void> {
    const { settings, epochStart, compactedMs, stampMs, logRecords, malformed } = this;
    const waits = this.waits.save();
    out.value('topology', { settings, epochStart, compactedMs, stampMs, logRecords, malformed, waits } satisfies Own);
    yield;
  }

  *load(from: ImageReader): Iterable<void> {
    const { settings, waits, ...counted } = from.value('topology') as Own;
    Object.assign(this, counted);
    if (waits !== undefined) this.waits.load(waits);
    this.putInForce(settings);
    yield;
  }

  apply(frame: Frame): void {
    const { number, arrivalMs, batch, settings } = frame;
    this.stampMs = arrivalMs;
    const beforeMs = this.waits.nowMs;
    const nowMs = this.offline ? arrivalMs : this.waits.take(frame, this.settings.waitMs);
    if (settings !== undefined) this.putInForce(settings);
    else this.applyData(frame, beforeMs, nowMs);
    if (!this.offline) this.time.advance(number, arrivalMs, nowMs, batch === undefined);
  }

  private applyData({ arrivalMs, batch }: Frame, beforeMs: number, nowMs: number): void {
    if (!this.offline) {
      this.leap(beforeMs, nowMs);
      this.compact(nowMs);
    }
    if (nowMs - this.epochStart >= this.settings.waitMs && !this.offline) {
      this.epochStart = nowMs;
      this.store.epoch++;
    }
    if (batch === undefined) this.correlator.tick(nowMs);
    else {
      this.logRecords += batch.logs;
      this.correlator.apply(batch, arrivalMs, nowMs);
      this.progress.take(batch.recordRows.progress);
    }
  }

  private putInForce(settings: FrameSettings): void {
    this.settings = settings;
    this.correlator.setWindows(settings);
    this.store.setLimits(settings);
    this.paths.setLimit(settings.maxPaths);
    this.time.setSettings(settings);
  }

  /** What would have been decided and forgotten one after the other is so, too, when much time passes at once. */
  private leap(fromMs: number, nowMs: number): void {
    if (fromMs === 0) return;
    for (let step = this.settings.waitMs; fromMs + step < nowMs; step *= 2) this.correlator.tick(fromMs + step);
  }

  /** Not before all that was counted the last time is settled. */
  private compact(nowMs: number): void {
    const { waitMs, lateMs } = this.settings;
    if (nowMs - this.compactedMs < Math.max(LEAST_COMPACT_MS, waitMs + lateMs)) return;
    this.compactedMs = nowMs;
    this.store.compact();
  }
}

function offlineLimits({ maxNodes, maxEdges }: TopologyOptions): GraphLimits {
  return { maxNodes: Math.max(OFFLINE_NODES, maxNodes * 2), maxEdges: Math.max(OFFLINE_EDGES, maxEdges * 2) };
}

function frameSettings(options: TopologyOptions): FrameSettings {
  const { waitMs, lateMs, messageWaitMs, outboxTables, maxNodes, maxEdges, maxPaths } = options;
  const { lifecycle: life = LIFE_CYCLE, halfLifeMs, rules = NO_RULES } = options;
  const lifecycle = { ...life, halfLifeMs };
  const windows = { waitMs, lateMs, messageWaitMs, onlyCluster: onlyClusterOf(options) };
  // What is left out of a frame on the disk is left out here, too: it is the same frame.
  const outboxes = outboxTables === undefined ? {} : { outboxTables };
  return { ...windows, ...outboxes, maxNodes, maxEdges, maxPaths, lifecycle, rules };
}

/** The one cluster of topics that the configuration names; empty when it names none, or several. */
function onlyClusterOf({ naming = NO_NAMING }: TopologyOptions): string {
  const [name = '', ...others] = new Set(naming.clusters.map(cluster => cluster.name));
  return others.length === 0 ? name : '';
}
