/**
 * Records with spans or log records → their consumer. A record that cannot be read is taken out of its group and passed
 * over, with all that is in it.
 */
import type { Consumers } from '../../contract/component.ts';
import type { LogConsumer, SpanConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { MalformedError } from '../../encodings/malformed.ts';
import { decodeLogRecords, decodeSpans } from '../../encodings/span-encodings.ts';
import { type Chunk, type Intake, nextAfter, promiseOf, type Taken, type ToProgress } from './intake.ts';
import type { Poison } from './poison.ts';
import type { Route } from './subscriptions.ts';

export type ViewRoute = Exclude<Route, { readonly signal: 'events' }>;

export class ViewIntake implements Intake {
  private readonly consumers: Consumers;
  private readonly route: ViewRoute;
  private readonly toProgress: ToProgress;
  private readonly poison: Poison;
  private createView: (() => SpanView) | undefined;
  private view: SpanView | undefined;

  constructor(consumers: Consumers, route: ViewRoute, toProgress: ToProgress, poison: Poison) {
    this.consumers = consumers;
    this.route = route;
    this.toProgress = toProgress;
    this.poison = poison;
  }

  take(chunk: Chunk): Taken {
    const consumer = this.consumers[this.route.signal]!;
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
  private decodeUntil({ records, from }: Chunk, until: number, consumer: SpanConsumer | LogConsumer): Bad | undefined {
    consumer.begin();
    for (let at = from; at < until; at++) {
      const { value } = records[at]!;
      if (value === null) continue;
      try {
        this.decode(value, consumer);
      } catch (thrown) {
        const error = malformed(thrown);
        consumer.abort(error.reason);
        return { at, error };
      }
    }
    return undefined;
  }

  private decode(value: Uint8Array, consumer: SpanConsumer | LogConsumer): void {
    const { signal, encoding } = this.route;
    if (signal === 'logs') decodeLogRecords(encoding, value, this.view!, consumer as LogConsumer);
    else decodeSpans(encoding, value, this.view!, consumer as SpanConsumer);
  }

  private commit(chunk: Chunk, until: number, consumer: SpanConsumer | LogConsumer): Taken {
    consumer.progress?.(this.toProgress(chunk.at, nextAfter(chunk, until)));
    return { until, committed: promiseOf(consumer.commit(chunk.at)) };
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
