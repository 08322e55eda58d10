/**
 * What recorded bytes are, told by their content: the first bytes of an input → its encoding. Names of files say
 * nothing here. Never throws.
 */

export type DetectedEncoding = 'json' | 'protobuf' | 'utf16' | 'unknown';

/** Bytes that `detectEncoding` wants to see, where there are as many. */
export const HEAD_BYTES = 512;

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** @param head the first bytes, without padding; `json` also for other text, whose lines then say what is wrong. */
export function detectEncoding(head: Uint8Array): DetectedEncoding {
  if (opensRequest(head) && !opensJson(head)) return 'protobuf';
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return 'utf16';
  return isText(head.subarray(0, HEAD_BYTES)) ? 'json' : 'unknown';
}

/** Fields of ResourceSpans that encoders write first: resource, scope_spans, schema_url. */
const RESOURCE_SPANS_TAGS = [0x0a, 0x12, 0x1a];

/** An ExportTraceServiceRequest begins with `resource_spans`, a tag that is a line feed in text. */
function opensRequest(head: Uint8Array): boolean {
  if (head[0] !== 0x0a) return false;
  let at = 1;
  while (at < 5 && (head[at] ?? 0) >= 0x80) at++;
  if (head[at] === undefined) return false;
  return head[at] === 0 || RESOURCE_SPANS_TAGS.includes(head[at + 1] ?? 0);
}

/** A brace and a name can be lengths and tags in protobuf; a brace, a quote and a letter cannot. */
function opensJson(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, HEAD_BYTES)).toString('latin1');
  return /^\s*(\[\s*)?\{\s*("[A-Za-z_]|\})/.test(text);
}

/** No control characters but white space; NUL may pad lines. */
function isText(head: Uint8Array): boolean {
  return head.every(byte => byte >= 0x20 || byte === 0 || (byte >= 0x09 && byte <= 0x0d));
}
