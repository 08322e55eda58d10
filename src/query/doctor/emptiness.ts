/** Why there is no graph, or hardly one: what came, and what became of all of it. */

import type { Checkup } from '../../contract/checkup.ts';
import type { ServiceStatus } from '../../contract/component.ts';
import type { SpanStats } from '../../contract/graph-document.ts';
import type { GraphView } from '../../contract/graph-view.ts';
import { plainFinding } from './graph-findings.ts';
import type { FindingDraft } from './report.ts';

export type Pipelines = ServiceStatus['pipelines'];

export function emptiness(
  view: GraphView | undefined,
  checkup: Checkup,
  pipelines: Pipelines | undefined,
): FindingDraft[] {
  const found: FindingDraft[] = [];
  if (view === undefined || (pipelines !== undefined && !hasPipeline(pipelines)))
    found.push(plainFinding('no_pipeline', 0));
  const unreadable = Object.entries(checkup.malformed);
  if (unreadable.length > 0) {
    const count = unreadable.reduce((sum, [, of]) => sum + of, 0);
    found.push(plainFinding('unreadable_requests', count, {}, ` (${unreadable.map(([name]) => name).join(', ')})`));
  }
  if (view !== undefined) found.push(...whyEmpty(view));
  return found;
}

/** Pipelines of traces are those named `traces` or `traces/…`. */
function hasPipeline(pipelines: Pipelines): boolean {
  return Object.entries(pipelines).some(
    ([name, { receivers, exporters }]) =>
      /^traces(\/|$)/.test(name) && receivers.length > 0 && exporters.some(id => /^topology(\/|$)/.test(id)),
  );
}

function whyEmpty({ stats, edges }: GraphView): FindingDraft[] {
  const { spans, records, reasons } = stats;
  const logs = records.logs ?? 0;
  // Log records and records of Kafka say something by themselves.
  if (spans.received === 0 && edges.length > 0) return [];
  if (spans.received === 0) {
    return [plainFinding('nothing_received', 0), ...(logs > 0 ? [plainFinding('only_logs', logs)] : [])];
  }
  const single = spans.received - spans.duplicates;
  if (spans.rejected === single) return [plainFinding('everything_refused', single)];
  const taken = single - spans.rejected;
  if (reasons.no_service_name === taken) return [plainFinding('everything_nameless', taken)];
  if (spans.filtered === taken) return [plainFinding('everything_filtered', taken)];
  if (edges.length > 0) return [];
  if (isWaiting(spans, taken)) return [plainFinding('everything_waiting', taken)];
  return [plainFinding('no_edges', taken)];
}

/** What is not decided is all that there is to decide. */
function isWaiting({ pending, skipped, internal, filtered }: SpanStats, taken: number): boolean {
  return pending > 0 && pending + skipped + internal + filtered === taken;
}
