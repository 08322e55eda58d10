/**
 * The head of an ordinary request: POST of a body whose length is announced, on a connection that stays. Strict, since
 * everything that is written otherwise is left to node:http, which knows all of HTTP/1.1.
 */
import type { RequestHead } from './exchange.ts';

const END = Buffer.from('\r\n\r\n');
const BEGIN = Buffer.from('POST /v1/');
const FIRST_LINE = /^POST (\/v1\/(?:traces|logs)) HTTP\/1\.1$/;
/** Name and value; characters as RFC 9110 has them. */
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;
const LENGTH = /^[0-9]{1,12}$/;
/** Fields that change how the request is to be read or answered. */
const EXTRAORDINARY: ReadonlySet<string> = new Set(['transfer-encoding', 'expect', 'upgrade', 'origin']);
/** Fields that the receiver reads; each may stand there once. */
const READ: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'authorization',
  'traceparent',
]);

export interface DirectHead extends RequestHead {
  /** Where the body begins. */
  readonly end: number;
}

/** `partial`: more must come to tell. `other`: not ordinary, or longer than `maxBytes`. */
export function readDirectHead(
  bytes: Buffer,
  start: number,
  end: number,
  maxBytes: number,
): DirectHead | 'partial' | 'other' {
  const at = bytes.subarray(start, Math.min(end, start + maxBytes)).indexOf(END);
  if (at < 0) return end - start < maxBytes && mayBecomeOrdinary(bytes, start, end) ? 'partial' : 'other';
  const lines = bytes.toString('latin1', start, start + at).split('\r\n');
  const url = FIRST_LINE.exec(lines[0]!)?.[1];
  const headers = url === undefined ? undefined : readFields(lines);
  if (url === undefined || headers === undefined) return 'other';
  return { method: 'POST', url, headers, end: start + at + END.length };
}

function mayBecomeOrdinary(bytes: Buffer, start: number, end: number): boolean {
  const length = Math.min(end - start, BEGIN.length);
  return BEGIN.compare(bytes, start, start + length, 0, length) === 0;
}

function readFields(lines: readonly string[]): Record<string, string> | undefined {
  const fields: Record<string, string> = {};
  for (let i = 1; i < lines.length; i++) {
    const field = FIELD.exec(lines[i]!);
    if (field === null) return undefined;
    const name = field[1]!.toLowerCase();
    if (READ.has(name)) {
      if (name in fields) return undefined;
      fields[name] = field[2]!.trimEnd();
    } else if (EXTRAORDINARY.has(name)) return undefined;
    else if (name === 'connection' && field[2]!.trimEnd().toLowerCase() !== 'keep-alive') return undefined;
  }
  const isOrdinary = fields.host !== undefined && LENGTH.test(fields['content-length'] ?? '');
  return isOrdinary ? fields : undefined;
}
