/** A receiver of files that runs in a folder of its own, with a consumer behind it whose journal outlives it. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/contract/clock.ts';
import type { MetricSample } from '../../../src/contract/component.ts';
import type { SpanConsumer } from '../../../src/contract/consumer.ts';
import type { Progress, RecordConsumer } from '../../../src/contract/record.ts';
import { RecordDecoder } from '../../../src/encodings/records/document.ts';
import { createSpanView } from '../../../src/normalize/conventions/slots.ts';
import type { FileConfig } from '../../../src/receivers/file/config.ts';
import { FileReceiver } from '../../../src/receivers/file/receiver.ts';
import { dataDirectory } from '../../kits/data-directory.ts';

/** What was committed, in its order, and where the receiver had come to with it. */
export class FileJournal {
  readonly offsets: number[] = [];
  readonly positions = new Map<string, Progress>();
  commits = 0;
  /** What the next commits throw, before anything is kept; undefined: nothing. */
  failures: (Error | undefined)[] = [];
  private open: number[] = [];
  private progress: Progress[] = [];

  /** Takes spans, too: each stands as −1. */
  consumer(): RecordConsumer & SpanConsumer {
    return {
      span: () => void this.open.push(-1),
      begin: () => {
        this.open = [];
        this.progress = [];
      },
      record: ({ offset }) => void this.open.push(offset),
      progress: at => void this.progress.push(at),
      commit: async () => {
        const failure = this.failures.shift();
        if (failure !== undefined) throw failure;
        await new Promise(setImmediate);
        this.commits++;
        this.offsets.push(...this.open);
        for (const at of this.progress) this.positions.set(at.topic, at);
        return { accepted: this.open.length, rejected: 0, message: '' };
      },
      abort: () => {},
    };
  }
}

export class Following {
  readonly folder = dataDirectory();
  readonly said: string[] = [];
  journal = new FileJournal();
  /** There is a pipeline of traces, too. */
  takesSpans = false;
  private receiver: FileReceiver | undefined;
  private sources: (() => readonly MetricSample[])[] = [];

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Dumps of records with these offsets. */
  write(name: string, ...offsets: readonly number[]): void {
    appendFileSync(this.path(name), offsets.map(dumpLine).join(''));
  }

  start(options: Partial<FileConfig> = {}): FileReceiver {
    const say = (fields: object, message: string) => void this.said.push(`${message} ${JSON.stringify(fields)}`);
    this.sources = [];
    this.receiver = new FileReceiver(
      {
        id: 'file',
        clock: systemClock,
        logger: { debug: say, info: say, warn: say, error: say },
        host: {
          storeIn: () => {},
          storage: () => undefined,
          topology: () => undefined,
          listening: () => () => {},
          receiver: () => {},
          exporter: () => {},
          metrics: collect => this.sources.push(collect),
          status: () => {
            throw new Error('a receiver has no business with the status');
          },
          collectMetrics: async () => [],
        },
      },
      { include: [this.path('*.jsonl')], poll_interval: '20ms', ...options },
      {
        records: this.journal.consumer(),
        ...(this.takesSpans && { traces: this.journal.consumer() }),
        createView: createSpanView,
        positions: () => [...this.journal.positions.values()],
      },
      outbox => new RecordDecoder(outbox),
    );
    this.receiver.start();
    return this.receiver;
  }

  async stop(): Promise<void> {
    await this.receiver?.stop();
  }

  metric(name: string, labels: Record<string, string> = {}): number {
    const values = this.sources.flatMap(collect => collect()).flatMap(one => (one.name === name ? one.values : []));
    const wanted = values.filter(({ labels: own }) =>
      Object.entries(labels).every(([key, value]) => own[key] === value),
    );
    return wanted.reduce((sum, { value }) => sum + value, 0);
  }

  /** Waits until so many records were committed. */
  async taken(count: number): Promise<readonly number[]> {
    await until(() => this.journal.offsets.length >= count);
    return this.journal.offsets;
  }
}

export function dumpLine(offset: number): string {
  return `${JSON.stringify({ topic: 'orders', partition: 0, offset, value: '{}' })}\n`;
}

export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(resolve => setTimeout(resolve, 5));
}
