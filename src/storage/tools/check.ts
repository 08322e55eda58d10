/**
 * A data directory → every checkpoint, section and frame of it, checked, and what the next start makes of it. Nothing is
 * changed. Of a directory in use only the part is looked at that nobody writes to: finished segments of journal and changes.
 */
import type { CheckedPart, StorageCheck } from '../../contract/storage-check.ts';
import { checkChanges } from '../changes/check-changes.ts';
import { CHECKPOINTS, packPath } from '../checkpoint/checkpoint.ts';
import type { ListedCheckpoint } from '../checkpoint/manifest.ts';
import { MANIFEST } from '../checkpoint/manifest-file.ts';
import { STORAGE_FORMAT } from '../checkpoint/migrations.ts';
import { DirectoryInUse } from '../checkpoint/refusals.ts';
import type { Disk } from '../disk.ts';
import { FileSystemDisk } from '../file-system-disk.ts';
import { checkWholeJournal, type JournalCheck, lostFrames } from '../journal/check-journal.ts';
import { type Damage, describeDamage } from '../journal/survey.ts';
import { JOURNAL } from '../storage.ts';
import { StorageError } from '../storage-error.ts';
import { changesPart, checkPast } from './check-past.ts';
import { bytesIn, bytesOfHistory, type HeldDirectory, holdDirectory, problemOf, putAside } from './held-directory.ts';

/** Throws a `StorageError` when there is nothing to check. */
export function checkStorage(path: string): StorageCheck {
  let held: HeldDirectory;
  try {
    held = holdDirectory(path);
  } catch (error) {
    if (error instanceof DirectoryInUse) return checkInUse(path, error.message);
    throw error;
  }
  try {
    return checkHeld(held);
  } finally {
    held.release();
  }
}

interface CheckedCheckpoint {
  readonly checkpoint: ListedCheckpoint;
  readonly problem: string;
}

function checkHeld(held: HeldDirectory): StorageCheck {
  const { path, disk, manifest, manifestDamage } = held;
  const checkpoints = (manifest?.list() ?? []).map(checkpoint => ({
    checkpoint,
    problem: problemOf(disk, checkpoint),
  }));
  const good = checkpoints.find(({ problem }) => problem === '')?.checkpoint;
  const journal = checkWholeJournal(disk, JOURNAL, good?.durable ?? 0);
  const lost = lostFrames(journal, good?.frame ?? 0);
  const past = checkPast({ path, disk, checkpoint: good, lastFrame: journal.last });
  const problems = [
    ...(manifestDamage === '' ? [] : [`${MANIFEST} is damaged: ${manifestDamage}`]),
    ...checkpoints.filter(({ problem }) => problem !== '').map(describeCheckpoint),
    ...lost.map(describeDamage),
    ...journal.damage.filter(damage => !lost.includes(damage)).map(damage => `${describeDamage(damage)} (not needed)`),
    ...past.problems,
  ];
  return {
    path,
    verdict: problems.length === 0 ? 'sound' : 'damaged',
    parts: [...manifestParts(held), ...checkpoints.map(checkpointPart), ...segmentParts(journal), ...past.parts],
    problems,
    notes: [...tailNotes(journal), ...past.notes, ...leftOvers(held)],
    nextStart: [nextStart(held, checkpoints, good, journal, lost), ...past.outcomes].join('; '),
  };
}

function nextStart(
  { manifestDamage }: HeldDirectory,
  checkpoints: readonly CheckedCheckpoint[],
  good: ListedCheckpoint | undefined,
  { last, segments }: JournalCheck,
  lost: readonly Damage[],
): string {
  const isLost = manifestDamage !== '' || (good === undefined && checkpoints.length > 0);
  if (!isLost && good === undefined && segments.length === 0) return 'begins with an empty graph: nothing is kept here';
  const frames = Math.max(0, last - (good?.frame ?? (segments[0]?.first ?? 1) - 1));
  const behind = `${frames} ${frames === 1 ? 'frame' : 'frames'} of the journal`;
  const begins =
    good === undefined
      ? `applies ${behind}`
      : `loads the checkpoint at frame ${good.frame} and applies ${behind} after it`;
  if (isLost) {
    const isWhole = segments[0]?.first === 1 && lost.length === 0;
    const outcome = isWhole
      ? 'which are all there ever were: nothing is lost'
      : 'and the state before is lost: put a backup in its place with tacit storage import';
    return `is refused with on_corruption: refuse; with skip, the default, it ${begins}, ${outcome}`;
  }
  if (lost.length > 0) {
    return `is refused with on_corruption: refuse; with skip, the default, it ${begins}, and what the frames that cannot be read said is not counted`;
  }
  if (checkpoints[0]?.problem) return `${begins}; nothing is lost`;
  return begins;
}

/** None where nothing was ever kept. */
function manifestParts({ disk, manifest, manifestDamage }: HeldDirectory): readonly CheckedPart[] {
  if (disk.size(MANIFEST) < 0 && manifestDamage === '') return [];
  const what = manifest === undefined ? MANIFEST : `${MANIFEST}, storage format ${STORAGE_FORMAT.version}`;
  return [{ what, frames: null, bytes: Math.max(0, disk.size(MANIFEST)), problem: manifestDamage }];
}

function checkpointPart({ checkpoint, problem }: CheckedCheckpoint): CheckedPart {
  const { id, frame, bytes, sections } = checkpoint;
  const what = `checkpoint ${id}, ${sections.length} sections`;
  return { what, frames: { first: 1, last: frame }, bytes, problem };
}

function segmentParts({ segments, damage }: JournalCheck): readonly CheckedPart[] {
  return segments.map(({ file, bytes, first, last, hasHeader }) => {
    const wrong = damage.filter(one => one.file === file).map(describeDamage);
    const problem = [...(hasHeader || bytes === 0 ? [] : ['its header is damaged']), ...wrong].join('; ');
    return { what: file, frames: last < first ? null : { first, last }, bytes, problem };
  });
}

function describeCheckpoint({ checkpoint, problem }: CheckedCheckpoint): string {
  return `the checkpoint at frame ${checkpoint.frame} is damaged: ${problem}`;
}

function tailNotes({ cut }: JournalCheck): readonly string[] {
  if (cut === undefined || cut.bytes === 0) return [];
  return [`${cut.bytes} bytes at byte ${cut.at} of ${cut.file} were never acknowledged: the next start cuts them off`];
}

function leftOvers({ disk, manifest }: HeldDirectory): readonly string[] {
  const needed = new Set([...(manifest?.packs() ?? [])].map(packPath));
  const unneeded = disk.list(CHECKPOINTS).filter(name => !needed.has(`${CHECKPOINTS}/${name}`));
  const notes = putAside(disk).map(
    name => `${name} was put aside by a start, and is not needed: remove it when you have seen it`,
  );
  if (manifest === undefined || unneeded.length === 0) return notes;
  return [`${unneeded.length} files of a checkpoint that was not finished: the next start removes them`, ...notes];
}

/** Every part but the one that is written to is as it will stay, or goes as a whole. */
function checkInUse(path: string, why: string): StorageCheck {
  const disk = new FileSystemDisk(path);
  const journal = checkWholeJournal(withoutNewest(disk), JOURNAL, 0);
  const changes = checkChanges(withoutNewest(disk), 0);
  const parts = [...segmentParts(journal), ...changes.segments.map(changesPart)];
  const problems = parts.filter(({ problem }) => problem !== '').map(({ what, problem }) => `${what}: ${problem}`);
  return {
    path,
    verdict: problems.length === 0 ? 'unknown' : 'damaged',
    parts,
    problems,
    notes: [
      `${why}: only the finished segments of the journal and of changes were checked; stop it to check the newest ones, the checkpoints (${bytesIn(disk, CHECKPOINTS)} bytes) and the history (${bytesOfHistory(disk)} bytes)`,
    ],
    nextStart: 'cannot be said while it is in use',
  };
}

function withoutNewest(disk: Disk): Disk {
  return new Proxy(disk, {
    get: (target, name) =>
      name === 'list'
        ? (directory: string) => target.list(directory).slice(0, -1)
        : Reflect.get(target, name).bind(target),
  });
}

/** Throws a `StorageError` that says what is wrong, unless all is well. */
export function mustBeSound({ verdict, problems }: StorageCheck, what: string): void {
  if (verdict !== 'sound') throw new StorageError(`${what} is damaged: ${problems.join('; ')}`, 'nothing was written');
}
