/**
 * What can be set only when the process starts. `serve` starts itself again in its own place (same process id, same
 * arguments) with it; without Linux or `process.execve` it runs untuned. What the user has set himself stays.
 *
 * Large tables in large pages: the correlator reads tables of hundreds of megabytes at random, and with pages of 4 kB
 * most of the time goes into finding the pages. glibc asks the kernel for pages of 2 MB when its environment says so.
 *
 * Buffers of a megabyte and more go back to the system at once: glibc keeps those of up to 32 MB once it has seen one let
 * go, so that a few inflated bodies would stay for good.
 *
 * A small young generation: what requests leave behind dies young, and over gRPC most of it lies outside of V8's heap.
 * Collected often it is freed before it makes V8 mark the whole heap. That costs 70 ms of CPU, and V8 does it every few
 * seconds under load while the heap is about as large as after the start: it has room from the beginning.
 *
 * The way of a span is many small functions: V8 may join more of them than usual, and waits a little longer before it
 * compiles them, when it has seen more of what they meet and need not do so again.
 */
import { setFlagsFromString } from 'node:v8';

const TUNABLES = 'GLIBC_TUNABLES';
const MEMORY = 'glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1048576';
/** In MiB. Taken only when the process starts. */
const HEAP = ['--max-semi-space-size=4', '--initial-old-space-size=64'];
/** Taken by a running V8, which passes over those it does not know. */
const COMPILER = ['--max-inlined-bytecode-size-cumulative=2000', '--invocation-count-for-turbofan=10000'];

/** Options of Node and environment of a process. */
export interface Start {
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Returns when the process is tuned; else it begins anew. */
export function restartTuned(): void {
  const { execve, execPath, argv, platform } = process;
  for (const option of compilerOptions(process)) setFlagsFromString(option);
  const start = tuneStart(process);
  if (platform !== 'linux' || execve === undefined || start === undefined) return;
  try {
    execve.call(process, execPath, [execPath, ...start.execArgv, ...argv.slice(1)], definedOf(start.env));
  } catch {
    // It runs as well without.
  }
}

/** Undefined when nothing is to be added. */
export function tuneStart(start: Start): Start | undefined {
  const { execArgv, env } = start;
  const hasTunables = env[TUNABLES] !== undefined;
  const heap = notGiven(HEAP, start);
  if (hasTunables && heap.length === 0) return undefined;
  return {
    execArgv: [...execArgv, ...heap],
    env: hasTunables ? env : { ...env, [TUNABLES]: MEMORY },
  };
}

/** Options of V8 that the running process is to take. */
export function compilerOptions(start: Start): string[] {
  return notGiven(COMPILER, start);
}

function notGiven(options: readonly string[], { execArgv, env }: Start): string[] {
  // V8 takes its options with dashes or underscores.
  const given = [...execArgv, env.NODE_OPTIONS ?? ''].map(option => option.replaceAll('_', '-'));
  return options.filter(option => !given.some(one => one.includes(option.slice(0, option.indexOf('=')))));
}

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
