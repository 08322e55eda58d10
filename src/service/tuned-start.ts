/**
 * What can be set only when the process starts. `serve` starts itself again in its own place (same process id, same
 * arguments) with it; without Linux or `process.execve` it runs untuned. What the user has set himself stays.
 *
 * Large tables in large pages: the correlator reads tables of hundreds of megabytes at random, and with pages of 4 kB
 * most of the time goes into finding the pages. glibc asks the kernel for pages of 2 MB when its environment says so.
 *
 * A small young generation: what requests leave behind dies young, and over gRPC most of it lies outside of V8's heap.
 * Collected often it is freed before it makes V8 mark the whole heap.
 *
 * The way of a span is many small functions: V8 may join more of them than usual, and waits a little longer before it
 * compiles them, when it has seen more of what they meet and need not do so again.
 */
const TUNABLES = 'GLIBC_TUNABLES';
const HUGE_PAGES = 'glibc.malloc.hugetlb=1';
const OPTIONS = [
  ['--max-semi-space-size', 4],
  ['--max-inlined-bytecode-size-cumulative', 2000],
  ['--invocation-count-for-turbofan', 10_000],
] as const;

/** Options of Node and environment of a process. */
export interface Start {
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export function restartTuned(): void {
  const { execve, execPath, argv, platform } = process;
  const start = tuneStart(process);
  if (platform !== 'linux' || execve === undefined || start === undefined) return;
  try {
    execve.call(process, execPath, [execPath, ...start.execArgv, ...argv.slice(1)], definedOf(start.env));
  } catch {
    // It runs as well without.
  }
}

/** Undefined when nothing is to be added. */
export function tuneStart({ execArgv, env }: Start): Start | undefined {
  const given = [...execArgv, env.NODE_OPTIONS ?? ''].map(withDashes);
  const missing = OPTIONS.filter(([name]) => !given.some(options => options.includes(name)));
  const hasTunables = env[TUNABLES] !== undefined;
  if (hasTunables && missing.length === 0) return undefined;
  return {
    execArgv: [...execArgv, ...missing.map(([name, value]) => `${name}=${value}`)],
    env: hasTunables ? env : { ...env, [TUNABLES]: HUGE_PAGES },
  };
}

/** V8 takes its options with dashes or underscores. */
function withDashes(options: string): string {
  return options.replaceAll('_', '-');
}

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
