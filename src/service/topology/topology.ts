/**
 * The way of the data, put together: views → observations → journal → interactions → graph → view. One instance is one
 * graph; the running service and `analyze` differ only in their clock and in when things are decided.
 */

import type { Clock } from '../../contract/clock.ts';
import type { SpanSink } from '../../contract/component.ts';
import type { LogConsumer, PushResult } from '../../contract/consumer.ts';
import type { Diagnostic, Stats } from '../../contract/graph-document.ts';
import type { DebugSpan, GraphView, TierStatus, TopologyReader } from '../../contract/graph-view.ts';
import { ObservationBatch } from '../../contract/observation.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { Correlator } from '../../correlate/correlator.ts';
import { debugTrace } from '../../correlate/debug.ts';
import { tierStatus } from '../../correlate/tiers.ts';
import { GraphStore } from '../../graph/store.ts';
import { ViewBuilder } from '../../graph/view.ts';
import { Identities } from '../../lib/identities.ts';
import { Plans } from '../../lib/plans.ts';
import { SpanNormalizer } from '../../normalize/spans.ts';
import { type Frame, MemoryJournal } from '../../storage/memory-journal.ts';
import type { TopologyOptions } from './config.ts';

/** Identities known at once, per node admitted: most peers that clients name never become nodes. */
const IDENTITIES_PER_NODE = 10;
/** A view is reused for this many times as long as building it took, so that readers cannot starve the ingest. */
const VIEW_REUSE = 4;
/** Without any change a view is built anew after this time, since rates decay. */
const RATE_MS = 1000;

export class Topology implements TopologyReader {
  readonly correlator: Correlator;
  readonly store: GraphStore;
  readonly journal: MemoryJournal;
  readonly sink: SpanSink;
  readonly logs: LogConsumer;
  logRecords = 0;
  malformed = new Map<string, number>();
  private readonly normalizer: SpanNormalizer;
  private readonly identities: Identities;
  options: TopologyOptions;
  private readonly offline: boolean;
  private readonly clock: Clock;
  private readonly views: ViewBuilder;
  private readonly batch = new ObservationBatch();
  private epochStart = 0;
  private cached: { readonly view: GraphView; readonly changes: number; readonly until: number } | undefined;

  constructor(options: TopologyOptions, clock: Clock, offline: boolean) {
    this.options = options;
    this.offline = offline;
    this.clock = clock;
    this.identities = new Identities(options.maxNodes * IDENTITIES_PER_NODE);
    const plans = new Plans();
    this.normalizer = new SpanNormalizer(this.identities, plans);
    this.store = new GraphStore(this.identities, options);
    const merge = (outer: number, inner: number) => this.normalizer.databases.merge(outer, inner);
    this.correlator = new Correlator({ ...options, offline }, this.identities, plans, merge, this.store);
    this.views = new ViewBuilder(this.store, this.identities);
    this.journal = new MemoryJournal(clock, frame => this.apply(frame));
    this.sink = this.createSink();
    this.logs = { logs: count => this.takeLogs(count) };
  }

  /** From now on, with the graph and all that waits as they are. The sizes of tables stay what they are. */
  reconfigure(options: TopologyOptions): void {
    this.options = options;
    this.correlator.setWindows(options.waitMs, options.lateMs);
    this.identities.setLimit(options.maxNodes * IDENTITIES_PER_NODE);
    this.store.setLimits(options);
    this.forgetView();
  }

  /** Time goes on: what is due is decided. */
  tick(): void {
    this.journal.append(undefined);
  }

  /** Decides everything that waits; nothing is provisional afterwards. */
  finish(): void {
    this.correlator.finish();
    this.store.epoch += 2;
    this.forgetView();
  }

  /** What a reader sees is decided; a frame of its own says so, since nothing but frames moves the graph. */
  private decideAll(): void {
    if (this.correlator.undecided > 0) this.tick();
  }

  /** The next view is built anew. */
  forgetView(): void {
    this.cached = undefined;
  }

  view(): GraphView {
    this.decideAll();
    const now = performance.now();
    const changes = this.store.revision + this.correlator.fates.revision;
    const { cached } = this;
    if (cached !== undefined && (now < cached.until || (cached.changes === changes && now < cached.until + RATE_MS))) {
      return cached.view;
    }
    const view = this.views.build({
      revision: changes + ++this.views.built,
      nowMs: this.offline ? Math.floor(this.store.newest / 1000) : this.clock.now(),
      halfLifeMs: this.options.halfLifeMs,
      epoch: this.store.epoch,
      groupNames: this.normalizer.messaging.groups,
      stats: this.stats(),
      diagnostics: this.diagnostics(),
    });
    this.cached = { view, changes, until: performance.now() + (performance.now() - now) * VIEW_REUSE };
    return view;
  }

  trace(traceId: string): readonly DebugSpan[] {
    this.decideAll();
    return debugTrace(this.correlator.rows, this.identities, traceId);
  }

  tiers(): readonly TierStatus[] {
    return tierStatus(this.correlator, this.clock.now());
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
    return [...(nodes > 0 ? [say('nodes', nodes)] : []), ...(edges > 0 ? [say('edges', edges)] : [])];
  }

  private apply(frame: Frame): void {
    if (frame.arrivalMs - this.epochStart >= this.options.waitMs && !this.offline) {
      this.epochStart = frame.arrivalMs;
      this.store.epoch++;
    }
    if (frame.batch === undefined) this.correlator.tick(frame.arrivalMs);
    else this.correlator.apply(frame.batch, frame.arrivalMs);
  }

  private createSink(): SpanSink {
    const { batch, normalizer } = this;
    return {
      begin: () => batch.reset(),
      knowsResource: (view: SpanView) => normalizer.knowsResource(view),
      span: (view: SpanView) => normalizer.add(view, batch, false),
      filtered: (view: SpanView) => normalizer.add(view, batch, true),
      commit: () => this.commit(),
      abort: reason => {
        batch.reset();
        this.malformed.set(reason, (this.malformed.get(reason) ?? 0) + 1);
      },
    };
  }

  private commit(): PushResult {
    const { batch } = this;
    this.journal.append(batch);
    if (batch.rejected.size === 0) return { accepted: batch.rows, rejected: 0, message: '' };
    const reasons = [...batch.rejected].map(([reason, count]) => `${count} × ${reason}`);
    const rejected = [...batch.rejected.values()].reduce((sum, count) => sum + count, 0);
    return { accepted: batch.rows, rejected, message: `spans refused: ${reasons.join(', ')}` };
  }

  private takeLogs(count: number): PushResult {
    this.logRecords += count;
    return { accepted: count, rejected: 0, message: '' };
  }
}
