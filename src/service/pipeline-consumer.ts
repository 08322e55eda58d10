/** What a receiver pushes into: the gates and predicates of a pipeline's processors, then its sink. */
import type { Processor, SpanSink } from '../contract/component.ts';
import type { LogConsumer, SpanConsumer } from '../contract/consumer.ts';
import type { RecordConsumer } from '../contract/record.ts';
import type { SpanView } from '../contract/span-view.ts';

/** Gates are asked in order at `begin`; the first predicate that says no makes the span `filtered`. */
export function consumeSpans(processors: readonly Processor[], sink: SpanSink): SpanConsumer {
  const gates = gatesOf(processors);
  const predicates = processors.filter(processor => processor.keepSpan !== undefined);
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
    ...((gates.length > 0 || sink.admit !== undefined) && { admit: () => admit(gates, sink) }),
    ...(sink.progress !== undefined && { progress: at => sink.progress!(at) }),
    begin: gates.length === 0 ? () => sink.begin() : () => begin(gates, sink),
    span: predicates.length === 0 ? view => sink.span(view) : filter,
    commit: sender => sink.commit(sender),
    abort: reason => sink.abort(reason),
  };
}

export function consumeLogs(processors: readonly Processor[], sink: LogConsumer): LogConsumer {
  return behindGates(gatesOf(processors), sink);
}

export function consumeRecords(processors: readonly Processor[], sink: RecordConsumer): RecordConsumer {
  return behindGates(gatesOf(processors), sink);
}

function behindGates<C extends LogConsumer | RecordConsumer>(gates: readonly Processor[], sink: C): C {
  if (gates.length === 0) return sink;
  return { ...sink, admit: () => admit(gates, sink), begin: () => begin(gates, sink) };
}

function gatesOf(processors: readonly Processor[]): readonly Processor[] {
  return processors.filter(processor => processor.admit !== undefined);
}

function admit(gates: readonly Processor[], sink: { admit?(): void }): void {
  for (const gate of gates) gate.admit!();
  sink.admit?.();
}

function begin(gates: readonly Processor[], sink: { begin(): void }): void {
  for (const gate of gates) gate.admit!();
  sink.begin();
}
