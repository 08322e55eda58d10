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
const LENGTH_BEGIN = /\r\ncontent-length:[ \t]*/i;
const NONE = '\n';
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

/**
 * Reads the heads of one connection. A client says the same in all of them but for the length of the body: what differs
 * from the last head by nothing else is not read again.
 */
export class DirectHeads {
  private headers: Readonly<Record<string, string>> = {};
  private url = '';
  /** The last head, up to the digits of its length and from their end; nothing begins with NONE. */
  private before = NONE;
  private after = '';

  /** `partial`: more must come to tell. `other`: not ordinary, or longer than `maxBytes`. */
  read(bytes: Buffer, start: number, end: number, maxBytes: number): DirectHead | 'partial' | 'other' {
    const at = bytes.subarray(start, Math.min(end, start + maxBytes)).indexOf(END);
    if (at < 0) return end - start < maxBytes && mayBecomeOrdinary(bytes, start, end) ? 'partial' : 'other';
    const text = bytes.toString('latin1', start, start + at);
    const headers = this.known(text) ?? this.readText(text);
    if (headers === undefined) return 'other';
    return { method: 'POST', url: this.url, headers, end: start + at + END.length };
  }

  private known(text: string): Record<string, string> | undefined {
    const { before, after } = this;
    if (!text.startsWith(before) || !text.endsWith(after)) return undefined;
    const length = text.slice(before.length, text.length - after.length);
    return LENGTH.test(length) ? { ...this.headers, 'content-length': length } : undefined;
  }

  private readText(text: string): Record<string, string> | undefined {
    const lines = text.split('\r\n');
    const url = FIRST_LINE.exec(lines[0]!)?.[1];
    const headers = url === undefined ? undefined : readFields(lines);
    if (url === undefined || headers === undefined) return undefined;
    const begin = LENGTH_BEGIN.exec(text)!;
    const digits = begin.index + begin[0].length;
    this.url = url;
    this.headers = headers;
    this.before = text.slice(0, digits);
    this.after = text.slice(digits + headers['content-length']!.length);
    return headers;
  }
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
