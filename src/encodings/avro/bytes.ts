/** A cursor over bytes in Avro's binary encoding. What says more than it holds is malformed. */
import { MalformedError } from '../malformed.ts';

export class AvroBytes {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  malformed(what: string): MalformedError {
    return new MalformedError('malformed_avro', `malformed Avro at byte ${this.at}: ${what}`);
  }

  /** A zigzag varint, whole. */
  long(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
      if (shift >= 63n) throw this.malformed('a number has more than ten bytes');
    }
  }

  /** A number that is a length, a count or an index: exact up to 2^53, as a larger one is malformed anyway. */
  count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      if (scale >= 2 ** 63) throw this.malformed('a number has more than ten bytes');
    }
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw this.malformed('the value ends');
    return this.bytes[this.at++]!;
  }

  /** Passes over so many bytes. @returns where they began. */
  pass(length: number): number {
    const start = this.at;
    if (length < 0 || start + length > this.bytes.length)
      throw this.malformed(`a length of ${length} reaches beyond the value`);
    this.at = start + length;
    return start;
  }

  /** A string or bytes. @returns where they began; `at` is at their end. */
  block(): number {
    return this.pass(this.count());
  }
}
