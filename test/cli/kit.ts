/** Runs the command line in this process, with its streams caught, or as a process of its own. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { PassThrough, type Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Application } from '../../src/cli/application.ts';
import { createCommands } from '../../src/cli/commands.ts';
import { runProgram } from '../../src/cli/program.ts';
import { analyze } from '../../src/service/analyze/analyze.ts';
import * as application from '../../src/service/application.ts';
import { replay } from '../../src/service/replay/replay.ts';
import { storageCommands } from '../../src/service/storage/tools.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const texts = { stdout: '', stderr: '' };
  const catchInto = (name: 'stdout' | 'stderr') => {
    const stream = new PassThrough();
    stream.on('data', chunk => {
      texts[name] += String(chunk);
    });
    return stream;
  };
  const io = { stdin: new PassThrough(), stdout: catchInto('stdout'), stderr: catchInto('stderr'), env };
  const real: Application = {
    version: '1.2.3',
    serve: application.serve,
    validate: application.validate,
    analyze,
    replay,
    storage: async () => storageCommands,
  };
  const code = await runProgram(args, io, { version: '1.2.3', commands: createCommands(real) });
  await new Promise(setImmediate);
  return { code, ...texts };
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface RunningProcess {
  readonly pid: number;
  output(): string;
  /** Resolves when `pattern` stands in stdout or stderr. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** Closes this end of its standard error. */
  deafen(): void;
  readonly ended: Promise<Outcome>;
}

export function spawnTacit(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watchProcess(child);
}

export function watchProcess(child: ChildProcessByStdio<null, Readable, Readable>): RunningProcess {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', chunk => {
    stdout += String(chunk);
  });
  child.stderr.on('data', chunk => {
    stderr += String(chunk);
  });
  const ended = new Promise<Outcome>(resolve => {
    child.once('close', code => resolve({ code: code ?? -1, stdout, stderr }));
  });
  const output = () => stdout + stderr;
  return {
    pid: child.pid!,
    output,
    signal: name => void child.kill(name),
    deafen: () => void child.stderr.destroy(),
    ended,
    async until(pattern) {
      for (let waited = 0; waited < 20_000; waited += 20) {
        const found = pattern.exec(output());
        if (found !== null) return found;
        if (child.exitCode !== null) break;
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      child.kill('SIGKILL');
      throw new Error(`${pattern} did not come; the process said:\n${output()}`);
    },
  };
}
