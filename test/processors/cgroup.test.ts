/** The memory that cgroups leave: of both versions, in folders as the kernel shows them, and of this machine's kernel. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { cgroupMemoryLimit } from '../../src/processors/memory-limiter/cgroup.ts';

const MIB = 2 ** 20;
const NONE_IN_V1 = '9223372036854771712';
const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function limitOf(files: Readonly<Record<string, string>>): number {
  const root = mkdtempSync(join(tmpdir(), 'tacit-cgroup-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return cgroupMemoryLimit(root);
}

describe('version 2', () => {
  const own = { 'proc/self/cgroup': '0::/system.slice/tacit.service\n' };

  it('limits by the own cgroup', () => {
    const files = { 'sys/fs/cgroup/system.slice/tacit.service/memory.max': `${512 * MIB}\n` };
    expect(limitOf({ ...own, ...files })).toBe(512 * MIB);
  });

  it('limits by one above it, and by what is slowed down before it is ended', () => {
    const files = {
      'sys/fs/cgroup/system.slice/tacit.service/memory.max': 'max\n',
      'sys/fs/cgroup/system.slice/memory.max': `${512 * MIB}\n`,
      'sys/fs/cgroup/system.slice/memory.high': `${400 * MIB}\n`,
    };
    expect(limitOf({ ...own, ...files })).toBe(400 * MIB);
  });

  it('limits a container, which sees its own cgroup as the root', () => {
    expect(limitOf({ 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/memory.max': `${256 * MIB}\n` })).toBe(256 * MIB);
  });

  it('limits nothing where nobody said so', () => {
    expect(limitOf({ ...own, 'sys/fs/cgroup/system.slice/tacit.service/memory.max': 'max\n' })).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(limitOf({})).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('version 1', () => {
  const own = { 'proc/self/cgroup': '5:cpu,cpuacct:/a\n4:memory:/slice/tacit\n0::/\n' };

  it('limits by the hierarchy', () => {
    const stat = `cache 1\nhierarchical_memory_limit ${300 * MIB}\nhierarchical_memsw_limit ${NONE_IN_V1}\n`;
    expect(limitOf({ ...own, 'sys/fs/cgroup/memory/slice/tacit/memory.stat': stat })).toBe(300 * MIB);
  });

  it('limits a container, which does not see the path of the host', () => {
    const stat = `hierarchical_memory_limit ${200 * MIB}\n`;
    expect(limitOf({ ...own, 'sys/fs/cgroup/memory/memory.stat': stat })).toBe(200 * MIB);
  });

  it('limits nothing where nobody said so', () => {
    const stat = `hierarchical_memory_limit ${NONE_IN_V1}\n`;
    expect(limitOf({ ...own, 'sys/fs/cgroup/memory/slice/tacit/memory.stat': stat })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the kernel of this machine', () => {
  it('limits a process in a cgroup below one with a limit', async context => {
    const parent = makeCgroup();
    if (parent === undefined) {
      console.warn('SKIPPED: no cgroup with a limit on memory can be made here (that takes root and its controller)');
      return context.skip();
    }
    try {
      expect(await limitSeenIn(join(parent, 'child'))).toBe(`${512 * MIB}`);
    } finally {
      rmdirSync(join(parent, 'child'));
      rmdirSync(parent);
    }
  });
});

/** A cgroup of 512 MiB with an unlimited one in it. */
function makeCgroup(): string | undefined {
  const hasV1 = /^\d+:([^:]*,)?memory[,:]/m.test(readFileSync('/proc/self/cgroup', 'utf8'));
  const [mount, file] = hasV1 ? ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'] : ['/sys/fs/cgroup', 'memory.max'];
  const parent = join(mount, `tacit-test-${process.pid}`);
  try {
    mkdirSync(join(parent, 'child'), { recursive: true });
    writeFileSync(join(parent, file), `${512 * MIB}`);
    return parent;
  } catch {
    for (const folder of [join(parent, 'child'), parent]) if (existsSync(folder)) rmdirSync(folder);
    return undefined;
  }
}

async function limitSeenIn(cgroup: string): Promise<string> {
  const module = fileURLToPath(new URL('../../src/processors/memory-limiter/cgroup.ts', import.meta.url));
  const program = `import('${module}').then(it => console.log(it.cgroupMemoryLimit()))`;
  const script = `echo $$ > ${cgroup}/cgroup.procs && exec "$0" -e "$1"`;
  const { stdout } = await promisify(execFile)('sh', ['-c', script, process.execPath, program]);
  return stdout.trim();
}
