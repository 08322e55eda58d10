/** The files that a configuration names, as they are just now. */
import type { Stats } from 'node:fs';
import { glob, readdir, stat } from 'node:fs/promises';
import { dirname, join, matchesGlob, resolve } from 'node:path';
import { placeOf } from './position.ts';

export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  readonly place: string;
  readonly size: number;
}

/** Entries of a folder that are looked at for a file that was renamed. */
const MAX_SIBLINGS = 10_000;
/** What tells a pattern from a path. */
const PATTERN = /[*?[{(!]/;

/** In the order of their paths. */
export async function findFiles(include: readonly string[], exclude: readonly string[]): Promise<readonly FoundFile[]> {
  const without = exclude.map(pattern => resolve(pattern));
  const paths = new Set<string>();
  for (const pattern of include) {
    if (!PATTERN.test(pattern)) paths.add(resolve(pattern));
    else for await (const path of glob(resolve(pattern))) paths.add(path);
  }
  const kept = [...paths].filter(path => !without.some(pattern => matchesGlob(path, pattern)));
  const found = await Promise.all(kept.sort().map(look));
  return found.filter(one => one !== undefined);
}

/** Whether a file of this path would be found. */
export function isAskedFor(path: string, include: readonly string[], exclude: readonly string[]): boolean {
  const fits = (pattern: string) => matchesGlob(path, resolve(pattern)) || path === resolve(pattern);
  return include.some(fits) && !exclude.some(pattern => matchesGlob(path, resolve(pattern)));
}

/** Undefined: there is no file of this name. */
export async function look(path: string): Promise<FoundFile | undefined> {
  const found = await statOf(path);
  return found?.isFile() === true ? { path, place: placeOf(found), size: found.size } : undefined;
}

/** Files beside this path, under whatever name. */
export async function siblingsOf(path: string): Promise<readonly FoundFile[]> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.slice(0, MAX_SIBLINGS).map(name => look(join(folder, name))));
  return found.filter(one => one !== undefined && one.path !== path) as FoundFile[];
}

/** Folders in which files of these patterns come and go, as far as the patterns name them. */
export function foldersOf(include: readonly string[]): readonly string[] {
  return [...new Set(include.map(pattern => fixedFolder(resolve(pattern))))];
}

function fixedFolder(pattern: string): string {
  let folder = dirname(pattern);
  while (PATTERN.test(folder)) folder = dirname(folder);
  return folder;
}

function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}
