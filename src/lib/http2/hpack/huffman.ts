/**
 * The Huffman code of HPACK (RFC 7541, appendix B). It is canonical: codes follow from their lengths, in the order of
 * length and symbol. Read eight bits at a time.
 */
import { ConnectionError } from '../words.ts';

/** Bits of the code of each byte, and of the end of string. */
const CODE_LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const END_OF_STRING = 256;

/** A table of 256 entries per step: a symbol and its bits of the last byte (bits << 9 | symbol), or -next table. */
const TABLES = buildTables();

/** Text of latin1 characters. Throws a `ConnectionError` for what is no code, or padded wrongly. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let table = 0;
  let window = 0;
  let bits = 0;
  let pending = 0;
  for (let at = start; at < end; at++) {
    window = ((window << 8) | bytes[at]!) & 0xffff;
    bits += 8;
    pending += 8;
    while (bits >= 8) {
      const entry = TABLES[table + ((window >> (bits - 8)) & 0xff)]!;
      if (entry < 0) {
        table = -entry;
        bits -= 8;
      } else {
        text += toCharacter(entry);
        bits -= entry >> 9;
        pending = bits;
        table = 0;
      }
    }
  }
  for (;;) {
    const entry = bits === 0 ? -1 : TABLES[table + ((window << (8 - bits)) & 0xff)]!;
    if (entry < 0 || entry >> 9 > bits) break;
    text += toCharacter(entry);
    bits -= entry >> 9;
    pending = bits;
    table = 0;
  }
  const padding = (1 << bits) - 1;
  if (pending > 7 || (window & padding) !== padding) throw new ConnectionError('compression_error', 'wrong padding');
  return text;
}

function toCharacter(entry: number): string {
  const symbol = entry & 0x1ff;
  if (symbol === END_OF_STRING) throw new ConnectionError('compression_error', 'an end within a text');
  return String.fromCharCode(symbol);
}

function buildTables(): Int32Array {
  const tables: number[] = new Array(256).fill(0);
  const order = CODE_LENGTHS.map((length, symbol) => ({ length, symbol })).sort((a, b) => a.length - b.length);
  let code = 0;
  let before = order[0]!.length;
  for (const { length, symbol } of order) {
    code *= 2 ** (length - before);
    before = length;
    insert(tables, code, length, symbol);
    code += 1;
  }
  return Int32Array.from(tables);
}

function insert(tables: number[], code: number, length: number, symbol: number): void {
  let table = 0;
  let rest = length;
  for (; rest > 8; rest -= 8) {
    const at = table + (Math.floor(code / 2 ** (rest - 8)) & 0xff);
    if (tables[at] === 0) {
      tables[at] = -tables.length;
      for (let i = 0; i < 256; i++) tables.push(0);
    }
    table = -tables[at]!;
  }
  const first = (code << (8 - rest)) & 0xff;
  for (let i = 0; i < 2 ** (8 - rest); i++) tables[table + first + i] = (rest << 9) | symbol;
}
