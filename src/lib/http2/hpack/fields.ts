/** A header field as HPACK's tables keep it, and the table that every connection begins with (RFC 7541, appendix A). */

export interface Field {
  readonly name: string;
  readonly value: string;
  /** As RFC 9113 counts it: octets of both and 32 more. */
  readonly size: number;
  /** Decided once, since most fields come again and again. */
  readonly kind: FieldKind;
}

/** `malformed` must not stand in a request (RFC 9113, 8.2 and 8.3). */
export type FieldKind = 'regular' | ':method' | ':scheme' | ':path' | ':authority' | 'content-length' | 'malformed';

const KNOWN: ReadonlySet<string> = new Set([':method', ':scheme', ':path', ':authority', 'content-length']);
const OF_CONNECTIONS: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const VALUE = /^(?![ \t])[^\0\r\n]*(?<![ \t])$/;

export function createField(name: string, value: string): Field {
  return { name, value, size: name.length + value.length + 32, kind: kindOf(name, value) };
}

function kindOf(name: string, value: string): FieldKind {
  if (!VALUE.test(value)) return 'malformed';
  if (KNOWN.has(name)) return name as FieldKind;
  if (!NAME.test(name) || OF_CONNECTIONS.has(name)) return 'malformed';
  return name === 'te' && value !== 'trailers' ? 'malformed' : 'regular';
}

const STATIC_TEXT = `:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`;

/** Index 1 is the first. */
export const STATIC_FIELDS: readonly Field[] = STATIC_TEXT.split('\n').map(line => {
  const gap = line.indexOf(' ');
  return gap < 0 ? createField(line, '') : createField(line.slice(0, gap), line.slice(gap + 1));
});
