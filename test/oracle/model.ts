/**
 * The rules as a batch model: all spans in, the graph out, by plain loops over all spans.
 * It shares no code with the program, knows no clock, window or eviction, and does not depend on the order of spans.
 */

import type { RecordView } from '../../src/contract/record.ts';
import { type Decisions, decideAll } from './decisions.ts';
import { buildDocument, type OracleDocument } from './document.ts';
import { type Log, type LogOutcome, readLogs } from './logs.ts';
import { type Fact, isBadTime, normalizeSpan } from './normalize.ts';
import { isUsualOutbox, type RecordOutcome, readRecords, tellEvents, tellPositions } from './records.ts';
import { isSpanId, isTraceId, type Span, sameTrace } from './span.ts';

export interface Outcome {
  readonly document: OracleDocument;
  readonly decisions: Decisions;
  readonly logs: LogOutcome['counts'];
  readonly recorded: RecordOutcome;
}

/** `nowUs` bounds what counts as a good time: at most a day ahead. @param onlyCluster the one that the configuration knows. */
export function analyzeSpans(
  spans: readonly Span[],
  nowUs: number = Date.now() * 1000,
  logs: readonly Log[] = [],
  records: readonly RecordView[] = [],
  onlyCluster?: string,
  isOutbox: (table: string) => boolean = isUsualOutbox,
): Outcome {
  const reasons = spans.flatMap(span => rejection(span) ?? []);
  const accepted = spans.filter(span => rejection(span) === undefined);
  const goodTimes = accepted.flatMap(span => [span.startUs, span.endUs]).filter(time => !isBadTime(time, nowUs));
  const newest = goodTimes.reduce((a, b) => Math.max(a, b), 0);
  const known = onlyCluster === undefined ? {} : { onlyCluster };
  const facts = accepted.map(span => ({ ...normalizeSpan(span, nowUs, newest), ...known }));
  const once = facts.filter((fact, index) => facts.findIndex(other => isDuplicate(other, fact)) === index);
  const told = tellPositions(records, once, onlyCluster);
  const tied = once.map(fact => (told.has(fact) ? { ...fact, told: told.get(fact)! } : fact));
  const alone = decideAll(tied);
  const events = tellEvents(records, alone, onlyCluster, isOutbox);
  const kept = tied.map(fact => (events.has(fact) ? { ...fact, events: events.get(fact)! } : fact));
  const decisions = events.size === 0 ? alone : decideAll(kept);
  const refused = { received: spans.length, duplicates: facts.length - kept.length, reasons };
  const read = readLogs(logs, kept, nowUs);
  const recorded = readRecords(records, decisions, nowUs, isOutbox);
  return { document: buildDocument(decisions, refused, read, recorded), decisions, logs: read.counts, recorded };
}

function rejection(span: Span): string | undefined {
  if (!isTraceId(span.traceId)) return 'invalid_trace_id';
  return isSpanId(span.spanId) ? undefined : 'invalid_span_id';
}

function side(fact: Fact): string {
  if (fact.inbound) return 'inbound';
  return fact.outbound ? 'outbound' : 'other';
}

/** The same trace id, span id, side, service, instance and start. */
export function isDuplicate(a: Fact, b: Fact): boolean {
  return (
    sameTrace(a.span.traceId, b.span.traceId) &&
    a.span.spanId.toLowerCase() === b.span.spanId.toLowerCase() &&
    side(a) === side(b) &&
    a.service?.id === b.service?.id &&
    a.instance === b.instance &&
    a.startUs === b.startUs
  );
}
