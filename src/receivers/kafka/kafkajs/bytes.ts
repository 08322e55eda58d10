/** Reads the parts of Kafka's protocol from a buffer: big-endian numbers, variable-length ones, strings, arrays. */
export class ProtocolReader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  int8(): number {
    return this.bytes.readInt8(this.at++);
  }

  int16(): number {
    this.at += 2;
    return this.bytes.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }

  /** Offsets and times stay far below 2^53. */
  int64(): number {
    this.at += 8;
    return this.bytes.readInt32BE(this.at - 8) * 2 ** 32 + this.bytes.readUInt32BE(this.at - 4);
  }

  uvarint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      if (byte === undefined || scale > 2 ** 56) throw new RangeError('a number has no end');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  /** Zigzag. */
  varint(): number {
    const value = this.uvarint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A negative length is null. */
  slice(length: number): Buffer | null {
    if (length < 0) return null;
    if (this.at + length > this.bytes.length) throw new RangeError('a field is longer than what holds it');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  string(): string {
    return this.slice(this.int16())?.toString('utf8') ?? '';
  }

  array<T>(read: () => T): T[] {
    return this.times(this.int32(), read);
  }

  compactString(): string {
    return this.slice(this.uvarint() - 1)?.toString('utf8') ?? '';
  }

  compactArray<T>(read: () => T): T[] {
    return this.times(this.uvarint() - 1, read);
  }

  skipTags(): void {
    for (let left = this.uvarint(); left > 0; left--) {
      this.uvarint();
      this.slice(this.uvarint());
    }
  }

  private times<T>(count: number, read: () => T): T[] {
    const all: T[] = [];
    for (let i = 0; i < count; i++) all.push(read());
    return all;
  }
}
