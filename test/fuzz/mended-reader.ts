/**
 * A protobufjs reader without the quirks in which protobufjs stands alone among implementations of protobuf:
 *  - it skips an unknown varint of any length; more than ten bytes are malformed;
 *  - it takes a bool as true for a bit beyond the 64th.
 */
import protobuf from 'protobufjs';

/** A reader of plain bytes (the one for Buffers lets broken UTF-8 through). */
export function mendedReader(bytes: Uint8Array): protobuf.Reader {
  const reader = protobuf.Reader.create(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const skip = reader.skip;
  reader.skip = length => {
    if (length !== undefined) return skip.call(reader, length);
    reader.uint64();
    return reader;
  };
  reader.bool = () => String(reader.uint64()) !== '0';
  return reader;
}
