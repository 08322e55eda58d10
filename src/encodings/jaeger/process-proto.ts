/** The process of a Jaeger span in protobuf → the resource of its view. The span was read to its end before. */
import { type SpanView, VALUE_STRING } from '../../contract/span-view.ts';
import { isBlankText, type WireReader } from '../otlp/wire.ts';
import { readTag, setTag } from './tags-proto.ts';

export function readProcess(reader: WireReader, view: SpanView): void {
  const limit = view.data.byteLength;
  let nameStart = 0;
  let nameEnd = 0;
  reader.pos = 0;
  while (reader.pos < limit) {
    const field = reader.uint32(limit);
    if (field !== 0x52) {
      reader.skip(field, limit);
      continue;
    }
    const end = reader.bytesEnd(limit);
    while (reader.pos < end) {
      const inner = reader.uint32(end);
      if (inner === 0x0a) {
        nameEnd = reader.bytesEnd(end);
        nameStart = reader.pos;
        reader.pos = nameEnd;
      } else if (inner === 0x12) {
        readTag(reader, reader.bytesEnd(end));
        setTag(view.data, view.resource, view.keys.resource);
      } else reader.skip(inner, end);
    }
  }
  setServiceName(view, nameStart, nameEnd);
}

/** Before a tag of that name. */
function setServiceName({ data, resource, keys }: SpanView, start: number, end: number): void {
  const found = keys.resource.findText('service.name');
  if (found >= 0 && !isBlankText(data, start, end)) resource.set(found >> 8, found & 0xff, VALUE_STRING, start, end, 0);
}
