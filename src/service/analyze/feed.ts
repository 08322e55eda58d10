/** One recorded export request → the topology, whole or not at all. What cannot be taken in is thrown, with its reason. */
import type { SpanSink } from '../../contract/component.ts';
import type { LogConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { detectDocument } from '../../encodings/detect-document.ts';
import { type Json, parseJson } from '../../encodings/json.ts';
import { MalformedError } from '../../encodings/malformed.ts';
import { countLogsJson } from '../../encodings/otlp/logs.ts';
import { decodeTraces } from '../../encodings/otlp/traces.ts';
import { decodeTracesJson } from '../../encodings/otlp/traces-json.ts';
import { createSpanView } from '../../normalize/conventions/slots.ts';

/** The input is in a format that is known, and not read. */
export class UnsupportedFormatError extends Error {
  override readonly name = 'UnsupportedFormatError';
}

const UNSUPPORTED = { jaeger: 'Jaeger JSON', zipkin: 'Zipkin JSON', tempo: 'a Tempo trace (`batches`)' } as const;

/** An export whose first field is the spans needs no second look. */
const PLAIN_REQUEST = /^\uFEFF?\s*\{\s*"resource(Spans|_spans)"/;
const PLAIN_REQUEST_BYTES = 64;

export class Feed {
  /** Exports of metrics, which say nothing here. */
  metricsExports = 0;
  private readonly sink: SpanSink;
  private readonly logs: LogConsumer;
  private readonly view: SpanView = createSpanView();

  constructor(sink: SpanSink, logs: LogConsumer) {
    this.sink = sink;
    this.logs = logs;
  }

  protobuf(bytes: Uint8Array): void {
    this.take(() => decodeTraces(bytes, this.view, this.sink));
  }

  /** Throws a `MalformedError`, or an `UnsupportedFormatError` for documents of others. */
  json(bytes: Buffer): void {
    if (PLAIN_REQUEST.test(bytes.toString('utf8', 0, PLAIN_REQUEST_BYTES))) this.traces(bytes);
    else this.document(parseJson(bytes), bytes);
  }

  private document(value: Json, bytes: Buffer): void {
    const kind = detectDocument(value);
    if (kind === 'traces') this.traces(bytes);
    else if (kind === 'requests') for (const item of value as Json[]) this.json(Buffer.from(JSON.stringify(item)));
    else if (kind === 'logs') this.logs.logs(countLogsJson(bytes));
    else if (kind === 'metrics') this.metricsExports++;
    else if (kind === 'unknown')
      throw new MalformedError('no_export', 'no OTLP export; expected an object with resourceSpans');
    else if (kind !== 'empty')
      throw new UnsupportedFormatError(`${UNSUPPORTED[kind]} is not supported; expected OTLP JSON or protobuf`);
  }

  private traces(bytes: Buffer): void {
    this.take(() => decodeTracesJson(bytes, this.view, this.sink));
  }

  private take(decode: () => void): void {
    this.sink.begin();
    try {
      decode();
    } catch (error) {
      this.sink.abort(error instanceof MalformedError ? error.reason : 'failed');
      throw error;
    }
    // The journal is in memory: a commit is done when it returns.
    this.sink.commit();
  }
}
