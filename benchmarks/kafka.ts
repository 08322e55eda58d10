/**
 * A topic that is full → the program with storage on one core, the broker on another: how fast it is read, what that
 * costs, and whether the graph is the truth. `spans`: export requests with 100 spans each; `changes`: one row change of
 * Debezium a record. `idle`: what it costs while nothing comes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ServiceStatus } from '../src/contract/component.ts';
import type { GraphDocument } from '../src/contract/graph-document.ts';
import { Cluster, type Message } from '../test/kits/kafka/cluster.ts';
import { startKafka } from '../test/kits/services/kafka.ts';
import { RunError } from './pipeline/errors.ts';
import { settledGraph } from './pipeline/graph-client.ts';
import { judgeGraph } from './pipeline/judge.ts';
import { buildMesh } from './pipeline/mesh.ts';
import { number } from './pipeline/options.ts';

import { runCommand } from './pipeline/run-command.ts';
import { ServerProcess } from './pipeline/server-process.ts';
import { createStamp } from './pipeline/stamp.ts';
import { resolveTarget, TACIT_COMMAND } from './pipeline/target.ts';
import { scaleTruth } from './pipeline/truth.ts';

const USAGE = `node benchmarks/kafka.ts spans|changes|idle [options]
  --records N               in the topic (40000 for spans, 1000000 for changes)
  --partitions N            of it (6)`;
const TOPIC = 'bench';
const AT_ONCE = 200;
/** Of the receiver, and the pipeline that has it. */
const SPANS = `traces: {topics: [${TOPIC}]}}' --set 'service.pipelines.traces.receivers=[otlp, kafka]`;
const TABLES = 20;
/** Of a core, in percent. */
const IDLE_LIMIT = 1.5;
const IDLE_MS = 20_000;
/** What a start leaves behind, such as compiling, is over by then. */
const REST_MS = 15_000;
const SETTLE_MS = 60_000;
const POLL_MS = 250;
const DEFAULT_RECORDS = { spans: '40000', changes: '1000000', idle: '1' } as const;

interface Filled {
  readonly records: number;
  /** Spans, or row changes. */
  readonly items: number;
  readonly options: string;
  /** What is wrong with the graph. */
  judge(graph: GraphDocument): readonly string[];
}

await runCommand(USAGE, async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { records: { type: 'string' }, partitions: { type: 'string', default: '6' } },
  });
  const [what] = positionals;
  if (what !== 'spans' && what !== 'changes' && what !== 'idle') throw new RunError(USAGE);
  const records = number(values.records ?? DEFAULT_RECORDS[what], '--records', 1, 1e9);
  const partitions = number(values.partitions, '--partitions', 1, 100);
  const cluster = await Cluster.start([await startKafka({ properties: ['message.max.bytes=16777216'] })]);
  try {
    await cluster.createTopic(TOPIC, partitions);
    if (what === 'idle') {
      await measureIdle(cluster.brokers);
      return;
    }
    const fill = what === 'spans' ? fillWithSpans : fillWithChanges;
    await measure(what, cluster.brokers, await fill(cluster, records, partitions));
  } finally {
    await cluster.stop();
  }
});

function measure(what: string, brokers: string, filled: Filled): Promise<void> {
  return withServer(brokers, filled.options, async (server, api) => {
    const before = server.usage().cpuSeconds;
    const startMs = performance.now();
    await untilTaken(api, filled.records);
    const seconds = (performance.now() - startMs) / 1000;
    const graph = await settledGraph(api, SETTLE_MS);
    const { cpuSeconds, peakRssBytes } = server.usage();
    const cpu = cpuSeconds - before;
    const problems = filled.judge(graph);
    const perSecond = (filled.items / seconds).toFixed(0);
    const perCore = (filled.items / cpu).toFixed(0);
    console.log(
      `${what}: ${filled.items} in ${seconds.toFixed(1)} s, ${perSecond} a second; ${cpu.toFixed(1)} CPU s with all that follows, ${perCore} a second of a core; at most ${(peakRssBytes / 2 ** 20).toFixed(0)} MiB; graph ${problems.length === 0 ? 'exact' : problems.join('; ')}`,
    );
    if (problems.length > 0) process.exitCode = 1;
  });
}

function measureIdle(brokers: string): Promise<void> {
  return withServer(brokers, SPANS, async (server, api) => {
    await untilTaken(api, 0);
    await delay(REST_MS);
    const before = server.usage().cpuSeconds;
    const startMs = performance.now();
    await delay(IDLE_MS);
    const seconds = (performance.now() - startMs) / 1000;
    const percent = (100 * (server.usage().cpuSeconds - before)) / seconds;
    console.log(`idle: ${percent.toFixed(2)} % of a core in ${seconds.toFixed(0)} s, of ${IDLE_LIMIT} % at most`);
    if (percent > IDLE_LIMIT) process.exitCode = 1;
  });
}

async function withServer(
  brokers: string,
  options: string,
  act: (server: ServerProcess, api: number) => Promise<void>,
): Promise<void> {
  const tmp = await mkdtemp(join(tmpdir(), 'tacit-bench-'));
  const command = `${TACIT_COMMAND} --set 'receivers.kafka={brokers: ["${brokers}"], initial_offset: earliest, ${options}'`;
  const target = await resolveTarget('tacit', command, tmp, true);
  const server = new ServerProcess(target.command);
  try {
    await server.listening([target.api!]);
    await act(server, target.api!);
  } finally {
    await server.stop();
    await rm(tmp, { recursive: true, force: true });
  }
}

async function untilTaken(api: number, records: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${api}/v1/status`);
    const { kafka } = ((await answer.json()) as ServiceStatus).receivers;
    const [topic] = kafka?.topics ?? [];
    if (topic !== undefined && topic.records >= records && topic.lag === 0) return;
    await delay(POLL_MS);
  }
}

/** Whole replays of the workload that the other benchmarks have. */
async function fillWithSpans(cluster: Cluster, records: number, partitions: number): Promise<Filled> {
  const options = { seed: 1, traces: 2000, bodySpans: 100, encoding: 'protobuf', rate: 0 } as const;
  const mesh = buildMesh({ ...options, duplicates: 0, shuffle: 0, late: 0 });
  const replays = Math.max(1, Math.round(records / mesh.requests.length));
  const run = Date.now();
  for (let replay = 0; replay < replays; replay++) {
    const stamp = createStamp(run, replay, Date.now() - mesh.leadMs);
    const messages = mesh.requests.map(({ template }, i) => {
      template.apply(stamp);
      return { value: Buffer.from(template.bytes), partition: i % partitions };
    });
    await sendAll(cluster, messages);
  }
  const truth = scaleTruth(mesh.truth, replays);
  return {
    records: replays * mesh.requests.length,
    items: truth.spans,
    options: SPANS,
    judge: graph => judgeGraph(graph, truth, truth.spans).problems,
  };
}

/** As Debezium writes them for PostgreSQL, without their schema. */
async function fillWithChanges(cluster: Cluster, records: number, partitions: number): Promise<Filled> {
  for (let sent = 0; sent < records; sent += AT_ONCE * 50) {
    const count = Math.min(AT_ONCE * 50, records - sent);
    const messages = Array.from({ length: count }, (_, i) => ({
      key: JSON.stringify({ id: sent + i }),
      value: JSON.stringify(change(sent + i)),
      partition: (sent + i) % partitions,
    }));
    await sendAll(cluster, messages);
  }
  return {
    records,
    items: records,
    options: `topics: [${TOPIC}], encoding: cdc}' --set 'service.pipelines.events={receivers: [kafka], exporters: [topology]}`,
    judge: ({ edges }) => {
      const rows = edges.filter(({ kind }) => kind === 'captures').reduce((sum, edge) => sum + (edge.rows ?? 0), 0);
      return rows === records ? [] : [`${rows} rows were captured, not ${records}`];
    },
  };
}

function change(i: number): object {
  const row = { id: i, user_id: `user-${i % 1000}`, amount: 'Aes=', status: 'paid', note: 'x'.repeat(80) };
  const lsn = 26_000_000 + i * 64;
  const source = {
    version: '3.7.0.Final',
    connector: 'postgresql',
    name: 'shop',
    ts_ms: Date.now(),
    snapshot: 'false',
    db: 'shop',
    sequence: `["${lsn - 64}","${lsn}"]`,
    schema: 'public',
    table: `orders_${i % TABLES}`,
    txId: 700 + i,
    lsn,
    xmin: null,
  };
  return { before: null, after: row, source, transaction: null, op: 'c', ts_ms: Date.now() };
}

async function sendAll(cluster: Cluster, messages: readonly Message[]): Promise<void> {
  for (let at = 0; at < messages.length; at += AT_ONCE) {
    await cluster.send(TOPIC, messages.slice(at, at + AT_ONCE));
  }
}
