/** The thread that keeps the checkpoints of a data directory. */
import { parentPort, workerData } from 'node:worker_threads';
import { nameSourceLines } from '../../telemetry/source-lines.ts';
import { FileSystemDisk } from '../file-system-disk.ts';
import { Keeper } from './keeper.ts';
import { manifestFile } from './manifest-file.ts';
import type { FromKeeper, ToKeeper } from './messages.ts';

/** Longer rests would only make the checkpoint longer. */
const LONGEST_REST_MS = 50;

nameSourceLines();
const port = parentPort!;
const { path } = workerData as { readonly path: string };

const keeper = new Keeper({
  path,
  disk: new FileSystemDisk(path),
  source: manifestFile(path),
  now: () => Date.now(),
  answer: (message: FromKeeper) => port.postMessage(message),
});

let isAlone = false;

port.on('message', (message: ToKeeper) => {
  if (message.type === 'begin') isAlone = message.isAlone;
  const began = performance.now();
  keeper.take(message);
  if (message.type === 'shared' && !isAlone) rest(performance.now() - began);
  if (message.type === 'close') port.close();
});

/** Nobody wakes it. */
const nothing = new Int32Array(new SharedArrayBuffer(4));

/** Leaves the disk, and maybe the core, to the journal for as long as it was kept from them. */
function rest(ms: number): void {
  Atomics.wait(nothing, 0, 0, Math.min(ms, LONGEST_REST_MS));
}
