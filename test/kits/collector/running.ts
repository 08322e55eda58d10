/** A Collector as a process of its own, from the files it is given; in continuous integration it has to be there. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { buildCollector, findGo } from './build.ts';

const READY = 'Everything is ready';
const START_MS = 20_000;

/** Why tests with a Collector cannot run here; undefined when they can. Said on the console, once a file. */
export function missingForCollector(): string | undefined {
  if (findGo() !== undefined || process.env.CI !== undefined) return undefined;
  const missing = 'SKIPPED: the Collector is built with Go, and this machine has no `go` in its PATH';
  console.warn(missing);
  return missing;
}

export interface RunningCollector {
  readonly pid: number;
  /** What it logged. */
  output(): string;
  /** Waits until what its queues hold is sent. */
  stop(): Promise<void>;
  kill(): void;
}

/** `configs` are merged in order: files, or `yaml:…` as the Collector reads it. */
export async function startCollector(
  configs: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningCollector> {
  const program = await buildCollector(console.warn);
  const args = configs.map(config => `--config=${config}`);
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += String(chunk);
    });
  }
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()));
  for (let waited = 0; !output.includes(READY); waited += 50) {
    if (child.exitCode !== null || waited > START_MS) {
      child.kill('SIGKILL');
      throw new Error(`the Collector did not start:\n${output}`);
    }
    await delay(50);
  }
  return {
    pid: child.pid!,
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** The Collector cannot be asked which port it was given, so it gets free ones. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map(server => new Promise(resolve => server.once('listening', resolve))));
  const ports = servers.map(server => (server.address() as { readonly port: number }).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}

export function residentMib(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Math.round(Number(kib) / 1024);
}
