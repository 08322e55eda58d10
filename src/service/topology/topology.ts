/**
 * The way of the data, put together: views → observations → journal → interactions → graph → view. One instance is one
 * graph; the running service and `analyze` differ only in their clock and in when things are decided.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Checkup } from '../../contract/checkup.ts';
import type { Clock } from '../../contract/clock.ts';
import type { SpanSink } from '../../contract/component.ts';
import type { LogConsumer, PushResult } from '../../contract/consumer.ts';
import type { DeltaPart, Following } from '../../contract/graph-delta.ts';
import type { Diagnostic, Stats } from '../../contract/graph-document.ts';
import type { DebugSpan, GraphView, TierStatus, TopologyReader } from '../../contract/graph-view.ts';
import { NO_RULES } from '../../contract/identity-rules.ts';
import { ObservationBatch, type Refusals, refusalsByReason } from '../../contract/observation.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { Correlator } from '../../correlate/correlator.ts';
import { debugTrace } from '../../correlate/debug.ts';
import { tierStatus } from '../../correlate/tiers.ts';
import { type DeltaContext, DeltaSource } from '../../graph/delta-source.ts';
import { PathTree } from '../../graph/path-tree.ts';
import { type GraphLimits, GraphStore } from '../../graph/store.ts';
import { ViewBuilder } from '../../graph/view.ts';
import { Identities } from '../../lib/identities.ts';
import { Plans } from '../../lib/plans.ts';
import { NO_NAMING } from '../../normalize/identity/naming.ts';
import { SpanNormalizer } from '../../normalize/spans.ts';
import { type Frame, MemoryJournal } from '../../storage/memory-journal.ts';
import type { TopologyOptions } from './config.ts';

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

/** Tables with a limit whose overflow is counted. */
type OverflowTable =
  | 'nodes'
  | 'edges'
  | 'exchanges'
  | 'paths'
  | 'path_depths'
  | 'identities'
  | 'plans'
  | 'groups'
  | 'edge_names'
  | 'durations'
  | 'times';

export class Topology implements TopologyReader {
  readonly correlator: Correlator;
  readonly store: GraphStore;
  readonly paths: PathTree;
  readonly journal: MemoryJournal;
  readonly sink: SpanSink;
  readonly logs: LogConsumer;
  logRecords = 0;
  malformed = new Map<string, number>();
  private readonly normalizer: SpanNormalizer;
  private readonly identities: Identities;
  private readonly plans: Plans;
  options: TopologyOptions;
  private readonly offline: boolean;
  private readonly clock: Clock;
  private readonly views: ViewBuilder;
  private readonly batch = new ObservationBatch();
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
    this.store = new GraphStore(this.identities, limits);
    if (offline) this.store.shownNodes = options.maxNodes;
    this.paths = new PathTree(this.store, options.maxPaths);
    this.setNames(options);
    const merge = (outer: number, inner: number) => this.normalizer.databases.merge(outer, inner);
    const correlation = { ...options, offline, onlyCluster: onlyClusterOf(options) };
    this.correlator = new Correlator(correlation, this.identities, plans, merge, this.store, this.paths);
    this.views = new ViewBuilder(this.store);
    this.deltas = new DeltaSource(this.store, this.paths, () => this.readingNow());
    this.journal = new MemoryJournal(clock, frame => this.apply(frame));
    this.sink = this.createSink();
    this.logs = { logs: count => this.takeLogs(count) };
  }

  /** From now on, with the graph and all that waits as they are. The sizes of tables stay what they are. */
  reconfigure(options: TopologyOptions): void {
    this.options = options;
    this.correlator.setWindows({ ...options, onlyCluster: onlyClusterOf(options) });
    this.limitNames(options.maxNodes);
    this.store.setLimits(options);
    this.paths.setLimit(options.maxPaths);
    this.setNames(options);
  }

  /** Rules hold for the whole graph at once, names for what is read from now on. */
  private setNames({ rules = NO_RULES, naming = NO_NAMING }: TopologyOptions): void {
    if (!isDeepStrictEqual(rules, this.store.rules)) this.store.rules = rules;
    this.normalizer.setNaming(naming);
  }

  private limitNames(maxNodes: number): void {
    const nodes = Math.max(maxNodes, this.options.namesForNodes ?? 0);
    this.identities.setLimit(nodes * IDENTITIES_PER_NODE, nodes * IDENTITY_BYTES_PER_NODE);
    this.plans.setLimit(nodes * PLANS_PER_NODE, nodes * PLAN_BYTES_PER_NODE);
  }

  /** Time goes on: what is due is decided. */
  tick(): void {
    this.journal.append(undefined);
  }

  /** Decides everything that waits; nothing is provisional afterwards. */
  finish(): void {
    this.correlator.finish();
    this.store.epoch += 2;
    if (this.offline) this.store.keepMostUsed(this.options.maxEdges);
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
    return {
      changes: this.store.revision + this.paths.revision + this.correlator.fates.revision,
      asOfMs: this.offline ? Math.floor(this.store.newest / 1000) : this.clock.now(),
      halfLifeMs: this.options.halfLifeMs,
      epoch: this.store.epoch,
      groups: this.normalizer.messaging.groups.names,
      stats: this.stats(),
      diagnostics: this.diagnostics(),
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

  edgeCount(): number {
    return this.store.edges.length;
  }

  tiers(): readonly TierStatus[] {
    return tierStatus(this.correlator, this.clock.now());
  }

  /** What found no place of its own, by what was full; it was counted under `(other)`, or more coarsely. */
  overflows(): Readonly<Record<OverflowTable, number>> {
    const { overflowed, room } = this.store;
    const { cells, times, names } = room.refused;
    return {
      ...overflowed,
      paths: this.paths.refused.full,
      path_depths: this.paths.refused.deep,
      identities: this.identities.refused,
      plans: this.plans.refused,
      groups: this.normalizer.messaging.groups.refused,
      edge_names: names,
      durations: cells,
      times,
    };
  }

  /** Entries and, about, bytes of the tables of names. */
  tables(): Readonly<Record<'identities' | 'plans' | 'paths', { readonly entries: number; readonly bytes: number }>> {
    const { identities, plans } = this;
    return {
      identities: { entries: identities.size, bytes: identities.bytes },
      plans: { entries: plans.size, bytes: plans.bytes },
      paths: { entries: this.paths.size - 1, bytes: this.paths.bytes },
    };
  }

  private stats(): Stats {
    const { fates } = this.correlator;
    const logs = this.logRecords > 0 ? { logs: this.logRecords } : {};
    return { spans: fates.stats(this.correlator.undecided), records: logs, changes: {}, reasons: fates.reasonCounts() };
  }

  private diagnostics(): Diagnostic[] {
    const { nodes, edges } = this.store.overflowed;
    const say = (what: string, count: number) => ({
      code: `${what}_limit`,
      message: `the limit of ${what} is reached: ${count} more went to the (other) ones; raise connectors.topology.limits.${what}`,
      nodes: [],
    });
    const paths = {
      code: 'paths_limit',
      message:
        'the limit of paths is reached: chains of nodes that no trace took before are not counted, and paths through them answer as composed; raise connectors.topology.limits.paths',
      nodes: [],
    };
    const unnamed = this.identities.refused;
    const names = {
      code: 'names_limit',
      message: `there is no room for more names of nodes: ${unnamed} lookups of others gave (other); raise connectors.topology.limits.nodes`,
      nodes: [],
    };
    return [
      ...(nodes > 0 ? [say('nodes', nodes)] : []),
      ...(edges > 0 ? [say('edges', edges)] : []),
      ...(unnamed > 0 ? [names] : []),
      ...(this.paths.refused.full > 0 ? [paths] : []),
    ];
  }

  private apply(frame: Frame): void {
    if (!this.offline) this.compact(frame.arrivalMs);
    if (frame.arrivalMs - this.epochStart >= this.options.waitMs && !this.offline) {
      this.epochStart = frame.arrivalMs;
      this.store.epoch++;
    }
    if (frame.batch === undefined) this.correlator.tick(frame.arrivalMs);
    else {
      this.logRecords += frame.batch.logs;
      this.correlator.apply(frame.batch, frame.arrivalMs);
    }
  }

  /** Not before all that was counted the last time is settled. */
  private compact(nowMs: number): void {
    const { waitMs, lateMs } = this.options;
    if (nowMs - this.compactedMs < Math.max(LEAST_COMPACT_MS, waitMs + lateMs)) return;
    this.compactedMs = nowMs;
    this.store.compact();
  }

  private createSink(): SpanSink {
    const { batch, normalizer } = this;
    return {
      begin: () => batch.begin(),
      knowsResource: (view: SpanView) => normalizer.knowsResource(view),
      span: (view: SpanView) => normalizer.add(view, batch, false),
      filtered: (view: SpanView) => normalizer.add(view, batch, true),
      commit: () => this.commit(),
      abort: reason => {
        batch.rollback();
        this.malformed.set(reason, (this.malformed.get(reason) ?? 0) + 1);
      },
    };
  }

  private commit(): PushResult {
    const { batch } = this;
    const accepted = batch.end();
    const result = batch.refusing.size === 0 ? taken(accepted) : partlyTaken(accepted, batch.refusing);
    this.append();
    return result;
  }

  private takeLogs(count: number): PushResult {
    this.batch.logs += count;
    this.append();
    return taken(count);
  }

  private append(): void {
    this.journal.append(this.batch);
    this.batch.reset();
  }
}

function taken(accepted: number): PushResult {
  return { accepted, rejected: 0, message: '' };
}

function partlyTaken(accepted: number, refused: Refusals): PushResult {
  const reasons = [...refusalsByReason(refused)];
  const rejected = reasons.reduce((sum, [, count]) => sum + count, 0);
  const told = reasons.map(([reason, count]) => `${count} × ${reason}`).join(', ');
  return { accepted, rejected, message: `spans refused: ${told}` };
}

function offlineLimits({ maxNodes, maxEdges }: TopologyOptions): GraphLimits {
  return { maxNodes: Math.max(OFFLINE_NODES, maxNodes * 2), maxEdges: Math.max(OFFLINE_EDGES, maxEdges * 2) };
}

/** The one cluster of topics that the configuration names; empty when it names none, or several. */
function onlyClusterOf({ naming = NO_NAMING }: TopologyOptions): string {
  const [name = '', ...others] = new Set(naming.clusters.map(cluster => cluster.name));
  return others.length === 0 ? name : '';
}
