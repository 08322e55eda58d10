/** Spans and records one after the other, in the order given or in every order. */
import type { RecordView } from '../../src/contract/record.ts';
import type { TopologyOptions } from '../../src/service/topology/config.ts';
import type { Span } from '../oracle/span.ts';
import { LiveSubject, WAIT_MS } from './live-subject.ts';

export const LATER = 3 * WAIT_MS;

export type Step = Span | RecordView;
export const isSpan = (step: Step): step is Span => 'spanId' in step;

/** One after the other, each so long after the one before. */
export function run(steps: readonly Step[], betweenMs = 100, options: Partial<TopologyOptions> = {}): LiveSubject {
  const subject = new LiveSubject(options);
  steps.forEach((step, i) => {
    if (isSpan(step)) subject.send([step], i * betweenMs);
    else subject.sendRecords([step], i * betweenMs);
    subject.tick((i + 0.5) * betweenMs);
  });
  const end = steps.length * betweenMs;
  return subject.idle(end, end + LATER);
}

export function* orders<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length === 0) yield [];
  for (const [i, item] of items.entries()) {
    for (const rest of orders(items.toSpliced(i, 1))) yield [item, ...rest];
  }
}
