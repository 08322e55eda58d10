/**
 * Texts of this process by number, their UTF-8 one behind the other. 0 is the empty text; numbers below zero are of those
 * that are too long to be numbered in a frame.
 */
import { ByteWriter } from './byte-writer.ts';
import { LONGEST_NUMBERED } from './format.ts';
import { WordList } from './word-list.ts';

/** More are forgotten, all at once. */
const MAX_TEXTS = 32_768;
const MAX_LONG_CHARACTERS = 1 << 20;
const encoder = new TextEncoder();

export class Texts {
  private readonly utf8 = new ByteWriter();
  /** Where each ends, from the empty one on. */
  private readonly ends = new WordList(1);
  private readonly numbers = new Map<string, number>();
  private readonly long: string[] = [];
  private longCharacters = 0;

  constructor() {
    this.clear();
  }

  get isFull(): boolean {
    return this.ends.count + this.long.length >= MAX_TEXTS || this.longCharacters >= MAX_LONG_CHARACTERS;
  }

  clear(): void {
    this.numbers.clear();
    this.long.length = this.longCharacters = this.utf8.at = this.ends.count = 0;
    this.numbers.set('', this.addBytes(new Uint8Array(0)));
  }

  get bytes(): Uint8Array {
    return this.utf8.bytes;
  }

  numberOf(text: string): number {
    return this.numbers.get(text) ?? this.add(text);
  }

  startOf(number: number): number {
    return this.ends.words[number - 1]!;
  }

  endOf(number: number): number {
    return this.ends.words[number]!;
  }

  /** The bytes of one that is too long. */
  longBytes(number: number): Uint8Array {
    return encoder.encode(this.long[-1 - number]);
  }

  private add(text: string): number {
    if (text.length > LONGEST_NUMBERED) return this.addLong(text);
    const bytes = encoder.encode(text);
    if (bytes.length > LONGEST_NUMBERED) return this.addLong(text);
    const number = this.addBytes(bytes);
    this.numbers.set(text, number);
    return number;
  }

  private addBytes(bytes: Uint8Array): number {
    const { utf8, ends } = this;
    utf8.ensure(bytes.length);
    utf8.raw(bytes, 0, bytes.length);
    const number = ends.add();
    ends.words[number] = utf8.at;
    return number;
  }

  private addLong(text: string): number {
    const number = -this.long.push(text);
    this.longCharacters += text.length;
    this.numbers.set(text, number);
    return number;
  }
}
