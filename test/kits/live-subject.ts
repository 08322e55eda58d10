/**
 * The program as tests of time see it: spans go in at moments of an injected clock, as protobuf through the scanner, and
 * nothing is decided but by arrivals and ticks. After every step the accounts are held against each other.
 */
import { FATES, type GraphDocument, type SpanStats } from '../../src/contract/graph-document.ts';
import type { TierStatus } from '../../src/contract/graph-view.ts';
import type { RecordView } from '../../src/contract/record.ts';
import { decodeLogs } from '../../src/encodings/otlp/logs.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { graphDocument } from '../../src/query/document.ts';
import type { TopologyOptions } from '../../src/service/topology/config.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import type { Log } from '../oracle/logs.ts';
import { toLogsRequest, toRequest } from '../oracle/requests.ts';
import type { Span } from '../oracle/span.ts';
import { checkCheckup } from './checkup.ts';
import { encodeLogs, encodeTraces } from './otlp.ts';
import { sendRecords } from './records.ts';
import { SMALL } from './subject.ts';

/** 2024-01-15 12:00:10 UTC: ten seconds after the first moment that spans made by hand or by seed begin at. */
export const BEGIN_MS = Date.UTC(2024, 0, 15, 12, 0, 10);
export const WAIT_MS = SMALL.waitMs;
export const LATE_MS = SMALL.lateMs;

export class LiveSubject {
  readonly topology: Topology;
  protected nowMs = BEGIN_MS;
  private readonly spanView = createSpanView();

  constructor(options: Partial<TopologyOptions> = {}) {
    this.topology = new Topology({ ...SMALL, ...options }, { now: () => this.nowMs }, false);
  }

  /** One request that arrives so many milliseconds after the beginning. */
  send(spans: readonly Span[], atMs: number): this {
    this.nowMs = BEGIN_MS + atMs;
    const { sink } = this.topology;
    sink.begin();
    decodeTraces(encodeTraces(toRequest(spans)), this.spanView, sink);
    sink.commit();
    this.checkAccounts();
    return this;
  }

  /** One group of records that arrives so many milliseconds after the beginning. */
  sendRecords(records: readonly RecordView[], atMs: number): this {
    this.nowMs = BEGIN_MS + atMs;
    sendRecords(this.topology.records, records);
    this.checkAccounts();
    return this;
  }

  /** As `send`, of log records. */
  sendLogs(logs: readonly Log[], atMs: number): this {
    this.nowMs = BEGIN_MS + atMs;
    const consumer = this.topology.logs;
    consumer.begin();
    decodeLogs(encodeLogs(toLogsRequest(logs)), this.spanView, consumer);
    consumer.commit();
    this.checkAccounts();
    return this;
  }

  tick(atMs: number): this {
    this.nowMs = BEGIN_MS + atMs;
    this.topology.tick();
    this.checkAccounts();
    return this;
  }

  /** Ticks every second from one moment to another, as an idle stream does. */
  idle(fromMs: number, toMs: number, stepMs = 1000): this {
    for (let atMs = fromMs; atMs < toMs; atMs += stepMs) this.tick(atMs);
    return this.tick(toMs);
  }

  /** The graph as it is now; no view is reused. */
  graph(): GraphDocument {
    const view = this.topology.view();
    return graphDocument(view, { nodes: view.nodes, edges: view.edges, truncated: false });
  }

  /** `source kind target count`, without the kinds of services and topics. */
  edges(): string[] {
    return this.graph().edges.map(
      ({ source, kind, target, count }) => `${bare(source)} ${kind} ${bare(target)} ${count}`,
    );
  }

  /** Fates that occurred, without `received`. */
  fates(): Partial<SpanStats> {
    const { received: _, ...fates } = this.graph().stats.spans;
    return Object.fromEntries(Object.entries(fates).filter(([, count]) => count !== 0));
  }

  reasons(): Readonly<Record<string, number>> {
    return this.graph().stats.reasons;
  }

  tier(name: TierStatus['name']): TierStatus {
    return this.topology.tiers().find(tier => tier.name === name)!;
  }

  /** Throws when a span has no fate or two, or something was taken back that was never given. */
  private checkAccounts(): void {
    const { correlator } = this.topology;
    const { received, ...fates } = correlator.fates.stats(correlator.undecided);
    const total = FATES.reduce((sum, name) => sum + fates[name], 0);
    if (total !== received) throw new Error(`received ${received}, but the fates are ${JSON.stringify(fates)}`);
    const below = FATES.filter(name => fates[name] < 0);
    if (below.length > 0) throw new Error(`below zero: ${below.join(', ')} of ${JSON.stringify(fates)}`);
    checkCheckup(this.topology);
    for (const edge of this.topology.store.edges) {
      const { kind, source, target } = edge;
      const counters = edge.counters();
      const at = counters.findIndex(counter => counter < 0);
      if (at >= 0) throw new Error(`counter ${at} of edge ${source} ${kind} ${target} is ${counters[at]}`);
    }
  }
}

const bare = (id: string) => id.replace(/^service:/, '').replace(/^topic:kafka\/~\//, 'topic:');
