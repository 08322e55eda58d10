/** Trace requests as trees of wire fields: taken apart down to the messages within messages, and written again. */
import { BYTES, bytesField, FIXED32, FIXED64, readVarint, tag, VARINT } from './wire-bytes.ts';

/** A message type by the fields of it that are messages. */
interface Shape {
  readonly [field: number]: Shape | (() => Shape);
}

const anyValue: Shape = { 5: () => ({ 1: anyValue }), 6: () => ({ 1: keyValue }) };
const keyValue: Shape = { 2: anyValue };
const link: Shape = { 4: keyValue };
const span: Shape = { 9: keyValue, 11: { 3: keyValue }, 13: link, 15: {} };
const request: Shape = { 1: { 1: { 1: keyValue }, 2: { 1: { 3: keyValue }, 2: span } } };

export interface WireField {
  readonly number: number;
  readonly type: number;
  /** Bytes after the tag (without the length, for BYTES), or the fields of a message. */
  readonly content: Uint8Array | readonly WireField[];
}

/** Takes well-formed bytes apart. */
export function parseRequest(bytes: Uint8Array): WireField[] {
  return parse(bytes, request);
}

/** The fields of a message of any type, none of them looked into. */
export function parseFields(bytes: Uint8Array): WireField[] {
  return parse(bytes, {});
}

function parse(bytes: Uint8Array, shape: Shape): WireField[] {
  const fields: WireField[] = [];
  for (let pos = 0; pos < bytes.length; ) {
    const [tag, afterTag] = readVarint(bytes, pos);
    const number = Number(tag >> 3n);
    const type = Number(tag & 7n);
    const [start, end] = extent(bytes, afterTag, type);
    const content = bytes.subarray(start, end);
    const inner = type === BYTES ? shape[number] : undefined;
    fields.push({
      number,
      type,
      content: inner ? parse(content, typeof inner === 'function' ? inner() : inner) : content,
    });
    pos = end;
  }
  return fields;
}

function extent(bytes: Uint8Array, pos: number, type: number): [start: number, end: number] {
  if (type === VARINT) return [pos, readVarint(bytes, pos)[1]];
  if (type === FIXED64) return [pos, pos + 8];
  if (type === FIXED32) return [pos, pos + 4];
  const [length, start] = readVarint(bytes, pos);
  return [start, start + Number(length)];
}

export function write(fields: readonly WireField[]): Uint8Array {
  return Buffer.concat(fields.map(writeField));
}

function writeField({ number, type, content }: WireField): Uint8Array {
  const bytes = content instanceof Uint8Array ? content : write(content);
  return type === BYTES ? bytesField(number, bytes) : Buffer.concat([tag(number, type), bytes]);
}
