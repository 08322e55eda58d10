/** The processors of pipelines. */
import { define, type MetricDefinition } from './define.ts';

export const SPANS_DROPPED = define(
  'counter',
  'tacit_processor_dropped_spans_total',
  'Spans that met a rule of a drop processor.',
  ['processor'],
);
export const MEMORY_LIMIT = define(
  'gauge',
  'tacit_memory_limiter_limit_bytes',
  'Resident memory above which requests are refused.',
  ['processor'],
);
export const RESIDENT_MEMORY = define(
  'gauge',
  'tacit_memory_limiter_resident_bytes',
  'Resident memory of the process when it was last looked at.',
  ['processor'],
);
export const FORCED_COLLECTIONS = define(
  'counter',
  'tacit_memory_limiter_collections_total',
  'Garbage collections forced because memory was short.',
  ['processor'],
);
export const REQUESTS_REFUSED_FOR_MEMORY = define(
  'counter',
  'tacit_memory_limiter_refused_requests_total',
  'Requests refused because memory was short.',
  ['processor'],
);

export const PROCESSOR_METRICS: readonly MetricDefinition[] = [
  SPANS_DROPPED,
  MEMORY_LIMIT,
  RESIDENT_MEMORY,
  FORCED_COLLECTIONS,
  REQUESTS_REFUSED_FOR_MEMORY,
];
