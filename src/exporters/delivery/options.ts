/** Options that every exporter of changes has, and what they come to. */
import { type Static, Type } from 'typebox';
import { durationOption, LONGEST_TIMER, optionGroup } from '../../lib/options.ts';
import { parseDuration } from '../../lib/units.ts';
import type { DeliveryOptions } from './delivery.ts';

export const deliveryOptions = {
  timeout: durationOption({
    default: '10s',
    minimum: '100ms',
    maximum: '10m',
    description: 'How long one attempt to send may take.',
  }),
  from: Type.Enum(['newest', 'oldest'], {
    default: 'newest',
    description: 'Where an exporter begins that has no place yet: at what comes next, or at the oldest change kept.',
  }),
  include_baseline: Type.Boolean({
    default: false,
    description: 'Sends also what was told while an environment was being learned.',
  }),
  retry_on_failure: optionGroup(
    {
      enabled: Type.Boolean({
        default: true,
        description: 'False: what is not taken at the first attempt becomes a dead letter.',
      }),
      initial_interval: durationOption({
        default: '1s',
        minimum: '1ms',
        maximum: '1h',
        description:
          'The longest pause after the first failed attempt; it doubles with each. Pauses are random up to it.',
      }),
      max_interval: durationOption({
        default: '30s',
        minimum: '1ms',
        maximum: '1h',
        description: 'The longest pause there is, unless the other side asks for a longer one.',
      }),
      max_elapsed_time: durationOption({
        default: '0s',
        maximum: LONGEST_TIMER,
        description: 'A batch that is not taken after this time becomes a dead letter. `0s`: never.',
      }),
    },
    'What becomes of a batch that is not taken, with the keys of the Collector.',
  ),
  sending_queue: optionGroup(
    {
      batch: Type.Integer({
        default: 100,
        minimum: 1,
        maximum: 10_000,
        description: 'Changes in one request, at most; also at most 512 KiB.',
      }),
      batch_wait: durationOption({
        default: '1s',
        maximum: '10m',
        description: 'How long a batch that is not full waits for more.',
      }),
    },
    'How changes are put together. They wait in the change log, not in memory.',
  ),
};

const definition = Type.Object(deliveryOptions);
export type DeliveryConfig = Static<typeof definition>;

const BATCH_BYTES = 512 << 10;

export function toDeliveryOptions(config: DeliveryConfig): DeliveryOptions {
  const { retry_on_failure: retry, sending_queue: queue } = config;
  return {
    batch: queue.batch,
    batchBytes: BATCH_BYTES,
    waitMs: parseDuration(queue.batch_wait),
    firstBackoffMs: parseDuration(retry.initial_interval),
    longestBackoffMs: parseDuration(retry.max_interval),
    giveUpMs: parseDuration(retry.max_elapsed_time),
    isRetried: retry.enabled,
    includeBaseline: config.include_baseline,
    from: config.from,
  };
}
