/** A keeper of history that is told and asked by messages, each done with in the call. */
import type { DatabaseSync } from 'node:sqlite';
import type { PastAnswer, SeriesPoint } from '../../contract/past.ts';
import { damaged, isDamage, refusalOf } from '../checkpoint/refusals.ts';
import { HistoryKeeper, type HistoryOptions } from './keeper.ts';
import type { FromHistory, ToHistory } from './messages.ts';
import type { HistorySource } from './source.ts';
import { HistoryDamage } from './tables.ts';

export interface HistoryServerParts {
  readonly source: HistorySource;
  /** The wall clock, ms. */
  readonly now: () => number;
  /** @param given memory that goes with the message. */
  readonly answer: (message: FromHistory, given: readonly ArrayBuffer[]) => void;
}

export class HistoryServer {
  private readonly parts: HistoryServerParts;
  private keeper: HistoryKeeper | undefined;
  private db: DatabaseSync | undefined;

  constructor(parts: HistoryServerParts) {
    this.parts = parts;
  }

  take(message: ToHistory): void {
    const { keeper } = this;
    switch (message.type) {
      case 'open':
        return this.open(message.options, message.onCorruption);
      case 'close':
        this.close();
        return this.say({ type: 'closed' });
      case 'part':
        return this.attempt(() => keeper?.take(message.part), message.part.through !== undefined);
      case 'retry':
        return this.retry();
      case 'anew':
        return this.attempt(() => keeper?.beginAnew(message.minute), true);
      case 'options':
        return this.attempt(() => keeper?.setOptions(message.options), true);
      case 'ask':
        return this.answer(message.number, () => keeper?.ask(message.question));
      case 'series':
        return this.answer(message.number, () => keeper?.series(message.question));
    }
  }

  /** Tries again what could not be written. To be called from time to time. */
  retry(): void {
    if (this.keeper?.isWaiting === true) this.attempt(() => this.keeper?.retry(), true);
  }

  /** One step of what has to be done from time to time; false when there is nothing to do. */
  keepUp(): boolean {
    let isMore = false;
    this.attempt(() => {
      isMore = this.keeper?.keepUp() ?? false;
    }, false);
    return isMore;
  }

  private close(): void {
    if (this.db !== undefined) this.parts.source.close(this.db);
    this.db = undefined;
    this.keeper = undefined;
  }

  private say(message: FromHistory, given: readonly ArrayBuffer[] = []): void {
    this.parts.answer(message, given);
  }

  private open(options: HistoryOptions, onCorruption: 'skip' | 'refuse'): void {
    const { source } = this.parts;
    const problems: string[] = [];
    try {
      try {
        this.keeper = this.opened(options, onCorruption);
      } catch (error) {
        if (!isDamage(error) && !(error instanceof HistoryDamage)) throw error;
        problems.push(this.setAside((error as Error).message, onCorruption));
        this.keeper = this.opened(options, onCorruption);
      }
      this.say({ type: 'opened', status: this.keeper.status(), problems });
    } catch (error) {
      const { message, hint } = refusalOf(error, source.path);
      this.say({ type: 'refused', message, hint });
    }
  }

  private opened(options: HistoryOptions, onCorruption: 'skip' | 'refuse'): HistoryKeeper {
    const { source } = this.parts;
    const db = source.open();
    this.db = db;
    try {
      return new HistoryKeeper(db, options, this.parts.now, onCorruption);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private setAside(reason: string, onCorruption: 'skip' | 'refuse'): string {
    const { source, now } = this.parts;
    if (onCorruption === 'refuse') throw damaged(source.path, [reason]);
    const suffix = `.damaged-${new Date(now()).toISOString().replaceAll(':', '-')}`;
    source.setAside(suffix);
    return `history is damaged (${reason}) and is set aside as ${source.path}${suffix}; it begins anew`;
  }

  private attempt(change: () => void, tells: boolean): void {
    const { keeper } = this;
    if (keeper === undefined) return;
    try {
      change();
      if (tells) this.say({ type: 'status', status: keeper.status() });
    } catch (error) {
      this.say({ type: 'failed', message: (error as Error).message, isLost: keeper.isLost });
    }
  }

  private answer(number: number, ask: () => PastAnswer | readonly SeriesPoint[] | undefined): void {
    try {
      const answer = ask();
      if (answer === undefined) throw new Error('history is closed');
      this.say({ type: 'answer', number, answer }, buffersOf(answer));
    } catch (error) {
      this.say({ type: 'answer', number, failure: (error as Error).message });
    }
  }
}

/** Those of columns: they need not be copied from thread to thread. */
export function buffersOf(answer: object): ArrayBuffer[] {
  return Object.values(answer).flatMap(value => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
}
