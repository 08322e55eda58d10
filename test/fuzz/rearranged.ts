/**
 * Requests rearranged below the level of messages: fields moved, repeated, removed, messages split in pieces, numbers
 * written overlong, unknown fields and other wire types slipped in. What comes out is well-formed protobuf, but seldom
 * anything an encoder would write.
 */
import fc from 'fast-check';
import {
  BYTES,
  END_GROUP,
  FIXED32,
  FIXED64,
  GROUP,
  group,
  readVarint,
  tag,
  VARINT,
  varint,
  varintField,
} from './wire-bytes.ts';
import { parseRequest, type WireField, write } from './wire-tree.ts';

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
