/** Segments of the journal that a checkpoint makes superfluous. */
import type { Disk } from '../disk.ts';
import { firstFrameOf } from '../journal/format.ts';
import { JOURNAL } from '../storage.ts';

/** Paths of the segments, in order, and whether all their frames are up to this one. The last is never superfluous. */
export function segmentsOf(
  disk: Disk,
  frame: number,
): readonly { readonly path: string; readonly isSuperfluous: boolean }[] {
  const names = disk.list(JOURNAL).filter(name => firstFrameOf(name) >= 0);
  return names.map((name, i) => ({
    path: `${JOURNAL}/${name}`,
    isSuperfluous: i + 1 < names.length && firstFrameOf(names[i + 1]!) <= frame + 1,
  }));
}
