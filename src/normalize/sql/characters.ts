/** Classes of characters. */
const OTHER = 0;
export const BLANK = 1;
export const LETTER = 2;
export const DIGIT = 3;

const CLASSES = new Uint8Array(128);
for (let code = 0; code <= 32; code++) CLASSES[code] = BLANK;
for (let code = 48; code < 58; code++) CLASSES[code] = DIGIT;
for (let code = 65; code < 91; code++) CLASSES[code] = CLASSES[code + 32] = LETTER;
CLASSES[95] = LETTER;

const ELLIPSIS = 0x2026;

/** A letter is whatever may begin a name. */
export function classOf(code: number): number {
  if (code < 128) return CLASSES[code]!;
  if (code === ELLIPSIS) return OTHER;
  return isWideBlank(code) ? BLANK : LETTER;
}

function isWideBlank(code: number): boolean {
  return code === 0xa0 || code === 0xfeff || code === 0x3000 || (code >= 0x2000 && code <= 0x200b) || code === 0x2028;
}

const IN_NAME = CLASSES.map((kind, code) => (kind >= LETTER || code === 36 ? 1 : 0));

/** True inside a name; false for NaN, which stands behind the text's end. */
export function isNameCode(code: number): boolean {
  return code < 128 ? IN_NAME[code] === 1 : code >= 128 && classOf(code) === LETTER;
}
