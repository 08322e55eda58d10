/**
 * What is wrong just now, and what happened that an operator should know: for `/v1/status` and the log. A state is told
 * when it begins and when it is over; an event is counted, and told at most once a minute.
 */

import type { Logger } from '../../contract/logger.ts';
import type { ReceiverProblem } from '../../contract/receiver-status.ts';
import { RepeatedLog } from '../../telemetry/repeated-log.ts';

const MAX_EVENTS = 100;

interface Entry {
  readonly code: string;
  message: string;
  readonly sinceMs: number;
  lastMs: number;
  count: number;
  isState: boolean;
}

export class Problems {
  private readonly logger: Logger;
  private readonly now: () => number;
  private readonly log: RepeatedLog;
  private readonly entries = new Map<string, Entry>();

  constructor(logger: Logger, now: () => number) {
    this.logger = logger;
    this.now = now;
    this.log = new RepeatedLog(logger);
  }

  /** `about` tells states of one code apart: a topic, a node. */
  begin(code: string, about: string, message: string): void {
    const entry = this.entries.get(`${code} ${about}`);
    if (entry === undefined) {
      this.add(code, about, message, true);
      this.logger.warn({ code }, message);
    } else {
      if (entry.message !== message) this.logger.warn({ code }, message);
      entry.message = message;
      entry.lastMs = this.now();
      entry.count += 1;
    }
  }

  end(code: string, about: string): void {
    const entry = this.entries.get(`${code} ${about}`);
    if (entry === undefined) return;
    this.entries.delete(`${code} ${about}`);
    this.logger.info({ code }, `over: ${entry.message}`);
  }

  event(code: string, about: string, message: string, fields: object = {}): void {
    const entry = this.entries.get(`${code} ${about}`);
    if (entry === undefined) this.add(code, about, message, false);
    else {
      entry.message = message;
      entry.lastMs = this.now();
      entry.count += 1;
    }
    this.log.say({ level: 'warn', kind: code, sender: about, fields: { code, ...fields }, message });
  }

  list(): readonly ReceiverProblem[] {
    return [...this.entries.values()].map(({ code, message, sinceMs, lastMs, count }) => ({
      code,
      message,
      since: new Date(sinceMs).toISOString(),
      last: new Date(lastMs).toISOString(),
      count,
    }));
  }

  stop(): void {
    this.log.flush();
  }

  private add(code: string, about: string, message: string, isState: boolean): void {
    const events = [...this.entries].filter(([, entry]) => !entry.isState);
    if (!isState && events.length >= MAX_EVENTS) this.entries.delete(events[0]![0]);
    const now = this.now();
    this.entries.set(`${code} ${about}`, { code, message, sinceMs: now, lastMs: now, count: 1, isState });
  }
}
