/**
 * The texts of single context headers → ids. Each reader takes what one format writes and gives undefined for what is
 * malformed, of another length, or zero. Ids of 64 bits have a high half of zero.
 */
import type { SpanContext } from '../../contract/record.ts';

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/i;
const B3 = /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(-[01d](-[0-9a-f]{16})?)?$/i;
const JAEGER = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{1,16}:[0-9a-f]{1,2}$/i;
const AMAZON_ROOT = /(?:^|;)\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})\s*(?:;|$)/i;
const AMAZON_PARENT = /(?:^|;)\s*Parent=([0-9a-f]{16})\s*(?:;|$)/i;
const DECIMAL = /^\d{1,20}$/;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;

/** W3C; versions above 00 may have more behind the flags. */
export function readTraceparent(text: string): SpanContext | undefined {
  const match = TRACEPARENT.exec(text);
  if (match === null) return undefined;
  const [, version = '', traceId = '', spanId = '', rest] = match;
  if (version.toLowerCase() === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  return contextOf(traceId, spanId);
}

/** `{trace}-{span}[-{sampled}[-{parent}]]`. */
export function readB3(text: string): SpanContext | undefined {
  const match = B3.exec(text);
  return match === null ? undefined : contextOf(match[1]!, match[2]!);
}

export function readB3Ids(traceId: string, spanId: string): SpanContext | undefined {
  return readB3(`${traceId}-${spanId}`);
}

/** `{trace}:{span}:{parent}:{flags}`; ids lack their leading zeros, and the whole may be percent-encoded. */
export function readJaeger(text: string): SpanContext | undefined {
  const match = JAEGER.exec(text.replace(/%3a/gi, ':'));
  return match === null ? undefined : contextOf(match[1]!, match[2]!.padStart(16, '0'));
}

/** Unsigned decimals; the high half of the trace id is hex in the tag `_dd.p.tid`. */
export function readDatadog(traceId: string, parentId: string, tags: string): SpanContext | undefined {
  const low = hexOfDecimal(traceId);
  const span = hexOfDecimal(parentId);
  if (low === '' || span === '' || /^0*$/.test(low)) return undefined;
  const high = /(?:^|,)\s*_dd\.p\.tid=([0-9a-f]{16})\s*(?:,|$)/i.exec(tags)?.[1] ?? '';
  return contextOf(high + low, span);
}

function hexOfDecimal(text: string): string {
  if (!DECIMAL.test(text)) return '';
  const value = BigInt(text);
  return value > MAX_UINT64 ? '' : value.toString(16).padStart(16, '0');
}

/** 29 bytes, one to a character: version 0, then trace id (field 0), span id (field 1) and flags (field 2). */
export function readElasticBinary(text: string): SpanContext | undefined {
  if (text.length !== 29 || text[0] !== '\0' || text[1] !== '\0' || text[18] !== '\x01') return undefined;
  const bytes = Buffer.from(text, 'latin1');
  return contextOf(bytes.toString('hex', 2, 18), bytes.toString('hex', 19, 27));
}

/** `Root=1-<8>-<24>;Parent=<16>;Sampled=1`, in any order. */
export function readAmazon(text: string): SpanContext | undefined {
  const root = AMAZON_ROOT.exec(text);
  const parent = AMAZON_PARENT.exec(text);
  return root === null || parent === null ? undefined : contextOf(root[1]! + root[2]!, parent[1]!);
}

/** The service in SkyWalking's `1-{trace}-{segment}-{span}-{service}-…`, whose texts are base64; empty for none. */
export function readSkyWalkingService(text: string): string {
  const parts = text.split('-');
  const service = parts[4] ?? '';
  if (parts.length !== 8 || !/^[A-Za-z0-9+/_=]+$/.test(service)) return '';
  return Buffer.from(service, 'base64').toString('utf8').trim();
}

/** @param traceId up to 32 hex digits, @param spanId 16. */
function contextOf(traceId: string, spanId: string): SpanContext | undefined {
  const trace = traceId.padStart(32, '0');
  const context = [
    word(trace, 0),
    word(trace, 8),
    word(trace, 16),
    word(trace, 24),
    word(spanId, 0),
    word(spanId, 8),
  ] as const;
  const [a, b, c, d, e, f] = context;
  return (a | b | c | d) === 0 || (e | f) === 0 ? undefined : context;
}

/** Of eight hex digits, which they are known to be. */
function word(hex: string, from: number): number {
  let value = 0;
  for (let at = from; at < from + 8; at++) {
    const code = hex.charCodeAt(at);
    // A letter of either case is 9 above its low four bits.
    value = (value << 4) | ((code & 15) + (code >> 6) * 9);
  }
  return value;
}
