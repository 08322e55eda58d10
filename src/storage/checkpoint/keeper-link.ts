/** The way to a keeper: in a thread of its own, or, where everything is to happen in its order, in this one. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Keeper, type KeeperParts } from './keeper.ts';
import type { FromKeeper, ToKeeper } from './messages.ts';

/** Source in a checkout, compiled in the package. */
const ENTRY = new URL(`./writer-thread${extname(import.meta.url)}`, import.meta.url);

export interface KeeperLink {
  send(message: ToKeeper): void;
}

/** What a keeper says, and that it is there no more. */
export interface KeeperListener {
  readonly take: (message: FromKeeper) => void;
  /** Nothing comes any more. With a reason, unless it was asked to close. */
  readonly ended: (reason: Error | undefined) => void;
}

export type LinkKeeper = (listener: KeeperListener) => KeeperLink;

export function keeperInThread(path: string): LinkKeeper {
  return ({ take, ended }) => {
    const worker = new Worker(ENTRY, { workerData: { path }, name: 'storage' });
    let reason: Error | undefined;
    let isClosed = false;
    worker.on('message', (message: FromKeeper) => {
      isClosed ||= message.type === 'closed';
      take(message);
    });
    worker.on('error', error => {
      reason = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', code => ended(isClosed ? undefined : (reason ?? new Error(`it ended with exit code ${code}`))));
    return { send: message => worker.postMessage(message) };
  };
}

export function keeperInProcess(parts: Omit<KeeperParts, 'answer'>): LinkKeeper {
  return ({ take, ended }) => {
    const keeper = new Keeper({ ...parts, answer: take });
    return {
      send(message) {
        keeper.take(message);
        if (message.type === 'close') ended(undefined);
      },
    };
  };
}
