/** A tag of Jaeger in protobuf: read into `tag`, valid until the next. Field numbers: KeyValue of model.proto. */
import {
  type KeyLookup,
  type SlotValues,
  VALUE_BOOL,
  VALUE_DOUBLE,
  VALUE_INT,
  VALUE_NONE,
  VALUE_OTHER,
  VALUE_STRING,
} from '../../contract/span-view.ts';
import { BYTES, FIXED64, isBlankText, VARINT, type WireReader } from '../otlp/wire.ts';

/** The tag read last; a value type as in a slot. */
export const tag = { keyStart: 0, keyEnd: 0, type: VALUE_NONE, start: 0, end: 0, number: 0 };

/** By `v_type`; a number that no type has is no value. */
const TYPES = [VALUE_STRING, VALUE_BOOL, VALUE_INT, VALUE_DOUBLE, VALUE_OTHER];

/** The field of its type is a tag's value, also where it is left out because it is the default. */
export function readTag(reader: WireReader, end: number): void {
  let vType = 0;
  let bool = 0;
  let int = 0;
  let double = 0;
  tag.keyStart = tag.keyEnd = tag.start = tag.end = 0;
  while (reader.pos < end) {
    const field = reader.uint32(end);
    switch (field) {
      case (1 << 3) | BYTES:
        tag.keyEnd = reader.bytesEnd(end);
        tag.keyStart = reader.pos;
        reader.pos = tag.keyEnd;
        break;
      case (2 << 3) | VARINT:
        vType = reader.varint(end);
        break;
      case (3 << 3) | BYTES:
        tag.end = reader.bytesEnd(end);
        tag.start = reader.pos;
        reader.pos = tag.end;
        break;
      case (4 << 3) | VARINT:
        bool = reader.int64(end) === 0 ? 0 : 1;
        break;
      case (5 << 3) | VARINT:
        int = reader.int64(end);
        break;
      case (6 << 3) | FIXED64:
        double = reader.double(end);
        break;
      default:
        reader.skip(field, end);
    }
  }
  tag.type = TYPES[vType] ?? VALUE_NONE;
  tag.number = tag.type === VALUE_BOOL ? bool : tag.type === VALUE_INT ? int : tag.type === VALUE_DOUBLE ? double : 0;
}

/** Takes the tag into its slot, where one wants it. Empty texts and `{}` are absent. */
export function setTag(data: DataView, into: SlotValues, keys: KeyLookup): void {
  const isText = tag.type === VALUE_STRING;
  const found = keys.find(data, tag.keyStart, tag.keyEnd);
  if (found < 0 || tag.type === VALUE_NONE || (isText && isBlankText(data, tag.start, tag.end))) return;
  if (!into.wants(found >> 8, found & 0xff)) return;
  into.set(found >> 8, found & 0xff, tag.type, isText ? tag.start : 0, isText ? tag.end : 0, tag.number);
}
