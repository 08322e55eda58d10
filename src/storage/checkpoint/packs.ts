/** Packs on the disk: those that no checkpoint needs are removed. */
import type { Disk } from '../disk.ts';
import { CHECKPOINTS, packPath } from './checkpoint.ts';

/** Returns the bytes of those that stay. */
export function removeUnneeded(disk: Disk, needed: ReadonlySet<string>): number {
  const paths = new Set([...needed].map(packPath));
  let bytes = 0;
  for (const name of disk.list(CHECKPOINTS)) {
    const path = `${CHECKPOINTS}/${name}`;
    if (paths.has(path)) bytes += disk.size(path);
    else disk.remove(path);
  }
  return bytes;
}

/** Puts all packs out of the way, into a directory of this name, but those that are needed. */
export function setPacksAside(disk: Disk, directory: string, needed: ReadonlySet<string>): void {
  const paths = new Set([...needed].map(packPath));
  const names = disk.list(CHECKPOINTS).filter(name => !paths.has(`${CHECKPOINTS}/${name}`));
  if (names.length > 0) disk.makeDirectory(directory);
  for (const name of names) disk.rename(`${CHECKPOINTS}/${name}`, `${directory}/${name}`);
}
