/**
 * A server as a process of its own with its data in a folder: started, ended with or without a goodbye, started again
 * on the same data. It never outlives the process that tests.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;
const STOP_MS = 30_000;
/** Part of util-linux: the kernel ends the server when the process that tests is gone, however it ended. */
const SETPRIV = 'setpriv';

export interface Server {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The user it runs as; left out: the one of the test. */
  readonly user?: string | undefined;
  /** How it is told to end. */
  readonly stopSignal: NodeJS.Signals;
  readonly startMs: number;
  /** Asked until it says that the server can be used. */
  isReady(output: string): boolean | Promise<boolean>;
  /** Asked after its end until nothing of it is left: processes of its own may end later. */
  isGone?(): Promise<boolean>;
}

/** What every service of the tests can do. */
export interface Service {
  /** Again, on the same port and data. */
  start(): Promise<void>;
  /** Ends it as its operator would; what it holds stays. */
  halt(): Promise<void>;
  kill(): Promise<void>;
  /** Ends it, and its data is gone. */
  stop(): Promise<void>;
  /** What it wrote since it was last started. */
  output(): string;
}

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Goes with the service that is stopped, or with the process that tests. */
export function serviceFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `tacit-${name}-`));
  folders.push(folder);
  return folder;
}

/** Started when the promise resolves. */
export async function startService(server: Server, folder: string): Promise<Service> {
  let running: Running | undefined;
  const end = async (signal: NodeJS.Signals) => {
    const ended = running;
    running = undefined;
    if (ended === undefined) return;
    await endProcess(ended.child, signal);
    while (server.isGone !== undefined && !(await server.isGone())) await delay(POLL_MS);
  };
  const service: Service = {
    async start() {
      running = runServer(server);
      await becomeReady(server, running).catch(async error => {
        await end('SIGKILL');
        throw error;
      });
    },
    halt: () => end(server.stopSignal),
    kill: () => end('SIGKILL'),
    async stop() {
      await end(server.stopSignal);
      rmSync(folder, { recursive: true, force: true });
    },
    output: () => running?.output() ?? '',
  };
  await service.start();
  return service;
}

interface Running {
  readonly child: ChildProcess;
  output(): string;
}

function runServer({ command, args, user }: Server): Running {
  const as = user === undefined ? [] : [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
  const words = hasSetpriv() ? [SETPRIV, ...as, '--pdeathsig', 'KILL', command, ...args] : [command, ...args];
  const child = spawn(words[0]!, words.slice(1), { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', chunk => {
      output += String(chunk);
    });
  }
  child.on('error', error => {
    output += error.message;
  });
  return { child, output: () => output };
}

let setpriv: boolean | undefined;
function hasSetpriv(): boolean {
  setpriv ??= spawnSync(SETPRIV, ['--version']).status === 0;
  return setpriv;
}

async function becomeReady({ name, startMs, isReady }: Server, { child, output }: Running): Promise<void> {
  const endMs = performance.now() + startMs;
  while (!(await isReady(output()))) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > endMs) {
      throw new Error(`${name} did not start:\n${output().slice(-4000)}`);
    }
    await delay(POLL_MS);
  }
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(late);
}

export function isListening(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
