/**
 * What a large state costs: `node benchmarks/micro/restart.ts make|start|load DIRECTORY [CHECKPOINT_SPANS [MB]]`. `make` fills a
 * directory with 100,000 edges, a million rows and a minute at 50,000 spans/s, with checkpoints as the service takes them
 * (after so many spans); the last is due and was not taken: it was killed at the worst moment. `start` brings it back; `load`
 * brings it back and sends 50,000 spans/s for a minute, with checkpoints as they come, of which a slow disk takes so many MB a second.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { DurableTopology } from '../../src/service/topology/durable.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import type { LinkKeeper } from '../../src/storage/checkpoint/keeper-link.ts';
import type { ToKeeper } from '../../src/storage/checkpoint/messages.ts';
import { machineParts } from '../../src/storage/storage.ts';
import { resourceSpans } from '../../test/cli/analyze-calls.ts';
import { encodeTraces } from '../../test/kits/otlp.ts';
import { createStamp } from '../pipeline/stamp.ts';
import { createBodies, stampAll } from './bodies.ts';

const [mode = 'make', path = '', checkpointSpans = '375000', diskMb = 'Infinity'] = process.argv.slice(2);
const SIDE = 317;
const ROWS = 1_000_000;
const RATE = 50_000;
const JOURNAL_SPANS = 60 * RATE;
const LOAD_MS = Number(process.env.LOAD_MS ?? 60_000);
/** As the service does. */
const TICK_MS = 100;
const WAIT_MS = (ROWS / RATE) * 1000;
const MINUTE = 60_000;
/** Requests that are acknowledged together while it is filled. */
const TOGETHER = 10;

const options = {
  waitMs: WAIT_MS,
  lateMs: 5 * MINUTE,
  messageWaitMs: 1440 * MINUTE,
  maxPending: 1_100_000,
  maxLate: 5_000_000,
  maxMessages: 10_000_000,
  maxSeen: 20_000_000,
  maxRecords: 1_000_000,
  halfLifeMs: 60 * MINUTE,
  maxNodes: 20_000,
  maxEdges: 200_000,
  maxPaths: 1_000_000,
  namesForNodes: 10_000,
};
const quiet = { debug() {}, info() {}, warn() {}, error: console.error };

/** While it is filled, time goes as fast as spans come. */
let filledMs = Date.now() - 10 * MINUTE;
const clock = { now: () => (mode === 'make' ? Math.floor(filledMs) : Date.now()) };
const topology = new Topology(options, clock, false);
const storage = {
  path,
  onCorruption: 'refuse',
  checkpointMs: MINUTE,
  checkpointItems: Number(checkpointSpans),
  maxWaitingBytes: 2 ** 28,
} as const;
const parts = machineParts(path, clock);
const durable = new DurableTopology(topology, storage, quiet, { ...parts, keeper: throttled(parts.keeper) });
topology.keeper = durable;
const view = createSpanView();
const { templates, spans: spansOfRound } = createBodies('protobuf');
const aRequest = spansOfRound / templates.length;

/** What is said to the keeper gets there when the disk has taken what was said before. */
function throttled(connect: LinkKeeper): LinkKeeper {
  if (!Number.isFinite(Number(diskMb))) return connect;
  return listener => {
    const link = connect(listener);
    let said = Promise.resolve();
    const say = async (before: Promise<void>, message: ToKeeper) => {
      await before;
      const bytes = bytesOf(message);
      if (bytes > 0) await sleep(bytes / (Number(diskMb) * 1000));
      link.send(message);
    };
    const send = (message: ToKeeper) => {
      said = say(said, message);
    };
    return { send };
  };
}

function bytesOf(message: ToKeeper): number {
  if (message.type === 'shared') return message.memory.length;
  return message.type === 'pieces' ? message.pieces.reduce((sum, { bytes }) => sum + bytes, 0) : 0;
}

function send(body: Uint8Array): unknown {
  topology.sink.begin();
  decodeTraces(body, view, topology.sink);
  return topology.sink.commit();
}

/** Each service of one side calls each of the other. */
async function makeEdges(): Promise<void> {
  for (let n = 1, from = 0; from < SIDE; from++) {
    const time = { startTimeUnixNano: `${clock.now()}000000`, endTimeUnixNano: `${clock.now() + 5}000000` };
    const spans = Array.from({ length: SIDE }, (_, to) => {
      const id = (offset: number) => (n * 16 + offset).toString(16).padStart(16, '0');
      const traceId = (n++).toString(16).padStart(32, '1');
      const client = { traceId, spanId: id(1), name: 'GET', kind: 3, ...time };
      const server = { traceId, spanId: id(2), parentSpanId: id(1), name: 'GET /', kind: 2, ...time };
      return [resourceSpans(`caller-${from}`, client), resourceSpans(`called-${to}`, server)];
    });
    await send(encodeTraces({ resourceSpans: spans.flat() }));
    filledMs += (SIDE * 2 * 1000) / RATE;
  }
}

let round = Math.floor(Math.random() * 2 ** 20);
let tickedMs = 0;

async function fill(count: number): Promise<void> {
  for (let sent = 0; sent < count; ) {
    stampAll(templates, createStamp(1, round++, clock.now()));
    for (let at = 0; at < templates.length; at += TOGETHER) {
      await Promise.all(templates.slice(at, at + TOGETHER).map(({ bytes }) => send(bytes)));
      filledMs += (TOGETHER * aRequest * 1000) / RATE;
      if (filledMs - tickedMs < TICK_MS) continue;
      tickedMs = filledMs;
      topology.tick();
    }
    sent += spansOfRound;
  }
}

async function load(): Promise<void> {
  const waits: Promise<number>[] = [];
  const pauses = new Map<number, number>();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  let next = 0;
  for (let now = began; now - began < LOAD_MS; now = performance.now()) {
    for (; (waits.length * aRequest * 1000) / RATE < now - began; next++) {
      if (next % templates.length === 0) stampAll(templates, createStamp(2, next, Date.now()));
      const sent = performance.now();
      waits.push(Promise.resolve(send(templates[next % templates.length]!.bytes)).then(() => performance.now() - sent));
    }
    if (now - tickedMs >= TICK_MS) {
      tickedMs = now;
      topology.tick();
      void durable.checkpointIfDue();
      const { frame = 0, pauseSeconds = 0 } = durable.status().checkpoint ?? {};
      if (pauseSeconds > 0) pauses.set(frame, pauseSeconds * 1000);
    }
    await sleep(1);
  }
  delay.disable();
  const times = (await Promise.all(waits)).sort((a, b) => a - b);
  const [p50, p99, longest] = [0.5, 0.99, 1].map(q => times[Math.ceil(times.length * q) - 1]!.toFixed(1));
  const turn = (delay.max / 1e6).toFixed(1);
  console.log(
    `${waits.length} requests acknowledged: p50 ${p50}, p99 ${p99}, longest ${longest} ms; longest turn ${turn} ms; checkpoints paused it for ${[...pauses.values()].map(ms => ms.toFixed(1)).join(', ')} ms`,
  );
}

const tell = (what: string) => {
  const { journal, checkpoint, recovery } = durable.status();
  const { pauseSeconds = 0, seconds = 0, bytes = 0 } = checkpoint ?? {};
  console.log(
    `${what}: ${topology.edgeCount()} edges, ${topology.tiers()[0]!.used} rows; journal ${(journal.bytes / 1e6).toFixed(0)} MB; checkpoint ${(bytes / 1e6).toFixed(0)} MB, copied in ${pauseSeconds.toFixed(2)} s, made in ${seconds.toFixed(2)} s; recovered ${(recovery.bytes / 1e6).toFixed(0)} MB, ${recovery.frames} frames in ${recovery.seconds.toFixed(2)} s`,
  );
};

const began = performance.now();
await durable.recover(new AbortController().signal);
const { user, system } = process.cpuUsage();
const ready = [performance.now() - began, performance.now(), (user + system) / 1000].map(ms => ms.toFixed(0));
console.log(
  `ready ${ready[0]} ms after the start, ${ready[1]} ms after that of the process, for ${ready[2]} ms of CPU`,
);
if (mode === 'make') {
  await makeEdges();
  await fill(ROWS);
  await durable.checkpoint();
  tell('made');
  const { checkpointItems } = storage;
  for (let left = JOURNAL_SPANS; left > 0; left -= checkpointItems) {
    await fill(Math.min(left, checkpointItems));
    if (left > checkpointItems) await durable.checkpoint();
  }
}
if (mode === 'load') await load();
tell(mode);
// As if it were killed: the directory stays as it is.
process.exit(0);
