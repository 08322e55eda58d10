/** The memory of this process: what it may use, what it uses, and how to give back what is no longer used. */
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { exposeCollector } from '../../lib/collector.ts';
import { cgroupMemoryLimit } from './cgroup.ts';

/** Where the numbers come from. */
export interface MemorySource {
  /** What the process may use at most, in bytes. */
  totalBytes(): number;
  residentBytes(): number;
  /** Share of V8's own limit on its heap that is in use: at 1 the process ends, however much memory there is. */
  heapShare(): number;
  /** Frees what nobody uses; takes up to a second for a large heap. */
  collect(): void;
}

let collectGarbage: (() => void) | undefined;

/** The smaller of the cgroups' limit and the machine's memory; the resident set of this process. */
export const processMemory: MemorySource = {
  totalBytes: () => Math.min(cgroupMemoryLimit(), totalmem()),
  residentBytes: createResidentBytes(() => process.memoryUsage.rss()),
  heapShare: () => {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    return used / limit;
  },
  collect: () => {
    collectGarbage ??= exposeCollector();
    collectGarbage();
  },
};

/** The system tells through a file: where no more files can be opened, what it told last has to do. */
export function createResidentBytes(ask: () => number): () => number {
  let last = 0;
  return () => {
    try {
      last = ask();
    } catch {
      // Asked again soon.
    }
    return last;
  };
}
