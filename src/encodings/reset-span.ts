/** A view before a span is read into it: nothing of the one before is left. */
import type { SpanView } from '../contract/span-view.ts';

export function resetSpan(view: SpanView): void {
  view.attributes.reset();
  view.links.count = view.links.dropped = 0;
  view.trace0 = view.trace1 = view.trace2 = view.trace3 = 0;
  view.span0 = view.span1 = view.parent0 = view.parent1 = 0;
  view.traceIdOk = view.spanIdOk = false;
  view.parentIdOk = true;
  view.kind = view.start = view.end = view.statusCode = 0;
  view.nameStart = view.nameEnd = view.stateStart = view.stateEnd = 0;
}
