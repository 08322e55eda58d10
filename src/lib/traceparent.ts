/** The `traceparent` that sqlcommenter leaves in the comment of a statement, and that others put beside its name. */

const KEY = 'traceparent';
/** `00-<32>-<16>-<2>`. */
const LENGTH = 55;

/** The value beside its name in the text at [start, stop), lower case; empty when there is none or it is malformed. */
export function findTraceparent(text: string, start: number, stop: number): string {
  if (stop - start < KEY.length + LENGTH) return '';
  const comment = text.slice(start, stop);
  const key = comment.indexOf(KEY);
  if (key < 0) return '';
  let at = key + KEY.length;
  while (at < comment.length && isPadding(comment.charCodeAt(at))) at++;
  const value = comment.slice(at, at + LENGTH).toLowerCase();
  return isTraceparent(value) ? value : '';
}

/** The value in a statement's comments; texts in quotes are no comments. Empty when there is none. */
export function commentedTraceparent(sql: string): string {
  for (let at = 0; at < sql.length; at++) {
    const code = sql.charCodeAt(at);
    if (code === 39 || code === 34 || code === 96) at = closingQuote(sql, code, at + 1);
    else if (code === 47 && sql.charCodeAt(at + 1) === 42) {
      const end = sql.indexOf('*/', at + 2);
      const stop = end < 0 ? sql.length : end;
      const found = findTraceparent(sql, at + 2, stop);
      if (found !== '') return found;
      at = stop + 1;
    }
  }
  return '';
}

function closingQuote(sql: string, quote: number, from: number): number {
  let at = from;
  while (at < sql.length && sql.charCodeAt(at) !== quote) at += sql.charCodeAt(at) === 92 ? 2 : 1;
  return at;
}

function isPadding(code: number): boolean {
  return code === 61 || code === 39 || code === 92 || code === 34 || code === 58 || code === 32;
}

function isTraceparent(value: string): boolean {
  if (value.length !== LENGTH) return false;
  for (let i = 0; i < LENGTH; i++) {
    const code = value.charCodeAt(i);
    const dash = i === 2 || i === 35 || i === 52;
    if (dash ? code !== 45 : !(code >= 48 && code < 58) && !(code >= 97 && code < 103)) return false;
  }
  return true;
}
