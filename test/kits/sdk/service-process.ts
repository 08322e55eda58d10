/** A real `tacit serve` on free ports with its data in a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

export interface RunningService {
  /** host:port of the OTLP receiver and of the API. */
  readonly grpc: string;
  readonly http: string;
  readonly api: string;
  readonly pid: number;
  /** Asks it to stop and gives its exit code. */
  stop(): Promise<number | null>;
}

interface Listener {
  readonly component: string;
  readonly protocol: string;
  readonly address: string;
}

/** @param sets further `key=value` settings. Throws with the log when the service does not come up. */
export function startServiceProcess(...sets: readonly string[]): Promise<RunningService> {
  return startWith([process.execPath], sets);
}

/** With so few open files allowed (`ulimit -n`). */
export function startWithOpenFiles(most: number, ...sets: readonly string[]): Promise<RunningService> {
  return startWith(['sh', '-c', `ulimit -n ${most}; exec "$0" "$@"`, process.execPath], sets);
}

async function startWith([program, ...before]: readonly string[], sets: readonly string[]): Promise<RunningService> {
  const data = await mkdtemp(join(tmpdir(), 'tacit-clients-'));
  const settings = [
    'service.telemetry.logs.encoding=json',
    'receivers.otlp.protocols.grpc.endpoint=127.0.0.1:0',
    'receivers.otlp.protocols.http.endpoint=127.0.0.1:0',
    'extensions.http_api.endpoint=127.0.0.1:0',
    `extensions.storage.path=${data}`,
    ...sets,
  ];
  const args = [MAIN, 'serve', ...settings.flatMap(set => ['--set', set])];
  const child = spawn(program!, [...before, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = async (): Promise<number | null> => {
    const code = await stopChild(child);
    await rm(data, { recursive: true, force: true });
    return code;
  };
  try {
    const listeners = await readListeners(child);
    const addressOf = (component: string, protocol: string): string =>
      listeners.find(l => l.component.startsWith(component) && l.protocol === protocol)?.address ?? '';
    return {
      grpc: addressOf('otlp', 'grpc'),
      http: addressOf('otlp', 'http'),
      api: addressOf('http_api', 'http'),
      pid: child.pid!,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for the log line that names every bound address. */
async function readListeners(child: ChildProcess): Promise<readonly Listener[]> {
  const log: string[] = [];
  for await (const line of createInterface({ input: child.stderr! })) {
    log.push(line);
    if (!line.startsWith('{')) continue;
    const { listeners } = JSON.parse(line) as { listeners?: Listener[] };
    if (listeners !== undefined) {
      child.stderr!.resume();
      return listeners;
    }
  }
  throw new Error(`the service ended before it was ready:\n${log.join('\n')}`);
}

async function stopChild(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  return child.exitCode;
}
