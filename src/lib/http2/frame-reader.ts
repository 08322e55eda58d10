/**
 * Bytes of a connection in, whole frames out, in order. A frame that lies within one read is handed over where it is;
 * one that is split waits in a buffer of its own until its rest has come. No frame is larger than 16 KiB.
 */
import { ConnectionError, FRAME_HEAD_BYTES, MAX_FRAME_BYTES } from './words.ts';

/** `bytes` are valid until the call returns. Stops the reading by returning false. */
export type TakeFrame = (
  type: number,
  flags: number,
  streamId: number,
  bytes: Buffer,
  start: number,
  end: number,
) => boolean;

/** Buffers of connections whose frames are whole again. */
const spare: Buffer[] = [];
const MAX_SPARE = 64;

export class FrameReader {
  private readonly take: TakeFrame;
  private part: Buffer | undefined;
  private partLength = 0;

  constructor(take: TakeFrame) {
    this.take = take;
  }

  /** A frame has begun and is not whole. */
  get isWaiting(): boolean {
    return this.partLength > 0;
  }

  /** Throws a `ConnectionError` for a frame that is too large, and whatever `take` throws. */
  read(bytes: Buffer, start: number, end: number): void {
    let at = this.partLength > 0 ? this.complete(bytes, start, end) : start;
    while (at >= 0 && end - at >= FRAME_HEAD_BYTES) {
      const next = at + FRAME_HEAD_BYTES + lengthAt(bytes, at);
      if (next > end) break;
      if (!this.hand(bytes, at, next)) return;
      at = next;
    }
    if (at >= 0 && at < end) this.keep(bytes, at, end);
  }

  release(): void {
    if (this.part !== undefined && spare.length < MAX_SPARE) spare.push(this.part);
    this.part = undefined;
    this.partLength = 0;
  }

  /** Fills the frame that has begun; gives where the bytes after it stand, or -1 when reading is to end. */
  private complete(bytes: Buffer, start: number, end: number): number {
    const part = this.part!;
    let at = start;
    if (this.partLength < FRAME_HEAD_BYTES) {
      at = this.fill(bytes, at, end, FRAME_HEAD_BYTES);
      if (this.partLength < FRAME_HEAD_BYTES) return -1;
    }
    const whole = FRAME_HEAD_BYTES + lengthAt(part, 0);
    at = this.fill(bytes, at, end, whole);
    if (this.partLength < whole) return -1;
    const goesOn = this.hand(part, 0, whole);
    this.release();
    return goesOn ? at : -1;
  }

  private fill(bytes: Buffer, start: number, end: number, until: number): number {
    const stop = Math.min(end, start + until - this.partLength);
    this.partLength += bytes.copy(this.part!, this.partLength, start, stop);
    return stop;
  }

  private keep(bytes: Buffer, start: number, end: number): void {
    if (end - start >= FRAME_HEAD_BYTES) lengthAt(bytes, start);
    this.part = spare.pop() ?? Buffer.allocUnsafeSlow(FRAME_HEAD_BYTES + MAX_FRAME_BYTES);
    this.partLength = bytes.copy(this.part, 0, start, end);
  }

  private hand(bytes: Buffer, at: number, next: number): boolean {
    const id = ((bytes[at + 5]! & 0x7f) << 24) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 8) | bytes[at + 8]!;
    return this.take(bytes[at + 3]!, bytes[at + 4]!, id, bytes, at + FRAME_HEAD_BYTES, next);
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  if (length > MAX_FRAME_BYTES) throw new ConnectionError('frame_size_error', `a frame of ${length} bytes`);
  return length;
}
