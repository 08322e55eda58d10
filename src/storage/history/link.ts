/** The way to a keeper of history: in a thread of its own, or, where everything is to happen in its order, in this one. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { IncrementPart } from '../../contract/increments.ts';
import {
  type HistoryStatus,
  NO_PAST,
  type Past,
  type PastAnswer,
  type PastQuestion,
  type SeriesPoint,
  type SeriesQuestion,
} from '../../contract/past.ts';
import { StorageError } from '../storage-error.ts';
import type { HistoryOptions } from './keeper.ts';
import type { FromHistory, ToHistory } from './messages.ts';
import { HistoryServer } from './server.ts';
import type { HistorySource } from './source.ts';

/** Source in a checkout, compiled in the package. */
const ENTRY = new URL(`./thread${extname(import.meta.url)}`, import.meta.url);

/** Increments of all frames up to `through` are in it, and none of later ones. */
export interface History extends Past {
  /** What was wrong with what was there, and what became of it. */
  readonly problems: readonly string[];
  /** What was given up cannot be had any more: it has to begin anew. */
  readonly isLost: boolean;
  readonly through: number;
  /** The numbers are the keeper's from now on. */
  take(part: IncrementPart): void;
  /** Resolves when everything up to this frame is written; rejects when it cannot be. It must have been told. */
  committed(frame: number): Promise<void>;
  /** Empty; it can be asked from this minute on. What is told next must begin with everything. */
  beginAnew(minute: number): void;
  setOptions(options: HistoryOptions): void;
  close(): Promise<void>;
}

/** Rejects with a `StorageError` when it cannot be had. */
export type LinkHistory = (options: HistoryOptions, onCorruption: 'skip' | 'refuse') => Promise<History>;

type Send = (message: ToHistory, given?: readonly ArrayBuffer[]) => void;

/** @param path the data directory; undefined: in memory. */
export function historyInThread(path: string | undefined): LinkHistory {
  return (options, onCorruption) => {
    const worker = new Worker(ENTRY, { workerData: { path }, name: 'history' });
    const link = new HistoryLink((message, given = []) => worker.postMessage(message, [...given]));
    let reason = '';
    worker.on('message', (message: FromHistory) => link.hear(message));
    worker.on('error', error => {
      reason = `: ${error instanceof Error ? error.message : String(error)}`;
    });
    worker.on('exit', () => link.end(`the thread of history has ended${reason}`));
    return link.open(options, onCorruption);
  };
}

/** Grows old a step with everything it is told. */
export function historyHere(source: HistorySource, now: () => number): LinkHistory {
  return (options, onCorruption) => {
    const link = new HistoryLink(message => {
      server.take(message);
      if (message.type === 'part') server.keepUp();
    });
    const server = new HistoryServer({ source, now, answer: message => link.hear(message) });
    return link.open(options, onCorruption);
  };
}

class HistoryLink implements History {
  problems: readonly string[] = [];
  isLost = false;
  private readonly send: Send;
  private told: HistoryStatus = NO_PAST.status();
  private failure = '';
  private readonly opening = Promise.withResolvers<History>();
  private readonly closing = Promise.withResolvers<void>();
  private waiting: (PromiseWithResolvers<void> & { readonly frame: number })[] = [];
  private readonly asked = new Map<number, PromiseWithResolvers<unknown>>();
  private questions = 0;
  private isEnded = false;

  constructor(send: Send) {
    this.send = send;
  }

  open(options: HistoryOptions, onCorruption: 'skip' | 'refuse'): Promise<History> {
    this.send({ type: 'open', options, onCorruption });
    return this.opening.promise;
  }

  get through(): number {
    return this.told.through;
  }

  take(part: IncrementPart): void {
    this.send({ type: 'part', part }, [part.numbers.buffer]);
  }

  committed(frame: number): Promise<void> {
    if (this.through >= frame) return Promise.resolve();
    const waiting = { ...Promise.withResolvers<void>(), frame };
    if (this.isEnded || this.isLost) waiting.reject(new Error(this.failure));
    else this.waiting.push(waiting);
    // It may have failed before anybody waited: whoever does now is not to wait for the next time.
    if (this.failure !== '' && !this.isEnded) this.send({ type: 'retry' });
    return waiting.promise;
  }

  beginAnew(minute: number): void {
    this.isLost = false;
    this.told = { ...this.told, through: 0 };
    this.send({ type: 'anew', minute });
  }

  setOptions(options: HistoryOptions): void {
    this.send({ type: 'options', options });
  }

  ask(question: PastQuestion): Promise<PastAnswer> {
    return this.question(number => ({ type: 'ask', number, question })) as Promise<PastAnswer>;
  }

  series(question: SeriesQuestion): Promise<readonly SeriesPoint[]> {
    return this.question(number => ({ type: 'series', number, question })) as Promise<readonly SeriesPoint[]>;
  }

  status(): HistoryStatus {
    return this.failure === '' ? this.told : { ...this.told, message: this.failure };
  }

  close(): Promise<void> {
    if (!this.isEnded) this.send({ type: 'close' });
    return this.closing.promise;
  }

  hear(message: FromHistory): void {
    switch (message.type) {
      case 'opened':
        this.told = message.status;
        this.problems = message.problems;
        return this.opening.resolve(this);
      case 'refused':
        return this.opening.reject(new StorageError(message.message, message.hint));
      case 'status':
        this.failure = '';
        this.told = message.status;
        return this.settle();
      case 'failed':
        this.isLost = message.isLost;
        return this.fail(message.message);
      case 'answer': {
        const asking = this.asked.get(message.number);
        this.asked.delete(message.number);
        if (message.failure === undefined) asking?.resolve(message.answer);
        else asking?.reject(new Error(message.failure));
        return;
      }
      case 'closed':
        return this.end('history is closed');
    }
  }

  /** Nothing comes any more. */
  end(reason: string): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.fail(reason);
    for (const { reject } of this.asked.values()) reject(new Error(reason));
    this.asked.clear();
    this.opening.reject(new Error(reason));
    this.opening.promise.catch(() => {});
    this.closing.resolve();
  }

  private fail(reason: string): void {
    this.failure = reason;
    for (const { reject } of this.waiting) reject(new Error(reason));
    this.waiting = [];
  }

  private settle(): void {
    for (const { frame, resolve } of this.waiting) if (frame <= this.through) resolve();
    this.waiting = this.waiting.filter(({ frame }) => frame > this.through);
  }

  private question(message: (number: number) => ToHistory): Promise<unknown> {
    const asking = Promise.withResolvers<unknown>();
    if (this.isEnded) asking.reject(new Error(this.failure));
    else {
      this.asked.set(++this.questions, asking);
      this.send(message(this.questions));
    }
    return asking.promise;
  }
}
