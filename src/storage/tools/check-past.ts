/**
 * What tells of earlier (the history, the change log) → whether it is as it was written, and belongs to the checkpoint and
 * the journal beside it.
 */
import type { CheckedPart } from '../../contract/storage-check.ts';
import { PUBLISHED } from '../changes/change-files.ts';
import { type CheckedChanges, checkChanges } from '../changes/check-changes.ts';
import { ImageInput } from '../checkpoint/image-input.ts';
import type { ListedCheckpoint } from '../checkpoint/manifest.ts';
import type { Disk } from '../disk.ts';
import { checkHistory } from '../history/check-history.ts';
import { HISTORY } from '../history/source.ts';

export interface PastCheck {
  readonly parts: readonly CheckedPart[];
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  /** What the next start makes of the problems. */
  readonly outcomes: readonly string[];
}

/** What it stands beside. */
export interface PastPlace {
  readonly path: string;
  readonly disk: Disk;
  /** The one that a start begins with. */
  readonly checkpoint: ListedCheckpoint | undefined;
  /** Number of the last frame that there is. */
  readonly lastFrame: number;
}

const ANEW = 'the history begins anew';
const NOTHING: PastCheck = { parts: [], problems: [], notes: [], outcomes: [] };

export function checkPast(place: PastPlace): PastCheck {
  const published = publishedIn(place);
  const checks = [checkHistoryIn(place, published !== undefined), checkChangesIn(place.disk, published ?? 0)];
  return {
    parts: checks.flatMap(({ parts }) => parts),
    problems: checks.flatMap(({ problems }) => problems),
    notes: checks.flatMap(({ notes }) => notes),
    outcomes: checks.flatMap(({ outcomes }) => outcomes),
  };
}

/** Undefined where no checkpoint says so: of before there were changes, and a history. */
function publishedIn({ disk, checkpoint }: PastPlace): number | undefined {
  if (checkpoint === undefined) return undefined;
  const image = new ImageInput(disk, checkpoint.sections);
  try {
    return image.size(PUBLISHED) < 0 ? undefined : (image.value(PUBLISHED) as number);
  } finally {
    image.close();
  }
}

/** @param isExpected the checkpoint was taken with one. */
function checkHistoryIn({ path, disk, checkpoint, lastFrame }: PastPlace, isExpected: boolean): PastCheck {
  const from = checkpoint?.frame ?? 0;
  const checked = checkHistory(path);
  if (checked === undefined) {
    if (isExpected) return { ...NOTHING, problems: [`${HISTORY} is missing`], outcomes: [ANEW] };
    return from === 0 ? NOTHING : { ...NOTHING, notes: [`there is no ${HISTORY}: with the next start ${ANEW}`] };
  }
  const { through, beginMs, problem } = checked;
  const since = beginMs === 0 ? '' : `, since ${new Date(beginMs).toISOString()}`;
  const frames = through === 0 ? null : { first: 1, last: through };
  const part = { what: `${HISTORY}${since}`, frames, bytes: Math.max(0, disk.size(HISTORY)), problem };
  if (problem !== '') {
    const outcome = `where ${HISTORY} cannot be opened, or holds nothing, ${ANEW} (on_corruption: skip) or the start is refused; else what asks for the damaged rows fails`;
    return { ...NOTHING, parts: [part], problems: [`${HISTORY} is damaged: ${problem}`], outcomes: [outcome] };
  }
  const last = Math.max(from, lastFrame);
  if (through < from) {
    const problem = `ends at frame ${through}, and the checkpoint begins at ${from}`;
    return {
      ...NOTHING,
      parts: [{ ...part, problem }],
      problems: [`${HISTORY} ${problem}: it is of another time`],
      outcomes: [ANEW],
    };
  }
  if (through > last) {
    const problem = `has frames up to ${through}, and the journal ends at ${last}`;
    const outcome = `the past goes on telling what frames ${last + 1} to ${through} counted`;
    return {
      ...NOTHING,
      parts: [{ ...part, problem }],
      problems: [`${HISTORY} ${problem}`],
      outcomes: [outcome],
    };
  }
  return { ...NOTHING, parts: [part] };
}

function checkChangesIn(disk: Disk, published: number): PastCheck {
  const { segments, torn, oldest, newest } = checkChanges(disk, published);
  const parts = segments.map(changesPart);
  if (segments.length === 0 && published > 0) {
    return { ...NOTHING, problems: [`the changes up to ${published} are missing`], outcomes: ['changes begin anew'] };
  }
  const problems = segments.flatMap(({ file, problem }) => (problem === '' ? [] : [`${file}: ${problem}`]));
  const cut = `${torn} bytes at the end of ${segments.at(-1)?.file} are no whole change, and nobody has heard of it: the next start cuts them off`;
  const isHole = oldest > (segments[0]?.first ?? oldest);
  const outcomes = [
    ...(isHole ? [`changes can be read from ${oldest} on`] : []),
    ...(segments.at(-1)?.problem ? [`changes go on behind ${newest}`] : []),
  ];
  return { parts, problems, notes: torn === 0 ? [] : [cut], outcomes };
}

export function changesPart({ file, first, last, firstMs, bytes, problem }: CheckedChanges): CheckedPart {
  const what = last < first ? file : `${file}, changes ${first}–${last}, since ${new Date(firstMs).toISOString()}`;
  return { what, frames: null, bytes, problem };
}
