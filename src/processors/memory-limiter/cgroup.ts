/**
 * How much memory the cgroups of this process leave it. A limit on any cgroup around its own binds as well: those of
 * a systemd slice or a pod, which `process.constrainedMemory()` does not look at.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The first version says "no limit" with the largest multiple of a page. */
const NO_LIMIT = 2 ** 60;

/** The least limit in bytes, infinite where there is none. `root` stands before `/proc` and `/sys`. */
export function cgroupMemoryLimit(root = '/'): number {
  const mount = join(root, 'sys/fs/cgroup');
  const lines = read(join(root, 'proc/self/cgroup'))?.split('\n') ?? [];
  const limits = lines.map(line => {
    const [, controllers, ...path] = line.split(':');
    if (controllers === '') return unifiedLimit(mount, path.join(':'));
    return controllers?.split(',').includes('memory')
      ? hierarchicalLimit(join(mount, 'memory'), path.join(':'))
      : NO_LIMIT;
  });
  const least = Math.min(NO_LIMIT, ...limits);
  return least < NO_LIMIT ? least : Number.POSITIVE_INFINITY;
}

/** Version 2: the least of all folders on the way up. A container sees its own cgroup as the root of the mount. */
function unifiedLimit(mount: string, path: string): number {
  let limit = NO_LIMIT;
  for (let folder = path; ; folder = dirname(folder)) {
    for (const file of ['memory.max', 'memory.high']) {
      limit = Math.min(limit, toBytes(read(join(mount, folder, file))));
    }
    if (folder === '/' || folder === '.') return limit;
  }
}

/** Version 1: the kernel has looked at the way up; a container may see no path but the root of the mount. */
function hierarchicalLimit(mount: string, path: string): number {
  const stat = read(join(mount, path, 'memory.stat')) ?? read(join(mount, 'memory.stat'));
  return toBytes(/^hierarchical_memory_limit (\d+)$/m.exec(stat ?? '')?.[1]);
}

function toBytes(text: string | undefined): number {
  const value = text === undefined || text.trim() === 'max' ? NO_LIMIT : Number(text);
  return value > 0 ? value : NO_LIMIT;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
