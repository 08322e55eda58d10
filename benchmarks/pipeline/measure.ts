/**
 * One run: a server alone on one core, the load on another, then the wait until nothing is pending, so that work put
 * off is paid for. Out come speed, cost and, for tacit, whether the graph is the truth.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { settledGraph } from './graph-client.ts';
import { type Judgement, judgeGraph } from './judge.ts';
import type { LoadReport } from './load.ts';
import type { LoadOptions } from './options.ts';
import type { ReplayResult } from './replay.ts';
import { ServerProcess } from './server-process.ts';
import { startLoad } from './start-load.ts';
import { subscribe } from './subscribers.ts';
import { resolveTarget, type Target } from './target.ts';
import { type Look, measureHearing, measureVisibility, PROBE_NAMESPACE, type Visibility } from './visibility.ts';

/** For the compiler and the first connections, before anything counts. */
const REST_MS = 1_000;
/** A peer cannot say when it is done. */
const PEER_SETTLE_MS = 15_000;

/** By then the edges of the workload itself are told. */
const JOIN_MS = 5_000;

export interface RunOptions {
  readonly load: LoadOptions;
  /** Longest time after the load in which the CPU is counted. */
  readonly settleMs: number;
  /** How it is found out when a new edge shows; undefined: it is not. */
  readonly look: Look | undefined;
  /** Readers of the stream of changes. */
  readonly subscribers: number;
}

export interface Measurement {
  readonly name: string;
  readonly result: ReplayResult;
  readonly spansPerSecond: number;
  /** CPU seconds of the server per million spans, until nothing was pending. */
  readonly cpuPerMillion: number;
  /** The same when the load ended. */
  readonly cpuPerMillionUnderLoad: number;
  readonly peakRssBytes: number;
  /** Share of its core that the load needed; near 1 the load is the bottleneck. */
  readonly loadShare: number;
  readonly judgement: Judgement | undefined;
  readonly visibility: Visibility | undefined;
  /** To all readers of the stream of changes. */
  readonly streamedBytes: number;
}

export async function measure(name: string, command: string, isTacit: boolean, run: RunOptions): Promise<Measurement> {
  const tmp = await mkdtemp(join(tmpdir(), 'tacit-bench-'));
  try {
    const target = await resolveTarget(name, command, tmp, isTacit);
    const server = new ServerProcess(target.command);
    try {
      await server.listening([target.http, target.grpc, ...(target.api === undefined ? [] : [target.api])]);
      await delay(REST_MS);
      return await measureTarget(server, target, run);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(tmp, { recursive: true, force: true });
  }
}

async function measureTarget(server: ServerProcess, target: Target, run: RunOptions): Promise<Measurement> {
  const { api } = target;
  if (api === undefined || run.subscribers === 0) return measureWith(server, target, run, () => 0);
  const joining = delay(JOIN_MS).then(() => subscribe(api, run.subscribers));
  joining.catch(() => {});
  try {
    return await measureWith(server, target, run, async () => (await joining).bytes());
  } finally {
    (await joining).close();
  }
}

async function measureWith(
  server: ServerProcess,
  target: Target,
  run: RunOptions,
  toSubscribers: () => number | Promise<number>,
): Promise<Measurement> {
  const before = server.usage().cpuSeconds;
  const [report, visibility] = await loadAndProbe(target, run);
  const underLoad = server.usage().cpuSeconds - before;
  const judgement = await settleAndJudge(target, run, report, visibility);
  const { cpuSeconds, peakRssBytes } = server.usage();
  const millions = report.result.spans / 1e6;
  return {
    name: target.name,
    result: report.result,
    spansPerSecond: report.result.spansPerSecond,
    cpuPerMillion: (cpuSeconds - before) / millions,
    cpuPerMillionUnderLoad: underLoad / millions,
    peakRssBytes,
    loadShare: report.result.cpuSeconds / report.result.seconds,
    judgement,
    visibility,
    streamedBytes: await toSubscribers(),
  };
}

async function loadAndProbe(target: Target, run: RunOptions): Promise<readonly [LoadReport, Visibility | undefined]> {
  const load = startLoad(run.load, run.load.proto === 'grpc' ? target.grpc : target.http);
  if (run.look === undefined || target.api === undefined) return [await load, undefined];
  const stop = new AbortController();
  const look = run.look === 'stream' ? measureHearing : measureVisibility;
  const probes = look(target.http, target.api, stop.signal);
  return Promise.all([load.finally(() => stop.abort()), probes]);
}

async function settleAndJudge(
  target: Target,
  run: RunOptions,
  report: LoadReport,
  visibility: Visibility | undefined,
): Promise<Judgement | undefined> {
  if (target.api === undefined) {
    await delay(Math.min(run.settleMs, PEER_SETTLE_MS));
    return undefined;
  }
  const graph = await settledGraph(target.api, run.settleMs);
  const received = report.result.spans + (visibility?.spans ?? 0);
  return judgeGraph(graph, report.truth, received, PROBE_NAMESPACE);
}
