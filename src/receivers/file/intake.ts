/**
 * Lines of a file → the pipelines, with how far the file was read, so that both are in the journal or neither is. Lines of
 * one signal that follow each other are one group; one that cannot be read is told and left out.
 */
import type { Consumers } from '../../contract/component.ts';
import type { LogConsumer, SpanConsumer } from '../../contract/consumer.ts';
import type { RecordConsumer, RecordIdentity } from '../../contract/record.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { decodeJaeger } from '../../encodings/jaeger/traces-json.ts';
import type { Json } from '../../encodings/json.ts';
import { MalformedError } from '../../encodings/malformed.ts';
import { decodeLogsValue } from '../../encodings/otlp/logs-json.ts';
import { decodeTempo } from '../../encodings/otlp/tempo.ts';
import { decodeTracesValue } from '../../encodings/otlp/traces-json.ts';
import type { Outbox } from '../../encodings/outbox.ts';
import { readRecorded } from '../../encodings/recorded.ts';
import { type RecordDecoder, readRecordDocument } from '../../encodings/records/document.ts';
import { decodeZipkin } from '../../encodings/zipkin/spans-json.ts';
import type { Passed, ReadLine, ReadLines } from './line-reader.ts';
import { type Position, toProgress } from './position.ts';

export const LINE_RESULTS = ['taken', 'malformed', 'skipped'] as const;
export type LineResult = (typeof LINE_RESULTS)[number];

export interface IntakeWatcher {
  /** What became of a line; `reason` of a malformed one. */
  line(result: LineResult, path: string, at: number, reason?: MalformedError): void;
}

export interface IntakeOptions {
  readonly topic: string;
  readonly cluster: string;
  readonly identity: RecordIdentity;
  readonly outbox: Outbox;
}

export type CreateDecoder = (outbox: Outbox) => RecordDecoder;

type Consumer = SpanConsumer | LogConsumer | RecordConsumer;
type Signal = 'traces' | 'logs' | 'records';

/** A line that can be pushed. */
interface Item {
  readonly line: ReadLine;
  readonly signal: Signal;
  /** May throw a `MalformedError`; of what it pushed before that nothing may stay. */
  push(): void;
}

const DECODERS = { traces: decodeTracesValue, tempo: decodeTempo, jaeger: decodeJaeger, zipkin: decodeZipkin };

export class Intake {
  private options: IntakeOptions;
  private readonly receiver: string;
  private readonly consumers: Consumers;
  private readonly createDecoder: CreateDecoder;
  private decoder: RecordDecoder;
  private readonly watcher: IntakeWatcher;
  private createView: (() => SpanView) | undefined;
  private view: SpanView | undefined;

  constructor(
    receiver: string,
    options: IntakeOptions,
    consumers: Consumers,
    { createDecoder, watcher }: { readonly createDecoder: CreateDecoder; readonly watcher: IntakeWatcher },
  ) {
    this.receiver = receiver;
    this.options = options;
    this.consumers = consumers;
    this.createDecoder = createDecoder;
    this.decoder = createDecoder(options.outbox);
    this.watcher = watcher;
  }

  /** From now on; what was begun is finished before. */
  setOptions(options: IntakeOptions): void {
    this.options = options;
    this.decoder = this.createDecoder(options.outbox);
  }

  /**
   * Resolves when all of it is in the journal. Rejects with what a consumer throws; what came before stays taken.
   * @param passed told after each part that is in the journal.
   */
  async take(path: string, chunk: ReadLines, passed: (upTo: Passed) => void): Promise<void> {
    let group: Item[] = [];
    const tooLong = [...chunk.tooLong];
    const commit = async (upTo: Passed) => {
      await this.commit(path, group, upTo.position);
      group = [];
      passed(upTo);
      while (tooLong.length > 0 && tooLong[0]! < upTo.position.offset) this.tooLong(path, tooLong.shift()!);
    };
    for (const line of chunk.lines) {
      const item = this.itemOf(path, line);
      if (item === undefined) continue;
      const last = group.at(-1);
      if (last !== undefined && last.signal !== item.signal) await commit(chunk.passedAfter(last.line));
      group.push(item);
    }
    await commit(chunk);
  }

  /** Keeps a position, and nothing else. */
  async keep(path: string, position: Position): Promise<void> {
    await this.commit(path, [], position);
  }

  /** Undefined: nothing to push, which was told. */
  private itemOf(path: string, line: ReadLine): Item | undefined {
    try {
      const item = this.read(line);
      if (item !== undefined && this.consumers[item.signal] !== undefined) return item;
      this.watcher.line('skipped', path, line.at);
    } catch (error) {
      this.malformed(path, line, error);
    }
    return undefined;
  }

  private read(line: ReadLine): Item | undefined {
    const recorded = readRecorded(line.bytes);
    if (recorded.kind === 'record') return { line, signal: 'records', push: () => this.record(line.bytes) };
    if (recorded.kind === 'records') {
      const { items } = recorded;
      const push = () => {
        for (const item of items) this.record(item);
      };
      return { line, signal: 'records', push };
    }
    const { kind, value } = recorded;
    switch (kind) {
      case 'traces':
      case 'tempo':
      case 'jaeger':
      case 'zipkin':
        return { line, signal: 'traces', push: () => this.spans(kind, value) };
      case 'logs':
        return { line, signal: 'logs', push: () => this.logs(value) };
      case 'metrics':
      case 'empty':
        return undefined;
      default:
        throw new MalformedError('unknown_document', 'no spans, log records or records in a known format');
    }
  }

  private spans(kind: keyof typeof DECODERS, value: Json): void {
    DECODERS[kind](value, this.view!, this.consumers.traces!);
  }

  private logs(value: Json): void {
    decodeLogsValue(value, this.view!, this.consumers.logs!);
  }

  private record(document: Uint8Array): void {
    const { topic, cluster, identity } = this.options;
    const record = readRecordDocument(document, topic);
    const placed = record.cluster === '' && cluster !== '' ? { ...record, cluster } : record;
    this.consumers.records!.record(this.decoder.decode(placed), identity);
  }

  private async commit(path: string, group: readonly Item[], position: Position): Promise<void> {
    const progress = toProgress(this.receiver, path, position);
    const consumer = this.consumers[group[0]?.signal ?? this.anySignal()];
    if (consumer === undefined) return;
    this.renewView();
    let rest = group;
    for (;;) {
      consumer.begin();
      const broken = pushAll(rest, consumer);
      if (broken === undefined) break;
      this.malformed(path, broken.item.line, broken.error);
      rest = rest.filter(item => item !== broken.item);
    }
    consumer.progress?.(progress);
    await consumer.commit();
    for (const { line } of rest) this.watcher.line('taken', path, line.at);
  }

  private anySignal(): Signal {
    const { traces, records } = this.consumers;
    return traces !== undefined ? 'traces' : records !== undefined ? 'records' : 'logs';
  }

  /** A reload moves the slots of attributes. */
  private renewView(): void {
    const { createView } = this.consumers;
    if (createView === undefined || createView === this.createView) return;
    this.createView = createView;
    this.view = createView();
  }

  private tooLong(path: string, at: number): void {
    this.watcher.line('malformed', path, at, new MalformedError('too_long', 'the line is longer than max_line_size'));
  }

  private malformed(path: string, { at }: ReadLine, error: unknown): void {
    if (!(error instanceof MalformedError)) throw error;
    this.watcher.line('malformed', path, at, error);
  }
}

/** The first that cannot be read; then nothing of the group is there, and it is to be begun again without it. */
function pushAll(
  group: readonly Item[],
  consumer: Consumer,
): { readonly item: Item; readonly error: unknown } | undefined {
  for (const item of group) {
    try {
      item.push();
    } catch (error) {
      consumer.abort(error instanceof MalformedError ? error.reason : 'failed');
      return { item, error };
    }
  }
  return undefined;
}
