/**
 * Large tables ⇄ sections of an image, about a megabyte each. Where an owner marks what it changes (one store), pieces
 * without a mark keep their version, so that they are not written again.
 */
import { ImageError, type ImageReader, type ImageWriter } from '../contract/image.ts';
import { sectionName } from '../lib/section-name.ts';

type Numbers = Int32Array | Float64Array;

/** Records that one step encodes. */
const STEP = 8192;

/** Memory of a large table: shared, so that an image need not copy it. */
export function sharedWords(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
}

/** Which pieces of a table changed since it was saved. */
export class Pieces {
  /** 1: changed. Set by the table's owner. */
  readonly marks: Uint8Array;
  /** 0: nothing was ever written there. */
  private readonly versions: Float64Array;

  constructor(count: number) {
    this.marks = new Uint8Array(count);
    this.versions = new Float64Array(count);
  }

  /** The table is saved as it is now: versions of its pieces. */
  settle(): Float64Array {
    const { marks, versions } = this;
    for (let i = 0; i < marks.length; i++) if (marks[i] !== 0) versions[i]!++;
    marks.fill(0);
    return versions.slice();
  }

  /** The table was loaded as it was saved. */
  restore(versions: Float64Array): void {
    this.versions.set(versions);
  }

  /** The table was made anew from one that had these versions: what was saved of that stands for nothing here. */
  renew(versions: Float64Array): void {
    this.versions.fill(versions.reduce((most, version) => Math.max(most, version), 0));
    this.marks.fill(1);
  }
}

/** @param size elements of a piece. @param versions of the pieces; those with 0 are left out. */
export function* savePieces(
  out: ImageWriter,
  name: string,
  array: Numbers,
  size: number,
  versions?: Float64Array,
): Iterable<void> {
  for (let i = 0; i * size < array.length; i++) {
    if (versions?.[i] === 0) continue;
    yield* out.memory(sectionName(name, i), array.subarray(i * size, (i + 1) * size), versions?.[i]);
  }
}

/** Into an array of the length that was saved, all at once; what was left out stays as it is. */
export function* loadPieces(from: ImageReader, name: string, array: Numbers, size: number): Iterable<void> {
  for (let i = 0; i * size < array.length; i++) {
    const section = sectionName(name, i);
    if (from.size(section) < 0) continue;
    const piece = array.subarray(i * size, (i + 1) * size);
    if (from.size(section) !== piece.byteLength)
      throw new ImageError(`the section ${section} has ${from.size(section)} bytes, not ${piece.byteLength}`);
    from.fill(section, piece);
  }
  yield;
}

/** Saves records of so many numbers each, in their order. */
export function* saveRecords(
  out: ImageWriter,
  name: string,
  width: number,
  records: Iterable<readonly number[]>,
): Iterable<void> {
  let step = new Float64Array(STEP * width);
  let [at, sections] = [0, 0];
  for (const record of records) {
    step.set(record, at);
    at += width;
    if (at < step.length) continue;
    yield* out.memory(sectionName(name, sections++), step);
    step = new Float64Array(STEP * width);
    at = 0;
  }
  if (at > 0) yield* out.memory(sectionName(name, sections), step.subarray(0, at));
}

/** Calls `visit` with the numbers and where a record begins in them, for each that `saveRecords` saved. */
export function* loadRecords(
  from: ImageReader,
  name: string,
  width: number,
  visit: (numbers: Float64Array, at: number) => void,
): Iterable<void> {
  for (let i = 0; from.size(sectionName(name, i)) >= 0; i++) {
    const step = new Float64Array(from.size(sectionName(name, i)) / 8);
    from.memory(sectionName(name, i), step);
    for (let at = 0; at < step.length; at += width) visit(step, at);
    yield;
  }
}

/** Runs over ranges that together are [0, end), each so small that a step of work on it is short. */
export function* inSteps(end: number, visit: (from: number, to: number) => void): Iterable<void> {
  for (let from = 0; from < end; from += STEP) {
    visit(from, Math.min(from + STEP, end));
    yield;
  }
}
