/** The server of the API on a free port, in the thread of the test, over a view the test can change. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HttpApiConfig } from '../../src/api/config.ts';
import { openApi } from '../../src/api/open-api.ts';
import type { AskService, Question, Questions } from '../../src/api/questions.ts';
import type { Change } from '../../src/contract/change.ts';
import { NO_CHANGES } from '../../src/contract/change-feed.ts';
import type { Checkup } from '../../src/contract/checkup.ts';
import type { Listener, MetricSample, ServiceStatus } from '../../src/contract/component.ts';
import type { DebugSpan, GraphView, TierStatus } from '../../src/contract/graph-view.ts';
import type { Logger } from '../../src/contract/logger.ts';
import { NO_PAST, type SeriesPoint, type SeriesQuestion } from '../../src/contract/past.ts';
import { NO_CHECKUP } from '../../src/query/doctor/doctor.ts';
import { PastProblem, type PastTime } from '../../src/query/past.ts';
import { MemoryChangeLog } from '../../src/storage/changes/change-log.ts';
import { collectProcess } from '../../src/telemetry/process-metrics.ts';

export interface RunningApi {
  readonly base: string;
  readonly address: string;
  readonly port: number;
  metric(name: string, labels?: Record<string, string>): number;
  readonly warnings: readonly string[];
  view: GraphView | undefined;
  ready: boolean;
  spans: readonly DebugSpan[];
  checkup: Checkup;
  /** What was asked for, and is answered. */
  series: { asked?: SeriesQuestion; points: readonly SeriesPoint[] };
  /** Of earlier times, ms; throws for those that are not known. */
  viewAt(time: PastTime): GraphView | Promise<GraphView>;
  /** Stored, and told. */
  publish(...changes: readonly Change[]): void;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  json(path: string, status?: number): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

export const STARTED_AT = '2026-08-01T12:00:00.000Z';

export async function startApi(
  view: GraphView | undefined,
  endpoint = '127.0.0.1:0',
  options: Omit<HttpApiConfig, 'endpoint'> = {},
): Promise<RunningApi> {
  const listeners: Listener[] = [];
  const warnings: string[] = [];
  const tiers: TierStatus[] = [{ name: 'rows', used: 1, limit: 10, bytesPerEntry: 96, horizonSeconds: 10, evicted: 0 }];
  const status = (): ServiceStatus => ({
    version: '0.1.0-test',
    startedAt: STARTED_AT,
    ready: api.ready,
    listeners,
    pipelines: { traces: { receivers: ['otlp'], processors: [], exporters: ['topology'] } },
    receivers: {},
    exporters: [],
    configuration: { loadedAt: STARTED_AT, lastReload: null },
    storage: null,
  });
  const log = new MemoryChangeLog();
  const answerTo = async (question: Question, asks: Questions[Question]['asks']): Promise<unknown> => {
    // As from another thread: other questions may come between.
    await nextTurn();
    if (question === 'status') return status();
    if (question === 'metrics') return [...(asks as readonly MetricSample[]), ...(await collectProcess())];
    if (api.view === undefined) return undefined;
    if (question === 'series') {
      api.series.asked = asks as SeriesQuestion;
      return api.series.points;
    }
    if (question === 'changes') {
      const { after, limit } = asks as Questions['changes']['asks'];
      return log.read(after, limit);
    }
    if (question === 'history') return NO_PAST.status();
    if (question === 'changes-status') return NO_CHANGES.status();
    if (question === 'tiers') return tiers;
    if (question === 'checkup') return api.checkup;
    return asks === '0'.repeat(16).concat('00000000000000ab') ? api.spans : [];
  };
  const ignore = () => {};
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    warn: (_fields, text) => warnings.push(text),
    error: (fields, text) => warnings.push(`${text} ${JSON.stringify(fields)}`),
  };
  const clock = { now: () => Date.parse(STARTED_AT) + 5000 };
  const api = {
    view,
    ready: true,
    spans: [],
    series: { points: [] },
    checkup: NO_CHECKUP,
    warnings,
  } as unknown as RunningApi;
  const opened = await openApi({
    id: 'http_api',
    config: { endpoint, ...options },
    logger,
    clock,
    version: '0.1.0-test',
    startedAt: STARTED_AT,
    graph: async () => api.view,
    past: { view: async time => api.viewAt(time) },
    ask: answerTo as AskService,
  });
  listeners.push(opened.listener);
  const { address } = opened.listener;
  const base = `${options.tls === undefined ? 'http' : 'https'}://${address}`;
  const get = (path: string, headers: Record<string, string> = {}) => fetch(base + path, { headers });
  return Object.assign(api, {
    base,
    address,
    port: Number(address.slice(address.lastIndexOf(':') + 1)),
    metric(name: string, labels: Record<string, string> = {}) {
      const values = opened.samples().flatMap(sample => (sample.name === name ? sample.values : []));
      const fitting = values.filter(({ labels: own }) =>
        Object.entries(labels).every(([key, text]) => own[key] === text),
      );
      return fitting.reduce((sum, { value }) => sum + value, 0);
    },
    viewAt() {
      throw new PastProblem('before_history', Number.POSITIVE_INFINITY);
    },
    publish(...changes: readonly Change[]) {
      const texts = changes.map(change => JSON.stringify(change));
      void log.append(changes.map(({ seq }, i) => ({ seq, timeMs: 0, text: texts[i]! })));
      opened.published(texts, changes[0]!.seq);
    },
    get,
    async json(path: string, status = 200) {
      const response = await get(path);
      const body = await response.text();
      if (response.status !== status) throw new Error(`${path} answered ${response.status}, not ${status}: ${body}`);
      return JSON.parse(body) as Record<string, unknown>;
    },
    stop: () => opened.close(),
  });
}
