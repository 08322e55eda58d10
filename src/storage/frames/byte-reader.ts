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
    const byte = this.byte();
    return byte < 128 ? byte : this.more(byte);
  }

  private more(first: number): number {
    let byte = first;
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
    for (let shift = 7; byte > 127 && shift < 28; shift += 7) {
      byte = this.byte();
      value |= (byte & 127) << shift;
    }
    return byte < 128 ? value : this.beyond(value);
  }

  /** The rest of a number, of which 28 bits are known. */
  private beyond(known: number): number {
    let value = known;
    for (let unit = 2 ** 28; unit <= 2 ** 49; unit *= 128) {
      const byte = this.byte();
      value += (byte & 127) * unit;
      if (byte < 128 && value <= Number.MAX_SAFE_INTEGER) return value;
    }
    throw new FrameError('a number has more than 53 bits');
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
