/**
 * A log for events that may come by the thousand: of one kind from one source the first is told at once, those after
 * it in one line a minute with their count. Sources beyond a bound are told together, so the log stays small whatever
 * is sent.
 */
import type { Logger } from '../contract/logger.ts';

const WINDOW_MS = 60_000;
const MAX_SOURCES = 50;
const OTHERS = '(others)';
const MAX_MESSAGE = 300;

export interface RepeatedEvent {
  readonly level: keyof Logger;
  /** What may not differ too much: few kinds. */
  readonly kind: string;
  /** Who or what it came from, shown as the field `sender`. */
  readonly sender: string;
  readonly fields: object;
  readonly message: string;
}

interface Entry {
  event: RepeatedEvent;
  count: number;
}

export class RepeatedLog {
  private readonly logger: Logger;
  private readonly windowMs: number;
  private readonly entries = new Map<string, Entry>();
  private timer: NodeJS.Timeout | undefined;

  constructor(logger: Logger, windowMs = WINDOW_MS) {
    this.logger = logger;
    this.windowMs = windowMs;
  }

  say(event: RepeatedEvent): void {
    const key = `${event.kind} ${event.sender}`;
    const entry = this.entries.get(key);
    if (entry !== undefined) {
      entry.event = event;
      entry.count += 1;
    } else if (this.entries.size < MAX_SOURCES || event.sender === OTHERS) {
      this.entries.set(key, { event, count: 0 });
      this.write(event, 1);
      this.timer ??= setInterval(() => this.tell(), this.windowMs).unref();
    } else this.say({ ...event, sender: OTHERS });
  }

  /** What was not told yet; to be called before the end. */
  flush(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    for (const { event, count } of this.entries.values()) if (count > 0) this.write(event, count);
    this.entries.clear();
  }

  private tell(): void {
    for (const [key, entry] of this.entries) {
      if (entry.count === 0) this.entries.delete(key);
      else this.write(entry.event, entry.count);
      entry.count = 0;
    }
    if (this.entries.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private write({ level, sender, fields, message }: RepeatedEvent, count: number): void {
    this.logger[level]({ ...fields, sender, count }, message.slice(0, MAX_MESSAGE));
  }
}
