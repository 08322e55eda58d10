/**
 * Tables ⇄ sections of an image, about a megabyte each.
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

/** @param size elements of a piece. */
export function* savePieces(out: ImageWriter, name: string, array: Numbers, size: number): Iterable<void> {
  for (let i = 0; i * size < array.length; i++)
    yield* out.memory(sectionName(name, i), array.subarray(i * size, (i + 1) * size));
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
