/**
 * One JSON object in bytes → the fields that a shape wants, found in one walk; everything else is passed over and never
 * becomes a value. Numbers keep all their digits. What is malformed where the walk looks throws `MalformedError`.
 */
import { hashBytes, viewOf } from '../lib/bytes.ts';
import type { JsonShape, WantedNames } from './json-shape.ts';
import { malformedAt, skipBlanks, valueEnd } from './json-walk.ts';
import { MalformedError } from './malformed.ts';
import { TextCache } from './text-cache.ts';

export type JsonKind = 'absent' | 'null' | 'string' | 'number' | 'boolean' | 'object' | 'array';

const ABSENT = -1;
const texts = new TextCache();

export class JsonFields {
  bytes: Buffer = Buffer.alloc(0);
  /** Of the object itself, wanted or not. */
  members = 0;
  private shape: JsonShape;
  private starts: Int32Array;
  private ends: Int32Array;

  constructor(shape: JsonShape) {
    this.shape = shape;
    this.starts = new Int32Array(shape.size);
    this.ends = new Int32Array(shape.size);
  }

  /** From now on, another shape; nothing is read of it yet. */
  use(shape: JsonShape): void {
    if (shape === this.shape) return;
    this.shape = shape;
    if (shape.size > this.starts.length) {
      this.starts = new Int32Array(shape.size);
      this.ends = new Int32Array(shape.size);
    }
    this.starts.fill(ABSENT);
  }

  /** Reads the object that is all of bytes [start, end) but blanks. */
  read(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.bytes = asBuffer(bytes);
    this.starts.fill(ABSENT);
    this.members = 0;
    let at = skipBlanks(bytes, start, end);
    if (at >= end || bytes[at] !== 0x7b) throw malformedAt(at, 'expected an object');
    at = skipBlanks(bytes, this.object(at + 1, end, this.shape.root), end);
    if (at < end) throw malformedAt(at, 'something follows the object');
  }

  start(slot: number): number {
    return this.starts[slot]!;
  }

  end(slot: number): number {
    return this.ends[slot]!;
  }

  kind(slot: number): JsonKind {
    const at = this.starts[slot]!;
    if (at < 0) return 'absent';
    const first = this.bytes[at]!;
    if (first === 0x22) return 'string';
    if (first === 0x7b) return 'object';
    if (first === 0x5b) return 'array';
    if (first === 0x6e) return 'null';
    return first === 0x74 || first === 0x66 ? 'boolean' : 'number';
  }

  /** True for a field that is there, whatever it is. */
  has(slot: number): boolean {
    return this.starts[slot]! >= 0;
  }

  /** True for an object. */
  isObject(slot: number): boolean {
    const at = this.starts[slot]!;
    return at >= 0 && this.bytes[at] === 0x7b;
  }

  /** A string, or a number or boolean as it is spelled; empty for everything else. */
  text(slot: number): string {
    const at = this.starts[slot]!;
    if (at < 0) return '';
    const first = this.bytes[at]!;
    const end = this.ends[slot]!;
    if (first === 0x22) return this.string(at, end);
    if (first === 0x7b || first === 0x5b || first === 0x6e) return '';
    // Numbers seldom come again.
    return this.bytes.toString('latin1', at, end);
  }

  /** The value as it is spelled, without the quotes of a string; empty for null. */
  rawText(slot: number): string {
    const at = this.starts[slot]!;
    if (at < 0 || this.bytes[at] === 0x6e) return '';
    const quoted = this.bytes[at] === 0x22 ? 1 : 0;
    return this.bytes.toString('utf8', at + quoted, this.ends[slot]! - quoted);
  }

  /** A number, or a string of one; 0 for everything else. */
  number(slot: number): number {
    const at = this.starts[slot]!;
    if (at < 0) return 0;
    const quoted = this.bytes[at] === 0x22 ? 1 : 0;
    return digitsOf(this.bytes, at + quoted, this.ends[slot]! - quoted);
  }

  /** A hash of the value's bytes, not 0; 0 where there is none. */
  hash(slot: number): number {
    const at = this.starts[slot]!;
    return at < 0 ? 0 : hashBytes(viewOf(this.bytes), at, this.ends[slot]!) || 1;
  }

  private string(start: number, end: number): string {
    const { bytes } = this;
    for (let at = start + 1; at < end - 1; at++) if (bytes[at] === 0x5c) return parseString(bytes, start, end);
    return texts.read(bytes, start + 1, end - 1);
  }

  /** @param from behind the opening brace. @returns behind the closing one. */
  private object(from: number, end: number, wanted: WantedNames): number {
    const { bytes } = this;
    let at = skipBlanks(bytes, from, end);
    if (at < end && bytes[at] === 0x7d) return at + 1;
    let members = 0;
    for (;;) {
      members++;
      if (at >= end || bytes[at] !== 0x22) throw malformedAt(at, 'expected a name');
      const open = at++;
      let isPlain = true;
      for (; at < end; at++) {
        const byte = bytes[at]!;
        if (byte === 0x22) break;
        if (byte === 0x5c) {
          isPlain = false;
          at++;
        }
      }
      if (at >= end) throw malformedAt(end, 'a name does not end');
      const entry = isPlain ? wanted.find(bytes, open + 1, at) : this.findEscaped(wanted, open, at);
      at = this.next(at + 1, end);
      if (at >= end || bytes[at] !== 0x3a) throw malformedAt(at, 'expected a colon');
      at = this.next(at + 1, end);
      at = this.next(entry < 0 ? valueEnd(bytes, at, end) : this.field(wanted, entry, at, end), end);
      if (at < end && bytes[at] === 0x7d) break;
      if (at >= end || bytes[at] !== 0x2c) throw malformedAt(at, 'expected , or } in an object');
      at = this.next(at + 1, end);
    }
    if (wanted === this.shape.root) this.members = members;
    return at + 1;
  }

  /** As `skipBlanks`, where there are seldom any. */
  private next(at: number, end: number): number {
    return at < end && this.bytes[at]! > 0x20 ? at : skipBlanks(this.bytes, at, end);
  }

  private field(wanted: WantedNames, entry: number, at: number, end: number): number {
    const slot = wanted.slots[entry]!;
    const inner = wanted.inner[entry];
    // A name that comes again: the last counts, with all that is in it.
    if (this.starts[slot]! >= 0 && inner !== undefined) this.forget(inner);
    const stop =
      inner !== undefined && at < end && this.bytes[at] === 0x7b
        ? this.object(at + 1, end, inner)
        : valueEnd(this.bytes, at, end);
    this.starts[slot] = at;
    this.ends[slot] = stop;
    return stop;
  }

  private forget(names: WantedNames): void {
    for (const slot of names.slots) this.starts[slot] = ABSENT;
    for (const inner of names.inner) if (inner !== undefined) this.forget(inner);
  }

  /** @param open, close places of the key's quotes. */
  private findEscaped(wanted: WantedNames, open: number, close: number): number {
    const name = Buffer.from(parseString(this.bytes, open, close + 1));
    return wanted.find(name, 0, name.length);
  }
}

/** A string with its quotes. */
export function parseString(bytes: Buffer, start: number, end: number): string {
  try {
    return JSON.parse(bytes.toString('utf8', start, end)) as string;
  } catch (error) {
    throw new MalformedError('malformed_json', `malformed JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function digitsOf(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9 || end - start > 15) {
      const number = Number(bytes.toString('latin1', start, end));
      return Number.isFinite(number) ? number : 0;
    }
    value = value * 10 + digit;
  }
  return value;
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
