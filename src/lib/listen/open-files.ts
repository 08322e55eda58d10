/** How many files and connections the system lets this process have open, and what of that listeners may take. */
import { readFileSync } from 'node:fs';

/** Of a receiver, and of the API. Files, pipes, the listeners themselves and connections to others need some, too. */
const SHARE = 0.8;
const API_SHARE = 0.1;

/** The limit of open files (`ulimit -n`); infinite where the system has none or does not tell. */
export function readOpenFileLimit(read: () => string): number {
  try {
    const soft = /^Max open files\s+(\S+)/m.exec(read())?.[1];
    return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

let limit: number | undefined;

/** Of this process. It is read once: when all files are open, it cannot be. */
export function openFileLimit(): number {
  limit ??= readOpenFileLimit(() => readFileSync('/proc/self/limits', 'utf8'));
  return limit;
}

/** What the API gets of the connections it wants: those of its clients must not take the place of senders. */
export function shareOfApi(wanted: number, limit: number): number {
  return Math.max(1, Math.min(wanted, Math.floor(limit * API_SHARE)));
}

/** What each of several listeners gets of the connections it wants, all in the same proportion when it is too many. */
export function shareConnections(wanted: readonly number[], limit: number): readonly number[] {
  const sum = wanted.reduce((total, one) => total + one, 0);
  const most = Math.floor(limit * SHARE);
  return sum <= most ? wanted : wanted.map(one => Math.max(1, Math.floor((one * most) / sum)));
}
