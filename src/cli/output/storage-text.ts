/** What was done with a data directory, for people. */
import type { Compaction, StorageArchive, StorageCheck } from '../../contract/storage-check.ts';
import { wrapped } from './columns.ts';
import { alignTable } from './table.ts';

const VERDICTS = {
  sound: 'all of it is as it was written',
  damaged: 'damaged',
  unknown: 'nothing wrong in what could be checked',
} as const;

export function checkText({ path, verdict, parts, problems, notes, nextStart }: StorageCheck): string {
  const rows = parts.map(({ what, frames, bytes, problem }) => [
    what,
    frames === null ? '-' : `${frames.first}–${frames.last}`,
    sizeText(bytes),
    problem === '' ? 'ok' : 'DAMAGED',
  ]);
  const table = rows.length === 0 ? '' : alignTable(['WHAT', 'FRAMES', 'SIZE', 'STATE'], rows, ['FRAMES', 'SIZE']);
  const remarks = [...problems, ...notes].map(text => wrapped(`- ${text}`, '')).join('');
  const found = parts.length === 0 && verdict === 'sound' ? 'it holds no data of tacit' : VERDICTS[verdict];
  const outcome = `${path}: ${found}\n${wrapped(`The next start ${nextStart}.`, '')}`;
  return [table, remarks, outcome].filter(part => part !== '').join('\n');
}

export function compactionText(compaction: Compaction): string {
  const { path, frame, bytesBefore, bytesAfter, putAside } = compaction;
  const kept = frame === 0 ? 'no checkpoint' : `the checkpoint at frame ${frame}`;
  const sizes = `${sizeText(bytesBefore)} before, ${sizeText(bytesAfter)} now`;
  const aside = putAside.map(name => `${name} was put aside by a start: remove it when you have seen it\n`);
  return [`${path}: ${kept} and the journal behind it${pastText(compaction)}; ${sizes}\n`, ...aside].join('');
}

export function archiveText(action: 'export' | 'import', archive: StorageArchive): string {
  const { path, file, checkpointFrame, lastFrame, files, bytes } = archive;
  const way = action === 'export' ? `${path} → ${file}` : `${file} → ${path}`;
  const begin = checkpointFrame === 0 ? 'the journal' : `the checkpoint at frame ${checkpointFrame} and the journal`;
  return `${way}: ${begin} up to frame ${lastFrame}${pastText(archive)}; ${files} files, ${sizeText(bytes)}\n`;
}

function pastText({ historyBytes, changesBytes }: Compaction | StorageArchive): string {
  const sizes = [
    ...(historyBytes > 0 ? [`${sizeText(historyBytes)} of history`] : []),
    ...(changesBytes > 0 ? [`${sizeText(changesBytes)} of changes`] : []),
  ];
  return sizes.length === 0 ? '' : `, with ${sizes.join(' and ')}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

function sizeText(bytes: number): string {
  let [size, unit] = [bytes, 0];
  for (; size >= 999.5 && unit + 1 < UNITS.length; unit++) size /= 1000;
  return `${unit === 0 ? size : Number(size.toPrecision(3))} ${UNITS[unit]}`;
}
