/** Packs on the disk: those that no checkpoint needs are removed, or written over. */
import { SLABS } from '../../contract/slab-store.ts';
import type { Disk, NewFile } from '../disk.ts';
import { CHECKPOINTS, familyOfPack, packPath } from './checkpoint.ts';

/** Smaller ones are not worth it. */
const LEAST_BYTES = 1 << 20;

/** Unneeded packs that the next checkpoint writes over, the largest of each family of which it writes any. */
export class SparePacks {
  private readonly disk: Disk;
  private readonly leastBytes: number;
  private readonly paths = new Map<string, string>();

  constructor(disk: Disk, leastBytes = LEAST_BYTES) {
    this.disk = disk;
    this.leastBytes = leastBytes;
  }

  /** Instead of those before. @param paths of packs that are not needed. Returns the bytes of what stays; the rest is removed. */
  keep(paths: readonly string[]): number {
    const { disk } = this;
    const files = paths.map(path => ({ path, bytes: disk.size(path), family: familyOfPack(path) }));
    this.paths.clear();
    let kept = 0;
    for (const { path, bytes, family } of files.sort((a, b) => b.bytes - a.bytes)) {
      if (bytes < this.leastBytes || family === SLABS || this.paths.has(family)) disk.remove(path);
      else {
        this.paths.set(family, path);
        kept += bytes;
      }
    }
    return kept;
  }

  /** Undefined where there is none. */
  reuse(family: string, path: string): NewFile | undefined {
    const spare = this.paths.get(family);
    this.paths.delete(family);
    return spare === undefined ? undefined : this.disk.reuse(spare, path);
  }

  /** Makes room. What cannot be removed now is when it is next looked for what is not needed. */
  remove(): void {
    try {
      for (const path of this.paths.values()) this.disk.remove(path);
    } catch {}
    this.paths.clear();
  }
}

/** Returns the bytes of those that stay. @param spares keeps some that are not needed. */
export function removeUnneeded(disk: Disk, needed: ReadonlySet<string>, spares?: SparePacks): number {
  const paths = new Set([...needed].map(packPath));
  const unneeded: string[] = [];
  let bytes = 0;
  for (const name of disk.list(CHECKPOINTS)) {
    const path = `${CHECKPOINTS}/${name}`;
    if (paths.has(path)) bytes += disk.size(path);
    else unneeded.push(path);
  }
  if (spares !== undefined) return bytes + spares.keep(unneeded);
  for (const path of unneeded) disk.remove(path);
  return bytes;
}

/** Puts all packs out of the way, into a directory of this name, but those that are needed. */
export function setPacksAside(disk: Disk, directory: string, needed: ReadonlySet<string>): void {
  const paths = new Set([...needed].map(packPath));
  const names = disk.list(CHECKPOINTS).filter(name => !paths.has(`${CHECKPOINTS}/${name}`));
  if (names.length > 0) disk.makeDirectory(directory);
  for (const name of names) disk.rename(`${CHECKPOINTS}/${name}`, `${directory}/${name}`);
}
