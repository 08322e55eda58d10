/** OTLP JSON log records → the same views as protobuf. Tolerated is what is of spans. */
import type { LogConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { array, asObject, field, type Json, type JsonObject, parseJson, text } from '../json.ts';
import { writer } from '../view-writer.ts';
import { micros, readAttributes, readResource } from './attributes-json.ts';

export function decodeLogsJson(bytes: Uint8Array, view: SpanView, consumer: LogConsumer): void {
  decodeLogsValue(parseJson(bytes), view, consumer);
}

/** As `decodeLogsJson`, of a document that was parsed. */
export function decodeLogsValue(request: Json, view: SpanView, consumer: LogConsumer): void {
  writer.begin(view);
  for (const resourceLogs of array(asObject(request, '$'), 'resourceLogs', 'resource_logs')) {
    const entry = asObject(resourceLogs, 'resourceLogs');
    readResource(entry, view);
    for (const scopeLogs of array(entry, 'scopeLogs', 'scope_logs')) {
      for (const record of array(asObject(scopeLogs, 'scopeLogs'), 'logRecords', 'log_records')) {
        readRecord(asObject(record, 'logRecord'), view);
        consumer.log(view);
      }
    }
  }
}

function readRecord(record: JsonObject, view: SpanView): void {
  writer.span();
  writer.traceId(text(field(record, 'traceId', 'trace_id'), 'traceId'));
  writer.spanId(text(field(record, 'spanId', 'span_id'), 'spanId'));
  writer.name(text(field(record, 'eventName', 'event_name'), 'eventName'));
  view.start =
    micros(field(record, 'timeUnixNano', 'time_unix_nano')) ||
    micros(field(record, 'observedTimeUnixNano', 'observed_time_unix_nano'));
  view.end = view.start;
  readAttributes(record, view.attributes, view.keys.span);
}
