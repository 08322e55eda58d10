/**
 * The documents of JSON in a body: one a line, or all of it one document, or one list of them. Their bytes are those of
 * the body. A line that is none is told in its turn, and those after it are read.
 */
import { eachItem, skipBlanks, valueEnd } from '../../encodings/json-walk.ts';
import { MalformedError } from '../../encodings/malformed.ts';

const LINE_END = 0x0a;
const LIST = 0x5b;

/** @param line of the body from 1, or of a list the item. */
export type TakeDocument = (line: number, document: Uint8Array | MalformedError) => void;

export function eachDocument(bytes: Uint8Array, take: TakeDocument): void {
  const begin = skipBlanks(bytes, 0, bytes.length);
  if (bytes[begin] === LIST) takeList(bytes, begin, take);
  else takeLines(bytes, take);
}

/** Of a body that is to be a list. */
export function eachListed(bytes: Uint8Array, take: TakeDocument): void {
  const begin = skipBlanks(bytes, 0, bytes.length);
  if (bytes[begin] !== LIST) throw new MalformedError('malformed_json', 'expected a list: [ … ]');
  takeList(bytes, begin, take);
}

/** All of it is told, or nothing: a list that is broken has no end. */
function takeList(bytes: Uint8Array, begin: number, take: TakeDocument): void {
  checkDocument(bytes);
  let item = 0;
  eachItem(bytes, begin, bytes.length, (start, end) => take(++item, bytes.subarray(start, end)));
}

function takeLines(bytes: Uint8Array, take: TakeDocument): void {
  let line = 0;
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf(LINE_END, at);
    const end = found < 0 ? bytes.length : found;
    line++;
    if (skipBlanks(bytes, at, end) < end) {
      const document = attempt(bytes.subarray(at, end));
      if (line === 1 && document instanceof MalformedError && isWhole(bytes)) return take(line, bytes);
      take(line, document);
    }
    at = end + 1;
  }
}

function attempt(document: Uint8Array): Uint8Array | MalformedError {
  try {
    checkDocument(document);
    return document;
  } catch (error) {
    if (error instanceof MalformedError) return error;
    throw error;
  }
}

function isWhole(bytes: Uint8Array): boolean {
  return attempt(bytes) === bytes;
}

function checkDocument(bytes: Uint8Array): void {
  const end = valueEnd(bytes, skipBlanks(bytes, 0, bytes.length), bytes.length);
  if (skipBlanks(bytes, end, bytes.length) < bytes.length) {
    throw new MalformedError('malformed_json', `malformed JSON at byte ${end}: expected the end of the line`);
  }
}
