/** Ids as protobuf has them, bytes up to `end`: into a view as 32-bit words, big endian. Other lengths leave them unusable. */
import type { LinkList, SpanView } from '../../contract/span-view.ts';
import type { WireReader } from './wire.ts';

/** 16 bytes, or 8 (zero-extended). */
export function readTraceId(reader: WireReader, end: number, view: SpanView): void {
  const { data, pos } = reader;
  const length = end - pos;
  view.trace0 = length === 16 ? data.getInt32(pos) : 0;
  view.trace1 = length === 16 ? data.getInt32(pos + 4) : 0;
  view.trace2 = length >= 8 ? data.getInt32(end - 8) : 0;
  view.trace3 = length >= 8 ? data.getInt32(end - 4) : 0;
  view.traceIdOk = (length === 16 || length === 8) && (view.trace0 | view.trace1 | view.trace2 | view.trace3) !== 0;
  reader.pos = end;
}

export function readSpanId(reader: WireReader, end: number, view: SpanView): void {
  const ok = end - reader.pos === 8;
  view.span0 = ok ? reader.data.getInt32(reader.pos) : 0;
  view.span1 = ok ? reader.data.getInt32(reader.pos + 4) : 0;
  view.spanIdOk = (view.span0 | view.span1) !== 0;
  reader.pos = end;
}

export function readParentId(reader: WireReader, end: number, view: SpanView): void {
  const length = end - reader.pos;
  view.parent0 = length === 8 ? reader.data.getInt32(reader.pos) : 0;
  view.parent1 = length === 8 ? reader.data.getInt32(reader.pos + 4) : 0;
  view.parentIdOk = length === 8 || length === 0;
  reader.pos = end;
}

export function readLinkTraceId(reader: WireReader, end: number, links: LinkList, link: number): void {
  const { data, pos } = reader;
  const length = end - pos;
  const { ids } = links;
  ids[link * 6] = length === 16 ? data.getInt32(pos) : 0;
  ids[link * 6 + 1] = length === 16 ? data.getInt32(pos + 4) : 0;
  ids[link * 6 + 2] = length === 16 || length === 8 ? data.getInt32(end - 8) : 0;
  ids[link * 6 + 3] = length === 16 || length === 8 ? data.getInt32(end - 4) : 0;
  reader.pos = end;
}

export function readLinkSpanId(reader: WireReader, end: number, links: LinkList, link: number): void {
  const ok = end - reader.pos === 8;
  links.ids[link * 6 + 4] = ok ? reader.data.getInt32(reader.pos) : 0;
  links.ids[link * 6 + 5] = ok ? reader.data.getInt32(reader.pos + 4) : 0;
  reader.pos = end;
}
