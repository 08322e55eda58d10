/** Reads what a `ByteWriter` wrote, never beyond the end. Methods throw a `FrameError` where nothing right is left. */
import { viewOf } from '../../lib/bytes.ts';
import { FrameError } from './format.ts';

export class ByteReader {
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  private end = 0;

  readFrom(bytes: Uint8Array): void {
    this.view = viewOf(bytes);
    this.at = 0;
    this.end = bytes.length;
  }

  get left(): number {
    return this.end - this.at;
  }

  byte(): number {
    if (this.at >= this.end) throw new FrameError('the payload ends too early');
    return this.view.getUint8(this.at++);
  }

  /** 32 bits, as they are in a word. */
  number(): number {
    let byte = this.byte();
    let value = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = this.byte();
      if (shift === 28 && byte > 15) throw new FrameError('a number has more than 32 bits');
      value |= (byte & 127) << shift;
    }
    return value;
  }

  /** A whole number below 2^53. */
  large(): number {
    let byte = this.byte();
    let value = byte & 127;
    for (let unit = 128; byte > 127; unit *= 128) {
      byte = this.byte();
      value += (byte & 127) * unit;
      if (value > Number.MAX_SAFE_INTEGER || unit > 2 ** 49) throw new FrameError('a number has more than 53 bits');
    }
    return value;
  }

  /** How many of something follow, each of a byte at least. */
  count(): number {
    const count = this.number();
    if (count < 0 || count > this.left) throw new FrameError('the payload ends too early');
    return count;
  }

  word(): number {
    const at = this.pass(4);
    return this.view.getInt32(at, true);
  }

  /** Where the next bytes stand. */
  pass(bytes: number): number {
    if (bytes < 0 || bytes > this.end - this.at) throw new FrameError('the payload ends too early');
    this.at += bytes;
    return this.at - bytes;
  }
}
