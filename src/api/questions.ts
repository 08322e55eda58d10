/** What the API asks the service beside the graph itself: small things, answered by the thread of the ingest. */

import type { ChangePage, ChangesStatus } from '../contract/change-feed.ts';
import type { Checkup } from '../contract/checkup.ts';
import type { MetricSample, ServiceStatus } from '../contract/component.ts';
import type { DebugSpan, TierStatus } from '../contract/graph-view.ts';
import type { HistoryStatus, PastAnswer, PastQuestion, SeriesPoint, SeriesQuestion } from '../contract/past.ts';

/** Name → what goes along, and the answer; undefined where there is no graph. */
export interface Questions {
  readonly status: { readonly asks: undefined; readonly answer: ServiceStatus };
  readonly tiers: { readonly asks: undefined; readonly answer: readonly TierStatus[] | undefined };
  readonly checkup: { readonly asks: undefined; readonly answer: Checkup | undefined };
  /** Edges held, also those that do not show. */
  readonly edges: { readonly asks: undefined; readonly answer: number | undefined };
  /** 32 hex digits. */
  readonly trace: { readonly asks: string; readonly answer: readonly DebugSpan[] | undefined };
  /** The graph of earlier; its columns are handed over. */
  readonly past: { readonly asks: PastQuestion; readonly answer: PastAnswer | undefined };
  readonly series: { readonly asks: SeriesQuestion; readonly answer: readonly SeriesPoint[] | undefined };
  readonly history: { readonly asks: undefined; readonly answer: HistoryStatus | undefined };
  readonly 'changes-status': { readonly asks: undefined; readonly answer: ChangesStatus | undefined };
  readonly changes: {
    readonly asks: { readonly after: number; readonly limit: number };
    readonly answer: ChangePage | undefined;
  };
  /** The API's own numbers go along, so that they are among those of all. */
  readonly metrics: { readonly asks: readonly MetricSample[]; readonly answer: readonly MetricSample[] };
}

export type Question = keyof Questions;

export type AskService = <Q extends Question>(
  question: Q,
  asks: Questions[Q]['asks'],
) => Promise<Questions[Q]['answer']>;
