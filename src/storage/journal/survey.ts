/**
 * What a journal on disk holds: the frames that are as they were written, as runs, and from them what is damaged, what was
 * never acknowledged, and where it ends. Only reads.
 *
 * A frame is certain when a later one, the name of a segment or the caller says that it was on the disk for good: where
 * it cannot be read, data was damaged. All others may be cut by a crash, in any order; the first one that cannot be read ends
 * the journal, since neither it nor anything behind it was acknowledged.
 */
import type { Disk } from '../disk.ts';
import { firstFrameOf, SEGMENT_HEADER } from './format.ts';
import { SegmentReader } from './segment-reader.ts';

/** Frames without a gap, in one segment. */
export interface Run {
  readonly file: string;
  readonly at: number;
  end: number;
  /** The first that is not in the checkpoint begins here, or the last one. */
  neededAt: number;
  /** The last of its frames begins here. */
  lastAt: number;
  readonly first: number;
  last: number;
  stamp: number;
}

export interface SegmentReport {
  readonly file: string;
  /** Without zeros at its end. */
  readonly bytes: number;
  readonly hasHeader: boolean;
  /** Number of the first frame, by its name. */
  readonly first: number;
  /** Of the last one that can be read; `first` − 1 when there is none. */
  readonly last: number;
  /** Records that can be read; ticks are in those of others. */
  readonly records: number;
  readonly runs: readonly Run[];
}

export interface Survey {
  readonly segments: readonly SegmentReport[];
  /** All frames up to here were on the disk for certain. */
  readonly durable: number;
}

/** Certain frames that cannot be read. */
export interface Damage {
  /** Where they should be. */
  readonly file: string;
  readonly at: number;
  /** What stands there instead; 0 when nothing does. */
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Which frames, and where. */
export function describeDamage({ file, at, bytes, first, last }: Damage): string {
  const frames = first === last ? `frame ${first} is` : `frames ${first} to ${last} are`;
  return bytes === 0
    ? `${frames} missing before ${file || 'any segment'}`
    : `${frames} damaged: ${bytes} bytes at byte ${at} of ${file}`;
}

export interface Findings {
  /** What is to be applied, in order. */
  readonly runs: readonly Run[];
  readonly damage: readonly Damage[];
  /** The journal ends here: what follows in this segment, and later segments, was never acknowledged. */
  readonly cut: { readonly file: string; readonly at: number; readonly bytes: number } | undefined;
  /** Number of the last frame. */
  readonly last: number;
  readonly stamp: number;
}

/** Steps are short; answers with the last. @param durable frames up to here are known to be certain. */
export function* surveyJournal(disk: Disk, directory: string, after: number, durable: number): Generator<void, Survey> {
  const files = segmentsAfter(disk, directory, after);
  const segments: SegmentReport[] = [];
  let last = firstFrameOf(files[0] ?? '') - 1;
  let certain = Math.max(after, durable);
  for (const name of files) {
    const file = `${directory}/${name}`;
    const reader = new SegmentReader(disk, file);
    const first = firstFrameOf(name);
    certain = Math.max(certain, first - 1);
    const runs: Run[] = [];
    let records = 0;
    for (; reader.next(last); records++) {
      certain = Math.max(certain, reader.header.durable);
      extendRuns(runs, reader, file, after);
      last = reader.header.number;
      yield;
    }
    segments.push({
      file,
      bytes: reader.sizeFrom(runs.at(-1)?.end ?? 0),
      hasHeader: reader.hasHeader,
      first,
      records,
      last: runs.at(-1)?.last ?? first - 1,
      runs,
    });
  }
  return { segments, durable: certain };
}

/** In order; those that hold nothing but frames up to `after` are left out. */
function segmentsAfter(disk: Disk, directory: string, after: number): string[] {
  const files = disk.list(directory).filter(name => firstFrameOf(name) >= 0);
  return files.filter((_, i) => i + 1 === files.length || firstFrameOf(files[i + 1]!) > after + 1);
}

function extendRuns(runs: Run[], { header, at, end }: SegmentReader, file: string, after: number): void {
  const first = header.number - header.ticks;
  const run = runs.at(-1);
  if (run !== undefined && run.last + 1 === first && run.end === at) {
    if (run.last <= after) run.neededAt = at;
    run.end = end;
    run.lastAt = at;
    run.last = header.number;
    run.stamp = header.stamp;
  } else {
    runs.push({ file, at, end, neededAt: at, lastAt: at, first, last: header.number, stamp: header.stamp });
  }
}

export function judge({ segments, durable }: Survey, after: number): Findings {
  const runs: Run[] = [];
  const damage: Damage[] = [];
  let last = after;
  let stamp = 0;
  for (const [i, segment] of segments.entries()) {
    let at = startOf(segment);
    for (const run of segment.runs) {
      if (run.first > last + 1) {
        const end = Math.min(run.first - 1, durable);
        if (end > last) damage.push({ file: run.file, at, bytes: run.at - at, first: last + 1, last: end });
        if (end < run.first - 1) {
          const bytes = bytesFrom(segments, i, at);
          return { runs, damage, cut: { file: run.file, at, bytes }, last: Math.max(last, end), stamp };
        }
      }
      if (run.last > after) runs.push(run);
      last = Math.max(last, run.last);
      stamp = run.stamp;
      at = run.end;
    }
  }
  return { runs, ...judgeEnd(segments, damage, last, durable), stamp };
}

/** What is behind the last frame that can be read. */
function judgeEnd(
  segments: readonly SegmentReport[],
  damage: readonly Damage[],
  last: number,
  durable: number,
): Pick<Findings, 'damage' | 'cut' | 'last'> {
  const segment = segments.at(-1);
  const file = segment?.file ?? '';
  const at = segment === undefined ? 0 : (segment.runs.at(-1)?.end ?? startOf(segment));
  const bytes = (segment?.bytes ?? 0) - at;
  if (durable > last) {
    const missing = { file, at, bytes, first: last + 1, last: durable };
    return { damage: [...damage, missing], cut: undefined, last: durable };
  }
  const isEnd = segment === undefined || (bytes === 0 && at > SEGMENT_HEADER);
  return { damage, cut: isEnd ? undefined : { file, at, bytes }, last };
}

function startOf({ hasHeader }: SegmentReport): number {
  return hasHeader ? SEGMENT_HEADER : 0;
}

function bytesFrom(segments: readonly SegmentReport[], index: number, at: number): number {
  return segments.slice(index).reduce((sum, { bytes }) => sum + bytes, -at);
}
