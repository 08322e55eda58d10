/**
 * Where JSON values end, in bytes that may be broken: blanks, strings, and whole values without looking into them. Of what
 * is passed over, brackets and quotes are checked. Everything beyond `end` is as if it were not there.
 */
import { MalformedError } from './malformed.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export function malformedAt(at: number, what: string): MalformedError {
  return new MalformedError('malformed_json', `malformed JSON at byte ${at}: ${what}`);
}

/** The first byte at or behind `at` that is no blank. */
export function skipBlanks(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at]!;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
    at++;
  }
  return at;
}

/** @param at behind the opening quote. @returns the place of the closing one. */
export function closingQuote(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at;
    at += byte === BACKSLASH ? 2 : 1;
  }
  throw malformedAt(end, 'a string does not end');
}

/** Where the value that begins at `at` ends. */
export function valueEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) throw malformedAt(at, 'a value is missing');
  const first = bytes[at]!;
  if (first === QUOTE) return closingQuote(bytes, at + 1, end) + 1;
  if (first === 0x7b || first === 0x5b) return nestedEnd(bytes, at, end);
  return scalarEnd(bytes, at, end);
}

/** The two loops are one function: most bytes of a change are passed over here. */
function nestedEnd(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0;
  while (at < end) {
    const byte = bytes[at++]!;
    if (byte === QUOTE) {
      for (;;) {
        if (at >= end) throw malformedAt(end, 'a string does not end');
        const inside = bytes[at++]!;
        if (inside === QUOTE) break;
        if (inside === BACKSLASH) at++;
      }
      // Braces and brackets differ in one bit.
    } else if ((byte | 0x20) === 0x7b) depth++;
    else if ((byte | 0x20) === 0x7d && --depth === 0) return at;
  }
  throw malformedAt(end, 'an object or array does not end');
}

/** A number (of which only the characters are checked), `true`, `false` or `null`; what may follow is not seen here. */
function scalarEnd(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start]!;
  let at = start + 1;
  if (first === 0x2d || (first >= 0x30 && first <= 0x39)) {
    while (at < end && IN_NUMBER[bytes[at]!] === 1) at++;
    if (first !== 0x2d || at > start + 1) return at;
  }
  const rest = first === 0x6e ? NULL : first === 0x74 ? TRUE : first === 0x66 ? FALSE : NOTHING;
  for (const byte of rest) if (at >= end || bytes[at++] !== byte) throw malformedAt(start, 'expected a value');
  if (rest === NOTHING) throw malformedAt(start, 'expected a value');
  return at;
}

const IN_NUMBER = new Uint8Array(256);
for (const byte of Buffer.from('0123456789+-.eE')) IN_NUMBER[byte] = 1;

/** Behind their first letters. */
const NULL = Buffer.from('ull');
const TRUE = Buffer.from('rue');
const FALSE = Buffer.from('alse');
const NOTHING = Buffer.from('');

/** @param take gets where each item of the array at [start, end) begins and ends. */
export function eachItem(
  bytes: Uint8Array,
  start: number,
  end: number,
  take: (start: number, end: number) => void,
): void {
  let at = skipBlanks(bytes, start + 1, end);
  if (at < end && bytes[at] === 0x5d) return;
  for (;;) {
    const stop = valueEnd(bytes, at, end);
    take(at, stop);
    at = skipBlanks(bytes, stop, end);
    if (at < end && bytes[at] === 0x5d) return;
    if (at >= end || bytes[at] !== 0x2c) throw malformedAt(at, 'expected , or ] in an array');
    at = skipBlanks(bytes, at + 1, end);
  }
}

/** @param take gets each member of the object at [start, end): its key with the quotes, and its value. */
export function eachMember(
  bytes: Uint8Array,
  start: number,
  end: number,
  take: (keyStart: number, keyEnd: number, start: number, end: number) => void,
): void {
  let at = skipBlanks(bytes, start + 1, end);
  if (at < end && bytes[at] === 0x7d) return;
  for (;;) {
    if (at >= end || bytes[at] !== QUOTE) throw malformedAt(at, 'expected a name');
    const keyStart = at;
    const keyEnd = closingQuote(bytes, at + 1, end) + 1;
    at = skipBlanks(bytes, keyEnd, end);
    if (at >= end || bytes[at] !== 0x3a) throw malformedAt(at, 'expected a colon');
    at = skipBlanks(bytes, at + 1, end);
    const stop = valueEnd(bytes, at, end);
    take(keyStart, keyEnd, at, stop);
    at = skipBlanks(bytes, stop, end);
    if (at < end && bytes[at] === 0x7d) return;
    if (at >= end || bytes[at] !== 0x2c) throw malformedAt(at, 'expected , or } in an object');
    at = skipBlanks(bytes, at + 1, end);
  }
}
