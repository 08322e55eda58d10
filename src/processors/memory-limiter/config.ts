/** Options of the `memory_limiter` processor, and the byte limits they amount to. */
import { type Static, Type } from 'typebox';
import { durationOption, optionGroup } from '../../lib/options.ts';

const MIB = 2 ** 20;

const percentage = (preset: number, description: string) =>
  Type.Integer({ default: preset, minimum: 1, maximum: 100, description });
const mebibytes = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: 16_777_216, description }));

export const memoryLimiterConfig = optionGroup({
  check_interval: durationOption({
    default: '1s',
    minimum: '10ms',
    maximum: '1m',
    description: 'How often the resident memory of the process is looked at.',
  }),
  limit_percentage: percentage(
    80,
    'The hard limit, as a share of the memory of the cgroup, or of the machine where there is none.',
  ),
  spike_limit_percentage: percentage(
    20,
    'What may come in between two checks, as a share likewise: above hard limit less this, requests are refused.',
  ),
  limit_mib: mebibytes('The hard limit in MiB; goes before `limit_percentage`.'),
  spike_limit_mib: mebibytes(
    'The spike in MiB; goes before `spike_limit_percentage`. Without it, a `limit_mib` has a spike of a fifth.',
  ),
});

export type MemoryLimiterConfig = Static<typeof memoryLimiterConfig>;

export function checkMemoryLimiterConfig(config: MemoryLimiterConfig) {
  const { limit_mib: limit, spike_limit_mib: spike } = config;
  if (limit !== undefined && spike !== undefined && spike >= limit) {
    return [
      { path: ['spike_limit_mib'], message: `${spike} leaves nothing below limit_mib ${limit}; it must be smaller` },
    ];
  }
  if (limit === undefined && spike === undefined && config.spike_limit_percentage >= config.limit_percentage) {
    const message = `${config.spike_limit_percentage} leaves nothing below limit_percentage ${config.limit_percentage}; it must be smaller`;
    return [{ path: ['spike_limit_percentage'], message }];
  }
  return [];
}

export interface MemoryLimits {
  readonly hardBytes: number;
  /** Above it, requests are refused. */
  readonly softBytes: number;
}

/** `totalBytes`: what the cgroup or the machine has. */
export function memoryLimits(config: MemoryLimiterConfig, totalBytes: number): MemoryLimits {
  const { limit_mib: limit, spike_limit_mib: spike } = config;
  const hardBytes = limit === undefined ? Math.floor((totalBytes * config.limit_percentage) / 100) : limit * MIB;
  const share =
    limit === undefined ? Math.floor((totalBytes * config.spike_limit_percentage) / 100) : Math.floor(hardBytes / 5);
  const spikeBytes = spike === undefined ? share : spike * MIB;
  return { hardBytes, softBytes: Math.max(0, hardBytes - spikeBytes) };
}
