/** A change log as it stands, for a report about it. Only reads, also what nobody asks for any more. */
import type { Disk } from '../disk.ts';
import { CHANGES } from './change-files.ts';
import { firstOf, lookAtSegment, type SegmentLook } from './segment.ts';

export interface CheckedChanges {
  readonly file: string;
  /** Numbers of its changes; `last` is below `first` when it has none. */
  readonly first: number;
  readonly last: number;
  /** Time of the first, ms; 0 when it has none. */
  readonly firstMs: number;
  readonly bytes: number;
  /** Where the last whole one ends. */
  readonly end: number;
  /** Empty when it is as it was written. */
  readonly problem: string;
}

export interface ChangesCheck {
  readonly segments: readonly CheckedChanges[];
  /** Bytes at the end that were not written whole: nobody has heard of them, and the next start cuts them off. */
  readonly torn: number;
  /** Number of the first change from which on all can be read; of the next one when there is none. */
  readonly oldest: number;
  /** Of the newest; 0 when there was never any. */
  readonly newest: number;
}

/** @param published the newest that is known to have been stored; 0 when nothing is known. */
export function checkChanges(disk: Disk, published: number): ChangesCheck {
  const names = disk.list(CHANGES).filter(name => firstOf(name) >= 0);
  const segments: CheckedChanges[] = [];
  let torn = 0;
  let oldest = 1;
  for (const [i, name] of names.entries()) {
    const next = names[i + 1];
    const segment = checkSegment(disk, name, next === undefined ? undefined : firstOf(next), published);
    segments.push(segment.checked);
    torn = segment.torn;
    if (i === 0) oldest = segment.checked.first;
    if (segment.checked.problem !== '' && next !== undefined) oldest = firstOf(next);
  }
  return { segments, torn, oldest, newest: segments.at(-1)?.last ?? 0 };
}

interface Checked {
  readonly checked: CheckedChanges;
  readonly torn: number;
}

/** @param next where the next segment begins; undefined for the last one, which may have been written to. */
function checkSegment(disk: Disk, name: string, next: number | undefined, published: number): Checked {
  const file = `${CHANGES}/${name}`;
  const first = firstOf(name);
  let look: SegmentLook;
  try {
    look = lookAtSegment(disk, file, first);
  } catch (error) {
    const bytes = Math.max(0, disk.size(file));
    return {
      checked: { file, first, last: first - 1, firstMs: 0, bytes, end: 0, problem: (error as Error).message },
      torn: 0,
    };
  }
  const { records, end, bytes, firstMs, rest, behind } = look;
  const last = first + records - 1;
  const lost = next === undefined ? Math.max(behind, published) : next - 1;
  const checked = { file, first, last, firstMs, bytes, end, problem: '' };
  if (lost <= last) return { checked, torn: rest };
  const what = `changes ${last + 1} to ${lost}`;
  const problem = rest > 0 ? `damaged at byte ${end}: ${what} cannot be read` : `${what} are missing behind it`;
  return { checked: { ...checked, problem }, torn: 0 };
}
