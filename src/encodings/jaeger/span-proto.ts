/**
 * One span of Jaeger in protobuf, with its process in it, as the Collector and Jaeger write one a Kafka record → a view.
 * What depends on other fields (references on the trace id) is read in a second pass, as fields may come in any order.
 * Field numbers: jaeger-idl, api_v2/model.proto.
 */
import type { SpanConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { viewOf } from '../../lib/bytes.ts';
import { MalformedError } from '../malformed.ts';
import { WireReader } from '../otlp/wire.ts';
import { readSpanId, readTraceId } from '../otlp/wire-ids.ts';
import { resetSpan } from '../reset-span.ts';
import { readProcess } from './process-proto.ts';
import { readReferences } from './references-proto.ts';
import { SpanNotes } from './span-notes.ts';
import { readTag, setTag } from './tags-proto.ts';

const LONGEST_ID = 16;

const reader = new WireReader();
const notes = new SpanNotes();
const start = { seconds: 0, nanos: 0 };
const duration = { seconds: 0, nanos: 0 };
let references = 0;

/** Throws a `MalformedError`; the span is handed on when all of it was read. */
export function decodeJaegerSpan(bytes: Uint8Array, view: SpanView, consumer: SpanConsumer): void {
  const limit = bytes.length;
  reader.data = view.data = viewOf(bytes);
  reader.pos = 0;
  beginSpan(view);
  while (reader.pos < limit) readField(limit, view);
  view.start = start.seconds * 1e6 + Math.floor(start.nanos / 1000);
  view.end = view.start + duration.seconds * 1e6 + Math.round(duration.nanos / 1000);
  notes.apply(view);
  if (references > 0) readReferences(reader, view);
  if (view.resourceStart < 0 || !consumer.knowsResource?.(view)) readProcess(reader, view);
  consumer.span(view);
}

function beginSpan(view: SpanView): void {
  resetSpan(view);
  view.resource.reset();
  view.resourceSerial++;
  view.resourceStart = view.resourceEnd = 0;
  notes.clear();
  start.seconds = start.nanos = duration.seconds = duration.nanos = references = 0;
}

function readField(limit: number, view: SpanView): void {
  const at = reader.pos;
  const field = reader.uint32(limit);
  switch (field) {
    case 0x0a:
      return readOwnTraceId(reader.bytesEnd(limit), view);
    case 0x12:
      return readSpanId(reader, reader.bytesEnd(limit), view);
    case 0x1a:
      view.nameEnd = reader.bytesEnd(limit);
      view.nameStart = reader.pos;
      reader.pos = view.nameEnd;
      return;
    case 0x32:
      return readTime(reader.bytesEnd(limit), start);
    case 0x3a:
      return readTime(reader.bytesEnd(limit), duration);
    case 0x42:
      readTag(reader, reader.bytesEnd(limit));
      setTag(view.data, view.attributes, view.keys.span);
      return notes.note(view.data);
  }
  if (field === 0x22) references++;
  reader.skip(field, limit);
  // With its tag and length, with which no Resource of OTLP begins; in several pieces it is no one run of bytes.
  if (field === 0x52) {
    view.resourceStart = view.resourceEnd === 0 ? at : -1;
    view.resourceEnd = reader.pos;
  }
}

/** What is longer than any id is another message, as of OTLP. */
function readOwnTraceId(end: number, view: SpanView): void {
  const length = end - reader.pos;
  if (length > LONGEST_ID)
    throw new MalformedError('no_jaeger_span', `no span of Jaeger: a trace id of ${length} bytes`);
  readTraceId(reader, end, view);
}

/** A Timestamp or a Duration. */
function readTime(end: number, into: { seconds: number; nanos: number }): void {
  while (reader.pos < end) {
    const field = reader.uint32(end);
    if (field === 0x08) into.seconds = reader.int64(end);
    else if (field === 0x10) into.nanos = reader.varint(end) | 0;
    else reader.skip(field, end);
  }
}
