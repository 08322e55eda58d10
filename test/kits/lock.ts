/** One process makes what several need and keep; the others wait for it. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const LOCK_POLL_MS = 500;

/** The right to make `product`, given back by calling it; undefined when it is there, or somebody else has made it meanwhile. */
export async function lock(path: string, product: string): Promise<(() => void) | undefined> {
  for (;;) {
    if (existsSync(product)) return undefined;
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch {
      // What a build left that was ended before it was done is in nobody's way.
      if (!isAlive(readOwner(path))) rmSync(path, { force: true });
      else await delay(LOCK_POLL_MS);
    }
  }
}

/** 0: just now gone, or not yet written. */
function readOwner(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid === 0 || process.kill(pid, 0);
  } catch {
    return false;
  }
}
