/** What the correlator is told at its beginning. */

export interface CorrelationOptions {
  readonly waitMs: number;
  readonly lateMs: number;
  readonly maxPending: number;
  readonly maxLate: number;
  readonly maxSeen: number;
  readonly messageWaitMs: number;
  readonly maxMessages: number;
  /** The one cluster of topics that the configuration knows; empty for none, or several. */
  readonly onlyCluster: string;
  /**
   * Offline: event times are not held against the arrival, and nothing expires before `finish`. The newest good time
   * of all stands in for a time that is not believed. Such a correlator has no image.
   */
  readonly offline: boolean;
}

/** Options that may change while it works. */
export type Windows = Pick<CorrelationOptions, 'waitMs' | 'lateMs' | 'messageWaitMs' | 'onlyCluster'>;

/** What the correlator asks of the normalizer: the plan of an outer database span, completed by an inner one. */
export type MergePlans = (outer: number, inner: number) => number;
