/** Kinds of tokens. */
export const END = 0;
export const WORD = 1;
/** A quoted name; its offsets leave the quotes out. */
export const QUOTED = 2;
export const STRING = 3;
export const NUMBER = 4;
export const PARAMETER = 5;
/** `@name` and `#name`: what lives no longer than the session. */
export const VARIABLE = 6;
export const OPEN = 7;
export const CLOSE = 8;
export const COMMA = 9;
export const SEMICOLON = 10;
export const DOT = 11;
/** `::`, before a type's name. */
export const CAST = 12;
export const OTHER = 13;
