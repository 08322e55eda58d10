/** Segments of the journal: those that a checkpoint makes superfluous, and those that are needed. */
import type { Disk } from '../disk.ts';
import { firstFrameOf, segmentsBefore } from '../journal/format.ts';
import { JOURNAL } from '../storage.ts';

/** Paths of the segments, in order, by whether all their frames are up to this one. */
export function segmentsOf(
  disk: Disk,
  frame: number,
): { readonly needed: readonly string[]; readonly superfluous: readonly string[] } {
  const names = disk.list(JOURNAL).filter(name => firstFrameOf(name) >= 0);
  const superfluous = segmentsBefore(names, frame + 1);
  const needed = names.slice(superfluous.length);
  const paths = (of: readonly string[]) => of.map(name => `${JOURNAL}/${name}`);
  return { needed: paths(needed), superfluous: paths(superfluous) };
}
