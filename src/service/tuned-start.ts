/**
 * Large tables in large pages. The correlator reads tables of hundreds of megabytes at random; with pages of 4 kB most
 * of the time goes into finding the pages. glibc asks the kernel for 2 MB pages when told so in the environment, which
 * it reads only when a program starts: so the program starts itself again in its own place (same process id, same
 * arguments) with the variable set. Without glibc, Linux or `process.execve` nothing happens.
 */
const VARIABLE = 'GLIBC_TUNABLES';
const TUNABLE = 'glibc.malloc.hugetlb=1';

export function restartWithHugePages(): void {
  const { execve, execPath, execArgv, argv, env, platform } = process;
  if (platform !== 'linux' || execve === undefined || env[VARIABLE] !== undefined) return;
  try {
    execve.call(process, execPath, [execPath, ...execArgv, ...argv.slice(1)], {
      ...definedOf(env),
      [VARIABLE]: TUNABLE,
    });
  } catch {
    // It runs as well in small pages.
  }
}

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
