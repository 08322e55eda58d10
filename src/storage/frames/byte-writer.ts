/** Bytes one after the other, in memory that grows. Whoever writes makes room first. */
export class ByteWriter {
  bytes: Uint8Array;
  at = 0;
  private view: DataView;

  constructor(bytes = 1 << 16) {
    this.bytes = new Uint8Array(bytes);
    this.view = new DataView(this.bytes.buffer);
  }

  ensure(bytes: number): void {
    if (this.at + bytes > this.bytes.length) this.grow(bytes);
  }

  private grow(bytes: number): void {
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + bytes));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  byte(value: number): void {
    this.bytes[this.at++] = value;
  }

  /** 32 bits as a number of one to five bytes. */
  number(value: number): void {
    const { bytes } = this;
    let at = this.at;
    let rest = value;
    while (rest >>> 0 > 127) {
      bytes[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.at = at;
  }

  /** A whole number below 2^53 as one of up to eight bytes. */
  large(value: number): void {
    let rest = value;
    while (rest >= 2 ** 31) {
      this.bytes[this.at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.number(rest);
  }

  word(value: number): void {
    this.view.setInt32(this.at, value, true);
    this.at += 4;
  }

  /** Few bytes mostly. */
  raw(bytes: Uint8Array, from: number, to: number): void {
    let { at } = this;
    for (let i = from; i < to; i++) this.bytes[at++] = bytes[i]!;
    this.at = at;
  }
}
