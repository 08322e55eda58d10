/**
 * The `memory_limiter` processor: above the soft limit every request is refused before it is decoded, so that senders
 * keep what they have and come again, and the process is not killed with what it holds. What garbage there is, is then
 * collected: the resident memory of a process that no longer allocates would not fall by itself.
 */
import type { Processor, ProcessorFactory, Settings } from '../../contract/component.ts';
import { RetryableError } from '../../contract/errors.ts';
import { parseDuration } from '../../lib/units.ts';
import {
  FORCED_COLLECTIONS,
  MEMORY_LIMIT,
  REQUESTS_REFUSED_FOR_MEMORY,
  RESIDENT_MEMORY,
} from '../../telemetry/metrics/processors.ts';
import { checkMemoryLimiterConfig, type MemoryLimiterConfig, memoryLimiterConfig, memoryLimits } from './config.ts';
import { type MemorySource, processMemory } from './memory.ts';

/** Share of V8's limit on its heap above which requests are refused; a garbage collection needs room, too. */
const MAX_HEAP_SHARE = 0.85;
/** Between two collections while requests are refused, and the same above the hard limit. */
const COLLECT_INTERVAL_MS = 10_000;
const COLLECT_INTERVAL_HARD_MS = 1_000;

export const memoryLimiterFactory: ProcessorFactory<MemoryLimiterConfig> = {
  kind: 'processor',
  type: 'memory_limiter',
  description: 'Refuses requests (HTTP 503, gRPC UNAVAILABLE, with a delay) while the process holds too much memory.',
  signals: ['traces', 'logs', 'events'],
  config: memoryLimiterConfig,
  check: checkMemoryLimiterConfig,
  create: (settings, config) => createMemoryLimiter(settings, config, processMemory),
};

export function createMemoryLimiter(settings: Settings, config: MemoryLimiterConfig, memory: MemorySource): Processor {
  const { logger, host, id } = settings;
  const intervalMs = parseDuration(config.check_interval);
  const { softBytes, hardBytes } = memoryLimits(config, memory.totalBytes());
  let timer: NodeJS.Timeout | undefined;
  let refusing = false;
  let refused = 0;
  let residentBytes = 0;
  let collections = 0;
  let collectedMs = Number.NEGATIVE_INFINITY;

  function look(): void {
    if (isShort()) giveBack();
    const above = isShort();
    if (above === refusing) return;
    refusing = above;
    const fields = { residentBytes, softBytes, hardBytes, heapShare: memory.heapShare() };
    if (above) logger.warn(fields, 'memory above the soft limit: requests are refused');
    else logger.info(fields, 'memory below the soft limit again: requests are taken');
  }

  function isShort(): boolean {
    residentBytes = memory.residentBytes();
    return residentBytes > softBytes || memory.heapShare() > MAX_HEAP_SHARE;
  }

  function giveBack(): void {
    const now = performance.now();
    const leastMs = residentBytes > hardBytes ? COLLECT_INTERVAL_HARD_MS : COLLECT_INTERVAL_MS;
    if (now - collectedMs < leastMs) return;
    memory.collect();
    collections++;
    collectedMs = now;
  }

  host.metrics(() => [
    MEMORY_LIMIT.sample(softBytes, { processor: id }),
    RESIDENT_MEMORY.sample(residentBytes, { processor: id }),
    FORCED_COLLECTIONS.sample(collections, { processor: id }),
    REQUESTS_REFUSED_FOR_MEMORY.sample(refused, { processor: id }),
  ]);
  return {
    start: () => {
      look();
      timer = setInterval(look, intervalMs).unref();
    },
    stop: () => clearInterval(timer),
    admit: () => {
      if (!refusing) return;
      refused++;
      throw new RetryableError(
        residentBytes > softBytes
          ? `memory is short: ${toMib(residentBytes)} MiB in use, ${toMib(softBytes)} MiB allowed; try again`
          : `memory is short: the heap is ${Math.round(memory.heapShare() * 100)} % full; try again`,
        Math.max(1, Math.ceil((2 * intervalMs) / 1000)),
      );
    },
  };
}

function toMib(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
