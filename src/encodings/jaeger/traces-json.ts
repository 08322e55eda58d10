/**
 * Jaeger JSON → the same views as OTLP: what its UI and query API give (`data`, or one trace of it), its documents in
 * Elasticsearch, and the spans that the Collector writes to Kafka as `jaeger_json`, which bring their process with them.
 */
import type { SpanConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { array, asObject, type Json, type JsonObject, optionalObject, text } from '../json.ts';
import { MalformedError } from '../malformed.ts';
import { writer } from '../view-writer.ts';
import { readSpan, readTag } from './span.ts';

export function decodeJaeger(document: Json, view: SpanView, consumer: SpanConsumer): void {
  writer.begin(view);
  for (const [trace, path] of tracesOf(document)) {
    if (Object.hasOwn(trace, 'spans')) readTrace(trace, path, view, consumer);
    else {
      readProcess(optionalObject(trace.process, `${path}.process`), `${path}.process`, view);
      readSpan(trace, path, undefined, view);
      consumer.span(view);
    }
  }
}

/** The traces or spans of a document, each with where it stands. */
function* tracesOf(document: Json): Generator<readonly [JsonObject, string]> {
  const isAnswer = !Array.isArray(document) && Object.hasOwn(asObject(document, '$'), 'data');
  const [list, path] = isAnswer ? [array(document as JsonObject, 'data', 'data'), '$.data'] : [document, '$'];
  if (!Array.isArray(list)) yield [checked(list, path), path];
  else for (let i = 0; i < list.length; i++) yield [checked(list[i]!, `${path}[${i}]`), `${path}[${i}]`];
}

function checked(value: Json, path: string): JsonObject {
  const object = asObject(value, path);
  if (!Object.hasOwn(object, 'TraceID')) return object;
  throw new MalformedError('jaeger_cassandra', 'a row of Jaeger in Cassandra; expected what its UI or API gives');
}

type PlacedSpan = readonly [span: JsonObject, path: string];

function readTrace(trace: JsonObject, path: string, view: SpanView, consumer: SpanConsumer): void {
  for (const [process, spans] of byProcess(trace, path)) {
    readProcess(process, `${path}.processes`, view);
    for (const [span, at] of spans) {
      readSpan(span, at, trace.traceID, view);
      consumer.span(view);
    }
  }
}

/** The spans of a trace by their process, so that each is read once. */
function byProcess(trace: JsonObject, path: string): ReadonlyMap<JsonObject, readonly PlacedSpan[]> {
  const found = new Map<JsonObject, PlacedSpan[]>();
  const processes = optionalObject(trace.processes, `${path}.processes`);
  array(trace, 'spans', 'spans').forEach((value, i) => {
    const at = `${path}.spans[${i}]`;
    const span = asObject(value, at);
    const id = text(span.processID ?? span.processId, `${at}.processID`);
    const named = Object.hasOwn(processes, id) ? processes[id] : undefined;
    const process = optionalObject(span.process ?? named, `${at}.process`);
    const known = found.get(process);
    if (known === undefined) found.set(process, [[span, at]]);
    else known.push([span, at]);
  });
  return found;
}

function readProcess(process: JsonObject, path: string, view: SpanView): void {
  writer.resource();
  const { resource, keys } = view;
  for (const entry of array(process, 'tags', 'tags')) {
    const { name, value } = readTag(entry, `${path}.tags`);
    writer.set(resource, keys.resource, name, value);
  }
  writer.set(resource, keys.resource, 'service.name', text(process.serviceName, `${path}.serviceName`));
  writer.endResource();
}
