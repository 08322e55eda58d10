/**
 * Numbers ⇄ bytes of a row: how the rest is written, the checksum of that (u32), and the rest, deflated where that spares
 * anything. SQLite does not see what the disk did to a row; this does.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { PackedReader, type PackedWriter } from '../../lib/packed-numbers.ts';

const PLAIN = 2;
const DEFLATED = 3;
const HEADER = 5;
const LEAST_DEFLATED = 256;
/** Rows are small: so is what is taken to deflate one. */
const FAST = { level: 1, windowBits: 13, memLevel: 7 };

/** A row is not as it was written. */
export class RowDamage extends Error {
  override readonly name = 'RowDamage';
}

export function blobOf({ packed }: PackedWriter): Uint8Array {
  const isLarge = packed.length >= LEAST_DEFLATED;
  const rest = isLarge ? deflateRawSync(packed, FAST) : packed;
  const blob = new Uint8Array(rest.length + HEADER);
  blob[0] = isLarge ? DEFLATED : PLAIN;
  new DataView(blob.buffer).setUint32(1, crc32(rest));
  blob.set(rest, HEADER);
  return blob;
}

/** Throws `RowDamage`. */
export function readBlob(blob: Uint8Array): PackedReader {
  const kind = blob[0];
  const rest = blob.subarray(HEADER);
  const isWhole = blob.length >= HEADER && (kind === PLAIN || kind === DEFLATED);
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (!isWhole || crc32(rest) !== view.getUint32(1)) throw new RowDamage('a row of the history is damaged');
  return readRest(rest, kind === DEFLATED);
}

function readRest(rest: Uint8Array, isDeflated: boolean): PackedReader {
  if (!isDeflated) return new PackedReader(rest);
  try {
    return new PackedReader(inflateRawSync(rest, { windowBits: FAST.windowBits }));
  } catch (error) {
    throw new RowDamage(`a row of the history is damaged (${(error as Error).message})`);
  }
}
