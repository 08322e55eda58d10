/** What a topology and the keeper of its history, in a thread of its own, tell each other. */
import type { IncrementPart } from '../../contract/increments.ts';
import type { HistoryStatus, PastAnswer, PastQuestion, SeriesPoint, SeriesQuestion } from '../../contract/past.ts';
import type { HistoryOptions } from './keeper.ts';

export type ToHistory =
  /** First of all. */
  | { readonly type: 'open'; readonly options: HistoryOptions; readonly onCorruption: 'skip' | 'refuse' }
  | { readonly type: 'part'; readonly part: IncrementPart }
  /** What is complete and could not be written is tried again at once. */
  | { readonly type: 'retry' }
  | { readonly type: 'ask'; readonly number: number; readonly question: PastQuestion }
  | { readonly type: 'series'; readonly number: number; readonly question: SeriesQuestion }
  | { readonly type: 'anew'; readonly minute: number }
  | { readonly type: 'options'; readonly options: HistoryOptions }
  | { readonly type: 'close' };

export type FromHistory =
  /** @param problems what was wrong with what was there, and what became of it. */
  | { readonly type: 'opened'; readonly status: HistoryStatus; readonly problems: readonly string[] }
  | { readonly type: 'refused'; readonly message: string; readonly hint: string }
  | { readonly type: 'status'; readonly status: HistoryStatus }
  /** @param isLost history has to begin anew. */
  | { readonly type: 'failed'; readonly message: string; readonly isLost: boolean }
  | {
      readonly type: 'answer';
      readonly number: number;
      readonly answer?: PastAnswer | readonly SeriesPoint[];
      readonly failure?: string;
    }
  | { readonly type: 'closed' };
