/**
 * What a request came to, and the one table that maps it to both protocols' codes.
 * Only `refused` (and a time-out's dropped connection) invites the sender to try again.
 */
import { PermanentError, RetryableError } from '../../contract/errors.ts';

/** HTTP status and google.rpc code of each outcome. `aborted` is the sender's doing and is never answered. */
export const OUTCOMES = {
  accepted: { http: 200, code: 0 },
  partial: { http: 200, code: 0 },
  malformed: { http: 400, code: 3 },
  rejected: { http: 400, code: 3 },
  unauthenticated: { http: 401, code: 16 },
  forbidden: { http: 403, code: 7 },
  not_found: { http: 404, code: 12 },
  wrong_method: { http: 405, code: 12 },
  timed_out: { http: 408, code: 4 },
  too_large: { http: 413, code: 8 },
  unsupported: { http: 415, code: 3 },
  failed: { http: 500, code: 13 },
  refused: { http: 503, code: 14 },
  aborted: { http: 0, code: 1 },
} as const satisfies Readonly<Record<string, { readonly http: number; readonly code: number }>>;

export type Outcome = keyof typeof OUTCOMES;

export interface Answer {
  readonly outcome: Outcome;
  /** Spans or records refused out of a request that was otherwise taken. */
  readonly rejected: number;
  /** For the sender: what is wrong and what would be right. */
  readonly message: string;
  /** Whole seconds; 0 when the sender should not try again. */
  readonly retryAfterSeconds: number;
}

export const ACCEPTED: Answer = { outcome: 'accepted', rejected: 0, message: '', retryAfterSeconds: 0 };

/** An answer that takes nothing and is not to be repeated. */
export function decline(outcome: Outcome, message: string): Answer {
  return { outcome, rejected: 0, message, retryAfterSeconds: 0 };
}

/** An answer that takes nothing now; the sender should repeat the request after the delay. */
export function refuse(message: string, retryAfterSeconds: number): Answer {
  return { outcome: 'refused', rejected: 0, message, retryAfterSeconds: Math.max(1, Math.ceil(retryAfterSeconds)) };
}

/** Maps what a consumer threw. Anything unexpected is `failed`, without its inner message. */
export function errorToAnswer(error: unknown): Answer {
  if (error instanceof RetryableError) return refuse(error.message, error.retryAfterSeconds);
  if (error instanceof PermanentError) return decline('rejected', error.message);
  return decline('failed', 'internal error; the log of the receiver says more');
}
