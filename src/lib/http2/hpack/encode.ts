/** Header blocks of answers: every field a literal that no table keeps, so that blocks can be made once for all. */
import { STATIC_FIELDS } from './fields.ts';

export type Headers = readonly (readonly [name: string, value: string])[];

/** Names in lower case; values of latin1 characters. */
export function encodeHeaders(headers: Headers): Buffer {
  return Buffer.concat(headers.map(([name, value]) => encodeField(name, value)));
}

function encodeField(name: string, value: string): Buffer {
  const exact = STATIC_FIELDS.findIndex(field => field.name === name && field.value === value);
  if (exact >= 0) return integer(0x80, 0x7f, exact + 1);
  const named = STATIC_FIELDS.findIndex(field => field.name === name);
  const head = named >= 0 ? integer(0, 0x0f, named + 1) : Buffer.concat([Buffer.from([0]), text(name)]);
  return Buffer.concat([head, text(value)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([integer(0, 0x7f, bytes.length), bytes]);
}

function integer(first: number, mask: number, value: number): Buffer {
  if (value < mask) return Buffer.from([first | value]);
  const bytes = [first | mask];
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
