/**
 * Resources and attributes of OTLP in protobuf, as spans and log records have them, with the cursor that their decoders
 * share: each reads one request to its end.
 */
import type { SpanConsumer } from '../../contract/consumer.ts';
import {
  type KeyLookup,
  type SlotValues,
  type SpanView,
  VALUE_ARRAY,
  VALUE_BOOL,
  VALUE_DOUBLE,
  VALUE_INT,
  VALUE_NONE,
  VALUE_OTHER,
  VALUE_STRING,
} from '../../contract/span-view.ts';
import { BYTES, FIXED64, isBlankText, VARINT, WireReader } from './wire.ts';

export const reader = new WireReader();

/** Finds the resource of the message, and fills its slots unless the consumer knows it. */
export function readResource(limit: number, view: SpanView, consumer: Pick<SpanConsumer, 'knowsResource'>): void {
  const start = reader.pos;
  view.resource.reset();
  view.resourceSerial++;
  findResource(limit, view);
  if (view.resourceStart >= 0 && consumer.knowsResource?.(view)) return;
  reader.pos = start;
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    if (tag === 0x0a) readResourceAttributes(reader.bytesEnd(limit), view);
    else reader.skip(tag, limit);
  }
}

/** Where the Resource stands; start -1 when there are several (protobuf merges them), both 0 when there is none. */
function findResource(limit: number, view: SpanView): void {
  view.resourceStart = view.resourceEnd = 0;
  let seen = false;
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    if (tag === 0x0a) {
      view.resourceEnd = reader.bytesEnd(limit);
      view.resourceStart = seen ? -1 : reader.pos;
      reader.pos = view.resourceEnd;
      seen = true;
    } else reader.skip(tag, limit);
  }
}

function readResourceAttributes(end: number, view: SpanView): void {
  while (reader.pos < end) {
    const field = reader.uint32(end);
    if (field === 0x0a) readAttribute(reader.bytesEnd(end), view.resource, view.keys.resource);
    else reader.skip(field, end);
  }
}

export function readAttribute(end: number, into: SlotValues, keys: KeyLookup): void {
  let found = readPlainKeyValue(end, keys);
  if (found === NOT_PLAIN) found = readKeyValue(end, keys);
  if (found < 0) return;
  const slot = found >> 8;
  const rank = found & 0xff;
  if (value.type === VALUE_NONE || !into.wants(slot, rank) || isBlank()) return;
  into.set(slot, rank, value.type, value.start, value.end, value.number);
}

export function isBlank(): boolean {
  return value.type === VALUE_STRING && isBlankText(reader.data, value.start, value.end);
}

/** The value of the KeyValue read last. */
export const value = { type: VALUE_NONE, start: 0, end: 0, number: 0 };

const NOT_PLAIN = -2;

/** As `readKeyValue`, for what encoders write: key, then value, both shorter than 128 bytes; else NOT_PLAIN. */
function readPlainKeyValue(end: number, keys: KeyLookup): number {
  const { data, pos } = reader;
  if (end - pos < 4 || data.getUint8(pos) !== 0x0a) return NOT_PLAIN;
  const keyLength = data.getUint8(pos + 1);
  const keyEnd = pos + 2 + keyLength;
  if (keyLength > 0x7f || keyEnd + 2 > end || data.getUint8(keyEnd) !== 0x12) return NOT_PLAIN;
  const length = data.getUint8(keyEnd + 1);
  const start = keyEnd + 2;
  if (length > 0x7f || start + length !== end) return NOT_PLAIN;
  const found = keys.find(data, pos + 2, keyEnd);
  if (found < 0) reader.pos = end;
  else if (length >= 2 && data.getUint8(start) === 0x0a && data.getUint8(start + 1) === length - 2) {
    value.type = VALUE_STRING;
    value.start = start + 2;
    value.end = end;
    reader.pos = end;
  } else {
    value.type = VALUE_NONE;
    reader.pos = start;
    readAnyValue(end);
  }
  return found;
}

/** Reads a KeyValue; its value stands in `value` when the key's slot (the result) is wanted. */
export function readKeyValue(end: number, keys: KeyLookup): number {
  let found = -1;
  value.type = VALUE_NONE;
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === 0x0a) {
      const stop = reader.bytesEnd(end);
      found = keys.find(reader.data, reader.pos, stop);
      reader.pos = stop;
    } else if (tag === 0x12) {
      const stop = reader.bytesEnd(end);
      if (found < 0 && stop === end) reader.pos = end;
      else readAnyValue(stop);
    } else reader.skip(tag, end);
  }
  return found;
}

/** The last of the value's alternatives counts. */
function readAnyValue(end: number): void {
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    switch (tag) {
      case 0x0a:
        value.type = VALUE_STRING;
        value.end = reader.bytesEnd(end);
        value.start = reader.pos;
        reader.pos = value.end;
        break;
      case (2 << 3) | VARINT:
        value.type = VALUE_BOOL;
        value.number = reader.int64(end) === 0 ? 0 : 1;
        break;
      case (3 << 3) | VARINT:
        value.type = VALUE_INT;
        value.number = reader.int64(end);
        break;
      case (4 << 3) | FIXED64:
        value.type = VALUE_DOUBLE;
        value.number = reader.double(end);
        break;
      case (5 << 3) | BYTES:
        value.type = VALUE_ARRAY;
        value.end = reader.bytesEnd(end);
        value.start = reader.pos;
        reader.pos = value.end;
        break;
      case (6 << 3) | BYTES:
      case (7 << 3) | BYTES:
        value.type = VALUE_OTHER;
        reader.pos = reader.bytesEnd(end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
}
