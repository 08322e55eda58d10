/**
 * The journal on disk: segments `<number of the first frame, 16 digits>.log`, which begin with a header; then frames.
 *
 *     segment   magic (8), format (4), salt (4), crc32 of these (4)
 *     frame     marker (4), length (4) and crc32 (4) of all that follows:
 *               salt (4), number (8), frames since the last durable one (4), stamp (8), kind (1), count of ticks (2),
 *               of each tick, the latest first, how many ms it was before the next one or the frame (one to eight
 *               bytes), payload
 *
 * Little endian; number and stamp are 64-bit floats. Ticks are frames without a record of their own: a frame with two
 * ticks and the number 9 holds 7 to 9. The salt is random and its own for each segment: bytes that are not a frame of
 * this segment (of an old file, in the text of a span) are not taken for one, whatever their checksum says.
 */
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { viewOf } from '../../lib/bytes.ts';

export const JOURNAL_FORMAT = 1;
const MAGIC = Buffer.from('tacitlog', 'latin1');
export const SEGMENT_HEADER = 20;

export const MARKER = Buffer.from([0xf7, 0x7a, 0x46, 0xc1]);
/** Marker, length, crc32. */
export const FRAME_PREFIX = 12;
/** Without ticks. */
export const FRAME_HEADER = 39;

export const OBSERVATIONS = 1;
export const SETTINGS = 2;
/** Nothing but a tick. */
export const TICK = 3;

/** What the header of a frame says. */
export interface FrameHeader {
  salt: number;
  /** Its last. */
  number: number;
  /** Number of the last frame that was on the disk for certain when this one was written. */
  durable: number;
  stamp: number;
  kind: number;
  /** Those before it. */
  ticks: number;
}

const SEGMENT_NAME = /^\d{16}\.log$/;

export function segmentName(firstFrame: number): string {
  return `${String(firstFrame).padStart(16, '0')}.log`;
}

/** The number of the first frame; -1 for a file that is no segment. */
export function firstFrameOf(name: string): number {
  return SEGMENT_NAME.test(name) ? Number(name.slice(0, 16)) : -1;
}

/** Of segments in their order: those of nothing but frames before this one. The last is always needed. */
export function segmentsBefore(names: readonly string[], frame: number): readonly string[] {
  return names.filter((_, i) => i + 1 < names.length && firstFrameOf(names[i + 1]!) <= frame);
}

export function newSalt(): number {
  return randomBytes(4).readUInt32LE();
}

export function writeSegmentHeader(into: Uint8Array, salt: number): void {
  into.set(MAGIC);
  const view = viewOf(into);
  view.setUint32(8, JOURNAL_FORMAT, true);
  view.setUint32(12, salt, true);
  view.setUint32(16, crc32(into.subarray(0, 16)), true);
}

/** Undefined for bytes that are no header. */
export function readSegmentHeader(bytes: Uint8Array): { readonly format: number; readonly salt: number } | undefined {
  if (bytes.length < SEGMENT_HEADER || !MAGIC.equals(bytes.subarray(0, 8))) return undefined;
  const view = viewOf(bytes);
  if (view.getUint32(16, true) !== crc32(bytes.subarray(0, 16))) return undefined;
  return { format: view.getUint32(8, true), salt: view.getUint32(12, true) };
}

/** Fills in the header of the frame that these bytes are; ticks and payload are in their place. */
export function sealFrame(frame: Uint8Array, header: FrameHeader): void {
  const view = viewOf(frame);
  frame.set(MARKER);
  view.setUint32(4, frame.length - FRAME_PREFIX, true);
  view.setUint32(12, header.salt, true);
  view.setFloat64(16, header.number, true);
  view.setUint32(24, Math.min(header.number - header.durable, 0xffffffff), true);
  view.setFloat64(28, header.stamp, true);
  view.setUint8(36, header.kind);
  view.setUint16(37, header.ticks, true);
  view.setUint32(8, crc32(frame.subarray(FRAME_PREFIX)), true);
}

/** Bytes of the frame that begins here; 0 where none does. @param bytes at least its header. */
export function frameLength(bytes: Uint8Array): number {
  if (!MARKER.equals(bytes.subarray(0, 4))) return 0;
  const length = viewOf(bytes).getUint32(4, true) + FRAME_PREFIX;
  return length >= FRAME_HEADER ? length : 0;
}

/** @param bytes of one whole frame. */
export function isIntact(bytes: Uint8Array): boolean {
  return viewOf(bytes).getUint32(8, true) === crc32(bytes.subarray(FRAME_PREFIX));
}

export function readFrameHeader(bytes: Uint8Array, into: FrameHeader): void {
  const view = viewOf(bytes);
  into.salt = view.getUint32(12, true);
  into.number = view.getFloat64(16, true);
  into.durable = into.number - view.getUint32(24, true);
  into.stamp = view.getFloat64(28, true);
  into.kind = view.getUint8(36);
  into.ticks = view.getUint16(37, true);
}
