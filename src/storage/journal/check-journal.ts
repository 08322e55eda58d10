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
