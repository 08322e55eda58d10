/** Protobuf fields as byte strings, as far as sample requests need them. Field numbers: opentelemetry/proto/trace/v1. */

export type Bytes = Uint8Array;

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}

export function numberField(field: number, value: number): Bytes {
  return Uint8Array.from([...varint(field << 3), ...varint(value)]);
}

export function bytesField(field: number, ...parts: readonly Bytes[]): Bytes {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Uint8Array.from([...varint((field << 3) | 2), ...varint(length)]), ...parts]);
}

export function textField(field: number, text: string): Bytes {
  return bytesField(field, Buffer.from(text));
}

/** Milliseconds since the epoch as nanoseconds in a fixed64. */
export function timeField(field: number, ms: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(Math.round(ms * 1000)) * 1000n, true);
  return Buffer.concat([Uint8Array.from(varint((field << 3) | 1)), bytes]);
}

/** A KeyValue under the given field. */
export function attribute(field: number, key: string, value: string | number): Bytes {
  const content = typeof value === 'string' ? textField(1, value) : numberField(3, value);
  return bytesField(field, textField(1, key), bytesField(2, content));
}
