/**
 * References of a Jaeger span in protobuf: its parent is the first span of its trace that it is a child of, else the
 * first that it follows from; the others are links. Its own ids were read before.
 */
import type { LinkList, SpanView } from '../../contract/span-view.ts';
import type { WireReader } from '../otlp/wire.ts';
import { readLinkSpanId, readLinkTraceId } from '../otlp/wire-ids.ts';

/** The reference read last: lengths of its ids, and its type. */
const reference = { traceLength: 0, spanLength: 0, follows: false };

/** All become links, of which the parent is taken out. */
export function readReferences(reader: WireReader, view: SpanView): void {
  const { links } = view;
  const limit = view.data.byteLength;
  let parent = -1;
  let isChild = false;
  let parentLength = 0;
  reader.pos = 0;
  while (reader.pos < limit) {
    const field = reader.uint32(limit);
    if (field !== 0x22) {
      reader.skip(field, limit);
      continue;
    }
    const link = links.push();
    readReference(reader, reader.bytesEnd(limit), links, link);
    const isBetter = parent < 0 || (!isChild && !reference.follows);
    if (!isBetter || !isOfOwnTrace(view, link)) continue;
    parent = link;
    isChild = !reference.follows;
    parentLength = reference.spanLength;
  }
  if (parent >= 0) takeParent(view, parent, parentLength);
}

function readReference(reader: WireReader, end: number, links: LinkList, link: number): void {
  reference.traceLength = reference.spanLength = 0;
  reference.follows = false;
  while (reader.pos < end) {
    const field = reader.uint32(end);
    if (field === 0x0a) {
      const stop = reader.bytesEnd(end);
      reference.traceLength = stop - reader.pos;
      readLinkTraceId(reader, stop, links, link);
    } else if (field === 0x12) {
      const stop = reader.bytesEnd(end);
      reference.spanLength = stop - reader.pos;
      readLinkSpanId(reader, stop, links, link);
    } else if (field === 0x18) reference.follows = reader.varint(end) === 1;
    else reader.skip(field, end);
  }
}

/** Without a trace id: its own; a side that lost the high half of it says the same. */
function isOfOwnTrace(view: SpanView, link: number): boolean {
  if (reference.traceLength === 0) return true;
  const at = link * 6;
  const [w0, w1, w2, w3] = view.links.ids.subarray(at, at + 4) as unknown as [number, number, number, number];
  if ((w0 | w1 | w2 | w3) === 0 || w2 !== view.trace2 || w3 !== view.trace3) return false;
  return (w0 === view.trace0 && w1 === view.trace1) || (w0 | w1) === 0 || (view.trace0 | view.trace1) === 0;
}

function takeParent(view: SpanView, link: number, length: number): void {
  const { ids, count } = view.links;
  view.parent0 = ids[link * 6 + 4]!;
  view.parent1 = ids[link * 6 + 5]!;
  view.parentIdOk = length === 8 || length === 0;
  ids.copyWithin(link * 6, (link + 1) * 6, count * 6);
  view.links.count--;
}
