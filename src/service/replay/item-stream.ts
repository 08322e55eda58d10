/** The items of one input, read as far ahead as a chunk goes. */
import type { RecordDecoder } from '../../encodings/records/document.ts';
import type { Input } from '../analyze/inputs.ts';
import { readInput } from '../analyze/read-input.ts';
import type { Report } from '../analyze/report.ts';
import { itemsOf, type ReplayItem } from './item.ts';

export class ItemStream {
  private items: ReplayItem[] = [];
  private at = 0;
  private isEnded = false;
  private failure: { readonly error: unknown } | undefined;
  private wakeReader = () => {};
  private wakeTaker = () => {};

  constructor(input: Input, report: Report, decoder: RecordDecoder, onRead: (bytes: number) => void) {
    const feed = {
      json: (document: Buffer) => void this.items.push(...itemsOf(document, decoder)),
      protobuf: (bytes: Buffer) => void this.items.push({ kind: 'traces', bytes, encoding: 'protobuf', timeMs: 0 }),
    };
    const progress = async (bytes: number) => {
      onRead(bytes);
      await this.drained();
    };
    readInput(input, { feed, report, progress }).then(
      () => this.end(),
      error => {
        this.failure = { error };
        this.end();
      },
    );
  }

  /** The next one, which stays; undefined at the end. Throws what is not the input's fault. */
  async peek(): Promise<ReplayItem | undefined> {
    while (this.at >= this.items.length && !this.isEnded) {
      this.items = [];
      this.at = 0;
      this.wakeReader();
      await new Promise<void>(resolve => {
        this.wakeTaker = resolve;
      });
    }
    if (this.at >= this.items.length && this.failure !== undefined) throw this.failure.error;
    return this.items[this.at];
  }

  shift(): void {
    this.at++;
  }

  private async drained(): Promise<void> {
    while (this.at < this.items.length) {
      this.wakeTaker();
      await new Promise<void>(resolve => {
        this.wakeReader = resolve;
      });
    }
  }

  private end(): void {
    this.isEnded = true;
    this.wakeTaker();
  }
}

/** The items of several streams in the order of their times; one without a time follows the one before it. */
export async function* mergeByTime(streams: readonly ItemStream[]): AsyncGenerator<ReplayItem> {
  const times = streams.map(() => 0);
  for (;;) {
    let first = -1;
    for (let i = 0; i < streams.length; i++) {
      const item = await streams[i]!.peek();
      if (item === undefined) continue;
      if (item.timeMs > 0) times[i] = item.timeMs;
      if (first < 0 || times[i]! < times[first]!) first = i;
    }
    if (first < 0) return;
    const item = (await streams[first]!.peek())!;
    streams[first]!.shift();
    yield item;
  }
}
