/** Starts the load as a process of its own and reads its report. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RunError } from './errors.ts';
import type { LoadReport } from './load.ts';
import { type LoadOptions, toArguments } from './options.ts';
import { LOAD_CORE, pinned } from './pinning.ts';

const PROGRAM = fileURLToPath(new URL('load.ts', import.meta.url));

export function startLoad(options: LoadOptions, port: number): Promise<LoadReport> {
  const command = [process.execPath, PROGRAM, `--port=${port}`, ...toArguments(options)];
  const [program, ...args] = pinned(LOAD_CORE, command);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', chunk => {
    output += String(chunk);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => {
      if (code === 0) resolve(JSON.parse(output) as LoadReport);
      else reject(new RunError(`the load ended with exit code ${code}`));
    });
  });
}
