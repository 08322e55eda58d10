/**
 * The bytes of a header → its text. Converters of Kafka Connect and Spring write texts as JSON: in quotes, or with a
 * schema beside them.
 */
import { asBuffer } from '../json-fields.ts';

const QUOTE = 0x22;
const BRACE = 0x7b;
const MAX_JSON_BYTES = 4096;

/** One byte to a character: what the ids of contexts need, and what keeps binary ones whole. */
export function headerBytes(value: Uint8Array | null): string {
  if (value === null) return '';
  return fromJson(value) ?? asBuffer(value).toString('latin1');
}

/** UTF-8; empty for null and for bytes that are no text. */
export function headerText(value: Uint8Array | null): string {
  if (value === null) return '';
  const text = fromJson(value) ?? asBuffer(value).toString('utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what has them is binary
  return /[\u0000-\u0008\ufffd]/.test(text) ? '' : text.trim();
}

function fromJson(value: Uint8Array): string | undefined {
  const first = value[0];
  if ((first !== QUOTE && first !== BRACE) || value.length > MAX_JSON_BYTES) return undefined;
  try {
    return textIn(JSON.parse(asBuffer(value).toString('utf8')));
  } catch {
    return undefined;
  }
}

function textIn(json: unknown): string | undefined {
  if (typeof json === 'string') return json;
  if (typeof json !== 'object' || json === null || !('schema' in json) || !('payload' in json)) return undefined;
  return typeof json.payload === 'string' ? json.payload : undefined;
}
