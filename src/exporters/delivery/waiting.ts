/** What a delivery waits for: news, a pause, and its own end, which ends every waiting. */
import { setTimeout as sleep } from 'node:timers/promises';

export class Waiting {
  readonly over: Promise<void>;
  private readonly ending = new AbortController();
  private hasNews = false;
  private wakeUp: (() => void) | undefined;

  constructor() {
    this.over = new Promise(resolve => this.ending.signal.addEventListener('abort', () => resolve()));
  }

  get isOver(): boolean {
    return this.ending.signal.aborted;
  }

  end(): void {
    this.ending.abort();
    this.wake();
  }

  wake(): void {
    this.hasNews = true;
    this.wakeUp?.();
  }

  /** News from now on count; to be called before looking. */
  look(): void {
    this.hasNews = this.isOver;
  }

  /** Until there are news since the last look, or so long. */
  async news(ms?: number): Promise<void> {
    if (this.hasNews) return;
    const timer = ms === undefined ? undefined : setTimeout(() => this.wakeUp?.(), ms);
    await new Promise<void>(resolve => {
      this.wakeUp = resolve;
    });
    this.wakeUp = undefined;
    clearTimeout(timer);
  }

  /** News do not shorten it. */
  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.ending.signal }).catch(() => {});
  }
}
