/** The `traceparent` that sqlcommenter leaves in a comment. */

const KEY = 'traceparent';
/** `00-<32>-<16>-<2>`. */
const LENGTH = 55;

/** The value in the comment at [start, stop), lower case; empty when there is none or it is malformed. */
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
