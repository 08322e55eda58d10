/** Small recorded inputs for `analyze`, and the command run in this process or as a process of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { callOf } from './analyze-calls.ts';
import { type Outcome, run } from './kit.ts';

export const folder = mkdtempSync(join(tmpdir(), 'tacit-analyze-'));

/** Writes a file and gives its path. */
export function input(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

export const lineOf = (n: number): string => JSON.stringify(callOf(n));
export const linesOf = (...numbers: readonly number[]): string => numbers.map(n => `${lineOf(n)}\n`).join('');

export interface Analyzed extends Outcome {
  readonly graph: GraphDocument;
  /** Calls from `web` to `shop`; 0 without the edge. */
  readonly calls: number;
}

/** In this process. Throws when stdout is no graph. */
export async function analyze(...args: readonly string[]): Promise<Analyzed> {
  return withGraph(await run(['analyze', ...args]));
}

export function withGraph(outcome: Outcome): Analyzed {
  if (!outcome.stdout.startsWith('{')) throw new Error(`no graph; stderr: ${outcome.stderr}`);
  const graph = JSON.parse(outcome.stdout) as GraphDocument;
  const edge = graph.edges.find(({ id }) => id === 'service:web#calls#service:shop');
  return { ...outcome, graph, calls: edge?.count ?? 0 };
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** As a process, with this on its standard input. */
export function analyzeProcess(args: readonly string[], stdin: string | Uint8Array = ''): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, 'analyze', ...args], { stdio: 'pipe' });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', chunk => {
      texts[name] += String(chunk);
    });
  }
  // A process that ends without reading is no failure of the writer.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  return new Promise(resolve => {
    child.once('close', code => resolve({ code: code ?? -1, ...texts }));
  });
}
