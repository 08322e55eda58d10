/** The thread that keeps history. */
import { parentPort, workerData } from 'node:worker_threads';
import { nameSourceLines } from '../../telemetry/source-lines.ts';
import type { ToHistory } from './messages.ts';
import { HistoryServer } from './server.ts';
import { historySource } from './source.ts';

/** Between two looks whether anything has grown old, or could not be written. */
const LOOK_MS = 5000;

nameSourceLines();
const port = parentPort!;
const { path } = workerData as { readonly path: string | undefined };

const server = new HistoryServer({
  source: historySource(path),
  now: () => Date.now(),
  answer: (message, given) => port.postMessage(message, [...given]),
});

/** Questions have their turn between two steps. */
function keepUp(): void {
  if (server.keepUp()) setImmediate(keepUp);
}

const looks = setInterval(() => {
  server.retry();
  keepUp();
}, LOOK_MS);

port.on('message', (message: ToHistory) => {
  server.take(message);
  if (message.type !== 'close') return;
  clearInterval(looks);
  port.close();
});
