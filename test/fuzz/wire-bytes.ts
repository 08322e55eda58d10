/** The pieces of the protobuf wire format, written by hand, also in ways that no encoder would choose. */

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const GROUP = 3;
export const END_GROUP = 4;
export const FIXED32 = 5;

export function readVarint(bytes: Uint8Array, pos: number): [value: bigint, next: number] {
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
