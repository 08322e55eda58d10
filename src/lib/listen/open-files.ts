/** How many files and connections the system lets this process have open, and what of that listeners may take. */
import { readFileSync } from 'node:fs';

/** Files, pipes, the listeners themselves and connections to others need some, too. */
const SHARE = 0.8;

/** The limit of open files (`ulimit -n`); infinite where the system has none or does not tell. */
export function openFileLimit(read: () => string = () => readFileSync('/proc/self/limits', 'utf8')): number {
  try {
    const soft = /^Max open files\s+(\S+)/m.exec(read())?.[1];
    return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** What each of several listeners gets of the connections it wants, all in the same proportion when it is too many. */
export function shareConnections(wanted: readonly number[], limit: number): readonly number[] {
  const sum = wanted.reduce((total, one) => total + one, 0);
  const most = Math.floor(limit * SHARE);
  return sum <= most ? wanted : wanted.map(one => Math.max(1, Math.floor((one * most) / sum)));
}
