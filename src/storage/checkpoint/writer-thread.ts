/** The thread that keeps the checkpoints of a data directory. */
import { parentPort, workerData } from 'node:worker_threads';
import { FileSystemDisk } from '../file-system-disk.ts';
import { Keeper } from './keeper.ts';
import { manifestFile } from './manifest-file.ts';
import type { FromKeeper, ToKeeper } from './messages.ts';

const port = parentPort!;
const { path } = workerData as { readonly path: string };

const keeper = new Keeper({
  path,
  disk: new FileSystemDisk(path),
  source: manifestFile(path),
  now: () => Date.now(),
  answer: (message: FromKeeper) => port.postMessage(message),
});

port.on('message', (message: ToKeeper) => {
  keeper.take(message);
  if (message.type === 'close') port.close();
});
