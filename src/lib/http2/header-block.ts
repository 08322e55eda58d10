/** A header block that comes in more than one frame, until it is whole. */
import { ConnectionError } from './words.ts';

export class HeaderBlock {
  isOpen = false;
  streamId = 0;
  isLast = false;
  isSelfish = false;
  private pieces: Buffer[] = [];
  private length = 0;
  private readonly maxBytes: number;

  /** `maxBytes` compressed. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  open(streamId: number, isLast: boolean, isSelfish: boolean, bytes: Buffer, start: number, end: number): void {
    this.isOpen = true;
    this.streamId = streamId;
    this.isLast = isLast;
    this.isSelfish = isSelfish;
    this.append(bytes, start, end);
  }

  append(bytes: Buffer, start: number, end: number): void {
    this.length += end - start;
    if (this.length > this.maxBytes) {
      throw new ConnectionError('enhance_your_calm', 'a header block without end', 'header_block');
    }
    if (end > start) this.pieces.push(Buffer.from(bytes.subarray(start, end)));
  }

  close(): Buffer {
    const whole = Buffer.concat(this.pieces);
    this.isOpen = false;
    this.pieces = [];
    this.length = 0;
    return whole;
  }
}
