/** What a request carries, as far as a receiver of OTLP tells it apart; also the label values of its counters. */
/** `other`: a path that is no signal's. */
export const SIGNALS = ['traces', 'logs', 'metrics', 'other'] as const;
export type Signal = (typeof SIGNALS)[number];

export const ENCODINGS = ['protobuf', 'json'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Said to senders of metrics over either protocol. */
export const METRICS_ANSWER =
  'metrics are not taken here: tacit reads traces and logs; send metrics to a metrics backend, ' +
  'for a Collector: keep this exporter out of its metrics pipelines';
