/**
 * Pieces of Zipkin spans: a tracer may report a span in several, of which only one tells its kind and times. Read as a
 * span of its own, a piece would be a local one that began nowhen; it is the span of its id and service again.
 */
import type { Json, JsonObject } from '../json.ts';

/** For each piece among these spans the span that it belongs to, where that is among them, too. */
export function wholesOfPieces(spans: readonly Json[]): ReadonlyMap<Json, JsonObject> {
  const pieces = spans.filter(isPiece);
  if (pieces.length === 0) return NONE;
  const wholes = new Map(spans.filter(isWhole).map(span => [keyOf(span), span]));
  const found = new Map<Json, JsonObject>();
  for (const piece of pieces) {
    const whole = wholes.get(keyOf(piece));
    if (whole !== undefined) found.set(piece, whole);
  }
  return found;
}

const NONE: ReadonlyMap<Json, JsonObject> = new Map();

function isPiece(span: Json): span is JsonObject {
  return isObject(span) && span.kind === undefined && span.timestamp === undefined && span.duration === undefined;
}

function isWhole(span: Json): span is JsonObject {
  return isObject(span) && span.kind !== undefined && span.timestamp !== undefined;
}

function keyOf(span: JsonObject): string {
  const service = isObject(span.localEndpoint) ? span.localEndpoint.serviceName : undefined;
  return JSON.stringify([span.traceId, span.id, service]);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
