/** tacit alone on one core, taken to what it can sustain, then beyond, then left alone; what it and its senders saw. */
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { LOAD_ARGUMENTS, readLoadOptions, toArguments } from '../../../benchmarks/pipeline/options.ts';
import { LOAD_CORE, pinned, SERVER_CORE } from '../../../benchmarks/pipeline/pinning.ts';
import { startLoad } from '../../../benchmarks/pipeline/start-load.ts';
import type { GraphDocument } from '../../../src/contract/graph-document.ts';
import { dataDirectory } from '../data-directory.ts';
import type { FloodReport } from './flood.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const FLOOD = fileURLToPath(new URL('./flood.ts', import.meta.url));
/** Small enough that the memories of the correlation are full when the flood begins to count. */
const SETTINGS = [
  'service.telemetry.logs.encoding=json',
  'receivers.otlp.protocols.grpc.endpoint=127.0.0.1:0',
  'receivers.otlp.protocols.http.endpoint=127.0.0.1:0',
  'extensions.http_api.endpoint=127.0.0.1:0',
  // Shorter than it takes to go through everything that so many connections have sent at once.
  'receivers.otlp.max_wait=100ms',
  'connectors.topology.correlation.wait=2s',
  'connectors.topology.correlation.max_pending=200000',
  'connectors.topology.correlation.max_late=200000',
  'connectors.topology.correlation.max_seen=1000000',
];
/** The first warms it up; of the others, the best was least disturbed by the rest of the machine. */
const CALIBRATIONS = 3;
const CALIBRATION_MS = 3_000;
const START_MS = 30_000;

export interface OverloadOptions {
  readonly proto: 'http' | 'grpc';
  readonly factor: number;
  readonly durationMs: number;
  readonly connections: number;
  readonly bodySpans: number;
  readonly gzip?: boolean;
  readonly settings?: readonly string[];
}

export interface OverloadReport {
  readonly sustainable: number;
  readonly flood: FloodReport;
  /** Every second of the flood. */
  readonly residentMib: readonly number[];
  /** From the end of the flood until a request was answered within `QUICK_MS`. */
  readonly recoveredMs: number;
  readonly acknowledged: number;
  readonly stats: GraphDocument['stats']['spans'];
  readonly warnings: readonly string[];
}

const QUICK_MS = 100;

export async function overload(options: OverloadOptions): Promise<OverloadReport> {
  const server = await startServer(options.settings ?? []);
  try {
    const port = options.proto === 'grpc' ? server.grpc : server.http;
    const { proto, bodySpans, gzip = false } = options;
    const fit = { proto, 'body-spans': String(bodySpans), gzip };
    const calm = [];
    for (let i = 0; i < CALIBRATIONS; i++) {
      calm.push((await startLoad(loadOptions({ ...fit, duration: `${CALIBRATION_MS}ms` }), port)).result);
    }
    const sustainable = Math.max(...calm.map(({ spansPerSecond }) => spansPerSecond));
    const residentMib: number[] = [];
    const timer = setInterval(() => residentMib.push(readResidentMib(server.pid)), 1_000);
    const flooded = loadOptions({
      ...fit,
      rate: String(Math.round(sustainable * options.factor)),
      duration: `${options.durationMs}ms`,
      connections: String(options.connections),
    });
    const [program, ...args] = pinned(LOAD_CORE, [process.execPath, FLOOD, `--port=${port}`, ...toArguments(flooded)]);
    const { stdout } = await promisify(execFile)(program, args);
    clearInterval(timer);
    const recoveredMs = await waitUntilQuick(server.http);
    const flood = JSON.parse(stdout) as FloodReport;
    const answer = await fetch(`http://127.0.0.1:${server.api}/v1/graph?limit=1`);
    const { spans } = ((await answer.json()) as GraphDocument).stats;
    const acknowledged = calm.reduce((sum, { spans }) => sum + spans, flood.acceptedSpans);
    return { sustainable, flood, residentMib, recoveredMs, acknowledged, stats: spans, warnings: server.warnings() };
  } finally {
    await server.stop();
  }
}

type Values = { -readonly [K in keyof typeof LOAD_ARGUMENTS]?: string | boolean };

function loadOptions(changed: Values) {
  const { values } = parseArgs({ args: [], options: LOAD_ARGUMENTS });
  return readLoadOptions({ ...values, ...changed });
}

async function startServer(settings: readonly string[]) {
  const data = `extensions.storage.path=${dataDirectory()}`;
  const sets = [...SETTINGS, data, ...settings].flatMap(set => ['--set', set]);
  const [program, ...args] = pinned(SERVER_CORE, [process.execPath, MAIN, 'serve', ...sets]);
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', chunk => {
    log += String(chunk);
  });
  for (let waited = 0; !log.includes('"msg":"ready"'); waited += 50) {
    if (child.exitCode !== null || waited > START_MS) throw new Error(`tacit did not start:\n${log}`);
    await delay(50);
  }
  const lines = () => log.split('\n').filter(line => line.startsWith('{'));
  const ready = lines().find(line => line.includes('"msg":"ready"'))!;
  const { listeners } = JSON.parse(ready) as {
    listeners: readonly { component: string; protocol: string; address: string }[];
  };
  const portOf = (component: string, protocol: string) =>
    Number(
      listeners
        .find(one => one.component === component && one.protocol === protocol)!
        .address.split(':')
        .at(-1),
    );
  return {
    pid: child.pid!,
    grpc: portOf('otlp', 'grpc'),
    http: portOf('otlp', 'http'),
    api: portOf('http_api', 'http'),
    warnings: () => lines().filter(line => !line.includes('"level":"info"')),
    stop: async () => {
      const ended = new Promise(resolve => child.once('exit', resolve));
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function waitUntilQuick(port: number): Promise<number> {
  const startMs = performance.now();
  for (;;) {
    const sentMs = performance.now();
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, { method: 'POST', headers, body: '{}' });
    await answer.arrayBuffer();
    const now = performance.now();
    if ((answer.ok && now - sentMs < QUICK_MS) || now - startMs > 60_000) return now - startMs;
    await delay(QUICK_MS);
  }
}

function readResidentMib(pid: number): number {
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024);
}
