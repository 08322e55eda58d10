/**
 * Trace requests as trees of wire fields, to be rearranged below the level of messages: fields moved, repeated, written
 * under other wire types or with overlong numbers, unknown ones slipped in. What comes out is well-formed protobuf
 * unless `brokenLength` says otherwise, but seldom anything an encoder would write.
 */
import fc from 'fast-check';

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const GROUP = 3;
export const END_GROUP = 4;
export const FIXED32 = 5;

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

function readVarint(bytes: Uint8Array, pos: number): [value: bigint, next: number] {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const b = bytes[pos++]!;
    value |= BigInt(b & 0x7f) << shift;
    if (b < 0x80) return [value, pos];
  }
}

/** @param pad bytes to write beyond those needed: overlong, but the same number. */
export function varint(value: bigint | number, pad = 0): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  } while (rest > 0n);
  for (let i = 0; i < pad; i++) bytes.push(0x80);
  bytes.push(bytes.pop()! & 0x7f);
  return Uint8Array.from(bytes);
}

export function tag(number: number, type: number): Uint8Array {
  return varint((BigInt(number) << 3n) | BigInt(type));
}

export function write(fields: readonly WireField[]): Uint8Array {
  return Buffer.concat(fields.map(writeField));
}

function writeField({ number, type, content }: WireField): Uint8Array {
  const bytes = content instanceof Uint8Array ? content : write(content);
  return type === BYTES ? bytesField(number, bytes) : Buffer.concat([tag(number, type), bytes]);
}

/** A length-delimited field. */
export function bytesField(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([tag(number, BYTES), varint(content.length), content]);
}

export function varintField(number: number, value: bigint | number): Uint8Array {
  return Buffer.concat([tag(number, VARINT), varint(value)]);
}

/** A group: fields between a start and an end tag. */
export function group(number: number, ...inside: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([tag(number, GROUP), ...inside, tag(number, END_GROUP)]);
}

const fieldNumber = fc.oneof(fc.integer({ min: 1, max: 18 }), fc.constantFrom(1000, 2 ** 29 - 1));

/** One field of any wire type, known or unknown. */
const anyField: fc.Arbitrary<WireField> = fc
  .tuple(
    fieldNumber,
    fc.constantFrom(VARINT, FIXED64, BYTES, GROUP, FIXED32),
    fc.uint8Array({ minLength: 8, maxLength: 8 }),
  )
  .map(([number, type, noise]) => ({ number, type, content: fieldContent(number, type, noise) }));

function fieldContent(number: number, type: number, noise: Uint8Array): Uint8Array {
  const random = new DataView(noise.buffer, noise.byteOffset, 8).getBigUint64(0);
  switch (type) {
    case VARINT:
      return varint(random >> BigInt(noise[0]! % 64), 0);
    case FIXED64:
      return noise;
    case FIXED32:
      return noise.subarray(0, 4);
    case GROUP:
      return Buffer.concat([varintField(3, noise[1]!), group(number), tag(number, END_GROUP)]);
    default:
      return noise.subarray(0, noise[0]! % 3);
  }
}

type Change = 'insert' | 'repeat' | 'move' | 'remove' | 'split' | 'overlong';
const changes: readonly Change[] = ['insert', 'repeat', 'move', 'remove', 'split', 'overlong'];

const step = fc.record({ change: fc.constantFrom(...changes), field: anyField, at: fc.nat(), to: fc.nat() });

/** Requests rearranged by a few steps, each at a random place of the tree. */
export function rearranged(requests: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(requests, fc.array(step, { minLength: 1, maxLength: 6 }))
    .map(([bytes, steps]) => write(steps.reduce((fields, s) => descend(fields, s.at, s), parseRequest(bytes))));
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Walks down by the digits of `path`; where they run out, or at a leaf, the step is applied. */
function descend(fields: readonly WireField[], path: number, s: Step): WireField[] {
  const messages = fields.filter(f => !(f.content instanceof Uint8Array));
  const chosen = messages[path % (messages.length + 1)];
  if (chosen === undefined || chosen.content instanceof Uint8Array) return apply(fields, s);
  const content = descend(chosen.content, Math.floor(path / 3), s);
  return fields.map(f => (f === chosen ? { ...f, content } : f));
}

function apply(fields: readonly WireField[], { change, field, at, to }: Step): WireField[] {
  const result = [...fields];
  const from = at % (fields.length + 1);
  const target = to % (fields.length + 1);
  const chosen = fields[from];
  if (change === 'insert' || chosen === undefined) result.splice(target, 0, field);
  else if (change === 'repeat') result.splice(target, 0, chosen);
  else if (change === 'remove') result.splice(from, 1);
  else if (change === 'move') result.splice(target, 0, ...result.splice(from, 1));
  else if (change === 'split') result.splice(from, 1, ...split(chosen, to));
  else if (chosen.type === VARINT && chosen.content instanceof Uint8Array) {
    const [value] = readVarint(chosen.content, 0);
    result[from] = { ...chosen, content: varint(value, to % (11 - chosen.content.length)) };
  }
  return result;
}

/** One message in two pieces. */
function split(field: WireField, at: number): WireField[] {
  if (field.content instanceof Uint8Array) return [field];
  const middle = at % (field.content.length + 1);
  return [field.content.slice(0, middle), field.content.slice(middle)].map(content => ({ ...field, content }));
}
