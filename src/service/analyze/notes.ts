/** What a reader of the graph should know about how it was made, and cannot see in it at a glance. */
import type { GraphDocument } from '../../contract/graph-document.ts';
import type { Topology } from '../topology/topology.ts';
import type { Feed } from './feed.ts';
import type { Report } from './report.ts';

/** Diagnostics that are told one by one. */
const SHOWN = 20;

export interface Outcome {
  readonly document: GraphDocument;
  readonly topology: Topology;
  readonly feed: Feed;
  readonly report: Report;
}

export function sayNotes({ document, topology, feed, report }: Outcome): void {
  const { spans, records, changes, reasons } = document.stats;
  const { evicted } = topology.correlator.expiry;
  const said = spans.received + (records.received ?? 0) + (records.log_observations ?? 0);
  if (said === 0) report.note('no spans and no records were read');
  if (spans.rejected > 0) report.note(`${spans.rejected} spans refused: ${named(reasons, /^invalid_/)}`);
  if (spans.duplicates > 0) report.note(`${spans.duplicates} spans came again and count once`);
  if ((records.duplicates ?? 0) > 0) report.note(`${records.duplicates} records came again and count once`);
  if ((changes.duplicates ?? 0) > 0) report.note(`${changes.duplicates} row changes came again and count once`);
  if (reasons.bad_time !== undefined)
    report.note(
      `${reasons.bad_time} spans had a time before 2000 or ahead of now; the newest good time stands in for it`,
    );
  if (evicted > 0) {
    const { limit } = topology.correlator.rows;
    report.note(
      `${evicted} spans were decided before all was read: ${limit} are kept at most; raise it with --set connectors.topology.correlation.max_pending=N`,
    );
  }
  if (feed.metricsExports > 0) report.note(`${feed.metricsExports} exports of metrics passed over`);
  for (const { message } of document.diagnostics.slice(0, SHOWN)) report.note(message);
  const rest = document.diagnostics.length - SHOWN;
  if (rest > 0) report.note(`${rest} more diagnostics stand in the graph`);
}

/** `3 × invalid_span_id, 1 × invalid_trace_id` */
function named(reasons: Readonly<Record<string, number>>, which: RegExp): string {
  const found = Object.entries(reasons).filter(([name]) => which.test(name));
  return found.map(([name, count]) => `${count} × ${name}`).join(', ');
}
