/** Where programs run: the server alone on one core, the load on another, when the machine allows it. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Part of util-linux. */
const TASKSET = 'taskset';

export const canPin = (): boolean => availableParallelism() >= 2 && spawnSync(TASKSET, ['--version']).status === 0;

/** The command that runs `command` on `core`. */
export const pinned = (core: number, command: readonly string[]): readonly [string, ...string[]] =>
  canPin() ? [TASKSET, '-c', String(core), ...command] : [command[0]!, ...command.slice(1)];
