import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/contract/clock.ts';
import type { Settings } from '../../src/contract/component.ts';
import { RetryableError } from '../../src/contract/errors.ts';
import { checkMemoryLimiterConfig, memoryLimits } from '../../src/processors/memory-limiter/config.ts';
import { createMemoryLimiter } from '../../src/processors/memory-limiter/factory.ts';
import { createResidentBytes, processMemory } from '../../src/processors/memory-limiter/memory.ts';
import { createHost } from '../../src/service/host.ts';
import { createTestLogger } from '../service/components.ts';

const MIB = 2 ** 20;
const config = { check_interval: '10ms', limit_percentage: 80, spike_limit_percentage: 20 };

const plenty = { totalBytes: () => 1000 * MIB, residentBytes: () => 0, heapShare: () => 0, collect: () => {} };

function prepare() {
  const host = createHost({ version: '0', startedAtMs: 0, pipelines: {} });
  const { logger, lines } = createTestLogger();
  const settings: Settings = { id: 'memory_limiter', logger, clock: systemClock, host };
  return { settings, lines, host };
}

describe('limits', () => {
  it('are shares of what there is, the soft one less the spike', () => {
    expect(memoryLimits(config, 1000)).toEqual({ hardBytes: 800, softBytes: 600 });
  });

  it('in MiB go before shares; the spike is a fifth unless it is given', () => {
    expect(memoryLimits({ ...config, limit_mib: 100 }, 1000)).toEqual({ hardBytes: 100 * MIB, softBytes: 80 * MIB });
    const both = memoryLimits({ ...config, limit_mib: 100, spike_limit_mib: 30 }, 1000);
    expect(both.softBytes).toBe(70 * MIB);
  });

  it('that leave nothing are refused', () => {
    expect(checkMemoryLimiterConfig({ ...config, spike_limit_percentage: 80 })).toMatchObject([
      { path: ['spike_limit_percentage'] },
    ]);
    expect(checkMemoryLimiterConfig({ ...config, limit_mib: 5, spike_limit_mib: 5 })).toMatchObject([
      { path: ['spike_limit_mib'] },
    ]);
    expect(checkMemoryLimiterConfig(config)).toEqual([]);
  });
});

describe('memory_limiter', () => {
  it('refuses above the soft limit with a delay, and takes again below it', async () => {
    const { settings, lines, host } = prepare();
    let residentBytes = 700 * MIB;
    const memory = { ...plenty, residentBytes: () => residentBytes };
    const limiter = createMemoryLimiter(settings, config, memory);
    await limiter.start();
    try {
      expect(() => limiter.admit!()).toThrow(RetryableError);
      expect(() => limiter.admit!()).toThrow('memory is short: 700 MiB in use, 600 MiB allowed; try again');
      residentBytes = 500 * MIB;
      await expect.poll(() => lines().length).toBe(2);
      expect(() => limiter.admit!()).not.toThrow();
      expect(lines().map(line => line.level)).toEqual(['warn', 'info']);
      const refused = (await host.collectMetrics()).find(
        ({ name }) => name === 'tacit_memory_limiter_refused_requests_total',
      )!;
      expect(refused.values).toEqual([{ labels: { processor: 'memory_limiter' }, value: 2 }]);
    } finally {
      await limiter.stop();
    }
    residentBytes = 700 * MIB;
    await sleep(40);
    expect(lines()).toHaveLength(2);
  });

  it('collects what nobody uses: at once, every second above the hard limit, else every ten seconds', async () => {
    const { settings, lines } = prepare();
    let residentBytes = 900 * MIB;
    let collections = 0;
    const collect = () => {
      collections++;
    };
    const limiter = createMemoryLimiter(settings, config, { ...plenty, residentBytes: () => residentBytes, collect });
    await limiter.start();
    expect(collections).toBe(1);
    await expect.poll(() => collections, { timeout: 5_000 }).toBe(2);
    residentBytes = 700 * MIB;
    await sleep(1_500);
    await limiter.stop();
    expect(collections).toBe(2);
    expect(lines()).toHaveLength(1);
  });

  it('refuses nothing where collecting was enough', async () => {
    const { settings, lines } = prepare();
    let residentBytes = 700 * MIB;
    const collect = () => {
      residentBytes = 500 * MIB;
    };
    const limiter = createMemoryLimiter(settings, config, { ...plenty, residentBytes: () => residentBytes, collect });
    await limiter.start();
    await limiter.stop();
    expect(() => limiter.admit!()).not.toThrow();
    expect(lines()).toEqual([]);
  });

  it("refuses, too, when V8's heap is nearly as large as it may be", async () => {
    const limiter = createMemoryLimiter(prepare().settings, config, { ...plenty, heapShare: () => 0.9 });
    await limiter.start();
    await limiter.stop();
    expect(() => limiter.admit!()).toThrow('the heap is 90 % full');
  });

  it('gives back a large heap that nobody uses any more', () => {
    let held: object[] | undefined = Array.from({ length: 2_000_000 }, (_, i) => ({ i }));
    const full = processMemory.heapShare();
    expect(held).toHaveLength(2_000_000);
    held = undefined;
    processMemory.collect();
    expect(processMemory.heapShare()).toBeLessThan(full / 2);
  });

  it('sees the real memory of this process', async () => {
    expect(processMemory.totalBytes()).toBeGreaterThan(processMemory.residentBytes());
    const limiter = createMemoryLimiter(prepare().settings, { ...config, limit_mib: 1 }, processMemory);
    await limiter.start();
    await limiter.stop();
    expect(() => limiter.admit!()).toThrow(RetryableError);
  });
});

it('the memory of the process is what was told last where it cannot be asked', () => {
  const told = [100, undefined, 200];
  const residentBytes = createResidentBytes(() => {
    const next = told.shift();
    if (next === undefined) throw new Error('EMFILE: too many open files');
    return next;
  });
  expect([residentBytes(), residentBytes(), residentBytes()]).toEqual([100, 100, 200]);
});
