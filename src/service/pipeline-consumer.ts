/** What a receiver pushes into: the gates and predicates of a pipeline's processors, then its sink. */
import type { Processor, SpanSink } from '../contract/component.ts';
import type { LogConsumer, SpanConsumer } from '../contract/consumer.ts';
import type { SpanView } from '../contract/span-view.ts';

/** Gates are asked in order at `begin`; the first predicate that says no makes the span `filtered`. */
export function consumeSpans(processors: readonly Processor[], sink: SpanSink): SpanConsumer {
  const gates = processors.filter(processor => processor.admit !== undefined);
  const predicates = processors.filter(processor => processor.keepSpan !== undefined);
  const admit = () => {
    for (const gate of gates) gate.admit!();
    sink.admit?.();
  };
  const begin = () => {
    for (const gate of gates) gate.admit!();
    sink.begin();
  };
  const filter = (view: SpanView) => {
    for (const predicate of predicates) {
      if (predicate.keepSpan!(view)) continue;
      sink.filtered(view);
      return;
    }
    sink.span(view);
  };
  return {
    // Predicates may read the resource: its slots are always filled for them.
    ...(predicates.length === 0 && sink.knowsResource !== undefined && { knowsResource: sink.knowsResource }),
    ...((gates.length > 0 || sink.admit !== undefined) && { admit }),
    begin: gates.length === 0 ? () => sink.begin() : begin,
    span: predicates.length === 0 ? view => sink.span(view) : filter,
    commit: () => sink.commit(),
    abort: reason => sink.abort(reason),
  };
}

export function consumeLogs(processors: readonly Processor[], sink: LogConsumer): LogConsumer {
  const gates = processors.filter(processor => processor.admit !== undefined);
  if (gates.length === 0) return sink;
  const admit = () => {
    for (const gate of gates) gate.admit!();
    sink.admit?.();
  };
  return {
    admit,
    logs: count => {
      admit();
      return sink.logs(count);
    },
  };
}
