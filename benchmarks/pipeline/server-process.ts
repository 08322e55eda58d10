/** A server under test: started on a core of its own, watched, measured, stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RunError } from './errors.ts';
import { pinned, SERVER_CORE } from './pinning.ts';
import { readUsage, type Usage } from './process-usage.ts';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 30_000;
const KEPT_OUTPUT = 4_000;

export class ServerProcess {
  private readonly child: ChildProcess;
  private readonly command: string;
  private output = '';

  /** Runs a shell command line. */
  constructor(command: string) {
    this.command = command;
    const [program, ...args] = pinned(SERVER_CORE, ['sh', '-c', `exec ${command}`]);
    this.child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', chunk => {
        this.output = (this.output + String(chunk)).slice(-KEPT_OUTPUT);
      });
    }
  }

  /** Resolves when the server takes connections on these ports of this machine. */
  async listening(ports: readonly number[]): Promise<void> {
    const until = Date.now() + START_TIMEOUT_MS;
    for (const port of ports) {
      while (!(await accepts(port))) {
        if (this.ended())
          throw new RunError(`the server ended before it listened on ${port}: ${this.command}\n${this.output}`);
        if (Date.now() > until)
          throw new RunError(`nothing listens on port ${port} after 30 s: ${this.command}\n${this.output}`);
        await delay(50);
      }
    }
  }

  usage(): Usage {
    if (this.ended()) throw new RunError(`the server ended during the run: ${this.command}\n${this.output}`);
    return readUsage(this.child.pid!);
  }

  async stop(): Promise<void> {
    if (this.ended()) return;
    const ended = new Promise<void>(resolve => this.child.once('exit', () => resolve()));
    this.child.kill('SIGTERM');
    const killer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(killer);
  }

  private ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
