/**
 * The `memory_limiter` processor: above the soft limit every request is refused before it is decoded, so that senders
 * keep what they have and come again, and the process is not killed with what it holds.
 */
import { totalmem } from 'node:os';
import type { Processor, ProcessorFactory, Settings } from '../../contract/component.ts';
import { RetryableError } from '../../contract/errors.ts';
import { parseDuration } from '../../lib/units.ts';
import { MEMORY_LIMIT, REQUESTS_REFUSED_FOR_MEMORY, RESIDENT_MEMORY } from '../../telemetry/metrics.ts';
import { checkMemoryLimiterConfig, type MemoryLimiterConfig, memoryLimiterConfig, memoryLimits } from './config.ts';

/** Where the numbers come from. */
export interface MemorySource {
  /** What the process may use at most, in bytes. */
  totalBytes(): number;
  residentBytes(): number;
}

/** The smaller of the cgroup's limit and the machine's memory; the resident set of this process. */
export const processMemory: MemorySource = {
  totalBytes: () => Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()),
  residentBytes: () => process.memoryUsage.rss(),
};

export const memoryLimiterFactory: ProcessorFactory<MemoryLimiterConfig> = {
  kind: 'processor',
  type: 'memory_limiter',
  description: 'Refuses requests (HTTP 503, gRPC UNAVAILABLE, with a delay) while the process holds too much memory.',
  signals: ['traces', 'logs'],
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

  function look(): void {
    residentBytes = memory.residentBytes();
    const above = residentBytes > softBytes;
    if (above === refusing) return;
    refusing = above;
    const fields = { residentBytes, softBytes, hardBytes };
    if (above) logger.warn(fields, 'memory above the soft limit: requests are refused');
    else logger.info(fields, 'memory below the soft limit again: requests are taken');
  }

  host.metrics(() => [
    MEMORY_LIMIT.sample(softBytes, { processor: id }),
    RESIDENT_MEMORY.sample(residentBytes, { processor: id }),
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
        `memory is short: ${toMib(residentBytes)} MiB in use, ${toMib(softBytes)} MiB allowed; try again`,
        Math.max(1, Math.ceil((2 * intervalMs) / 1000)),
      );
    },
  };
}

function toMib(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
