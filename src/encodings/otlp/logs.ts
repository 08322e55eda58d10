/**
 * OTLP protobuf log records → views, in one pass over the bytes, as spans are read. A record fills what it shares with a
 * span: the ids of the span it was made in, attributes, the name of its event, and its time as start and end. Bodies are
 * passed over unread. Field numbers: opentelemetry/proto/logs/v1/logs.proto.
 */
import type { LogConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { viewOf } from '../../lib/bytes.ts';
import { resetSpan } from '../reset-span.ts';
import { readAttribute, reader, readResource } from './attributes.ts';
import { readSpanId, readTraceId } from './wire-ids.ts';

/** Hands every record of an ExportLogsServiceRequest to the consumer. Throws a `MalformedError`; some may have been handed on by then. */
export function decodeLogs(bytes: Uint8Array, view: SpanView, consumer: LogConsumer): void {
  reader.data = viewOf(bytes);
  reader.pos = 0;
  view.data = reader.data;
  const limit = bytes.length;
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    if (tag === 0x0a) readResourceLogs(reader.bytesEnd(limit), view, consumer);
    else reader.skip(tag, limit);
  }
}

function readResourceLogs(limit: number, view: SpanView, consumer: LogConsumer): void {
  const start = reader.pos;
  readResource(limit, view, consumer);
  view.scopeStart = view.scopeEnd = 0;
  reader.pos = start;
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    if (tag === 0x12) readScopeLogs(reader.bytesEnd(limit), view, consumer);
    else reader.skip(tag, limit);
  }
}

function readScopeLogs(limit: number, view: SpanView, consumer: LogConsumer): void {
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    if (tag === 0x12) {
      readRecord(reader.bytesEnd(limit), view);
      consumer.log(view);
    } else reader.skip(tag, limit);
  }
}

function readRecord(limit: number, view: SpanView): void {
  resetSpan(view);
  let observed = 0;
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    switch (tag) {
      case 0x09:
        view.start = reader.micros(limit);
        break;
      case 0x32:
        readAttribute(reader.bytesEnd(limit), view.attributes, view.keys.span);
        break;
      case 0x4a:
        readTraceId(reader, reader.bytesEnd(limit), view);
        break;
      case 0x52:
        readSpanId(reader, reader.bytesEnd(limit), view);
        break;
      case 0x59:
        observed = reader.micros(limit);
        break;
      case 0x62:
        view.nameEnd = reader.bytesEnd(limit);
        view.nameStart = reader.pos;
        reader.pos = view.nameEnd;
        break;
      default:
        reader.skip(tag, limit);
    }
  }
  if (view.start === 0) view.start = observed;
  view.end = view.start;
}
