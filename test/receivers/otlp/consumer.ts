/** A consumer that writes down what reached it, and can be told to refuse, reject, wait or fail. */
import type { PushResult, SpanConsumer } from '../../../src/contract/consumer.ts';
import { RetryableError } from '../../../src/contract/errors.ts';
import type { SpanView } from '../../../src/contract/span-view.ts';

const decoder = new TextDecoder();

export class RecordingConsumer implements SpanConsumer {
  /** `begin`, `span:<name>`, `commit`, `abort:<reason>` in the order of the calls. */
  readonly calls: string[] = [];
  refusal: Error | undefined;
  spanFailure: Error | undefined;
  result: PushResult | undefined;
  /** While set, every commit waits for what it returns. */
  gate: (() => Promise<void>) | undefined;
  commits = 0;
  spans = 0;
  private open = 0;

  begin(): void {
    if (this.refusal !== undefined) throw this.refusal;
    this.calls.push('begin');
    this.open = 0;
  }

  span(view: SpanView): void {
    if (this.spanFailure !== undefined) throw this.spanFailure;
    this.open += 1;
    const { data, nameStart, nameEnd } = view;
    this.calls.push(
      `span:${decoder.decode(new Uint8Array(data.buffer, data.byteOffset + nameStart, nameEnd - nameStart))}`,
    );
  }

  commit(): PushResult | Promise<PushResult> {
    this.calls.push('commit');
    this.commits += 1;
    this.spans += this.open;
    const result = this.result ?? { accepted: this.open, rejected: 0, message: '' };
    return this.gate === undefined ? result : this.gate().then(() => result);
  }

  abort(reason: string): void {
    this.calls.push(`abort:${reason}`);
  }

  refuse(seconds: number): void {
    this.refusal = new RetryableError('memory is short; try again', seconds);
  }
}
