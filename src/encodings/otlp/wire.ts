/**
 * A cursor over protobuf bytes. Every read is checked against `limit`, the end of the message being read; a message
 * that says more than it holds is malformed. Source of the format: protobuf.dev/programming-guides/encoding.
 */
import { MalformedError } from '../malformed.ts';

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const GROUP = 3;
export const END_GROUP = 4;
export const FIXED32 = 5;

/** Groups within groups that are still skipped; deeper ones are hostile. */
const MAX_GROUP_DEPTH = 100;

export class WireReader {
  data: DataView = new DataView(new ArrayBuffer(0));
  pos = 0;

  malformed(what: string): MalformedError {
    return new MalformedError('malformed_protobuf', `malformed protobuf at byte ${this.pos}: ${what}`);
  }

  /** The low 32 bits of a varint, unsigned; up to ten bytes are read. */
  varint(limit: number): number {
    const data = this.data;
    let pos = this.pos;
    if (pos >= limit) throw this.malformed('the message ends inside a number');
    let b = data.getUint8(pos++);
    let value = b & 0x7f;
    if (b >= 0x80) {
      let shift = 7;
      do {
        if (pos >= limit) throw this.malformed('the message ends inside a number');
        if (shift > 63) throw this.malformed('a number is longer than ten bytes');
        b = data.getUint8(pos++);
        if (shift < 32) value |= (b & 0x7f) << shift;
        shift += 7;
      } while (b >= 0x80);
    }
    this.pos = pos;
    return value >>> 0;
  }

  /** A tag or a length: 32 bits in at most five bytes, where `varint` would drop what is above. */
  uint32(limit: number): number {
    const start = this.pos;
    if (start + 1 < limit) {
      const first = this.data.getUint8(start);
      if (first < 0x80) {
        this.pos = start + 1;
        return first;
      }
      const second = this.data.getUint8(start + 1);
      if (second < 0x80) {
        this.pos = start + 2;
        return (first & 0x7f) | (second << 7);
      }
    }
    const value = this.varint(limit);
    const length = this.pos - start;
    if (length > 5 || (length === 5 && this.data.getUint8(this.pos - 1) > 0x0f)) {
      this.pos = start;
      throw this.malformed('a tag or length has more than 32 bits');
    }
    return value;
  }

  /** A signed 64-bit varint; exact up to 2^53. */
  int64(limit: number): number {
    let low = 0;
    let high = 0;
    let shift = 0;
    for (;;) {
      if (this.pos >= limit) throw this.malformed('the message ends inside a number');
      if (shift > 63) throw this.malformed('a number is longer than ten bytes');
      const b = this.data.getUint8(this.pos++);
      const bits = b & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (b < 0x80) return (high | 0) * 4294967296 + (low >>> 0);
      shift += 7;
    }
  }

  /** Reads a length and returns where the field's bytes end; `pos` is at their start. */
  bytesEnd(limit: number): number {
    const length = this.uint32(limit);
    const end = this.pos + length;
    if (end > limit) throw this.malformed(`a field of ${length} bytes reaches beyond its message`);
    return end;
  }

  /** Nanoseconds in a fixed64 as whole microseconds. */
  micros(limit: number): number {
    if (this.pos + 8 > limit) throw this.malformed('the message ends inside a fixed64');
    const low = this.data.getUint32(this.pos, true);
    const high = this.data.getUint32(this.pos + 4, true);
    this.pos += 8;
    // 2^32 = 4294967 · 1000 + 296, so the division stays exact in doubles.
    return high * 4294967 + Math.floor((high * 296 + low) / 1000);
  }

  double(limit: number): number {
    if (this.pos + 8 > limit) throw this.malformed('the message ends inside a double');
    this.pos += 8;
    return this.data.getFloat64(this.pos - 8, true);
  }

  /** A fixed64, unsigned; exact up to 2^53. */
  fixed64(limit: number): number {
    if (this.pos + 8 > limit) throw this.malformed('the message ends inside a fixed64');
    this.pos += 8;
    return this.data.getUint32(this.pos - 4, true) * 4294967296 + this.data.getUint32(this.pos - 8, true);
  }

  /** UTF-8 up to `end`, where the cursor is then. */
  text(end: number): string {
    const { buffer, byteOffset } = this.data;
    const start = this.pos;
    this.pos = end;
    return Buffer.from(buffer, byteOffset + start, end - start).toString();
  }

  /** Passes over the value of a field that nobody reads. */
  skip(tag: number, limit: number): void {
    switch (tag & 7) {
      case VARINT:
        this.varint(limit);
        break;
      case FIXED64:
        this.pass(8, limit);
        break;
      case BYTES:
        this.pos = this.bytesEnd(limit);
        break;
      case GROUP:
        this.skipGroup(tag >>> 3, limit);
        break;
      case FIXED32:
        this.pass(4, limit);
        break;
      default:
        throw this.malformed(`wire type ${tag & 7} does not exist or ends nothing`);
    }
    if (tag >>> 3 === 0) throw this.malformed('field number 0');
  }

  private pass(bytes: number, limit: number): void {
    if (this.pos + bytes > limit) throw this.malformed('the message ends inside a fixed number');
    this.pos += bytes;
  }

  /** Groups nest; a loop with a stack of field numbers, never recursion. */
  private skipGroup(field: number, limit: number): void {
    const open = [field];
    while (open.length > 0) {
      const tag = this.uint32(limit);
      if ((tag & 7) === GROUP) {
        if (tag >>> 3 === 0) throw this.malformed('field number 0');
        if (open.length >= MAX_GROUP_DEPTH) throw this.malformed('groups nest too deep');
        open.push(tag >>> 3);
      } else if ((tag & 7) === END_GROUP) {
        if (open.pop() !== tag >>> 3) throw this.malformed('a group ends that was not begun');
      } else this.skip(tag, limit);
    }
  }
}

/** Texts that say nothing: the empty one, and `{}`. */
export function isBlankText(data: DataView, start: number, end: number): boolean {
  if (end === start) return true;
  return end - start === 2 && data.getUint8(start) === 0x7b && data.getUint8(start + 1) === 0x7d;
}
