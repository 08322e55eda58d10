/** Where strings, comments and quoted names end. Every function returns an offset beyond `start` and at most `end`. */
import { isNameCode } from './characters.ts';

/** What follows an opening quote: the offset after the closing one, or -1 when it never comes. */
export function stringEnd(
  text: string,
  start: number,
  end: number,
  quote: number,
  backslash: boolean | 'unsure',
): number {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) {
      if (i + 1 < end && text.charCodeAt(i + 1) === quote) i++;
      else return i + 1;
    } else if (code === 92 && backslash !== false && escapes(text, i, quote, backslash)) i++;
  }
  return -1;
}

/** In doubt a backslash escapes a quote only when the string visibly goes on behind it. */
function escapes(text: string, at: number, quote: number, backslash: true | 'unsure'): boolean {
  if (backslash === true || text.charCodeAt(at + 1) !== quote) return true;
  return isNameCode(text.charCodeAt(at + 2));
}

/** Oracle's `q'[…]'`, from behind the first quote. */
export function alternativeEnd(text: string, start: number, end: number): number {
  const open = text.charAt(start);
  const close = { '[': ']', '(': ')', '{': '}', '<': '>' }[open] ?? open;
  const at = text.indexOf(`${close}'`, start + 1);
  return at < 0 || at + 2 > end ? -1 : at + 2;
}

export function lineEnd(text: string, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13) return i + 1;
  }
  return end;
}

/** From behind the opening of a block comment to behind its end, or -1. */
export function commentEnd(text: string, start: number, end: number, nested: boolean): number {
  let depth = 1;
  for (let i = start; i + 1 < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 42 && text.charCodeAt(i + 1) === 47) {
      if (--depth === 0) return i + 2;
      i++;
    } else if (nested && code === 47 && text.charCodeAt(i + 1) === 42) {
      depth++;
      i++;
    }
  }
  return -1;
}

/** Length of the `$tag$` at `start`; 0 when there is none. */
export function dollarTagLength(text: string, start: number, end: number): number {
  for (let i = start + 1; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 36) return i + 1 - start;
    if (!isNameCode(code) || (i === start + 1 && code < 58)) return 0;
  }
  return 0;
}
