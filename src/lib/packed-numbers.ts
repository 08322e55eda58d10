/**
 * Numbers one after the other as bytes, small ones as few, any 64-bit float exactly (but that −0 comes back as 0).
 * The first byte: below 236 an integer by itself; from there on 8 × 256 more with the next byte; then 2 to 7 bytes of
 * one, ∞, −∞, or 8 bytes of a float. Integers alternate in sign: 0, −1, 1, −2, …
 */
import type { NumberSink, NumberSource } from './number-records.ts';
import { SharedNumbers } from './shared-numbers.ts';

const SINGLES = 236;
const PAIRS = 8 * 256;
const FIRST_SIZED = SINGLES + PAIRS / 256;
const LEAST_SIZE = 2;
const MOST_SIZE = 7;
const INFINITE = FIRST_SIZED + MOST_SIZE - LEAST_SIZE + 1;
const MINUS_INFINITE = INFINITE + 1;
const FLOAT = INFINITE + 2;
const MOST_BYTES = 9;
/** Integers up to here, doubled, are still exact. */
const MOST_INTEGER = 2 ** 52;
const WORD = 2 ** 32;

export class PackedWriter implements NumberSink {
  private bytes = new Uint8Array(1 << 16);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  /** What was put since `clear`, valid until the next number. */
  get packed(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  put(value: number): void {
    if (this.length + MOST_BYTES > this.bytes.length) this.reach(this.length + MOST_BYTES);
    const word = value | 0;
    if (word !== value) this.putOther(value);
    else {
      const integer = ((word << 1) ^ (word >> 31)) >>> 0;
      if (integer < SINGLES) this.bytes[this.length++] = integer;
      else this.putInteger(integer);
    }
  }

  /** Behind the numbers; for the reader to know where. */
  putBytes(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.bytes.length) this.reach(this.length + bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  private putInteger(integer: number): void {
    const { bytes } = this;
    const rest = integer - SINGLES;
    if (rest < PAIRS) {
      bytes[this.length++] = SINGLES + (rest >>> 8);
      bytes[this.length++] = rest;
      return;
    }
    let high = Math.floor(integer / WORD);
    const start = this.length++;
    for (let low = integer >>> 0, i = high > 0 ? 4 : LEAST_SIZE; low !== 0 || i > 0; low >>>= 8, i--) {
      bytes[this.length++] = low;
    }
    for (; high !== 0; high >>>= 8) bytes[this.length++] = high;
    bytes[start] = FIRST_SIZED + this.length - start - 1 - LEAST_SIZE;
  }

  private putOther(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) < MOST_INTEGER)
      this.putInteger(value < 0 ? -2 * value - 1 : 2 * value);
    else if (value === Number.POSITIVE_INFINITY) this.bytes[this.length++] = INFINITE;
    else if (value === Number.NEGATIVE_INFINITY) this.bytes[this.length++] = MINUS_INFINITE;
    else {
      this.bytes[this.length++] = FLOAT;
      this.view.setFloat64(this.length, value);
      this.length += 8;
    }
  }

  private reach(length: number): void {
    const bytes = new Uint8Array(Math.max(length, this.bytes.length * 2));
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}

/** Numbers of a buffer for several that are taken. */
const ROOM = 4096;

export class PackedReader implements NumberSource {
  private readonly bytes: Uint8Array;
  /** Bytes read. */
  at = 0;
  private readonly room = new SharedNumbers(length => new Float64Array(length), ROOM);

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  take(): number {
    const first = this.bytes[this.at++]!;
    return first < SINGLES ? (first >>> 1) ^ -(first & 1) : this.takeMore(first);
  }

  /** Several of those that are taken stand in one buffer. */
  takeMany(count: number): number {
    const at = this.room.take(count);
    this.takeInto(this.taken, count, at);
    return at;
  }

  get taken(): Float64Array {
    return this.room.array;
  }

  /** The next `count` numbers become those from `at` on. */
  takeInto(numbers: Float64Array, count: number, at = 0): void {
    const { bytes } = this;
    for (let i = at; i < at + count; i++) {
      const first = bytes[this.at++]!;
      numbers[i] = first < SINGLES ? (first >>> 1) ^ -(first & 1) : this.takeMore(first);
    }
  }

  /** Adds the next `count` numbers to those from `at` on. */
  addInto(numbers: Float64Array, at: number, count: number): void {
    const { bytes } = this;
    for (let i = at; i < at + count; i++) {
      const first = bytes[this.at++]!;
      numbers[i]! += first < SINGLES ? (first >>> 1) ^ -(first & 1) : this.takeMore(first);
    }
  }

  private takeMore(first: number): number {
    if (first < FIRST_SIZED) return signed(SINGLES + ((first - SINGLES) << 8) + this.bytes[this.at++]!);
    if (first < INFINITE) return signed(this.takeInteger(first - FIRST_SIZED + LEAST_SIZE));
    if (first === INFINITE) return Number.POSITIVE_INFINITY;
    if (first === MINUS_INFINITE) return Number.NEGATIVE_INFINITY;
    this.at += 8;
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at - 8).getFloat64(0);
  }

  private takeInteger(size: number): number {
    const { bytes, at } = this;
    this.at += size;
    let integer = 0;
    for (let i = at + size - 1; i >= at; i--) integer = integer * 256 + bytes[i]!;
    return integer;
  }
}

function signed(integer: number): number {
  return integer % 2 === 0 ? integer / 2 : -(integer + 1) / 2;
}
