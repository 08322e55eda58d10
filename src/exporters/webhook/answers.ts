/** An HTTP answer to a batch → what becomes of it. */
import type { Posted } from '../../telemetry/tracing/post.ts';
import type { Outcome } from '../delivery/delivery.ts';

/** What the other side will not take at another time either. Not 404: behind a proxy it also means that nobody is there. */
const REFUSED: ReadonlySet<number> = new Set([400, 410, 415, 422]);
const TOO_LARGE = 413;
/** No wait that is asked for is longer. */
const LONGEST_WAIT_MS = 3_600_000;

export function outcomeOf({ status, retryAfter }: Posted, nowMs: number): Outcome {
  const why = `HTTP ${status}`;
  if (status >= 200 && status < 300) return { result: 'done' };
  if (status === TOO_LARGE) return { result: 'too_large', why };
  if (REFUSED.has(status)) return { result: 'refused', why };
  return { result: 'retry', why, afterMs: waitMs(retryAfter, nowMs) };
}

/** Of a `Retry-After`, seconds or a date: RFC 9110, 10.2.3. */
function waitMs(text: string | undefined, nowMs: number): number {
  if (text === undefined) return 0;
  const ms = /^\s*\d+\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? 0 : Math.min(LONGEST_WAIT_MS, Math.max(0, ms));
}
