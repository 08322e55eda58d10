/** Options of the history, and the numbers it works with. */
import type { Static } from 'typebox';
import { liveDuration, optionGroup, sizeOption } from '../../lib/options.ts';
import { HOUR_MS, parseDuration, parseSize } from '../../lib/units.ts';
import type { HistoryOptions } from '../../storage/history/keeper.ts';
import type { TopologyOptions } from './config.ts';

/** Without storage: what is kept in memory. */
const IN_MEMORY = { keepMs: 24 * HOUR_MS, maxBytes: 64 << 20 };

export const historyGroup = optionGroup(
  {
    keep: liveDuration(
      '30d',
      '1h',
      '400d',
      'How long the past can be asked. Without storage a day of it is kept in memory, at most.',
    ),
    minutes: liveDuration('6h', '2h', '30d', 'For so long it is kept by the minute. At most `ten_minutes`.'),
    ten_minutes: liveDuration(
      '3d',
      '2h',
      '30d',
      'For so long it is kept by ten minutes, and by the hour from then on. At most `keep`.',
    ),
    max_bytes: sizeOption({
      default: '2GiB',
      minimum: '16MiB',
      maximum: '1024GiB',
      'x-reload': 'live',
      description:
        'Of its file, at most: beyond it the oldest detail is given up before its time, and then the oldest days; the newest day stays.',
    }),
  },
  'The graph as of earlier.',
);

type HistoryConfig = Static<typeof historyGroup>;
export type HistoryKept = Pick<HistoryOptions, 'keepMs' | 'minutesMs' | 'tenMinutesMs' | 'maxBytes'>;

const DEFAULTS: HistoryKept = {
  keepMs: 720 * HOUR_MS,
  minutesMs: 6 * HOUR_MS,
  tenMinutesMs: 72 * HOUR_MS,
  maxBytes: 2 ** 31,
};

export function historyKept({ keep, minutes, ten_minutes, max_bytes }: HistoryConfig): HistoryKept {
  return {
    keepMs: parseDuration(keep),
    minutesMs: parseDuration(minutes),
    tenMinutesMs: parseDuration(ten_minutes),
    maxBytes: parseSize(max_bytes),
  };
}

/** @param isStored in a file, else in memory. */
export function historyOptionsOf(options: TopologyOptions, isStored: boolean): HistoryOptions {
  const { history = DEFAULTS, halfLifeMs } = options;
  const keepMs = isStored ? history.keepMs : Math.min(history.keepMs, IN_MEMORY.keepMs);
  const maxBytes = isStored ? history.maxBytes : IN_MEMORY.maxBytes;
  return { ...history, keepMs, maxBytes, halfLifeMs };
}

export function checkHistory({ keep, minutes, ten_minutes }: HistoryConfig) {
  const atMost = (name: string, value: string, limit: string, of: string) =>
    parseDuration(value) <= parseDuration(of) ? [] : [{ path: [name], message: `must be at most ${limit} (${of})` }];
  return [
    ...atMost('minutes', minutes, 'ten_minutes', ten_minutes),
    ...atMost('ten_minutes', ten_minutes, 'keep', keep),
  ];
}
