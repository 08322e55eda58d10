/** One recorded document → the topology, whole or not at all. What cannot be taken in is thrown, with its reason. */
import type { SpanSink } from '../../contract/component.ts';
import type { LogConsumer, SpanConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { detectDocument } from '../../encodings/detect-document.ts';
import { decodeJaeger } from '../../encodings/jaeger/traces-json.ts';
import { type Json, parseJson } from '../../encodings/json.ts';
import { MalformedError } from '../../encodings/malformed.ts';
import { decodeLogsValue } from '../../encodings/otlp/logs-json.ts';
import { decodeTempo } from '../../encodings/otlp/tempo.ts';
import { decodeTraces } from '../../encodings/otlp/traces.ts';
import { decodeTracesValue } from '../../encodings/otlp/traces-json.ts';
import { decodeZipkin } from '../../encodings/zipkin/spans-json.ts';
import { createSpanView } from '../../normalize/conventions/slots.ts';

type Decoder = (document: Json, view: SpanView, consumer: SpanConsumer) => void;

const DECODERS = {
  traces: decodeTracesValue,
  tempo: decodeTempo,
  jaeger: decodeJaeger,
  zipkin: decodeZipkin,
} as const satisfies Record<string, Decoder>;

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
    this.take(this.sink, () => decodeTraces(bytes, this.view, this.sink));
  }

  /** Throws a `MalformedError`. */
  json(bytes: Uint8Array): void {
    this.document(parseJson(bytes));
  }

  private document(value: Json): void {
    const kind = detectDocument(value);
    switch (kind) {
      case 'traces':
      case 'tempo':
      case 'jaeger':
      case 'zipkin':
        return this.take(this.sink, () => DECODERS[kind](value, this.view, this.sink));
      case 'requests':
        for (const item of value as Json[]) this.document(item);
        return;
      case 'logs':
        return this.take(this.logs, () => decodeLogsValue(value, this.view, this.logs));
      case 'metrics':
        this.metricsExports++;
        return;
      case 'unknown':
        throw new MalformedError(
          'unknown_document',
          'no spans in a known format; expected OTLP JSON (resourceSpans), or JSON of Tempo, Jaeger or Zipkin v2',
        );
    }
  }

  private take(sink: SpanSink | LogConsumer, decode: () => void): void {
    sink.begin();
    try {
      decode();
    } catch (error) {
      sink.abort(error instanceof MalformedError ? error.reason : 'failed');
      throw error;
    }
    // The journal is in memory: a commit is done when it returns.
    sink.commit();
  }
}
