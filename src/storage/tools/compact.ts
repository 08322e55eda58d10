/**
 * A data directory → the same with one checkpoint, in packs that hold nothing else, and the journal behind it; the history
 * in as few bytes as it takes, and without changes that nobody can read. What is there goes only when what takes its place
 * was written, synced and read again.
 */
import type { Compaction } from '../../contract/storage-check.ts';
import { checkChanges } from '../changes/check-changes.ts';
import { type Checkpoint, packPath, type SectionPlace } from '../checkpoint/checkpoint.ts';
import { Draft } from '../checkpoint/draft.ts';
import type { ListedCheckpoint, Manifest } from '../checkpoint/manifest.ts';
import { removeUnneeded } from '../checkpoint/packs.ts';
import { damageOf } from '../checkpoint/verify.ts';
import type { Disk } from '../disk.ts';
import { compactHistory } from '../history/check-history.ts';
import { HISTORY } from '../history/source.ts';
import { checkHint, StorageError } from '../storage-error.ts';
import { bytesKept, bytesOfPast, type HeldDirectory, holdDirectory, newestIntact, putAside } from './held-directory.ts';
import { segmentsOf } from './segments.ts';

const STEP = 1 << 20;

/** Throws a `StorageError` when the directory cannot be had, or is damaged. */
export function compactStorage(path: string): Compaction {
  const held = holdDirectory(path);
  try {
    return compact(held);
  } finally {
    held.release();
  }
}

function compact(held: HeldDirectory): Compaction {
  const { path, disk, manifest } = held;
  const newest = newestIntact(held);
  const bytesBefore = bytesKept(disk);
  if (manifest !== undefined && newest !== undefined) {
    if (hasWaste(disk, newest)) rewrite(disk, manifest, newest);
    else manifest.drop(manifest.list().flatMap(({ id }) => (id === newest.id ? [] : [id])));
    removeUnneeded(disk, manifest.packs());
    for (const segment of segmentsOf(disk, newest.frame).superfluous) disk.remove(segment);
    manifest.vacuum();
  }
  compactPast(held);
  return {
    path,
    frame: newest?.frame ?? 0,
    bytesBefore,
    bytesAfter: bytesKept(disk),
    ...bytesOfPast(disk),
    putAside: putAside(disk),
  };
}

function compactPast({ path, disk }: HeldDirectory): void {
  const problem = compactHistory(path)?.problem ?? '';
  if (problem !== '') {
    throw new StorageError(`${HISTORY} cannot be made smaller: ${problem}`, `it is as it was; ${checkHint(path)}`);
  }
  const { segments, oldest } = checkChanges(disk, 0);
  for (const { file } of segments.filter((_, i) => (segments[i + 1]?.first ?? oldest + 1) <= oldest)) disk.remove(file);
  const last = segments.at(-1);
  if (last !== undefined && last.problem === '' && last.bytes > last.end) disk.truncate(last.file, last.end);
}

/** Its packs hold sections of other checkpoints, too. */
function hasWaste(disk: Disk, { sections, bytes }: ListedCheckpoint): boolean {
  const packs = new Set(sections.map(({ pack }) => pack));
  return [...packs].reduce((sum, pack) => sum + disk.size(packPath(pack)), 0) > bytes;
}

function rewrite(disk: Disk, manifest: Manifest, { sections, isIntact: _, ...checkpoint }: ListedCheckpoint): void {
  const draft = new Draft(disk, Math.max(...manifest.list().map(({ id }) => id)) + 1);
  try {
    for (const section of sections) copy(disk, section, draft);
    draft.sync();
    const wrong = damageOf(disk, draft.sections, () => {});
    if (wrong.length > 0)
      throw new StorageError(
        `the disk does not give back what was written: ${wrong.join('; ')}`,
        'nothing was removed',
      );
  } catch (error) {
    draft.remove();
    throw error;
  }
  const anew: Checkpoint = { ...checkpoint, id: draft.id, writtenBytes: draft.bytes };
  manifest.commit(anew, draft.sections, 1);
}

function copy(disk: Disk, { name, pack, at, bytes }: SectionPlace, draft: Draft): void {
  let done = 0;
  do {
    const step = new Uint8Array(Math.min(STEP, bytes - done));
    disk.read(packPath(pack), at + done, step);
    done += step.length;
    draft.write(step, [{ section: name, bytes: step.length, ends: done === bytes }]);
  } while (done < bytes);
}
