/** A matcher → tests of one value as the view holds it: bytes for texts (compared without decoding), numbers otherwise. */
import type { Matcher } from './config.ts';

export interface ValueTest {
  text(data: DataView, start: number, end: number): boolean;
  number(value: number): boolean;
  boolean(value: boolean): boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** `equals: 200` also means the text `200`, and the other way round: instrumentations differ in such types. */
export function compileMatcher(matcher: Matcher): ValueTest {
  if (matcher.matches !== undefined) return compileExpression(new RegExp(matcher.matches, 'u'));
  const texts = (matcher.in ?? [matcher.equals!]).map(String);
  const encoded = texts.map(text => encoder.encode(text));
  const among = (value: number | boolean) => texts.includes(String(value));
  return {
    text: (data, start, end) => encoded.some(bytes => sameBytes(bytes, data, start, end)),
    number: among,
    boolean: among,
  };
}

function compileExpression(expression: RegExp): ValueTest {
  return {
    text: (data, start, end) => expression.test(decodeRange(data, start, end)),
    number: value => expression.test(String(value)),
    boolean: value => expression.test(String(value)),
  };
}

function sameBytes(bytes: Uint8Array, data: DataView, start: number, end: number): boolean {
  if (bytes.length !== end - start) return false;
  for (let i = 0; i < bytes.length; i++) if (data.getUint8(start + i) !== bytes[i]) return false;
  return true;
}

function decodeRange(data: DataView, start: number, end: number): string {
  return decoder.decode(new Uint8Array(data.buffer, data.byteOffset + start, end - start));
}
