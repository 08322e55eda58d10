/** Packs on the disk: those that no checkpoint needs are removed. */
import type { Disk } from '../disk.ts';
import { CHECKPOINTS } from './checkpoint.ts';

const PACK_END = '.pack';

/** Returns the bytes of those that stay. */
export function removeUnneeded(disk: Disk, needed: ReadonlySet<string>): number {
  let bytes = 0;
  for (const directory of disk.list(CHECKPOINTS)) {
    const path = `${CHECKPOINTS}/${directory}`;
    const files = disk.list(path);
    const stay = files.filter(file => needed.has(`${directory}/${file.slice(0, -PACK_END.length)}`));
    if (stay.length === 0) disk.remove(path);
    else for (const file of files) if (!stay.includes(file)) disk.remove(`${path}/${file}`);
    for (const file of stay) bytes += Math.max(0, disk.size(`${path}/${file}`));
  }
  return bytes;
}
