/**
 * What can be set only when the process starts. `serve` starts itself again in its own place (same process id, same
 * arguments) with it; without Linux or `process.execve` it runs untuned. What the user has set himself stays.
 *
 * Large tables in large pages: the correlator reads tables of hundreds of megabytes at random, and with pages of 4 kB
 * most of the time goes into finding the pages. glibc asks the kernel for pages of 2 MB when its environment says so.
 *
 * A small young generation: what requests leave behind dies young, and over gRPC most of it lies outside of V8's heap.
 * Collected often it is freed before it makes V8 mark the whole heap. Half of the usual size does that; less saves
 * memory, and costs more collections.
 */
const TUNABLES = 'GLIBC_TUNABLES';
const HUGE_PAGES = 'glibc.malloc.hugetlb=1';
const SEMI_SPACE = '--max-semi-space-size';
const SEMI_SPACE_MIB = 8;

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
  const hasTunables = env[TUNABLES] !== undefined;
  const hasSemiSpace = [...execArgv, env.NODE_OPTIONS ?? ''].some(namesSemiSpace);
  if (hasTunables && hasSemiSpace) return undefined;
  return {
    execArgv: hasSemiSpace ? execArgv : [...execArgv, `${SEMI_SPACE}=${SEMI_SPACE_MIB}`],
    env: hasTunables ? env : { ...env, [TUNABLES]: HUGE_PAGES },
  };
}

/** V8 takes its options with dashes or underscores. */
function namesSemiSpace(options: string): boolean {
  return options.replaceAll('_', '-').includes(SEMI_SPACE);
}

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
