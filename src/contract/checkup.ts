/**
 * What became of the spans of each service, and what was found amiss with them, each with an example: what somebody
 * needs who asks why an edge is missing. Counted when a span's wait is over; what is still held is added when asked.
 */
import type { Exemplar, Fate } from './graph-document.ts';

/** As `/v1/debug/trace` names them. */
export const SPAN_CLASSES = ['internal', 'client', 'server', 'producer', 'consumer', 'database'] as const;
export type SpanClass = (typeof SPAN_CLASSES)[number];

/** What can be amiss with a span, so that an edge is missing or less sure. The doctor says what each means. */
export const SPAN_FINDINGS = [
  'no_service_name',
  'missing_parent',
  'local_parent',
  'unpaired_client',
  'unpaired_nameless',
  'no_destination',
  'no_propagation',
  'receive_without_context',
  'missing_producer',
  'no_statement',
  'statement_truncated',
  'statement_unreadable',
  'evicted',
  'dropped_links',
  'ambiguous_destination',
  'duplicates',
  'bad_time',
  'negative_duration',
  'clock_skew',
  'decisions_deferred',
  'invalid_trace_id',
  'invalid_span_id',
] as const;
export type SpanFindingCode = (typeof SPAN_FINDINGS)[number];

export interface SpanFinding {
  readonly code: SpanFindingCode;
  readonly count: number;
  /** Null for spans without usable ids. */
  readonly example: Exemplar | null;
}

export interface ServiceCheckup {
  /** Id of the service as its spans name it; empty for spans that name none. */
  readonly service: string;
  /** Class → fate → spans, without zeros. */
  readonly spans: Readonly<Partial<Record<SpanClass, Readonly<Partial<Record<Fate, number>>>>>>;
  readonly findings: readonly SpanFinding[];
}

export interface Checkup {
  /** Sorted by service. */
  readonly services: readonly ServiceCheckup[];
  /** Requests that could not be read, by reason. */
  readonly malformed: Readonly<Record<string, number>>;
}
