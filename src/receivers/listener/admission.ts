/**
 * Whether there is time for one more request. When more comes in than one core can take, requests wait for their turn
 * in the sockets, unseen; a sender whose request waits too long sends it again, which makes more of the same. So what
 * would wait too long is refused early, before its body is read, inflated or decoded, and with a delay.
 */
import { type Answer, refuse } from './answer.ts';

/** The event loop comes by at least this often when it has time. */
const TURN_MS = 20;
/** Senders that are refused together come again at different times, up to so many seconds later. */
const SPREAD_SECONDS = 3;

export class Admission {
  refused = 0;
  private maxWaitMs = 0;
  private readonly now: () => number;
  private answers: readonly Answer[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** When the loop was to come by next: since then, whatever is ready has been waiting. */
  private dueMs = Number.POSITIVE_INFINITY;

  /** `maxWaitMs` 0: everything is admitted. */
  constructor(maxWaitMs: number, now: () => number = () => performance.now()) {
    this.now = now;
    this.setMaxWait(maxWaitMs);
  }

  /** Holds for the next request. */
  setMaxWait(maxWaitMs: number): void {
    this.maxWaitMs = maxWaitMs;
    const message = `more comes in than can be taken: requests wait for more than ${maxWaitMs} ms (max_wait); try again`;
    this.answers = Array.from({ length: SPREAD_SECONDS }, (_, i) => refuse(message, i + 1));
  }

  start(): void {
    this.comeBy();
    this.timer = setInterval(() => this.comeBy(), TURN_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.dueMs = Number.POSITIVE_INFINITY;
  }

  /** How long the requests that are ready have been waiting, as far as one can know. */
  waitMs(): number {
    return Math.max(0, this.now() - this.dueMs);
  }

  /** Undefined: there is time. A request whose body was read has cost something, and is let wait twice as long. */
  check(bodyIsRead: boolean): Answer | undefined {
    const mostMs = bodyIsRead ? 2 * this.maxWaitMs : this.maxWaitMs;
    if (mostMs === 0 || this.now() - this.dueMs <= mostMs) return undefined;
    return this.answers[this.refused++ % SPREAD_SECONDS];
  }

  private comeBy(): void {
    this.dueMs = this.now() + TURN_MS;
  }
}
