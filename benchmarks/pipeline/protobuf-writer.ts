/**
 * Writes protobuf from the last byte to the first, so that a message's length is known when its header is written.
 * Fields must be written in reverse. Positions are distances from the end; `take` gives the finished bytes.
 */
export class ReverseWriter {
  private bytes = Buffer.allocUnsafe(64 * 1024);
  private position = this.bytes.length;

  /** Bytes written so far; also the name of the position of the byte written last. */
  get length(): number {
    return this.bytes.length - this.position;
  }

  string(field: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.reserve(size);
    this.position -= size;
    this.bytes.write(value, this.position);
    this.header(field, 2, size);
  }

  bytesField(field: number, value: Uint8Array): void {
    this.reserve(value.length);
    this.position -= value.length;
    this.bytes.set(value, this.position);
    this.header(field, 2, value.length);
  }

  varintField(field: number, value: number): void {
    this.varint(value);
    this.tag(field, 0);
  }

  doubleField(field: number, value: number): void {
    this.reserve(8);
    this.position -= 8;
    this.bytes.writeDoubleLE(value, this.position);
    this.tag(field, 1);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[--this.position] = value;
  }

  /** Room for a fixed64; returns its position. */
  fixed64Field(field: number): number {
    const position = this.blank(8);
    this.tag(field, 1);
    return position;
  }

  /** Room for `size` bytes, to be filled in later; returns the position of the first. */
  blank(size: number): number {
    this.reserve(size);
    this.position -= size;
    this.bytes.fill(0, this.position, this.position + size);
    return this.length;
  }

  /** Closes a length-delimited field whose content was written since the writer had the length `since`. */
  close(field: number, since: number): void {
    this.header(field, 2, this.length - since);
  }

  tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  take(): Buffer {
    return Buffer.from(this.bytes.subarray(this.position));
  }

  private header(field: number, wireType: number, size: number): void {
    this.varint(size);
    this.tag(field, wireType);
  }

  private varint(value: number): void {
    let size = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
    this.reserve(size);
    this.position -= size;
    let rest = value;
    for (let i = 0; i < size; i++) {
      this.bytes[this.position + i] = (rest % 128) | (i < size - 1 ? 0x80 : 0);
      rest = Math.floor(rest / 128);
    }
  }

  private reserve(size: number): void {
    if (this.position >= size) return;
    const grown = Buffer.allocUnsafe(this.bytes.length * 2 + size);
    const used = this.length;
    this.bytes.copy(grown, grown.length - used, this.position);
    this.position = grown.length - used;
    this.bytes = grown;
  }
}
