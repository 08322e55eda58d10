/**
 * What a checkpoint of memory sections costs: `node benchmarks/micro/checkpoints.ts [MIB [DIRECTORY]]`. Beside it a
 * journal syncs 20 KB at a time, as it does under load; figures of that alone come first.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { NO_RULES } from '../../src/contract/identity-rules.ts';
import type { ImageReader, ImageWriter, Kept } from '../../src/contract/image.ts';
import { LIFE_CYCLE } from '../../src/contract/life-cycle.ts';
import { sectionName } from '../../src/lib/section-name.ts';
import type { GrowingFile } from '../../src/storage/disk.ts';
import { openStorage, type Storage } from '../../src/storage/storage.ts';
import { threadMs } from './harness.ts';

const [mib = '300', place = tmpdir()] = process.argv.slice(2);
const SECTION = 1 << 18;
const FRAME = new Uint8Array(20_000);
const settings = {
  ...{ waitMs: 1, lateMs: 1, messageWaitMs: 1, onlyCluster: '', maxNodes: 1, maxEdges: 1, maxPaths: 1 },
  ...{ lifecycle: LIFE_CYCLE, rules: NO_RULES },
};

class Slabs implements Kept {
  private readonly slabs: Uint8Array[];
  private readonly versions: number[];

  constructor(count: number) {
    // As the large tables are: not copied.
    this.slabs = Array.from({ length: count }, () => new Uint8Array(new SharedArrayBuffer(SECTION)));
    for (const [i, slab] of this.slabs.entries()) for (let j = 0; j < SECTION; j++) slab[j] = i * j;
    this.versions = this.slabs.map(() => 1);
  }

  change(share: number): void {
    for (let i = 0; i < this.versions.length; i++) if (i % 100 < share) this.versions[i]!++;
  }

  *save(): Iterable<void> {}

  *ahead(out: ImageWriter, round: number): Iterable<void> {
    if (round > 0) return;
    for (const [i, slab] of this.slabs.entries()) yield* out.memory(sectionName('rows', i), slab, this.versions[i]!);
  }

  *load(from: ImageReader): Iterable<void> {
    for (const [i, slab] of this.slabs.entries()) {
      from.memory(sectionName('rows', i), slab);
      yield;
    }
  }
}

/** Writes and syncs as long as it is not told to stop; resolves with the times that took. */
function syncOnAndOn(file: GrowingFile, signal: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  return new Promise((resolve, reject) => {
    let at = 0;
    const next = () => {
      if (signal.aborted) return resolve(times);
      const began = performance.now();
      const ended = (error: Error | null) => {
        if (error !== null) return reject(error);
        times.push(performance.now() - began);
        at += FRAME.length;
        next();
      };
      file.write(FRAME, at, error => (error === null ? file.sync(ended) : reject(error)));
    };
    next();
  });
}

async function beside<T>(storage: Storage, what: string, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const file = storage.disk.grow('journal/bench.log');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const syncing = syncOnAndOn(file, stop.signal);
  delay.enable();
  const cpu = process.cpuUsage();
  const main = threadMs();
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const mainMs = threadMs() - main;
  delay.disable();
  stop.abort();
  const times = (await syncing).sort((a, b) => a - b);
  file.close();
  const at = (q: number) => times[Math.floor((times.length - 1) * q)]!.toFixed(1);
  console.log(
    `${what}: CPU ${((user + system) / 1000).toFixed(0)} ms, ${mainMs.toFixed(0)} ms of them in the main thread; longest turn ${(delay.max / 1e6).toFixed(1)} ms; ${times.length} syncs, p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} ms`,
  );
  return result;
}

const path = mkdtempSync(join(place, 'tacit-bench-'));
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const options = { path, onCorruption: 'refuse' } as const;
let storage = await openStorage(options, quiet);
try {
  const slabs = new Slabs((Number(mib) << 20) / SECTION);
  await beside(storage, 'syncs alone', () => new Promise(resolve => setTimeout(resolve, 2000)));
  for (const [frame, share] of [100, 100, 100, 10, 1].entries()) {
    slabs.change(share);
    const moment = { frame: frame + 1, stampMs: 0, durable: 0, settings };
    const report = await beside(storage, `${share} % changed`, () =>
      storage.checkpoint({ parts: [slabs], pause: async () => moment, copied: () => {} }),
    );
    const { bytes, writtenBytes, pausedMs, totalMs } = report;
    console.log(
      `  ${writtenBytes >> 20} of ${bytes >> 20} MiB written: copied after ${pausedMs.toFixed(0)} ms, on the disk after ${totalMs.toFixed(0)} ms`,
    );
  }
  await storage.close();
  const began = performance.now();
  storage = await openStorage(options, quiet);
  const opened = performance.now();
  for (const _ of slabs.load(storage.found!.image));
  console.log(`checked in ${(opened - began).toFixed(0)} ms, loaded in ${(performance.now() - opened).toFixed(0)} ms`);
} finally {
  await storage.close();
  rmSync(path, { recursive: true });
}
