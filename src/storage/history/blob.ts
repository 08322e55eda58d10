/** Numbers ⇄ bytes of a row: the first byte says whether the rest is deflated, as it is where that spares anything. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { PackedReader, type PackedWriter } from '../../lib/packed-numbers.ts';

const PLAIN = 0;
const DEFLATED = 1;
const LEAST_DEFLATED = 256;
/** Rows are small: so is what is taken to deflate one. */
const FAST = { level: 1, windowBits: 13, memLevel: 7 };

export function blobOf({ packed }: PackedWriter): Uint8Array {
  const isLarge = packed.length >= LEAST_DEFLATED;
  const rest = isLarge ? deflateRawSync(packed, FAST) : packed;
  const blob = new Uint8Array(rest.length + 1);
  blob[0] = isLarge ? DEFLATED : PLAIN;
  blob.set(rest, 1);
  return blob;
}

export function readBlob(blob: Uint8Array): PackedReader {
  const rest = blob.subarray(1);
  return new PackedReader(blob[0] === DEFLATED ? inflateRawSync(rest, { windowBits: FAST.windowBits }) : rest);
}
