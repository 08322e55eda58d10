/**
 * Records with spans → the consumer of spans. A record that cannot be read is taken out of its group and passed over,
 * with all of its spans.
 */
import type { Consumers } from '../../contract/component.ts';
import type { SpanConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { MalformedError } from '../../encodings/malformed.ts';
import { decodeSpans, type SpanEncoding } from '../../encodings/span-encodings.ts';
import { type Chunk, type Intake, nextAfter, promiseOf, type Taken, type ToProgress } from './intake.ts';
import type { Poison } from './poison.ts';

export class SpanIntake implements Intake {
  private readonly consumers: Consumers;
  private readonly encoding: SpanEncoding;
  private readonly toProgress: ToProgress;
  private readonly poison: Poison;
  private createView: (() => SpanView) | undefined;
  private view: SpanView | undefined;

  constructor(consumers: Consumers, encoding: SpanEncoding, toProgress: ToProgress, poison: Poison) {
    this.consumers = consumers;
    this.encoding = encoding;
    this.toProgress = toProgress;
    this.poison = poison;
  }

  take(chunk: Chunk): Taken {
    const consumer = this.consumers.traces!;
    // A reload may have moved the slots of the attributes.
    if (this.consumers.createView !== this.createView || this.view === undefined) {
      this.createView = this.consumers.createView!;
      this.view = this.createView();
    }
    const bad = this.decodeUntil(chunk, chunk.until, consumer);
    if (bad === undefined) return this.commit(chunk, chunk.until, consumer);
    // What came before it was given up with it, and is taken by itself.
    this.decodeUntil(chunk, bad.at, consumer);
    const taken = this.commit(chunk, bad.at + 1, consumer);
    const { reason, message } = bad.error;
    this.poison.record(chunk.at, chunk.records[bad.at]!, reason, message);
    return taken;
  }

  /** Answers with the first record that cannot be read; then nothing is taken. */
  private decodeUntil({ records, from }: Chunk, until: number, consumer: SpanConsumer): Bad | undefined {
    consumer.begin();
    for (let at = from; at < until; at++) {
      const { value } = records[at]!;
      if (value === null) continue;
      try {
        decodeSpans(this.encoding, value, this.view!, consumer);
      } catch (thrown) {
        const error = malformed(thrown);
        consumer.abort(error.reason);
        return { at, error };
      }
    }
    return undefined;
  }

  private commit(chunk: Chunk, until: number, consumer: SpanConsumer): Taken {
    consumer.progress?.(this.toProgress(chunk.at, nextAfter(chunk, until)));
    return { until, committed: promiseOf(consumer.commit()) };
  }
}

interface Bad {
  readonly at: number;
  readonly error: MalformedError;
}

/** Whatever a record brings about, it must not block those behind it. */
function malformed(thrown: unknown): MalformedError {
  if (thrown instanceof MalformedError) return thrown;
  return new MalformedError('failed', thrown instanceof Error ? thrown.message : String(thrown));
}
