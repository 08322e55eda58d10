/** What the thread of the API and that of the service send each other. Plain data. */
import type { Listener, MetricSample } from '../../contract/component.ts';
import type { DeltaPart } from '../../contract/graph-delta.ts';
import type { Logger } from '../../contract/logger.ts';
import type { TracedWork } from '../../contract/tracer.ts';
import type { HttpApiConfig } from '../config.ts';
import type { Question } from '../questions.ts';

/** What the thread begins with. */
export interface ThreadData {
  readonly id: string;
  readonly config: HttpApiConfig;
  readonly version: string;
  readonly startedAt: string;
  /** Answers are to be told as `traced`. */
  readonly traces: boolean;
}

export type ToApi =
  | { readonly type: 'delta'; readonly part: DeltaPart }
  | { readonly type: 'no-graph'; readonly question: number }
  | { readonly type: 'answer'; readonly number: number; readonly answer: unknown; readonly failure?: string }
  /** Published just now, the first of this number: each as its JSON text. */
  | { readonly type: 'changes'; readonly texts: readonly string[]; readonly first: number }
  /** Files that the options name are to be read again. */
  | { readonly type: 'refresh' }
  | { readonly type: 'stop' };

export type FromApi =
  | { readonly type: 'graph'; readonly question: number }
  | { readonly type: 'release'; readonly buffer: number }
  | { readonly type: 'ask'; readonly number: number; readonly question: Question; readonly asks: unknown }
  | { readonly type: 'listening'; readonly listener: Listener }
  | { readonly type: 'refreshed' }
  /** An answer for the tracer; its time is since the epoch, ms, as threads do not share their clocks. */
  | { readonly type: 'traced'; readonly work: TracedWork }
  | { readonly type: 'failed'; readonly failure: StartFailure }
  | { readonly type: 'samples'; readonly samples: readonly MetricSample[] }
  | { readonly type: 'log'; readonly level: keyof Logger; readonly fields: object; readonly message: string };

/** A failed start; with a hint or not, `isUsers` says whose it is to mend. */
export interface StartFailure {
  readonly isUsers: boolean;
  readonly message: string;
  readonly hint: string | undefined;
  readonly stack: string | undefined;
}
