/** Trace and span ids in JSON: hex in any case (as OTLP says), or base64 (as generic protobuf JSON encoders write). */

/** An id as 32-bit words, big endian; a span id fills w2 and w3. */
export interface IdWords {
  w0: number;
  w1: number;
  w2: number;
  w3: number;
  /** Well-formed, of an accepted length, and not all zero. */
  ok: boolean;
}

/** @param bytes 16 for a trace id (8 bytes are zero-extended), 8 for a span id. */
export function parseId(text: string, bytes: 8 | 16, into: IdWords): void {
  into.w0 = into.w1 = into.w2 = into.w3 = 0;
  const hex = text.length === bytes * 2 || text.length === 16 ? text : base64ToHex(text, bytes);
  const start = hex.length - 16;
  into.w2 = hexWord(hex, start);
  into.w3 = hexWord(hex, start + 8);
  if (start === 16) {
    into.w0 = hexWord(hex, 0);
    into.w1 = hexWord(hex, 8);
  }
  into.ok = hex.length > 0 && !bad && (into.w0 | into.w1 | into.w2 | into.w3) !== 0;
  if (!into.ok) into.w0 = into.w1 = into.w2 = into.w3 = 0;
  bad = false;
}

/** Set by `hexWord` when it met a character that is no hex digit. */
let bad = false;

function hexWord(text: string, from: number): number {
  let word = 0;
  for (let i = from; i < from + 8; i++) {
    const c = text.charCodeAt(i);
    let digit: number;
    if (c >= 48 && c <= 57) digit = c - 48;
    else if (c >= 97 && c <= 102) digit = c - 87;
    else if (c >= 65 && c <= 70) digit = c - 55;
    else {
      bad = true;
      return 0;
    }
    word = (word << 4) | digit;
  }
  return word;
}

function base64ToHex(text: string, bytes: 8 | 16): string {
  const expected = bytes === 16 ? /^[A-Za-z0-9+/_-]{22}(==)?$|^[A-Za-z0-9+/_-]{11}=?$/ : /^[A-Za-z0-9+/_-]{11}=?$/;
  return expected.test(text) ? Buffer.from(text, 'base64').toString('hex') : '';
}
