/** One recorded document → the topology, whole or not at all. What cannot be taken in is thrown, with its reason. */
import type { SpanSink } from '../../contract/component.ts';
import type { LogConsumer, SpanConsumer } from '../../contract/consumer.ts';
import type { RecordConsumer, RecordIdentity, RecordView } from '../../contract/record.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { detectDocument } from '../../encodings/detect-document.ts';
import { decodeJaeger } from '../../encodings/jaeger/traces-json.ts';
import type { Json } from '../../encodings/json.ts';
import { MalformedError } from '../../encodings/malformed.ts';
import { decodeLogsValue } from '../../encodings/otlp/logs-json.ts';
import { decodeTempo } from '../../encodings/otlp/tempo.ts';
import { decodeTraces } from '../../encodings/otlp/traces.ts';
import { decodeTracesValue } from '../../encodings/otlp/traces-json.ts';
import { type Recorded, readRecorded } from '../../encodings/recorded.ts';
import { RecordDecoder, readRecordDocument } from '../../encodings/records/document.ts';
import { decodeZipkin } from '../../encodings/zipkin/spans-json.ts';
import { createSpanView } from '../../normalize/conventions/slots.ts';

type ParsedDocument = Extract<Recorded, { readonly value: Json }>;
type Decoder = (document: Json, view: SpanView, consumer: SpanConsumer) => void;

const DECODERS = {
  traces: decodeTracesValue,
  tempo: decodeTempo,
  jaeger: decodeJaeger,
  zipkin: decodeZipkin,
} as const satisfies Record<string, Decoder>;

/** Records of a group, at most: each group costs something of its own. */
const MAX_GROUP = 1000;
/** What records do not say is not known. */
const NO_IDENTITY: RecordIdentity = { environment: '', databases: {} };

export interface FeedParts {
  readonly sink: SpanSink;
  readonly logs: LogConsumer;
  readonly records: RecordConsumer;
  /** Of bare changes; empty: unknown. */
  readonly topic: string;
}

export class Feed {
  /** Exports of metrics, which say nothing here. */
  metricsExports = 0;
  private readonly sink: SpanSink;
  private readonly logs: LogConsumer;
  private readonly records: RecordConsumer;
  private readonly topic: string;
  private readonly view: SpanView = createSpanView();
  private readonly decoder = new RecordDecoder();
  /** Records of the group that is open. */
  private inGroup = 0;

  constructor({ sink, logs, records, topic }: FeedParts) {
    this.sink = sink;
    this.logs = logs;
    this.records = records;
    this.topic = topic;
  }

  protobuf(bytes: Uint8Array): void {
    this.take(this.sink, () => decodeTraces(bytes, this.view, this.sink));
  }

  /** Throws a `MalformedError`. */
  json(bytes: Uint8Array): void {
    const recorded = readRecorded(bytes);
    if (recorded.kind === 'record') this.record(bytes);
    else if (recorded.kind === 'records') this.list(recorded.items);
    else this.document(recorded);
  }

  private document({ kind, value }: ParsedDocument): void {
    switch (kind) {
      case 'traces':
      case 'tempo':
      case 'jaeger':
      case 'zipkin':
        return this.take(this.sink, () => DECODERS[kind](value, this.view, this.sink));
      case 'requests':
        for (const item of value as Json[]) this.document({ kind: detectDocument(item), value: item });
        return;
      case 'logs':
        return this.take(this.logs, () => decodeLogsValue(value, this.view, this.logs));
      case 'metrics':
        this.metricsExports++;
        return;
      case 'unknown':
        throw new MalformedError(
          'unknown_document',
          'no spans or records in a known format; expected OTLP JSON (resourceSpans), JSON of Tempo, Jaeger or Zipkin v2, dumps of Kafka records, or change events',
        );
    }
  }

  /** What cannot be read is left out, and told in one. */
  private list(items: readonly Uint8Array[]): void {
    const broken: string[] = [];
    for (const [i, item] of items.entries()) {
      try {
        this.record(item);
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error;
        broken.push(`item ${i + 1}: ${error.message}`);
      }
    }
    if (broken.length === 0) return;
    const more = broken.length === 1 ? '' : ` (and ${broken.length - 1} more)`;
    throw new MalformedError('unknown_record', `${broken[0]}${more}; the others count`);
  }

  private record(document: Uint8Array): void {
    const view = this.decode(document);
    if (this.inGroup === 0) this.records.begin();
    this.records.record(view, NO_IDENTITY);
    if (++this.inGroup >= MAX_GROUP) this.flush();
  }

  private decode(document: Uint8Array): RecordView {
    try {
      return this.decoder.decode(readRecordDocument(document, this.topic));
    } catch (error) {
      this.take(this.records, () => {
        throw error;
      });
      throw error;
    }
  }

  /** Records that follow each other are one group; to be called at the end. */
  flush(): void {
    if (this.inGroup === 0) return;
    this.inGroup = 0;
    this.records.commit();
  }

  private take(sink: SpanSink | LogConsumer | RecordConsumer, decode: () => void): void {
    this.flush();
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
