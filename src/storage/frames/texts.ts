/**
 * Texts of this process by number, their UTF-8 one behind the other. 0 is the empty text; numbers below zero are of those
 * that are too long to be numbered in a frame.
 */
import { LONGEST_NUMBERED } from './format.ts';

/** More are forgotten, all at once. */
const MAX_TEXTS = 32_768;
const MAX_LONG_CHARACTERS = 1 << 20;
const encoder = new TextEncoder();

export class Texts {
  bytes = new Uint8Array(1 << 16);
  /** Where each ends; the first is the empty one. */
  private ends = new Int32Array(1 << 10);
  private readonly numbers = new Map<string, number>();
  private readonly long: string[] = [];
  private longCharacters = 0;
  /** Number of the text added last. */
  private last = 0;

  constructor() {
    this.numbers.set('', 0);
  }

  get isFull(): boolean {
    return this.last + this.long.length >= MAX_TEXTS || this.longCharacters >= MAX_LONG_CHARACTERS;
  }

  clear(): void {
    this.numbers.clear();
    this.numbers.set('', 0);
    this.long.length = this.longCharacters = this.last = 0;
  }

  numberOf(text: string): number {
    return this.numbers.get(text) ?? this.add(text);
  }

  startOf(number: number): number {
    return this.ends[number - 1]!;
  }

  endOf(number: number): number {
    return this.ends[number]!;
  }

  /** The bytes of one that is too long. */
  longBytes(number: number): Uint8Array {
    return encoder.encode(this.long[-1 - number]);
  }

  private add(text: string): number {
    const number = text.length > LONGEST_NUMBERED ? 0 : this.addBytes(encoder.encode(text));
    if (number > 0) this.numbers.set(text, number);
    return number > 0 ? number : this.addLong(text);
  }

  /** 0 for too many. */
  private addBytes(bytes: Uint8Array): number {
    if (bytes.length > LONGEST_NUMBERED) return 0;
    const start = this.ends[this.last]!;
    const end = start + bytes.length;
    if (end > this.bytes.length) this.bytes = grown(this.bytes, end);
    if (this.last + 1 === this.ends.length) this.ends = grown(this.ends, 2 * this.ends.length);
    this.bytes.set(bytes, start);
    this.ends[++this.last] = end;
    return this.last;
  }

  private addLong(text: string): number {
    const number = -this.long.push(text);
    this.longCharacters += text.length;
    this.numbers.set(text, number);
    return number;
  }
}

function grown<T extends Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(array: T, least: number): T {
  const larger = new (array.constructor as new (length: number) => T)(Math.max(2 * array.length, least));
  larger.set(array);
  return larger;
}
