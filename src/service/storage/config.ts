/** Options of the `storage` extension. */
import { type Static, Type } from 'typebox';
import type { StorageOptions } from '../../contract/storage.ts';
import { durationOption, LONGEST_TIMER, optionGroup, sizeOption } from '../../lib/options.ts';
import { parseDuration, parseSize } from '../../lib/units.ts';

export const storageConfig = optionGroup(
  {
    path: Type.String({
      default: './data',
      minLength: 1,
      description: 'The directory in which the program keeps its data; no other process may use it meanwhile.',
    }),
    checkpoint_interval: durationOption({
      default: '1m',
      minimum: '1s',
      maximum: LONGEST_TIMER,
      description: 'How often the state is written whole; a start reads the journal from the newest checkpoint on.',
    }),
    checkpoint_spans: Type.Integer({
      default: 375_000,
      minimum: 10_000,
      maximum: 1_000_000_000,
      description:
        'After so many spans and records it is written as well, if that is sooner, but no more than a fifth of the time: a start after a kill has no more than these to apply again, some three or four seconds for a million. More of them spare the disk, and CPU.',
    }),
    on_corruption: Type.Enum(['skip', 'refuse'], {
      default: 'skip',
      description:
        'What a start does with damaged data: skip it and report what is missing, or refuse to start until somebody decides.',
    }),
    max_waiting: sizeOption({
      default: '64MiB',
      minimum: '1MiB',
      description: 'Observations that may wait for the disk; beyond, requests are refused until there are fewer.',
    }),
  },
  undefined,
  'restart',
);

export type StorageConfig = Static<typeof storageConfig>;

export function storageOptions(config: StorageConfig): StorageOptions {
  return {
    path: config.path,
    onCorruption: config.on_corruption,
    checkpointMs: parseDuration(config.checkpoint_interval),
    checkpointItems: config.checkpoint_spans,
    maxWaitingBytes: parseSize(config.max_waiting),
  };
}
