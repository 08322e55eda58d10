/** Directories that are missing → directories that are there. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A directory and those above it, as far as they are missing. Node's own `recursive` does not return where the system
 * says ENOENT of a directory whose parent is there, as file systems do that are not for files (procfs, autofs).
 * @param mode of each that is made.
 */
export function makeDirectories(path: string, mode?: number): void {
  try {
    mkdirSync(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || isThere(parent)) throw error;
    makeDirectories(parent, mode);
    makeDirectories(path, mode);
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
