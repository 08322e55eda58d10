/** Sections of a checkpoint → what is wrong with them, pack by pack: every byte is read. */
import { crc32 } from 'node:zlib';
import type { Disk } from '../disk.ts';
import { packPath, type SectionPlace } from './checkpoint.ts';
import type { ListedCheckpoint } from './manifest.ts';
import { MANIFEST } from './manifest-file.ts';

/** Stays in the cache of a core until its checksum is there. */
const STEP = 1 << 18;

/** Called with the bytes read since the call before. */
export type OnRead = (bytes: number) => void;

/** What is wrong with a checkpoint, and with what the manifest says of it; empty when nothing is. */
export function damageOfCheckpoint(
  disk: Disk,
  { isIntact, sections }: ListedCheckpoint,
  onRead: OnRead,
): readonly string[] {
  return isIntact ? damageOf(disk, sections, onRead) : [`what ${MANIFEST} says of it does not have its checksum`];
}

/** One line for each pack that is not as it was written; empty when all is well. */
export function damageOf(disk: Disk, sections: readonly SectionPlace[], onRead: OnRead): readonly string[] {
  const packs = Map.groupBy(sections, section => section.pack);
  const bytes = new Uint8Array(STEP);
  return [...packs].flatMap(([pack, inPack]) => damageOfPack(disk, pack, inPack, bytes, onRead) ?? []);
}

function damageOfPack(
  disk: Disk,
  pack: string,
  sections: SectionPlace[],
  bytes: Uint8Array,
  onRead: OnRead,
): string | undefined {
  const path = packPath(pack);
  if (disk.size(path) < 0) return `${path} is missing, with ${sections.length} sections`;
  sections.sort((a, b) => a.at - b.at);
  const bad = sections.filter(section => !isIntact(disk, path, section, bytes, onRead));
  if (bad.length === 0) return undefined;
  const { name, at } = bad[0]!;
  return `${path}: ${bad.length} of ${sections.length} sections are damaged, the first is ${name} at byte ${at}`;
}

function isIntact(disk: Disk, path: string, place: SectionPlace, into: Uint8Array, onRead: OnRead): boolean {
  let crc = 0;
  for (let done = 0; done < place.bytes; ) {
    const step = into.subarray(0, Math.min(STEP, place.bytes - done));
    const count = readAll(disk, path, place.at + done, step);
    onRead(step.length);
    if (count < step.length) return false;
    crc = crc32(step, crc);
    done += step.length;
  }
  return crc === place.crc;
}

/** A place that the disk cannot read is as lost as one that is not there. */
function readAll(disk: Disk, path: string, at: number, into: Uint8Array): number {
  try {
    return disk.read(path, at, into);
  } catch {
    return 0;
  }
}
