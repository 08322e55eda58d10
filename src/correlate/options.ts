/** What the correlator is told at its beginning. */

import type { FrameSettings } from '../contract/frame.ts';
import type { IdentityRules } from '../contract/identity-rules.ts';
import type { LedgerSizes } from './message-ledger.ts';

/** Options that may change while it works. */
export interface Windows
  extends Pick<FrameSettings, 'waitMs' | 'lateMs' | 'messageWaitMs' | 'onlyCluster' | 'outboxTables'> {
  /** None unless given. */
  readonly rules?: IdentityRules | undefined;
}

export interface CorrelationOptions extends Windows {
  readonly maxPending: number;
  readonly maxLate: number;
  readonly maxSeen: number;
  readonly maxMessages: number;
  /** Of tests. */
  readonly ledger?: LedgerSizes;
  readonly maxRecords: number;
  /**
   * Offline: event times are not held against the arrival, and nothing expires before `finish`. The newest good time
   * of all stands in for a time that is not believed. Such a correlator has no image.
   */
  readonly offline: boolean;
}

/** What the correlator asks of the normalizer: the plan of an outer database span, completed by an inner one. */
export type MergePlans = (outer: number, inner: number) => number;
