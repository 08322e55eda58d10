/** A journal as it stands, for a report about it. Only reads, also what a recovery would not need. */
import type { Disk } from '../disk.ts';
import { firstFrameOf } from './format.ts';
import { type Damage, type Findings, judge, type SegmentReport, surveyJournal } from './survey.ts';

export interface JournalCheck {
  readonly segments: readonly SegmentReport[];
  /** Certain frames that cannot be read, wherever they are. */
  readonly damage: readonly Damage[];
  /** What the next start cuts off, since it was never acknowledged. */
  readonly cut: Findings['cut'];
  /** Number of the last frame. */
  readonly last: number;
}

/** @param durable frames up to here are known to have been on the disk; 0 when nothing is known. */
export function* checkJournal(disk: Disk, directory: string, durable: number): Generator<void, JournalCheck> {
  const first = disk
    .list(directory)
    .map(firstFrameOf)
    .find(frame => frame >= 0);
  const after = first === undefined ? durable : first - 1;
  const survey = yield* surveyJournal(disk, directory, after, durable);
  const { damage, cut, last } = judge(survey, after);
  return { segments: survey.segments, damage, cut, last };
}

/** The same at once. */
export function checkWholeJournal(disk: Disk, directory: string, durable: number): JournalCheck {
  const steps = checkJournal(disk, directory, durable);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Frames that a start from this one on needs, and does not find. */
export function lostFrames({ segments, damage }: JournalCheck, after: number): readonly Damage[] {
  const [first] = segments;
  const lost = damage.filter(({ last }) => last > after);
  if (first === undefined || first.first <= after + 1) return lost;
  return [{ file: first.file, at: 0, bytes: 0, first: after + 1, last: first.first - 1 }, ...lost];
}
