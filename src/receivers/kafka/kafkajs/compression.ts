/** Decompresses batches of records: gzip, snappy, lz4, zstd, by the number a batch names. */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { decompressFrameSync } from 'lz4-napi';
import { uncompress } from 'snappyjs';

/** What a batch may grow to; brokers take far smaller ones. */
const MAX_BYTES = 256 * 2 ** 20;
const limit = { maxOutputLength: MAX_BYTES };

/** Snappy as Java writes it: blocks with their lengths behind this mark and two version numbers. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_HEAD = 16;

const CODECS: readonly ((bytes: Buffer) => Buffer)[] = [
  bytes => bytes,
  bytes => gunzipSync(bytes, limit),
  unsnap,
  bytes => decompressFrameSync(bytes),
  bytes => zstdDecompressSync(bytes, limit),
];

/** Throws for an unknown codec and for bytes that are none of it. */
export function decompress(codec: number, bytes: Buffer): Buffer {
  const decode = CODECS[codec];
  if (decode === undefined) throw new RangeError(`compression ${codec} is unknown`);
  return decode(bytes);
}

function unsnap(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return unsnapBlock(bytes);
  const blocks: Buffer[] = [];
  let at = XERIAL_HEAD;
  while (at < bytes.length) {
    const length = bytes.readInt32BE(at);
    blocks.push(unsnapBlock(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return Buffer.concat(blocks);
}

function unsnapBlock(block: Buffer): Buffer {
  const plain: Uint8Array = uncompress(block, MAX_BYTES);
  return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
}
