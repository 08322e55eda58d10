/** Cleaning and escaping of names that come from outside: they may hold anything and stay ordinary names. */
import { finalize, hashBytes, viewOf } from './bytes.ts';

export const MAX_NAME_BYTES = 255;

/** NUL and the bidirectional control characters, which can make one name look like another. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what this looks for
const UNSAFE = /[\u0000\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** What ids percent-encode: their separators, blanks, control and bidirectional characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const RESERVED = /[%/@#\s\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const encoder = new TextEncoder();
/** A byte order mark is a character of a name like any other. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Valid UTF-8 without NUL and bidirectional controls (each becomes U+FFFD), at most 255 bytes. */
export function cleanName(text: string): string {
  const safe = text.toWellFormed().replace(UNSAFE, '\ufffd');
  if (safe.length * 3 <= MAX_NAME_BYTES) return safe;
  const bytes = encoder.encode(safe);
  return bytes.length <= MAX_NAME_BYTES ? safe : cutName(bytes);
}

/** The first 246 bytes, at a character boundary, and `~` with a hash of the whole. */
function cutName(bytes: Uint8Array): string {
  let end = MAX_NAME_BYTES - 9;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  const hash = finalize(hashBytes(viewOf(bytes), 0, bytes.length));
  return `${decoder.decode(bytes.subarray(0, end))}~${hash.toString(16).padStart(8, '0')}`;
}

/** The same text with memory of its own: a piece cut out of a longer text would keep all of it. */
export function ownText(text: string): string {
  return decoder.decode(encoder.encode(text));
}

/** A name as a part of an id; the empty name is `~` (unknown), and a real `~` is encoded. */
export function encodePart(text: string): string {
  if (text === '') return '~';
  if (text === '~') return '%7E';
  return text.replace(RESERVED, c => encodeURIComponent(c));
}
